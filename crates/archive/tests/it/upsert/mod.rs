//! Random histories through the writer, compared with what a model makes of them.

mod history;
mod model;

use openim_history_archive::index::IndexSettings;
use openim_history_archive::row::{Key, RowSource, Seen};
use openim_history_archive::verify::Against;
use openim_history_archive::{Archive, Place, Writer, WriterOptions};
use openim_history_client::model::{
    ContentType, ConversationId, Message, Revoked, Seq, Slot, Timestamp, UserId,
};

use self::history::History;
use self::model::Model;
use crate::places::{content, folder};
use crate::verify::verified;

/// How many histories are gone through; `OPENIM_HISTORY_SEEDS` says another number.
const SEEDS: u64 = 12;

/// Small, so that every path is taken. The index takes most of the time: every fourth history has one.
async fn small_writer(place: &Place, seed: u64) -> Writer {
    let with_index = seed.is_multiple_of(4);
    let options = WriterOptions {
        commit_rows: 40,
        memory: 1 << 16,
        index: with_index.then(IndexSettings::default),
        ..WriterOptions::default()
    };
    let opened = Archive::write(place, "a test", options).await;
    opened.expect("opens")
}

/// `OPENIM_HISTORY_SEED=7` goes through that one history alone.
#[tokio::test]
async fn a_random_history_ends_as_the_model_says() {
    let number = |name: &str| {
        let text = std::env::var(name).ok()?;
        Some(
            text.parse::<u64>()
                .unwrap_or_else(|_| panic!("{name}={text} is no number")),
        )
    };
    let seeds = match number("OPENIM_HISTORY_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("OPENIM_HISTORY_SEEDS").unwrap_or(SEEDS),
    };
    for seed in seeds {
        go_through(seed).await;
    }
}

async fn go_through(seed: u64) {
    let again = format!("OPENIM_HISTORY_SEED={seed} goes through it alone");
    let mut history = History::new(seed);
    let mut model = Model::default();
    let (_folder, place) = folder();
    let mut writer = small_writer(&place, seed).await;
    let mut holes = 0;
    for round in 0..14 {
        let seen = Seen {
            source: *history.choose(&[RowSource::Mongo, RowSource::Rest]),
            at: Timestamp::from_millis(1_780_000_000_000 + i64::from(round)),
        };
        let slots: Vec<Slot> = (0..history.number(1..80))
            .map(|_| history.sight(seen.source))
            .collect();
        for slot in &slots {
            model.see(slot, seen);
        }
        writer.take(slots, seen).await.expect("takes");
        match history.number(0..6) {
            0 | 1 => writer.commit_rows().await.expect("commits"),
            2 => {
                writer.commit_rows().await.expect("commits");
                writer.compact(true).await.expect("compacts");
            }
            3 => {
                // Closed and opened again: the ledger is read from the tables.
                writer.commit_rows().await.expect("commits");
                holes += writer.counts().holes;
                writer.close().await.expect("closes");
                writer = small_writer(&place, seed).await;
            }
            _ => {}
        }
    }
    writer.commit_rows().await.expect("commits");
    holes += writer.counts().holes;
    writer.close().await.expect("closes");
    let found = content(&place).await;
    let keys: Vec<&Key> = found.keys().collect();
    let expected: Vec<&Key> = model.rows.keys().collect();
    assert_eq!(keys, expected, "{again}");
    for (key, kept) in &model.rows {
        assert_eq!(found[key], kept.row(), "{again}");
        model.assert_nothing_lost(key, &found[key], &again);
    }
    assert_eq!(holes, model.holes, "{again}");
    let report = verified(&place, Against::Itself, false).await;
    assert!(report.is_complete(), "{:?}: {again}", report.problems);
}

#[tokio::test]
async fn odd_values_come_back_as_they_were() {
    let (_folder, place) = folder();
    let mut writer = crate::places::writer(&place).await;
    let seen = Seen {
        source: RowSource::Mongo,
        at: Timestamp::from_millis(1_780_000_000_123),
    };
    let times = [
        i64::MIN,
        -1,
        0,
        1,
        1_780_000_000,
        253_402_300_800_000,
        i64::MAX,
    ];
    let slots: Vec<Slot> = times
        .iter()
        .enumerate()
        .map(|(at, &time)| {
            Slot::Message(Message {
                conversation_id: ConversationId::new("si_\u{0}_\u{202e}"),
                seq: Seq(at as i64),
                send_time: Timestamp::from_millis(time),
                create_time: Timestamp::from_millis(time),
                content: "not JSON \u{0} 😀".to_owned(),
                content_type: ContentType(i32::MAX),
                revoked: Some(Box::new(Revoked {
                    time: Timestamp::from_millis(time),
                    ..Revoked::default()
                })),
                options: [("history".into(), false)].into(),
                offline_push: Some(Box::default()),
                at_user_ids: vec![UserId::new(""), UserId::new("AtAllTag")],
                ..Message::default()
            })
        })
        .collect();
    writer.take(slots.clone(), seen).await.expect("takes");
    writer.commit_rows().await.expect("commits");
    let found = content(&place).await;
    assert_eq!(found.len(), slots.len());
    for slot in slots {
        let message = slot.into_message().expect("a message");
        assert_eq!(found[&Key::of(&message)].message, message);
    }
}
