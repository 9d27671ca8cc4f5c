//! What users send.

use serde_json::{Value, json};

use super::message::Scene;
use super::quoted;
use crate::corpus::dice::Dice;
use crate::corpus::plan::ChatKind;
use crate::corpus::text;

/// Returns the content of a message of that type; a string is content that is not JSON.
pub(super) fn content(dice: &mut Dice, scene: &Scene<'_>, content_type: i32) -> Value {
    match content_type {
        200 | 201 => json!({ "content": text::say(dice) }),
        102 => picture(dice),
        103 => sound(dice),
        104 => video(dice),
        105 => file(dice),
        106 => at(dice, scene),
        107 => merger(dice, scene),
        108 => card(dice, scene),
        109 => location(dice),
        110 | 119 | 120 => custom(dice),
        // A relic of version 2: the id of the revoked message, bare.
        111 => Value::String(dice.hex()),
        112 | 116 => json!([dice.hex(), dice.hex()]),
        113 => json!({ "msgTips": if dice.happens(1, 2) { "yes" } else { "no" } }),
        114 => quote(dice, scene),
        115 => face(dice),
        117 => advanced(dice),
        118 => {
            json!({ "content": format!("# {}\n\n**{}** {}\n\n- [x] {}", text::topic(dice), dice.below(100), text::say(dice), text::topic(dice)) })
        }
        121 | 122 => json!({ "typeList": [] }),
        202 => signal(dice, scene),
        203 => detail(&json!({ "key": "ping", "data": text::topic(dice) })),
        1400 => notice(dice),
        // A client of somebody's own: an unknown type, and now and then no JSON at all.
        _ if dice.happens(1, 3) => Value::String(format!("plain, not json: {}", text::say(dice))),
        _ => json!({ "anything": dice.below(1_000) }),
    }
}

/// Returns the content of a text message.
pub(super) fn text_content(dice: &mut Dice) -> String {
    format!("{{\"content\":{}}}", Value::String(text::say(dice)))
}

/// Wraps JSON the way the server wraps every notification: as a string.
pub(super) fn detail(tips: &Value) -> Value {
    json!({ "detail": tips.to_string() })
}

fn picture(dice: &mut Dice) -> Value {
    let uuid = dice.hex();
    let (width, height) = (320 + dice.below(3_700), 240 + dice.below(2_800));
    let kind = dice.pick(&["png", "jpeg", "webp", "gif"]);
    let size = width * height / 8;
    let version = |name: &str, divisor: u64| {
        json!({
            "uuid": format!("{uuid}{name}"),
            "type": format!("image/{kind}"),
            "size": size / (divisor * divisor),
            "width": width / divisor,
            "height": height / divisor,
            "url": format!("http://127.0.0.1:9/object/{uuid}{name}.{kind}"),
        })
    };
    json!({
        "sourcePath": "",
        "sourcePicture": version("", 1),
        "bigPicture": version("", 1),
        "snapshotPicture": version("_s", 10),
    })
}

fn sound(dice: &mut Dice) -> Value {
    let uuid = dice.hex();
    let duration = 1 + dice.below(60);
    json!({
        "uuid": uuid,
        "soundPath": "",
        "sourceUrl": format!("http://127.0.0.1:9/object/{uuid}.m4a"),
        "dataSize": duration * 2_048,
        "duration": duration,
        "soundType": "audio/m4a",
    })
}

fn video(dice: &mut Dice) -> Value {
    let (uuid, snapshot) = (dice.hex(), dice.hex());
    let duration = 1 + dice.below(600);
    json!({
        "videoPath": "",
        "videoUUID": uuid,
        "videoUrl": format!("http://127.0.0.1:9/object/{uuid}.mp4"),
        "videoType": "video/mp4",
        "videoSize": duration * 180_000,
        "duration": duration,
        "snapshotPath": "",
        "snapshotUUID": snapshot,
        "snapshotSize": 9_000 + dice.below(40_000),
        "snapshotUrl": format!("http://127.0.0.1:9/object/{snapshot}.png"),
        "snapshotWidth": 720,
        "snapshotHeight": 1_280,
        "snapshotType": "image/png",
    })
}

fn file(dice: &mut Dice) -> Value {
    let uuid = dice.hex();
    let extension = dice.pick(&["pdf", "docx", "xlsx", "zip", "txt", "pptx"]);
    let name = format!("{}.{extension}", text::topic(dice));
    json!({
        "filePath": "",
        "uuid": uuid,
        "sourceUrl": format!("http://127.0.0.1:9/object/{uuid}/{name}"),
        "fileName": name,
        "fileSize": 1 + dice.below(60_000_000),
        "fileType": extension,
    })
}

