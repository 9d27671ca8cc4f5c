//! Histories to count, and an archive that holds one.

use fastrand::Rng;
use openim_history_archive::report::{Report, ReportRequest, report};
use openim_history_archive::row::{RowSource, Seen};
use openim_history_archive::sync::NoProgress;
use openim_history_archive::{Archive, Place};
use openim_history_client::model::{
    ContentType, ConversationId, Hole, HoleCause, Message, Revoked, Seq, SessionType, Slot,
    Timestamp,
};
use serde_json::json;

use crate::places::writer;

/// 2026-03-01T00:00:00Z: the clocks of New York and Berlin change within the month.
pub(super) const START: i64 = 1_772_323_200_000;
pub(super) const HOUR: i64 = 60 * 60 * 1000;
pub(super) const DAY: i64 = 24 * HOUR;

const PEOPLE: [&str; 6] = ["alice", "bob", "carol_1", "dave", "O'Neil", "张三"];

/// Returns a text message.
pub(super) fn said(conversation: &str, seq: i64, from: &str, to: &str, millis: i64) -> Message {
    let group = conversation.strip_prefix("sg_");
    Message {
        conversation_id: conversation.into(),
        seq: Seq(seq),
        send_time: Timestamp::from_millis(millis),
        create_time: Timestamp::from_millis(millis),
        send_id: from.into(),
        recv_id: if group.is_some() { "" } else { to }.into(),
        group_id: group.unwrap_or_default().into(),
        session_type: if group.is_some() {
            SessionType::GROUP
        } else {
            SessionType::SINGLE
        },
        content_type: ContentType::TEXT,
        content: json!({ "content": format!("合同 {seq} 😀") }).to_string(),
        ..Message::default()
    }
}

/// Makes up a history: chats, groups, notices and logs, of all kinds, with holes, over borders of days and
/// months and changes of clocks, some of it out of order.
pub(super) fn made_up(seed: u64, count: usize) -> Vec<Message> {
    let mut rng = Rng::with_seed(seed);
    let mut chats: Vec<(String, &str, &str)> = vec![
        ("sg_1".to_owned(), "", ""),
        ("sg_x'; DROP".to_owned(), "", ""),
        ("n_alice_bob".to_owned(), "alice", "bob"),
        ("sn_alice_system".to_owned(), "system", "alice"),
    ];
    for (one, other) in [(0, 1), (0, 2), (1, 2), (0, 4), (4, 5), (2, 3)] {
        let (one, other) = (PEOPLE[one], PEOPLE[other]);
        let id = ConversationId::single(&one.into(), &other.into());
        chats.push((id.to_string(), one, other));
    }
    let mut heads = vec![0_i64; chats.len()];
    let mut clocks: Vec<i64> = chats.iter().map(|_| START + rng.i64(0..5 * DAY)).collect();
    let mut messages = Vec::new();
    for _ in 0..count {
        let at = rng.usize(0..chats.len());
        let (id, one, other) = &chats[at];
        // Now and then a number is lost, and time jumps by seconds, hours or weeks.
        heads[at] += if rng.u8(0..20) == 0 { rng.i64(2..5) } else { 1 };
        clocks[at] += match rng.u8(0..20) {
            0..14 => rng.i64(0..600_000),
            14..19 => rng.i64(0..14 * HOUR),
            _ => rng.i64(0..9 * DAY),
        };
        let odd = if rng.u8(0..25) == 0 {
            rng.i64(0..2 * HOUR)
        } else {
            0
        };
        let (from, to) = if id.starts_with("sg_") {
            (PEOPLE[rng.usize(0..PEOPLE.len())], "")
        } else if rng.bool() {
            (*one, *other)
        } else {
            (*other, *one)
        };
        let mut message = said(id, heads[at], from, to, clocks[at] - odd);
        dress(&mut message, &mut rng);
        messages.push(message);
    }
    messages
}

/// Gives a message a type, and maybe a fate.
fn dress(message: &mut Message, rng: &mut Rng) {
    let number = message.seq.0;
    let (content_type, content) = match rng.u8(0..16) {
        0 => (
            102,
            json!({"sourcePicture": {"url": format!("http://h/{number}"), "size": number * 7}}),
        ),
        1 => (
            103,
            json!({"sourceUrl": format!("http://h/v{number}"), "dataSize": number, "duration": 3}),
        ),
        2 => (
            104,
            json!({"videoUrl": format!("http://h/m{number}"), "videoSize": 0}),
        ),
        3 => (
            105,
            json!({"sourceUrl": "http://h/same", "fileName": "a", "fileSize": 100}),
        ),
        4 => (113, json!({"msgTips": "yes"})),
        5 => (1509, json!({"detail": "{}"})),
        6 => (110, json!({"data": "x"})),
        7 => (203, json!({"data": "x"})),
        8 => (150, json!({"what": 1})),
        9 => (2200, json!({"detail": "{}"})),
        _ => return fate(message, rng),
    };
    message.content_type = ContentType(content_type);
    message.content = content.to_string();
    fate(message, rng);
}

fn fate(message: &mut Message, rng: &mut Rng) {
    if rng.u8(0..15) == 0 {
        message.revoked = Some(Box::new(Revoked {
            user_id: message.send_id.clone(),
            time: Timestamp::from_millis(message.send_time.as_millis() + 1000),
            ..Revoked::default()
        }));
    }
    if rng.u8(0..15) == 0 {
        message.deleted_for = vec!["alice".into()];
    }
}

/// Makes an archive of messages.
pub(super) async fn stored(place: &Place, messages: &[Message]) -> Archive {
    let mut writer = writer(place).await;
    let slots = messages.iter().cloned().map(Slot::Message).collect();
    writer.take(slots, seen()).await.expect("takes");
    writer.commit_rows().await.expect("commits");
    writer.close().await.expect("closes");
    Archive::open(place).await.expect("opens")
}

fn seen() -> Seen {
    Seen {
        source: RowSource::Mongo,
        at: Timestamp::from_millis(START),
    }
}

/// Whether the server no longer has a message, once [`emptied`] was called.
pub(super) fn is_emptied(message: &Message) -> bool {
    message.seq.0 % 11 == 0
}

/// Sees that the server emptied some of the slots.
pub(super) async fn emptied(place: &Place, messages: &[Message]) -> Archive {
    let mut writer = writer(place).await;
    let gone = messages.iter().filter(|message| is_emptied(message));
    let slots = gone.map(|message| {
        Slot::Hole(Hole {
            conversation_id: message.conversation_id.clone(),
            seq: message.seq,
            cause: HoleCause::Emptied,
        })
    });
    writer.take(slots.collect(), seen()).await.expect("takes");
    writer.commit_rows().await.expect("commits");
    writer.close().await.expect("closes");
    Archive::open(place).await.expect("opens")
}

/// Computes a report.
pub(super) async fn computed(archive: &Archive, request: &ReportRequest) -> Report {
    report(archive, request, &NoProgress)
        .await
        .expect("computes")
}
