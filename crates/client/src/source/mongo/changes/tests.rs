//! The decoder on events real servers sent, and on shapes other versions of MongoDB send.

use std::collections::BTreeMap;
use std::path::Path;

use bson::oid::ObjectId;
use bson::{Bson, Document, doc};

use super::event::BlockChange;
use super::names::Known;
use super::stream::{Decoded, decode};
use crate::model::{Message, Seq, Slot};
use crate::source::mongo::blocks::BlockId;
use crate::source::mongo::wire::{BlockName, Fields};

/// The recorded events of `msg`, in their order.
fn recorded(file: &str) -> Vec<Document> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../standin/recorded");
    let lines = std::fs::read_to_string(path.join(file)).expect("recorded");
    let events = lines.lines().map(|line| {
        let json: serde_json::Value = serde_json::from_str(line).expect("JSON");
        match Bson::try_from(json).expect("extended JSON") {
            Bson::Document(event) => event,
            other => panic!("no event: {other}"),
        }
    });
    let of_msg = |event: &Document| {
        let namespace = event.get_document("ns").expect("a namespace");
        namespace.get_str("coll").is_ok_and(|name| name == "msg")
    };
    events.filter(of_msg).collect()
}

fn id_of(event: &Document) -> ObjectId {
    let key = event.get_document("documentKey").expect("a key");
    key.get_object_id("_id").expect("an id")
}

fn decoded(events: &[Document], names: &Known) -> Decoded {
    let bytes: Vec<_> = events
        .iter()
        .map(|event| event.to_vec().expect("encodes"))
        .collect();
    decode(bytes.iter().map(|bytes| Fields::of(bytes)), names)
}

fn one_block() -> (ObjectId, Known) {
    let id = ObjectId::new();
    let name = BlockName::parse("si_a_b:2");
    (id, Known::from([(BlockId::from_bytes(id.bytes()), name)]))
}

fn update(id: ObjectId, fields: Document) -> Document {
    doc! {
        "operationType": "update", "documentKey": { "_id": id },
        "updateDescription": { "updatedFields": fields, "removedFields": [] },
    }
}

/// What was said of numbers, whatever was gathered into one change.
fn told(changes: &[BlockChange]) -> Vec<(&'static str, i64)> {
    let mut told = Vec::new();
    for change in changes {
        match change {
            BlockChange::Messages { slots, .. } => {
                told.extend(slots.iter().map(|slot| ("message", slot.seq().0)));
            }
            BlockChange::Touched { seqs, .. } => {
                told.extend(seqs.iter().map(|seq| ("touched", seq.0)));
            }
            BlockChange::Removed { .. } => told.push(("removed", 0)),
        }
    }
    told
}

#[test]
fn recorded_events_are_all_understood() {
    for (file, stored, touched, removed) in [
        ("release/changes.jsonl", 416, 15, 1),
        ("release/q_events.jsonl", 1, 5, 0),
        ("main/changes.jsonl", 242, 12, 0),
    ] {
        let events = recorded(file);
        let mut names = Known::new();
        for event in &events {
            // What was there before the recording began has any name.
            let name = event
                .get_document("fullDocument")
                .and_then(|block| block.get_str("doc_id"))
                .unwrap_or("si_before_it:0");
            let id = BlockId::from_bytes(id_of(event).bytes());
            names.entry(id).or_insert_with(|| BlockName::parse(name));
        }
        let decoded = decoded(&events, &names);
        assert_eq!(decoded.events, events.len(), "{file}");
        assert!(
            decoded.newest.is_some() && decoded.ended.is_none(),
            "{file}"
        );
        let later = decoded.changes.iter().filter_map(|change| match change {
            BlockChange::Messages {
                slots,
                with_state: false,
                ..
            } => Some(slots.len()),
            _ => None,
        });
        assert_eq!(later.sum::<usize>(), stored, "{file}");
        let count = |kind| {
            told(&decoded.changes)
                .iter()
                .filter(|t| t.0 == kind)
                .count()
        };
        assert_eq!(count("removed"), removed, "{file}");
        // An event may touch several numbers.
        assert_eq!(count("touched"), touched, "{file}");
    }
}