fn at(dice: &mut Dice, scene: &Scene<'_>) -> Value {
    if dice.happens(1, 8) {
        return json!({
            "text": format!("@所有人 {}", text::say(dice)),
            "atUserList": ["AtAllTag"],
            "atUsersInfo": [{ "atUserID": "AtAllTag", "groupNickname": "所有人" }],
            "isAtSelf": false,
        });
    }
    let mut at: Vec<_> = (0..=dice.below(2)).map(|_| scene.other(dice)).collect();
    at.dedup();
    let names: String = at.iter().map(|who| format!("@{} ", who.nickname)).collect();
    let infos: Vec<_> = at
        .iter()
        .map(|who| json!({ "atUserID": who.id, "groupNickname": who.nickname }))
        .collect();
    let ids: Vec<_> = at.iter().map(|who| who.id.as_str()).collect();
    json!({
        "text": format!("{names}{}", text::say(dice)),
        "atUserList": ids,
        "atUsersInfo": infos,
        "isAtSelf": false,
    })
}

fn merger(dice: &mut Dice, scene: &Scene<'_>) -> Value {
    let title = match scene.plan.kind {
        ChatKind::Group => "群聊的聊天记录".to_owned(),
        _ => format!(
            "{}和{}的聊天记录",
            scene.sender.nickname,
            scene.other(dice).nickname
        ),
    };
    let merged = scene.earlier(3 + dice.below(4));
    let abstracts: Vec<_> = merged
        .iter()
        .take(4)
        .map(|message| format!("{}: {}", message.sender_nickname, quoted::brief(message)))
        .collect();
    let messages: Vec<_> = merged
        .iter()
        .map(|message| quoted::msg_struct(dice, message))
        .collect();
    json!({
        "title": title,
        "abstractList": abstracts,
        "multiMessage": messages,
        "messageEntityList": null,
    })
}

fn quote(dice: &mut Dice, scene: &Scene<'_>) -> Value {
    let text = text::say(dice);
    let back = 1 + dice.below(scene.number.clamp(2, 21) - 1);
    match scene.message_before(back) {
        Some(message) => json!({
            "text": text,
            "quoteMessage": quoted::msg_struct(dice, &message),
            "messageEntityList": null,
        }),
        // The first message of a chat has nothing to quote.
        None => json!({ "text": text, "quoteMessage": null, "messageEntityList": null }),
    }
}

fn card(dice: &mut Dice, scene: &Scene<'_>) -> Value {
    let who = scene.anybody(dice);
    json!({ "userID": who.id, "nickname": who.nickname, "faceURL": who.face_url, "ex": "" })
}

fn location(dice: &mut Dice) -> Value {
    let (name, longitude, latitude) = text::CITIES[dice.index(text::CITIES.len())];
    // Written out of integers, so that no machine rounds it differently.
    let degrees = |hundredths: i32| {
        let sign = if hundredths < 0 { "-" } else { "" };
        let part = hundredths.unsigned_abs();
        format!("{sign}{}.{:02}", part / 100, part % 100).parse::<serde_json::Number>()
    };
    json!({
        "description": json!({ "name": name, "addr": text::topic(dice) }).to_string(),
        "longitude": degrees(longitude).ok(),
        "latitude": degrees(latitude).ok(),
    })
}

fn custom(dice: &mut Dice) -> Value {
    let data = match dice.below(4) {
        0 => "not json".to_owned(),
        1 => json!({ "customType": 901, "data": { "orderID": dice.hex(), "amount": dice.below(9_999) } })
            .to_string(),
        _ => json!({ "customType": 200 + dice.below(5), "data": { "text": text::say(dice) } }).to_string(),
    };
    json!({ "data": data, "description": text::topic(dice), "extension": "" })
}

fn face(dice: &mut Dice) -> Value {
    let index = dice.below(60);
    json!({ "index": index, "data": json!({ "url": format!("http://127.0.0.1:9/face/{index}.gif") }).to_string() })
}

fn advanced(dice: &mut Dice) -> Value {
    let before = text::topic(dice);
    let url = format!("https://example.com/t/{}", dice.below(10_000));
    json!({
        "text": format!("{before} {url} #{}", text::topic(dice)),
        "messageEntityList": [{
            "type": "url",
            "offset": before.chars().count() + 1,
            "length": url.len(),
            "url": url,
            "ex": "",
        }],
    })
}

fn signal(dice: &mut Dice, scene: &Scene<'_>) -> Value {
    json!({
        "invite": {
            "opUserID": scene.sender.id,
            "invitation": {
                "inviterUserID": scene.sender.id,
                "inviteeUserIDList": [scene.other(dice).id],
                "roomID": dice.hex(),
                "mediaType": dice.pick(&["audio", "video"]),
                "timeout": 30,
            },
        },
    })
}

fn notice(dice: &mut Dice) -> Value {
    let mix = dice.below(6);
    let mut notice = json!({
        "notificationName": "系统通知",
        "notificationFaceURL": "http://127.0.0.1:9/face/sysnotice.png",
        "notificationType": 1 + dice.below(3),
        "text": text::say(dice),
        "url": format!("https://example.com/notice/{}", dice.below(10_000)),
        "mixType": mix,
        "ex": "",
    });
    match mix {
        1 => notice["pictureElem"] = picture(dice),
        2 => notice["soundElem"] = sound(dice),
        3 => notice["videoElem"] = video(dice),
        4 => notice["fileElem"] = file(dice),
        _ => {}
    }
    detail(&notice)
}
