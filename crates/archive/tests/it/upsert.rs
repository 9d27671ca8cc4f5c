//! Random histories through the writer, compared with a plain map.

use std::collections::BTreeMap;

use openim_history_archive::row::{Key, Outcome, Row, RowSource, Seen, merge};
use openim_history_archive::{Archive, WriterOptions};
use openim_history_client::model::{
    ContentType, ConversationId, Hole, HoleCause, Message, Revoked, Seq, Slot, Timestamp, UserId,
};

use crate::places::{content, folder};

/// A server's slots that change at random, and what a plain map makes of them.
struct Model {
    random: fastrand::Rng,
    server: BTreeMap<Key, Slot>,
    expected: BTreeMap<Key, Row>,
}

impl Model {
    fn new(seed: u64) -> Self {
        Self {
            random: fastrand::Rng::with_seed(seed),
            server: BTreeMap::new(),
            expected: BTreeMap::new(),
        }
    }

    fn key(&mut self) -> Key {
        let conversations = ["si_a_b", "sg_1", "n_a_b", "si_甲_乙"];
        let at = self.random.usize(..conversations.len());
        Key {
            conversation_id: ConversationId::new(conversations[at]),
            seq: Seq(self.random.i64(1..250)),
        }
    }

    fn message(&mut self, key: &Key) -> Message {
        // Two years, so that keys move between months when a slot is rewritten.
        let month = self.random.i64(0..4);
        Message {
            conversation_id: key.conversation_id.clone(),
            seq: key.seq,
            send_time: Timestamp::from_millis(1_730_419_200_000 + month * 2_700_000_000),
            send_id: UserId::new(format!("u{}", self.random.u32(..5))),
            content_type: ContentType::TEXT,
            content: format!("{{\"content\":\"合同 {}\"}}", self.random.u32(..1000)),
            client_msg_id: format!("c{}", self.random.u64(..)).into(),
            server_msg_id: format!("s{}", self.random.u64(..)).into(),
            ..Message::default()
        }
    }

    /// Does something to the server, and returns what is seen of it: now and then something old too.
    fn step(&mut self) -> Slot {
        let key = self.key();
        let slot = match (self.server.get(&key).cloned(), self.random.u32(..10)) {
            (Some(Slot::Message(mut message)), 0 | 1) => {
                message.revoked = Some(Box::new(Revoked {
                    user_id: UserId::new("boss"),
                    time: Timestamp::from_millis(1_790_000_000_000),
                    ..Revoked::default()
                }));
                Slot::Message(message)
            }
            (Some(Slot::Message(mut message)), 2 | 3) => {
                let user = UserId::new(format!("u{}", self.random.u32(..5)));
                if !message.deleted_for.contains(&user) {
                    message.deleted_for.push(user);
                }
                Slot::Message(message)
            }
            (Some(Slot::Message(mut message)), 4) => {
                message.is_read = true;
                Slot::Message(message)
            }
            (Some(_), 5) => Slot::Hole(Hole {
                conversation_id: key.conversation_id.clone(),
                seq: key.seq,
                cause: HoleCause::Emptied,
            }),
            (Some(_), 6) => Slot::Hole(Hole {
                conversation_id: key.conversation_id.clone(),
                seq: key.seq,
                cause: HoleCause::NoBlock,
            }),
            // A replay.
            (Some(slot), 7 | 8) => slot,
            _ => Slot::Message(self.message(&key)),
        };
        self.server.insert(key, slot.clone());
        slot
    }

    fn see(&mut self, slot: Slot, seen: Seen) {
        let key = match &slot {
            Slot::Message(message) => Key::of(message),
            Slot::Hole(hole) => Key {
                conversation_id: hole.conversation_id.clone(),
                seq: hole.seq,
            },
        };
        match merge(self.expected.get(&key).cloned(), slot, seen) {
            Outcome::New(row) | Outcome::Changed(row) => {
                self.expected.insert(key, row);
            }
            Outcome::Unchanged | Outcome::Hole => {}
        }
    }
}

#[tokio::test]
async fn a_random_history_ends_as_a_plain_map_says() {
    for seed in 0..4 {
        let mut model = Model::new(seed);
        let (_folder, place) = folder();
        let options = || WriterOptions {
            // Small, so that every path is taken.
            commit_rows: 40,
            memory: 1 << 16,
            ..WriterOptions::default()
        };
        let mut writer = Archive::write(&place, "a test", options())
            .await
            .expect("opens");
        for round in 0..30 {
            let seen = Seen {
                source: RowSource::Mongo,
                at: Timestamp::from_millis(1_780_000_000_000 + i64::from(round)),
            };
            let slots: Vec<Slot> = (0..model.random.usize(1..60))
                .map(|_| model.step())
                .collect();
            for slot in slots.iter().cloned() {
                model.see(slot, seen);
            }
            writer.take(slots, seen).await.expect("takes");
            match model.random.u32(..6) {
                0 | 1 => writer.commit_rows().await.expect("commits"),
                2 => {
                    writer.commit_rows().await.expect("commits");
                    writer.compact(true).await.expect("compacts");
                }
                3 => {
                    // Closed and opened again: the ledger is read from the tables.
                    writer.commit_rows().await.expect("commits");
                    writer.close().await.expect("closes");
                    writer = Archive::write(&place, "a test", options())
                        .await
                        .expect("opens");
                }
                _ => {}
            }
        }
        writer.commit_rows().await.expect("commits");
        writer.close().await.expect("closes");
        let found = content(&place).await;
        assert_eq!(found.len(), model.expected.len(), "seed {seed}");
        for (key, row) in &model.expected {
            assert_eq!(&found[key], row, "seed {seed}");
        }
    }
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
