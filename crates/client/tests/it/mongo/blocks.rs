//! Lists of blocks, chosen blocks, and small collections as a whole.

use std::collections::BTreeMap;

use bson::{Document, doc};
use futures::{Stream, TryStreamExt};
use openim_history_client::Result;
use openim_history_client::source::mongo::{
    Block, BlockInfo, BlockScope, MongoSource, ScanOptions, ScanScope,
};
use openim_history_standin::mongod::Mode;
use openim_history_standin::rest::Dialect;

use super::fixture::{block, padding};
use crate::recorded::{collections, store};

async fn all<T>(batches: impl Stream<Item = Result<Vec<T>>>) -> Vec<T> {
    let batches: Vec<Vec<T>> = batches.try_collect().await.expect("read");
    batches.into_iter().flatten().collect()
}

/// The names of the blocks, sorted.
fn names(blocks: &[BlockInfo]) -> Vec<String> {
    let mut names: Vec<_> = blocks
        .iter()
        .map(|info| format!("{}:{}", info.key.conversation_id, info.key.number))
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn blocks_are_listed_with_the_size_the_server_holds_them_in() {
    let (database, options) = crate::mongod::database(Mode::Standalone).await;
    let msg = database.collection::<Document>("msg");
    let mut sizes = BTreeMap::new();
    // More than one piece.
    let mut blocks: Vec<Document> = (0..5_200)
        .map(|number| doc! { "_id": bson::oid::ObjectId::new(), "doc_id": format!("sg_big:{number}"), "msgs": [padding()] })
        .collect();
    for (conversation, len) in [("si_a_b", 3), ("si_a_b:1", 100), ("sg_empty", 0)] {
        let mut block = block(conversation, 0, len, 1);
        block.insert("_id", bson::oid::ObjectId::new());
        blocks.push(block);
    }
    for block in &blocks {
        let size = block.to_vec().expect("encodes").len();
        sizes.insert(
            block.get_str("doc_id").expect("a name").to_owned(),
            size as u64,
        );
    }
    blocks.push(doc! { "_id": 5, "doc_id": "si_foreign:0", "msgs": [] });
    blocks.push(doc! { "doc_id": "no block", "msgs": [] });
    msg.insert_many(blocks).await.expect("inserted");
    let source = MongoSource::connect(options).await.expect("connected");

    let found = all(source.blocks(BlockScope::All)).await;
    let by_name: BTreeMap<_, _> = found
        .iter()
        .map(|info| {
            let name = format!("{}:{}", info.key.conversation_id, info.key.number);
            (name, info.size.expect("this server tells"))
        })
        .collect();
    assert_eq!((found.len(), by_name), (sizes.len(), sizes.clone()));

    let some = BlockScope::Conversations(vec!["si_a_b".into(), "si_nobody".into()]);
    assert_eq!(names(&all(source.blocks(some)).await), ["si_a_b:0"]);

    // The same numbers from reading them, and one that is not there.
    let mut ids: Vec<_> = found.iter().map(|info| info.key.id).take(1_500).collect();
    ids.push(ids[0]);
    ids.push("000000000000000000000000".parse().expect("an id"));
    let options = ScanOptions {
        scope: ScanScope::Blocks(ids),
        ..ScanOptions::default()
    };
    let read: Vec<Block> = all(source.scan(options)).await;
    assert_eq!(read.len(), 1_500);
    for block in read {
        let name = format!("{}:{}", block.key.conversation_id, block.key.number);
        assert_eq!(Some(&block.size), sizes.get(&name));
    }
}

#[tokio::test]
async fn tails_are_where_new_messages_will_lie() {
    let (database, options) = crate::mongod::database(Mode::Standalone).await;
    let msg = database.collection::<Document>("msg");
    for number in 0..12 {
        msg.insert_one(block("sg_long", number, 100, 1))
            .await
            .expect("inserted");
    }
    msg.insert_one(block("si_short", 0, 5, 1))
        .await
        .expect("inserted");
    let source = MongoSource::connect(options).await.expect("connected");
    let without_seq = names(&all(source.blocks(BlockScope::Tails)).await);
    assert_eq!(
        without_seq,
        ["sg_long:10", "sg_long:11", "sg_long:9", "si_short:0"]
    );

    let rows = [
        doc! { "conversation_id": "sg_long", "max_seq": 1_250_i64, "min_seq": 0 },
        doc! { "conversation_id": "si_short", "max_seq": 50_i64, "min_seq": 0 },
    ];
    database
        .collection::<Document>("seq")
        .insert_many(rows)
        .await
        .expect("inserted");
    let with_seq = names(&all(source.blocks(BlockScope::Tails)).await);
    assert_eq!(with_seq, ["sg_long:10", "sg_long:11", "si_short:0"]);
}

#[tokio::test]
async fn small_collections_come_as_a_whole() {
    let stored = collections(Dialect::Release);
    let (source, _) = store(&stored).await;
    let count = |name: &str| stored.documents(name).len();
    assert_eq!(all(source.all_users()).await.len(), count("user"));
    assert_eq!(all(source.all_groups()).await.len(), count("group"));
    assert_eq!(all(source.all_members()).await.len(), count("group_member"));
    let rows = all(source.all_conversations()).await;
    assert_eq!(rows.len(), count("conversation"));
    let positions = all(source.all_user_seqs()).await;
    assert_eq!(positions.len(), count("seq_user"));
    assert!(positions.iter().any(|row| row.read_seq.0 > 0));
    let seqs = all(source.all_conversation_seqs()).await;
    assert_eq!(seqs.len(), count("seq"));
    for row in &seqs {
        let document = stored
            .find("seq", &[row.conversation_id.as_str()])
            .expect("a row");
        let number = |key: &str| openim_history_standin::collections::integer(document, key);
        assert_eq!(
            (row.reserved.0, row.min_seq.0),
            (number("max_seq"), number("min_seq"))
        );
    }
    for row in positions {
        let key = [row.user_id.as_str(), row.conversation_id.as_str()];
        let document = stored.find("seq_user", &key).expect("a row");
        let number = |key: &str| openim_history_standin::collections::integer(document, key);
        assert_eq!(
            (row.read_seq.0, row.min_seq.0, row.max_seq.0),
            (number("read_seq"), number("min_seq"), number("max_seq"))
        );
    }
}

#[tokio::test]
async fn where_nothing_is_everything_is_empty() {
    let (_, mut options) = crate::mongod::database(Mode::Standalone).await;
    options.database = "nothing_at_all".into();
    let source = MongoSource::connect(options).await.expect("connected");
    for scope in [
        BlockScope::All,
        BlockScope::Tails,
        BlockScope::Conversations(vec![]),
        BlockScope::Conversations(vec!["si_a_b".into()]),
    ] {
        assert_eq!(all(source.blocks(scope)).await, []);
    }
    assert_eq!(all(source.all_user_seqs()).await, []);
    assert_eq!(all(source.all_conversation_seqs()).await, []);
    assert_eq!(all(source.all_members()).await, []);
}
