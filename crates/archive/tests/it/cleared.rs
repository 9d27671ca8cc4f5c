//! Cleared conversations: the messages stay, and so does each number from which on they were seen.

use bson::{Document, doc};
use openim_history_archive::sql::{Sql, SqlOptions};
use openim_history_archive::{Archive, Place};
use openim_history_standin::mongod::Mode;
use openim_history_standin::recorded;

use crate::places::{content, folder, store, sync};

/// The bounds of a conversation, in the order in which they were first seen.
async fn bounds(place: &Place, conversation: &str) -> Vec<String> {
    let archive = Archive::open(place).await.expect("opens");
    let sql = Sql::open(&archive, &SqlOptions::default()).await;
    let statement = format!(
        "SELECT user_id || ' ' || min_seq FROM min_seqs WHERE conversation_id = '{conversation}' ORDER BY first_seen"
    );
    let answer = sql.expect("opens").query(&statement).await;
    let batches = answer.expect("plans").collect().await.expect("answers");
    batches
        .iter()
        .flat_map(|batch| {
            let column = arrow_cast::cast(batch.column(0), &arrow_schema::DataType::Utf8);
            let column = column.expect("texts");
            let texts = arrow_array::cast::AsArray::as_string::<i32>(&column);
            texts
                .iter()
                .map(|text| text.expect("a text").to_owned())
                .collect::<Vec<_>>()
        })
        .collect()
}

#[tokio::test]
async fn every_clearing_is_kept_with_its_time() {
    let (database, source) = store(Mode::Standalone, &recorded::main()).await;
    let (_folder, place) = folder();
    let rows = database.collection::<Document>("conversation");
    let row = rows
        .find_one(doc! {"min_seq": 0, "conversation_id": {"$regex": "^si_"}})
        .await;
    let row = row.expect("finds").expect("a row without a bound");
    let text = |key: &str| row.get_str(key).expect("a text").to_owned();
    let (owner, conversation) = (text("owner_user_id"), text("conversation_id"));
    let clear = async |min_seq: i64| {
        let which = doc! {"owner_user_id": &owner, "conversation_id": &conversation};
        let set = doc! {"$set": {"min_seq": min_seq}};
        rows.update_one(which, set).await.expect("updates");
        sync(&place, &source).await.people.min_seqs.new
    };

    sync(&place, &source).await;
    let before = bounds(&place, &conversation).await;
    let messages = content(&place).await;
    assert_eq!(clear(2).await, 1);
    assert_eq!(clear(4).await, 1);
    assert_eq!(clear(4).await, 0, "it is the same still");
    let mut expected = before;
    expected.extend([format!("{owner} 2"), format!("{owner} 4")]);
    assert_eq!(bounds(&place, &conversation).await, expected);
    assert_eq!(content(&place).await, messages);

    // For everybody, as retention does.
    let seqs = database.collection::<Document>("seq");
    let which = doc! {"conversation_id": &conversation};
    let set = doc! {"$set": {"min_seq": 3_i64}};
    seqs.update_one(which, set)
        .upsert(true)
        .await
        .expect("updates");
    assert_eq!(sync(&place, &source).await.people.min_seqs.new, 1);
    expected.push(" 3".to_owned());
    assert_eq!(bounds(&place, &conversation).await, expected);
}
