//! Exports that do not tell who people are.

use openim_history_client::model::{ContentType, OfflinePush, Revoked, Timestamp};
use serde_json::json;

use super::{export, request, said, texts};
use crate::export::{Asked, ExportFormat, Pseudonyms, Resolved};
use crate::row::{Change, Row, What};

/// Messages that name people wherever one can.
fn rows() -> Vec<Row> {
    let mut named = said("si_alice_bob", 1, "alice", "明天见");
    let message = &mut named.message;
    message.sender_nickname = "爱丽丝".into();
    message.sender_face_url = "https://h/alice.png".into();
    message.ex = "alice".into();
    message.attached_info = "{\"groupHasReadInfo\":{\"hasReadUserIDList\":[\"bob\"]}}".into();
    message.offline_push = Some(Box::new(OfflinePush {
        title: "爱丽丝".into(),
        ..OfflinePush::default()
    }));
    message.deleted_for = vec!["bob".into()];
    message.revoked = Some(Box::new(Revoked {
        user_id: "carol".into(),
        nickname: "Carol".into(),
        ..Revoked::default()
    }));
    named.changes = vec![
        Change {
            seen: Timestamp::default(),
            what: What::DeletedFor {
                users: vec!["bob".into()],
            },
        },
        Change {
            seen: Timestamp::default(),
            what: What::Replaced {
                before: Box::new(said("si_alice_bob", 1, "alice", "早").message),
            },
        },
    ];
    let mut kicked = said("sg_1", 1, "alice", "");
    kicked.message.content_type = ContentType(1508);
    let detail = json!({
        "group": {"groupID": "1", "groupName": "项目组"},
        "opUser": {"userID": "alice", "nickname": "爱丽丝"},
        "kickedUserList": [{"userID": "bob", "nickname": "Bob"}],
    });
    kicked.message.content = json!({ "detail": detail.to_string() }).to_string();
    let mut picture = said("sg_1", 2, "carol", "");
    picture.message.content_type = ContentType::PICTURE;
    picture.message.content = json!({"sourcePath": "/home/carol/x.png",
        "sourcePicture": {"url": "http://h/object/carol/x.png", "width": 3, "height": 4}})
    .to_string();
    picture.message.at_user_ids = vec!["alice".into(), "AtAllTag".into()];
    vec![named, kicked, picture, said("n_alice_bob", 9, "bob", "log")]
}

#[tokio::test]
async fn no_byte_of_an_export_names_anybody() {
    let key = Pseudonyms::new(b"the key of this test").expect("long enough");
    let keep = tempfile::tempdir().expect("a folder");
    let formats = [
        ExportFormat::Jsonl,
        ExportFormat::Csv,
        ExportFormat::Txt,
        ExportFormat::Sqlite,
    ];
    let mut request = request(keep.path(), &formats);
    request.pseudonyms = Some(key.clone());
    request.template = Some("{kind}/{conversation} {name}".to_owned());
    request.asked = Asked {
        query: "from:alice".into(),
        names: vec![Resolved {
            written: "from:爱丽丝".into(),
            ids: vec!["alice".into()],
        }],
        by: None,
    };
    export(rows(), &request).await.expect("exports");
    let mut all = 0;
    for path in crate::export::folder::listed(keep.path()).expect("lists") {
        let bytes = std::fs::read(keep.path().join(&path)).expect("reads");
        for word in ["alice", "bob", "Bob", "carol", "Carol", "爱丽丝", "项目组"] {
            let named = bytes
                .windows(word.len())
                .any(|window| window == word.as_bytes());
            assert!(
                !named,
                "{word} in {path}: {}",
                String::from_utf8_lossy(&bytes)
            );
            assert!(!path.contains(word), "{word} in the name of {path}");
        }
        all += 1;
    }
    assert!(all > 8, "{all} files");
    // The same person has the same token everywhere.
    let texts = texts(keep.path());
    let token = key.user(&"alice".into());
    let named = texts
        .iter()
        .filter(|(_, text)| text.contains(token.as_str()));
    assert!(named.count() >= 6);
    let chat = texts
        .iter()
        .find(|(path, _)| path.starts_with("chats/") && path.ends_with(".jsonl"));
    assert!(
        chat.expect("a chat").1.contains("明天见"),
        "what people wrote stays"
    );
}

#[tokio::test]
async fn what_was_blackened_is_counted_once() {
    let keep = tempfile::tempdir().expect("a folder");
    let mut request = request(keep.path(), &[ExportFormat::Jsonl, ExportFormat::Txt]);
    request.redact = true;
    let rows = vec![
        said("sg_1", 1, "alice", "打 13800138000 或写信 a@b.cn"),
        said("sg_1", 2, "alice", "卡 4111 1111 1111 1111"),
        said("sg_1", 3, "alice", "2026"),
    ];
    let report = export(rows.clone(), &request).await.expect("exports");
    let counted: Vec<(&str, u64)> = report
        .totals
        .redacted
        .iter()
        .map(|(what, count)| (what.as_str(), *count))
        .collect();
    assert_eq!(counted, [("bank_card", 1), ("email", 1), ("phone", 1)]);
    for (path, text) in texts(keep.path()) {
        for number in ["13800138000", "a@b.cn", "4111"] {
            assert!(!text.contains(number), "{number} in {path}");
        }
    }
    // What is not written again counts as before.
    let again = export(rows, &request).await.expect("exports");
    assert_eq!(again.totals.redacted, report.totals.redacted);
    assert_eq!(again.files.reused, 2);
}
