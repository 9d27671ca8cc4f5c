//! `sync --media`: attachments of the archive's messages.

use bson::{Document, doc};
use openim_history_standin::mongod::{Mode, Mongod};

use crate::archive::{json, recorded_mongod};
use crate::follow;
use crate::mongo::runtime;
use crate::run::web;

/// Serves one picture under `/picture.png`, whatever follows the `?`, and nothing else.
pub(crate) fn pictures() -> String {
    web(|request| match request.contains("/picture.png") {
        true => ("200 OK", PICTURE),
        false => ("404 Not Found", &b"no such file"[..]),
    })
}

/// The beginning of one, which is enough to be known by.
pub(crate) const PICTURE: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";

/// Writes messages with a picture each into a block of their own.
pub(crate) fn write(mongod: &Mongod, conversation: &str, urls: &[String]) {
    let slots = (1..=100_i64).map(|seq| {
        let Some(url) = usize::try_from(seq - 1).ok().and_then(|at| urls.get(at)) else {
            return doc! {"msg": null, "revoke": null, "del_list": [], "is_read": false};
        };
        let content = format!(
            "{{\"sourcePicture\":{{\"url\":\"{url}\",\"size\":{},\"type\":\"png\"}}}}",
            PICTURE.len()
        );
        let message = doc! {
            "send_id": "a", "recv_id": "b", "group_id": "", "session_type": 1, "msg_from": 100,
            "client_msg_id": format!("{conversation}-{seq}"), "server_msg_id": format!("server-{seq}"),
            "content_type": 102, "content": content, "seq": seq, "status": 2,
            "send_time": 1_790_000_000_000_i64 + seq, "create_time": 1_790_000_000_000_i64 + seq,
        };
        doc! {"msg": message, "revoke": null, "del_list": [], "is_read": false}
    });
    let block = doc! {"doc_id": format!("{conversation}:0"), "msgs": slots.collect::<Vec<_>>()};
    runtime().block_on(async {
        let client = mongod.client().await.expect("connected");
        let msg = client.database("openim_v3").collection::<Document>("msg");
        msg.insert_one(block).await.expect("inserts");
    });
}

#[test]
fn attachments_are_fetched_once_and_what_failed_is_told_without_its_signature() {
    let (mongod, place) = recorded_mongod(Mode::Standalone);
    let web = pictures();
    write(
        &mongod,
        "si_with_pictures",
        &[
            format!("{web}/picture.png?name=one"),
            format!("{web}/picture.png?name=two"),
            format!("{web}/lost.png?signature=hunter2"),
        ],
    );
    let args = ["sync", "--only", "si_with_pictures", "--media"];
    let shown = place.run(&[&args[..], &["--dry-run"]].concat());
    assert!(shown.starts_with("exit 0"), "{shown}");
    // Hosts of one's own network are only reached where they are named.
    let (synced, code) = json(&place, &[&args[..], &["--json"]].concat());
    assert_eq!(code, Some(0), "{synced}");
    assert_eq!(synced["media"]["found"], 3, "{synced}");
    assert_eq!(synced["media"]["fetched"], 0, "{synced}");
    let hosts = [&args[..], &["--media-hosts", "127.0.0.1"]].concat();
    let shown = place.run(&[&hosts[..], &["--dry-run"]].concat());
    assert!(shown.contains("to fetch"), "{shown}");
    let shown = place.run(&hosts);
    assert!(shown.starts_with("exit 0"), "{shown}");
    assert!(shown.contains("2 attachments fetched"), "{shown}");
    assert!(
        shown.contains("/lost.png: ") && shown.contains("404") && !shown.contains("hunter2"),
        "{shown}"
    );
    let (synced, _) = json(&place, &[&hosts[..], &["--json"]].concat());
    let media = &synced["media"];
    assert_eq!((&media["fetched"], &media["there"]), (&0.into(), &2.into()));
    let (info, _) = json(&place, &["info", "--json"]);
    assert_eq!(info["bytes"]["media"], PICTURE.len(), "kept once: {info}");
    let shown = place.run(&["sync", "--media-types", "picture"]);
    assert!(shown.starts_with("exit 2"), "{shown}");
    let shown = place.run(&["sync", "--media", "--media-types", "gif"]);
    assert!(shown.contains("there are picture (or image)"), "{shown}");
    let shown = place.run(&["sync", "--media", "--media-max-size", "ten"]);
    assert!(shown.starts_with("exit 2"), "{shown}");
}

#[test]
fn a_follower_fetches_what_comes() {
    let (mongod, place) = recorded_mongod(Mode::ReplicaSet);
    let web = pictures();
    let mut follower = follow::follow(&place, &["--media", "--media-hosts", "127.0.0.1"]);
    follow::until(&place, &mut follower, follow::is_following);
    write(
        &mongod,
        "si_live",
        &[format!("{web}/picture.png?name=live")],
    );
    let kept = || {
        let (info, _) = json(&place, &["info", "--json"]);
        info["bytes"]["media"] == PICTURE.len()
    };
    follow::until(&place, &mut follower, |_| kept());
    let (code, said) = follow::terminate(follower);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("1 attachment fetched"), "{said}");
}
