//! Data no server wrote.

use bson::{Bson, Document, doc};
use futures::TryStreamExt;
use openim_history_client::model::{HoleCause, Seq, SeqRange, Slot, TimeRange};
use openim_history_client::source::mongo::{Block, MongoSource, ScanOptions};
use openim_history_client::source::{Newest, PageRequest, Source, View};
use openim_history_standin::mongod::Mode;

use super::fixture::{block, padding, slot};

/// A value of every kind.
fn kinds() -> Vec<Bson> {
    vec![
        Bson::Null,
        Bson::Boolean(true),
        Bson::Int32(-7),
        Bson::Int64(i64::MIN),
        Bson::Double(f64::NAN),
        Bson::Double(1e300),
        Bson::String("text".into()),
        Bson::Array(vec![Bson::Null, doc! {}.into()]),
        doc! { "a": 1, "b": { "c": [] } }.into(),
        Bson::DateTime(bson::DateTime::MIN),
        Bson::ObjectId(bson::oid::ObjectId::new()),
        Bson::MinKey,
        Bson::Timestamp(bson::Timestamp {
            time: 1,
            increment: 1,
        }),
    ]
}

#[tokio::test]
async fn wrong_types_everywhere_are_read_as_nothing_and_never_fail() {
    let (database, options) = crate::mongod::database(Mode::Standalone).await;
    let names = [
        "msg",
        "seq",
        "seq_user",
        "conversation",
        "user",
        "group",
        "group_member",
    ];
    for name in names {
        let sample = match name {
            "msg" => block("si_a_b", 0, 1, 1000),
            "group_member" => {
                doc! { "group_id": "g", "user_id": "u", "role_level": 20, "nickname": "" }
            }
            _ => {
                doc! { "user_id": "a", "owner_user_id": "a", "conversation_id": "si_a_b", "group_id": "g", "max_seq": 51, "min_seq": 0 }
            }
        };
        let mut documents = Vec::new();
        for key in sample.keys() {
            for (at, kind) in kinds().into_iter().enumerate() {
                let mut damaged = sample.clone();
                // Unique indexes.
                for id in ["doc_id", "user_id", "owner_user_id", "group_id"] {
                    if damaged.contains_key(id) {
                        damaged.insert(id, format!("{id}{key}{at}:0"));
                    }
                }
                damaged.insert(key.clone(), kind);
                documents.push(damaged);
            }
        }
        // A unique index may refuse a few: arrays that hold a null count as null.
        let _ = database
            .collection::<Document>(name)
            .insert_many(documents)
            .ordered(false)
            .await;
    }
    // Every field of a slot and of a message with every kind of value.
    let whole = slot(1, 1000);
    let body = whole.get_document("msg").expect("a message").clone();
    let mut slots = Vec::new();
    for kind in kinds() {
        slots.push(kind.clone());
        for key in whole.keys() {
            let mut slot = whole.clone();
            slot.insert(key, kind.clone());
            slots.push(slot.into());
        }
        for key in body.keys() {
            let mut body = body.clone();
            body.insert(key, kind.clone());
            let mut slot = whole.clone();
            slot.insert("msg", body);
            slots.push(slot.into());
        }
        let mut slot = whole.clone();
        slot.insert("revoke", doc! { "role": kind.clone(), "user_id": kind.clone(), "nickname": kind.clone(), "time": kind });
        slots.push(slot.into());
    }
    let slots_len = i64::try_from(slots.len()).expect("few");
    let blocks: Vec<Document> = slots
        .chunks(100)
        .enumerate()
        .map(
            |(number, slots)| doc! { "doc_id": format!("si_x_y:{number}"), "msgs": slots.to_vec() },
        )
        .collect();
    database
        .collection::<Document>("msg")
        .insert_many(blocks)
        .await
        .expect("inserted");
    database
        .collection::<Document>("conversation")
        .insert_one(doc! { "owner_user_id": "x", "conversation_id": "si_x_y", "min_seq": "no", "max_seq": [] })
        .await
        .expect("inserted");

    let source = MongoSource::connect(options).await.expect("connected");
    let scanned: Vec<Vec<Block>> = source
        .scan(ScanOptions::default())
        .try_collect()
        .await
        .expect("scanned");
    let scanned: usize = scanned
        .iter()
        .flatten()
        .map(|block| block.slots.len())
        .sum();
    assert!(scanned > 300);
    let id = "si_x_y".into();
    for view in [View::Full, View::As("x".into())] {
        let slots = source
            .slots(&view, &id, SeqRange::new(1, 10_000))
            .await
            .expect("slots");
        let last = slots.last().expect("some").seq();
        assert!((slots_len - 30..=slots_len).contains(&last.0), "{last}");
        assert_eq!(slots.len() as i64, last.0, "{view:?}");
        source
            .newest(&view, &[id.clone(), "si_a_b".into()], 1000)
            .await
            .and_then(Newest::whole)
            .expect("newest");
    }
    source
        .seqs_in_time(&id, SeqRange::new(1, 1000), TimeRange::ALL)
        .await
        .expect("ranges");
    source.users(PageRequest::first(1000)).await.expect("users");
    source
        .groups(PageRequest::first(1000))
        .await
        .expect("groups");
    source
        .members(&"g".into(), PageRequest::first(1000))
        .await
        .expect("members");
    source.conversations(&"x".into()).await.expect("rows");
    source
        .read_positions(&"a".into(), &[])
        .await
        .expect("positions");
    source
        .read_positions(&"x".into(), &["si_a_b".into()])
        .await
        .expect("positions");
}

