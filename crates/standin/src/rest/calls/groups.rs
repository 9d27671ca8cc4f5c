//! `/group/*`.

use std::cmp::Reverse;

use bson::Document;
use serde_json::{Value, json};

use super::answer::{Data, Refusal};
use super::conversations::{hash_of, version_of};
use super::routes::Call;
use super::users::{list, pattern};
use crate::collections::{Collections, date_ms, integer, text};

/// The status of a dismissed group.
const DISMISSED: i64 = 2;
const OWNER: i64 = 100;

/// `GroupInfo` of a row, with what is counted from the members.
pub(in crate::rest) fn group_info(collections: &Collections, group: &Document) -> Value {
    let members = collections.rows_of("group_member", text(group, "group_id"));
    let owner = members
        .iter()
        .find(|member| integer(member, "role_level") == OWNER)
        .map_or("", |member| text(member, "user_id"));
    bare_group_info(group, owner, members.len())
}

/// `GroupInfo` with owner and size as given: some calls leave them out.
pub(in crate::rest) fn bare_group_info(group: &Document, owner: &str, members: usize) -> Value {
    json!({
        "groupID": text(group, "group_id"),
        "groupName": text(group, "group_name"),
        "notification": text(group, "notification"),
        "introduction": text(group, "introduction"),
        "faceURL": text(group, "face_url"),
        "ownerUserID": owner,
        "createTime": date_ms(group, "create_time"),
        "memberCount": members,
        "ex": text(group, "ex"),
        "status": integer(group, "status"),
        "creatorUserID": text(group, "creator_user_id"),
        "groupType": integer(group, "group_type"),
        "needVerification": integer(group, "need_verification"),
        "lookMemberInfo": integer(group, "look_member_info"),
        "applyMemberFriend": integer(group, "apply_member_friend"),
        "notificationUpdateTime": date_ms(group, "notification_update_time"),
        "notificationUserID": text(group, "notification_user_id"),
    })
}

pub(in crate::rest) fn page(call: &Call<'_>) -> Result<Data, Refusal> {
    let id = call.body.text("groupID")?;
    let name = pattern(call.body.text("groupName")?, false)?;
    let mut groups: Vec<&Document> = call
        .collections
        .table("group")
        .into_iter()
        .flat_map(|table| table.rows())
        .filter(|group| {
            if id.is_empty() {
                integer(group, "status") != DISMISSED && name.is_match(text(group, "group_name"))
            } else {
                text(group, "group_id") == id
            }
        })
        .collect();
    groups.sort_by_key(|group| Reverse(date_ms(group, "create_time")));
    let total = groups.len();
    let groups = call
        .body
        .pagination()?
        .page(groups)
        .into_iter()
        .map(|group| {
            let info = group_info(call.collections, group);
            let owner = info["ownerUserID"].as_str().unwrap_or_default().to_owned();
            // The owner's name in the group, which is rarely set; not his name as a user.
            let name = call
                .collections
                .find("group_member", &[text(group, "group_id"), &owner])
                .map_or("", |member| text(member, "nickname"));
            json!({"groupInfo": info, "groupOwnerUserName": name, "groupOwnerUserID": owner})
        })
        .collect();
    Ok(json!({"total": total, "groups": list(groups)}).into())
}

pub(in crate::rest) fn by_ids(call: &Call<'_>) -> Result<Data, Refusal> {
    let ids = call.body.texts("groupIDs")?;
    if ids.is_empty() {
        return Err(Refusal::arguments("groupID is empty"));
    }
    let groups = ids
        .iter()
        .filter_map(|id| call.collections.find("group", &[id]))
        .map(|group| group_info(call.collections, group))
        .collect();
    Ok(json!({"groupInfos": list(groups)}).into())
}

/// Refuses who is neither admin nor member.
fn member_only(call: &Call<'_>, group_id: &str, detail: &str) -> Result<(), Refusal> {
    let member = call
        .collections
        .find("group_member", &[group_id, call.caller])
        .is_some();
    if member || call.is_admin() {
        return Ok(());
    }
    Err(Refusal::forbidden(detail))
}

fn sorted_members<'a>(call: &Call<'a>, group_id: &str) -> Vec<&'a Document> {
    let mut members = call.collections.rows_of("group_member", group_id);
    members.sort_by_key(|member| Reverse(integer(member, "role_level")));
    members
}

