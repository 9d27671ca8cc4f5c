//! Databases for the tests.

use std::path::{Path, PathBuf};

use bson::{Bson, Document, doc};

pub(crate) fn recordings() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../standin/recorded")
}

/// A stored slot with a text message sent at `time`.
pub(crate) fn slot(seq: i64, time: i64) -> Document {
    doc! {
        "msg": {
            "send_id": "a", "recv_id": "b", "group_id": "", "client_msg_id": format!("c{seq}"),
            "server_msg_id": format!("s{seq}"), "sender_platform_id": 5, "sender_nickname": "",
            "sender_face_url": "", "session_type": 1, "msg_from": 100, "content_type": 101,
            "content": format!("{{\"content\":\"{seq}\"}}"), "seq": seq, "send_time": time,
            "create_time": time, "status": 2, "is_read": false, "options": Bson::Null,
            "offline_push": Bson::Null, "at_user_id_list": Bson::Null, "attached_info": "", "ex": "",
        },
        "revoke": Bson::Null, "del_list": [], "is_read": false,
    }
}

/// A prepared slot.
pub(crate) fn padding() -> Document {
    doc! { "msg": Bson::Null, "revoke": Bson::Null, "del_list": [], "is_read": false }
}

/// A block whose first `len` slots hold messages, one a second up to `last`.
pub(crate) fn block(conversation: &str, number: i64, len: i64, last: i64) -> Document {
    let slots: Vec<_> = (1..=100)
        .map(|at| {
            if at <= len {
                slot(number * 100 + at, last - (len - at) * 1000)
            } else {
                padding()
            }
        })
        .collect();
    doc! { "doc_id": format!("{conversation}:{number}"), "msgs": slots }
}
