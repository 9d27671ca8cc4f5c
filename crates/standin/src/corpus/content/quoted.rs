//! Messages inside messages.

use serde_json::{Value, json};

use super::message::Message;
use crate::corpus::dice::Dice;

/// Returns a message as the SDK nests it: under its own names, with one typed element beside the
/// content, which newer SDKs leave empty.
pub(super) fn msg_struct(dice: &mut Dice, message: &Message<'_>) -> Value {
    let mut nested = json!({
        "clientMsgID": message.client_msg_id,
        "serverMsgID": message.server_msg_id,
        "createTime": message.create_time,
        "sendTime": message.send_time,
        "sessionType": message.session_type,
        "sendID": message.send_id,
        "recvID": message.recv_id,
        "msgFrom": message.msg_from,
        "contentType": message.content_type,
        "senderPlatformID": message.platform_id,
        "senderNickname": message.sender_nickname,
        "senderFaceUrl": message.sender_face_url,
        "groupID": message.group_id,
        "content": if dice.happens(1, 2) { "" } else { &message.content },
        "seq": message.seq,
        "isRead": false,
        "status": 2,
        "offlinePush": {},
        "attachedInfo": "",
        "ex": "",
        "localEx": "",
    });
    let element = serde_json::from_str(&message.content).ok();
    if let (Some(name), Some(element)) = (element_name(message.content_type), element) {
        nested[name] = element;
    }
    nested
}

/// Returns what a merger's list says of a message.
pub(super) fn brief(message: &Message<'_>) -> String {
    let word = match message.content_type {
        102 => "[图片]",
        103 => "[语音]",
        104 => "[视频]",
        105 => "[文件]",
        _ => {
            let content: Value = serde_json::from_str(&message.content).unwrap_or_default();
            let text = content.get("content").or_else(|| content.get("text"));
            return text
                .and_then(Value::as_str)
                .map_or("[消息]".to_owned(), |text| {
                    text.chars().take(40).collect()
                });
        }
    };
    word.to_owned()
}

fn element_name(content_type: i32) -> Option<&'static str> {
    Some(match content_type {
        101 => "textElem",
        102 => "pictureElem",
        103 => "soundElem",
        104 => "videoElem",
        105 => "fileElem",
        106 => "atTextElem",
        107 => "mergeElem",
        108 => "cardElem",
        109 => "locationElem",
        110 | 119 | 120 => "customElem",
        113 => "typingElem",
        114 => "quoteElem",
        115 => "faceElem",
        117 => "advancedTextElem",
        118 => "markdownTextElem",
        1000.. => "notificationElem",
        _ => return None,
    })
}