/// `GroupMemberFullInfo` of a row; an empty nickname or face is filled from the user.
fn member_info(call: &Call<'_>, member: &Document) -> Value {
    let user = call.collections.find("user", &[text(member, "user_id")]);
    let filled = |field| match text(member, field) {
        "" => user.map_or("", |user| text(user, field)),
        own => own,
    };
    json!({
        "groupID": text(member, "group_id"),
        "userID": text(member, "user_id"),
        "roleLevel": integer(member, "role_level"),
        "joinTime": date_ms(member, "join_time"),
        "nickname": filled("nickname"),
        "faceURL": filled("face_url"),
        "appMangerLevel": 0,
        "joinSource": integer(member, "join_source"),
        "operatorUserID": text(member, "operator_user_id"),
        "ex": text(member, "ex"),
        "muteEndTime": date_ms(member, "mute_end_time"),
        "inviterUserID": text(member, "inviter_user_id"),
    })
}

pub(in crate::rest) fn members(call: &Call<'_>) -> Result<Data, Refusal> {
    let group_id = call.body.required("groupID")?;
    let keyword = pattern(call.body.text("keyword")?, true)?;
    member_only(call, group_id, "op user not in group")?;
    let members: Vec<Value> = sorted_members(call, group_id)
        .into_iter()
        .map(|member| member_info(call, member))
        .filter(|member| {
            member["nickname"]
                .as_str()
                .is_some_and(|name| keyword.is_match(name))
        })
        .collect();
    let total = members.len();
    let members = call.body.pagination()?.page(members);
    Ok(json!({"total": total, "members": list(members)}).into())
}

pub(in crate::rest) fn members_by_ids(call: &Call<'_>) -> Result<Data, Refusal> {
    let group_id = call.body.required("groupID")?;
    let ids = call.body.texts("userIDs")?;
    if ids.is_empty() {
        return Err(Refusal::arguments("userIDs empty"));
    }
    member_only(call, group_id, "op user not in group")?;
    let members = ids
        .iter()
        .filter_map(|id| call.collections.find("group_member", &[group_id, id]))
        .map(|member| member_info(call, member))
        .collect();
    Ok(json!({"members": list(members)}).into())
}

pub(in crate::rest) fn member_ids(call: &Call<'_>) -> Result<Data, Refusal> {
    let group_id = call.body.required("groupID")?;
    member_only(call, group_id, "opUser no permission")?;
    let ids = sorted_members(call, group_id)
        .into_iter()
        .map(|member| text(member, "user_id").into())
        .collect();
    Ok(json!({"userIDs": list(ids)}).into())
}

pub(in crate::rest) fn full_member_ids(call: &Call<'_>) -> Result<Data, Refusal> {
    let group_id = call.body.required("groupID")?;
    member_only(call, group_id, "opUser no permission")?;
    let ids: Vec<&str> = sorted_members(call, group_id)
        .into_iter()
        .map(|member| text(member, "user_id"))
        .collect();
    let equal = hash_of(&ids) == call.body.hash("idHash")?;
    let ids = if equal { Vec::new() } else { ids };
    let (version, version_id) = version_of(call.collections, "group_member_version", group_id);
    let ids = list(ids.into_iter().map(Value::from).collect());
    Ok(json!({"version": version, "versionID": version_id, "equal": equal, "userIDs": ids}).into())
}

/// The groups a user is in, in the order he joined; dismissed ones are left out by `standing`.
fn groups_of<'a>(call: &Call<'a>, user_id: &str, standing: bool) -> Vec<&'a Document> {
    call.collections
        .table("group_member")
        .into_iter()
        .flat_map(|table| table.rows())
        .filter(|member| text(member, "user_id") == user_id)
        .filter_map(|member| call.collections.find("group", &[text(member, "group_id")]))
        .filter(|group| !standing || integer(group, "status") != DISMISSED)
        .collect()
}

pub(in crate::rest) fn joined(call: &Call<'_>) -> Result<Data, Refusal> {
    let user_id = call.body.required("fromUserID")?;
    call.access(user_id)?;
    let groups = groups_of(call, user_id, true);
    let total = groups.len();
    let groups = call
        .body
        .pagination()?
        .page(groups)
        .into_iter()
        .map(|group| group_info(call.collections, group))
        .collect();
    Ok(json!({"total": total, "groups": list(groups)}).into())
}

pub(in crate::rest) fn joined_ids(call: &Call<'_>) -> Result<Data, Refusal> {
    let user_id = call.body.required("userID")?;
    call.access(user_id)?;
    let ids: Vec<&str> = groups_of(call, user_id, false)
        .into_iter()
        .map(|group| text(group, "group_id"))
        .collect();
    let equal = hash_of(&ids) == call.body.hash("idHash")?;
    let ids = if equal { Vec::new() } else { ids };
    let (version, version_id) = version_of(call.collections, "group_join_version", user_id);
    let ids = list(ids.into_iter().map(Value::from).collect());
    Ok(
        json!({"version": version, "versionID": version_id, "equal": equal, "groupIDs": ids})
            .into(),
    )
}