#[tokio::test]
async fn hostile_names_of_blocks_are_nobodys_messages() {
    let (database, options) = crate::mongod::database(Mode::Standalone).await;
    let msg = database.collection::<Document>("msg");
    for name in [
        "",
        ":",
        ":0",
        "si_a_b",
        "si_a_b:",
        "si_a_b:-1",
        "si_a_b:01",
        "si_a_b:1x",
        "si_a_b:0:0",
        "si_a_b:99999999999999999999",
        "si_a_b:92233720368547757",
        "si_a_b:$where",
        "si_a_b: 0",
    ] {
        let mut document = block("si_a_b", 0, 3, 1000);
        document.insert("doc_id", name);
        msg.insert_one(document).await.expect("inserted");
    }
    for number in [0, 2, 9, 10] {
        msg.insert_one(block("si_a_b", number, 100, 1000))
            .await
            .expect("inserted");
    }
    msg.insert_one(doc! { "msgs": 5 }).await.expect("inserted");
    let source = MongoSource::connect(options).await.expect("connected");
    let id = "si_a_b".into();
    let far = Seq(92_233_720_368_547_757 * 100 + 3);
    let bounds = source
        .bounds(&View::Full, std::slice::from_ref(&id))
        .await
        .expect("bounds");
    assert_eq!(
        bounds[0].range,
        SeqRange::new(1, far),
        "the greatest block there can be"
    );
    let slots = source
        .slots(&View::Full, &id, SeqRange::new(95, 1_105))
        .await
        .expect("slots");
    assert_eq!(slots.len(), 1_011);
    let missing = slots
        .iter()
        .filter(|slot| matches!(slot, Slot::Hole(hole) if hole.cause == HoleCause::NoBlock))
        .count();
    assert_eq!(missing, 100 + 600 + 5);
    let at_the_end = source
        .slots(&View::Full, &id, SeqRange::new(far, i64::MAX))
        .await
        .expect("slots");
    assert_eq!(at_the_end.len(), 1);
    let nameless = source
        .bounds(&View::Full, &["".into(), "si_a_b:0".into(), "%$".into()])
        .await;
    assert_eq!(nameless.expect("bounds").len(), 2);
    let scanned: Vec<Vec<Block>> = source
        .scan(ScanOptions::default())
        .try_collect()
        .await
        .expect("scanned");
    let scanned: Vec<Slot> = scanned
        .into_iter()
        .flatten()
        .flat_map(|block| block.slots)
        .collect();
    let own = |slot: &&Slot| {
        slot.message()
            .is_some_and(|message| message.conversation_id == id)
    };
    assert_eq!(scanned.iter().filter(own).count(), 403);
}

#[tokio::test]
async fn old_data_without_seq_and_with_empty_tails_is_still_found() {
    let (database, options) = crate::mongod::database(Mode::Standalone).await;
    let msg = database.collection::<Document>("msg");
    for number in 0..30 {
        msg.insert_one(block("sg_old", number, 100, 1_000_000 + number * 100_000))
            .await
            .expect("inserted");
    }
    for number in 30..35 {
        msg.insert_one(doc! { "doc_id": format!("sg_old:{number}"), "msgs": vec![padding(); 100] })
            .await
            .expect("inserted");
    }
    database
        .collection::<Document>("conversation")
        .insert_one(doc! { "owner_user_id": "u", "conversation_id": "sg_old", "min_seq": 2_950, "max_seq": 0 })
        .await
        .expect("inserted");
    let source = MongoSource::connect(options).await.expect("connected");
    let id = "sg_old".into();
    let of = async |view: View| {
        let bounds = source
            .bounds(&view, std::slice::from_ref(&id))
            .await
            .expect("bounds");
        bounds[0].range
    };
    assert_eq!(of(View::Full).await, SeqRange::new(1, 3_000));
    assert_eq!(of(View::As("u".into())).await, SeqRange::new(2_950, 3_000));
    let newest = async |view: View| {
        let newest = source
            .newest(&view, std::slice::from_ref(&id), 250)
            .await
            .and_then(Newest::whole)
            .expect("newest");
        newest
            .into_iter()
            .map(|message| message.seq.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        newest(View::Full).await,
        (2_751..=3_000).rev().collect::<Vec<_>>()
    );
    assert_eq!(
        newest(View::As("u".into())).await,
        (2_950..=3_000).rev().collect::<Vec<_>>()
    );

    // Reserved numbers far above the last message, as after Redis forgot them several times.
    database
        .collection::<Document>("seq")
        .insert_one(doc! { "conversation_id": "sg_old", "max_seq": 99_000.0, "min_seq": 5_i32 })
        .await
        .expect("inserted");
    assert_eq!(of(View::Full).await, SeqRange::new(1, 3_000));
    assert_eq!(newest(View::Full).await.len(), 250);
}
