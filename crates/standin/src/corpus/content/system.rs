//! What the server itself says: the lines in chats and the notifications in logs.

use serde_json::{Value, json};

use super::message::Scene;
use super::user::detail;
use crate::corpus::dice::Dice;
use crate::corpus::people::{self, Person};
use crate::corpus::text;

/// Returns the content of a notification; `leaver` is who goes, where somebody does.
pub(super) fn content(
    dice: &mut Dice,
    scene: &Scene<'_>,
    content_type: i32,
    leaver: Option<usize>,
) -> Value {
    let subject = leaver.unwrap_or_else(|| dice.index(scene.plan.members.len()));
    let tips = match content_type {
        1501..=1520 => group(dice, scene, content_type, subject),
        1701 => json!({
            "recvID": scene.other(dice).id,
            "sendID": scene.sender.id,
            "isPrivate": dice.happens(1, 2),
            "conversationID": scene.plan.id,
        }),
        2001 => {
            json!({ "key": "order", "data": json!({ "no": dice.below(99_999), "text": text::say(dice) }).to_string() })
        }
        _ => between(scene, scene.other(dice), content_type),
    };
    detail(&tips)
}

/// Returns the details of the notifications about users, friends and conversations.
fn between(scene: &Scene<'_>, to: &Person, content_type: i32) -> Value {
    let (from, conversation, time) = (scene.sender, &scene.plan.id, scene.time);
    let pair = json!({ "fromUserID": from.id, "toUserID": to.id });
    match content_type {
        1201 | 1202 => json!({
            "fromToUserID": pair,
            "handleMsg": "",
            "request": {
                "fromUserID": from.id, "fromNickname": from.nickname, "fromFaceURL": from.face_url,
                "toUserID": to.id, "toNickname": to.nickname, "toFaceURL": to.face_url,
                "handleResult": if content_type == 1201 { 1 } else { -1 },
                "reqMsg": "你好，我是新同事", "createTime": time, "handlerUserID": to.id,
                "handleMsg": "", "handleTime": time, "ex": "",
            },
        }),
        1203 => json!({ "fromToUserID": pair }),
        1204 => json!({
            "friend": {
                "ownerUserID": from.id, "remark": "", "createTime": time,
                "friendUser": public_user(to), "addSource": 0, "operatorUserID": from.id,
                "ex": "", "isPinned": false,
            },
            "operationTime": time,
            "opUser": public_user(from),
        }),
        1205..=1209 => json!({ "fromToUserID": pair }),
        1210 => json!({ "fromToUserID": pair, "friendIDs": [to.id] }),
        1300 => json!({ "userID": from.id, "conversationIDList": [conversation] }),
        1303 => json!({ "userID": from.id }),
        1304 => json!({ "fromUserID": from.id, "toUserID": to.id, "status": 1, "platformID": 5 }),
        1308 => json!({ "subscribers": [{ "userID": from.id, "onlinePlatformIDs": [1, 5] }] }),
        1651 => json!({ "groupID": "", "userID": from.id }),
        1652 => json!({ "opUserID": from.id, "userID": to.id, "seqs": [1, 2] }),
        1702 => json!({
            "userID": from.id, "conversationID": conversation,
            "unreadCountTime": time, "hasReadSeq": 1,
        }),
        1703 | 1704 => json!({ "userID": from.id, "conversationIDs": [conversation] }),
        // The additions to a user's own commands, and whatever comes later.
        _ => pair,
    }
}

fn group(dice: &mut Dice, scene: &Scene<'_>, content_type: i32, subject: usize) -> Value {
    let mut tips = json!({ "group": group_info(scene) });
    let operator = member(scene, scene.position);
    let subject = member(scene, subject);
    if !matches!(content_type, 1503 | 1504 | 1510) {
        tips["opUser"] = operator.clone();
    }
    match content_type {
        1501 => {
            let shown = scene.plan.members.len().min(20);
            tips["memberList"] = (0..shown).map(|position| member(scene, position)).collect();
            tips["operationTime"] = scene.time.into();
            tips["groupOwnerUser"] = operator;
        }
        1503 => {
            tips["applicant"] = public_user(scene.anybody(dice));
            tips["reqMsg"] = text::say(dice).into();
        }
        1504 => tips["quitUser"] = subject,
        1505 | 1506 => {
            tips["handleMsg"] = "".into();
            tips["receiverAs"] = 0.into();
        }
        1507 => {
            tips["newGroupOwner"] = subject;
            tips["oldGroupOwner"] = scene.sender.id.as_str().into();
            tips["oldGroupOwnerInfo"] = operator;
        }
        1508 => tips["kickedUserList"] = json!([subject]),
        1509 => {
            tips["invitedUserList"] = json!([subject]);
            tips["inviterUser"] = operator;
        }
        1510 => tips["entrantUser"] = subject,
        1512 => {
            tips["mutedUser"] = subject;
            tips["mutedSeconds"] = (60 * (1 + dice.below(1_440))).into();
        }
        1513 => tips["mutedUser"] = subject,
        1516..=1518 => tips["changedUser"] = subject,
        _ => {}
    }
    tips["operationTime"] = scene.time.into();
    tips["groupMemberVersion"] = (1 + dice.below(30)).into();
    tips["groupMemberVersionID"] = dice.hex()[..24].into();
    tips
}

fn group_info(scene: &Scene<'_>) -> Value {
    let plan = scene.plan;
    let (id, name) = plan
        .group
        .as_ref()
        .map_or(("", ""), |group| (&group.id, &group.name));
    json!({
        "groupID": id, "groupName": name, "notification": "", "introduction": "", "faceURL": "",
        "ownerUserID": scene.member(0).id, "createTime": plan.begin(),
        "memberCount": plan.members.len(), "ex": "", "status": 0,
        "creatorUserID": scene.member(0).id, "groupType": 2, "needVerification": 0,
        "lookMemberInfo": 0, "applyMemberFriend": 0, "notificationUpdateTime": 0,
        "notificationUserID": "",
    })
}

fn member(scene: &Scene<'_>, position: usize) -> Value {
    let who = scene.member(position);
    let admin = people::administrator().id;
    json!({
        "groupID": scene.plan.group.as_ref().map_or("", |group| &group.id),
        "userID": who.id, "roleLevel": if position == 0 { 100 } else { 20 },
        "joinTime": scene.plan.begin(), "nickname": who.nickname, "faceURL": who.face_url,
        "appMangerLevel": 0, "joinSource": 2, "operatorUserID": admin, "ex": "",
        "muteEndTime": 0, "inviterUserID": admin,
    })
}

fn public_user(who: &Person) -> Value {
    json!({ "userID": who.id, "nickname": who.nickname, "faceURL": who.face_url, "ex": "" })
}
