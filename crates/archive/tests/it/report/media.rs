//! What a report says of attachments the archive keeps.

use openim_history_archive::report::{Media, ReportRequest};
use openim_history_client::model::{ContentType, Kind, Message, TimeRange, Timestamp};

use super::history::{DAY, START, computed, said, stored};
use crate::media::web::{Web, status, whole};
use crate::media::{fetch, of_file, of_picture, options, picture};
use crate::places::folder;

fn with(seq: i64, (content_type, content): (ContentType, String)) -> Message {
    Message {
        content_type,
        content,
        ..said("si_alice_bob", seq, "alice", "bob", START + seq * DAY)
    }
}

#[tokio::test]
async fn what_is_kept_is_counted_once_by_its_content_and_only_where_it_was_sent_in_time() {
    let web = Web::start().await;
    let (_folder, place) = folder();
    let (one, other) = (picture("one"), picture("another one"));
    let serve = |path: &str, kind: &'static str, bytes: &[u8]| {
        let bytes = bytes.to_vec();
        web.on(path, move |_| whole(kind, bytes.clone()))
    };
    let twice = [
        serve("/one", "image/png", &one),
        serve("/same", "image/png", &one),
    ];
    let later = serve("/other", "image/png", &other);
    let file = serve("/file", "text/plain", b"contract");
    let gone = web.on("/gone", |_| status(404));
    let messages = [
        with(1, of_picture(&twice[0], 7)),
        with(2, of_picture(&twice[1], 0)),
        with(3, of_picture(&gone, 5)),
        with(4, of_file(&file, "a.txt", 8)),
        with(9, of_picture(&later, 11)),
    ];
    stored(&place, &messages).await;
    let fetched = fetch(&place, options()).await;
    assert_eq!(fetched.failed.values().sum::<u64>(), 1, "{fetched:?}");
    let archive = openim_history_archive::Archive::open(&place).await;
    let archive = archive.expect("opens");
    let pictures = |messages, declared_bytes, kept, kept_bytes: usize| Media {
        kind: Kind::Picture,
        messages,
        declared_bytes,
        undeclared: 1,
        kept,
        kept_bytes: kept_bytes as u64,
    };
    let files = Media {
        kind: Kind::File,
        messages: 1,
        declared_bytes: 8,
        undeclared: 0,
        kept: 1,
        kept_bytes: 8,
    };
    let request = ReportRequest::new(Timestamp::from_millis(START));
    let all = computed(&archive, &request).await.media;
    let both = one.len() + other.len();
    assert_eq!(all, [pictures(4, 23, 2, both), files.clone()]);
    let request = ReportRequest {
        times: TimeRange {
            since: None,
            until: Some(Timestamp::from_millis(START + 9 * DAY)),
        },
        ..request
    };
    let early = computed(&archive, &request).await.media;
    assert_eq!(early, [pictures(3, 12, 1, one.len()), files]);
}