#[test]
fn a_message_put_into_its_slot_is_told_with_all_its_fields() {
    let events = recorded("release/changes.jsonl");
    let mut compared = 0;
    for event in &events {
        let Ok(description) = event.get_document("updateDescription") else {
            continue;
        };
        let updated = description.get_document("updatedFields").expect("fields");
        let Some((path, Bson::Document(body))) = updated.iter().next() else {
            continue;
        };
        if !path.ends_with(".msg") {
            continue;
        }
        let id = BlockId::from_bytes(id_of(event).bytes());
        let names = Known::from([(id, BlockName::parse("si_a_b:0"))]);
        let decoded = decoded(std::slice::from_ref(event), &names);
        let [BlockChange::Messages { block, slots, .. }] = &decoded.changes[..] else {
            panic!("{:?}", decoded.changes);
        };
        assert_eq!((block.id, block.number), (id, 0));
        let message = slots[0].message().expect("a message");
        let text = |key: &str| body.get_str(key).expect("a text");
        assert_eq!(message.content, text("content"));
        assert_eq!(message.client_msg_id.as_str(), text("client_msg_id"));
        assert_eq!(message.send_id.as_str(), text("send_id"));
        let number = body.get_i64("send_time").expect("a time");
        assert_eq!(message.send_time.as_millis(), number);
        let expected = (body.get_i64("seq").expect("a number") - 1) % 100 + 1;
        assert_eq!(message.seq, Seq(expected));
        compared += 1;
    }
    assert_eq!(compared, 416);
}

#[test]
fn both_ways_of_telling_a_delete_for_one_are_understood() {
    let (id, names) = one_block();
    let events = [
        update(id, doc! { "msgs.4.del_list": ["a"] }),
        update(id, doc! { "msgs.5.del_list.1": "b" }),
    ];
    let decoded = decoded(&events, &names);
    assert_eq!(told(&decoded.changes), [("touched", 205), ("touched", 206)]);
    assert_eq!(decoded.changes.len(), 1, "neighbours become one");
}

#[test]
fn one_event_may_say_several_things_and_they_stay_in_their_order() {
    let (id, names) = one_block();
    let body = || doc! { "content": "hi", "seq": 7 };
    let mut event = update(
        id,
        doc! {
            "msgs.0": { "msg": Bson::Null }, "msgs.1": { "msg": Bson::Null },
            "msgs.2.msg": body(), "msgs.3.msg": body(), "msgs.3.revoke": { "role": 1 },
            "msgs.4.msg": Bson::Null, "msgs.100.msg": body(), "msgs.x": 1, "other": 2,
        },
    );
    let description = event
        .get_document_mut("updateDescription")
        .expect("a description");
    description.insert("removedFields", vec!["msgs.9.is_read", "elsewhere"]);
    let decoded = decoded(&[event], &names);
    assert_eq!(
        told(&decoded.changes),
        [
            ("touched", 201),
            ("touched", 202),
            ("message", 203),
            ("message", 204),
            ("touched", 204),
            ("touched", 205),
            ("touched", 210),
        ]
    );
    let stored = decoded.changes.iter().find_map(|change| match change {
        BlockChange::Messages { slots, .. } => slots[0].message(),
        _ => None,
    });
    let expected = Message {
        conversation_id: "si_a_b".into(),
        seq: Seq(203),
        content: "hi".into(),
        ..Message::default()
    };
    assert_eq!(
        stored,
        Some(&expected),
        "the slot decides, not the message's own number"
    );
}

#[test]
fn a_rewritten_block_is_touched_everywhere() {
    let (id, names) = one_block();
    let block = doc! { "_id": id, "doc_id": "si_a_b:2", "msgs": [] };
    let replaced = doc! {
        "operationType": "replace", "documentKey": { "_id": id }, "fullDocument": block,
    };
    let mut truncated = update(id, doc! {});
    let description = truncated
        .get_document_mut("updateDescription")
        .expect("a description");
    description.insert(
        "truncatedArrays",
        vec![doc! { "field": "msgs", "newSize": 5 }],
    );
    for event in [replaced, truncated, update(id, doc! { "msgs": [] })] {
        let told: BTreeMap<_, _> = told(&decoded(&[event], &names).changes)
            .into_iter()
            .map(|(kind, seq)| (seq, kind))
            .collect();
        assert_eq!(told.len(), 100);
        assert_eq!(told.first_key_value(), Some((&201, &"touched")));
    }
}

#[test]
fn a_block_written_at_once_tells_the_state_of_its_slots() {
    let id = ObjectId::new();
    let block = doc! { "_id": id, "doc_id": "sg_g:1", "msgs": [
        { "msg": { "content": "a" }, "revoke": { "user_id": "u" }, "del_list": ["v"], "is_read": true },
        { "msg": Bson::Null, "revoke": Bson::Null, "del_list": [], "is_read": false },
        { "msg": Bson::Null },
    ]};
    let inserted = doc! {
        "operationType": "insert", "documentKey": { "_id": id }, "fullDocument": block,
    };
    let decoded = decoded(&[inserted], &Known::new());
    let [
        BlockChange::Messages {
            block,
            slots,
            with_state: true,
        },
    ] = &decoded.changes[..]
    else {
        panic!("{:?}", decoded.changes);
    };
    assert_eq!((block.conversation_id.as_str(), block.number), ("sg_g", 1));
    assert_eq!(
        slots.iter().map(Slot::seq).collect::<Vec<_>>(),
        [Seq(101), Seq(103)]
    );
    let message = slots[0].message().expect("a message");
    assert!(message.revoked.is_some() && message.is_read && message.deleted_for.len() == 1);
}

#[test]
fn a_block_that_begins_with_a_revoke_says_what_was_touched() {
    // As the server writes it when a message is revoked that is not stored yet.
    let id = ObjectId::new();
    let block = doc! { "_id": id, "doc_id": "si_a_b:2", "msgs": [
        { "msg": Bson::Null, "revoke": Bson::Null, "del_list": [], "is_read": false },
        { "msg": Bson::Null, "revoke": { "user_id": "u" }, "del_list": [], "is_read": false },
        { "msg": Bson::Null, "revoke": Bson::Null, "del_list": ["v"], "is_read": false },
    ]};
    let inserted = doc! {
        "operationType": "insert", "documentKey": { "_id": id }, "fullDocument": block,
    };
    let stored = update(id, doc! { "msgs.1.msg": { "content": "a" } });
    let names = Known::from([(
        BlockId::from_bytes(id.bytes()),
        BlockName::parse("si_a_b:2"),
    )]);
    let decoded = decoded(&[inserted, stored], &names);
    assert_eq!(
        told(&decoded.changes),
        [("touched", 202), ("touched", 203), ("message", 202)]
    );
}

#[test]
fn what_is_no_block_or_gone_or_of_no_interest_is_no_trouble() {
    let (id, names) = one_block();
    let other = ObjectId::new();
    let mut names = names;
    names.insert(BlockId::from_bytes(other.bytes()), None);
    let gone = ObjectId::new();
    let body = || doc! { "msgs.0.msg": { "content": "a" } };
    let events = [
        doc! { "operationType": "insert", "documentKey": { "_id": "x" }, "fullDocument": { "_id": "x", "doc_id": "si_a_b:0" } },
        doc! { "operationType": "insert", "documentKey": { "_id": other }, "fullDocument": { "_id": other } },
        doc! { "operationType": "createIndexes" },
        doc! { "operationType": 7, "documentKey": [], "updateDescription": "no" },
        update(other, body()),
        update(gone, body()),
        doc! { "operationType": "delete", "documentKey": { "_id": id } },
    ];
    let decoded = decoded(&events, &names);
    let [
        BlockChange::Removed { block: None, .. },
        BlockChange::Removed {
            block: Some(block), ..
        },
    ] = &decoded.changes[..]
    else {
        panic!("{:?}", decoded.changes);
    };
    assert_eq!(block.conversation_id.as_str(), "si_a_b");
    for (kind, word) in [
        ("drop", "dropped"),
        ("rename", "renamed"),
        ("invalidate", "ended"),
    ] {
        let events = [doc! { "operationType": kind }, update(id, body())];
        let decoded = self::decoded(&events, &names);
        assert!(
            decoded.ended.is_some_and(|reason| reason.contains(word)),
            "{kind}"
        );
        assert!(decoded.changes.is_empty());
    }
}
