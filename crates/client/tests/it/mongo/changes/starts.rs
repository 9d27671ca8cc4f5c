//! Where following begins, goes on, and cannot.

use bson::{Document, doc};
use futures::{FutureExt, StreamExt, TryStreamExt};
use openim_history_client::Error;
use openim_history_client::source::mongo::{
    Block, ChangesOptions, MongoSource, ResumeToken, ScanOptions, Start,
};
use openim_history_standin::mongod::Mode;

use super::{follow, in_time, named, place, told, until_end, write_end};
use crate::mongo::fixture::{block, slot};

#[tokio::test]
async fn following_goes_on_behind_a_token_that_was_written_down() {
    let (_, msg, source) = place().await;
    let before = source.now().await.expect("a place");
    let mut changes = follow(&source, Start::Now).await;
    msg.insert_one(block("si_a_b", 0, 1, 1))
        .await
        .expect("inserted");
    let batch = in_time(async {
        loop {
            // Given up after one poll: nothing may get lost. A batch may be there at once, too.
            let batch = match changes.next().now_or_never() {
                Some(next) => next,
                None => changes.next().await,
            }
            .expect("followed");
            if batch.events > 0 {
                break batch;
            }
        }
    })
    .await;
    assert_eq!(
        (batch.events, told(&batch.changes)),
        (1, vec![("inserted", 1)])
    );
    assert!(
        batch
            .newest
            .is_some_and(|time| time.as_millis() > 1_600_000_000_000)
    );
    drop(changes);

    let body = slot(2, 2).get_document("msg").expect("a message").clone();
    msg.update_one(named("si_a_b:0"), doc! { "$set": { "msgs.1.msg": body } })
        .await
        .expect("updated");
    write_end(&msg).await;
    let written_down = serde_json::to_string(&batch.token).expect("text");
    let token: ResumeToken = serde_json::from_str(&written_down).expect("a token");
    let mut changes = follow(&source, Start::After(token)).await;
    assert_eq!(told(&until_end(&mut changes).await), [("message", 2)]);

    let time = before.cluster_time().expect("a time");
    let mut changes = follow(&source, Start::At(time)).await;
    let again = told(&until_end(&mut changes).await);
    assert_eq!(
        again,
        [("inserted", 1), ("message", 2)],
        "at its time or later"
    );
}

#[tokio::test]
async fn a_place_taken_before_a_copy_and_the_copy_together_miss_nothing() {
    let (_, msg, source) = place().await;
    msg.insert_one(block("si_a_b", 0, 100, 1))
        .await
        .expect("inserted");
    let start = source.now().await.expect("a place");
    msg.insert_one(block("si_a_b", 1, 3, 1))
        .await
        .expect("inserted");
    let copy: Vec<Vec<Block>> = source
        .caught_up_with(&start)
        .scan(ScanOptions::default())
        .try_collect()
        .await
        .expect("copied");
    assert_eq!(
        copy.iter()
            .flatten()
            .map(|block| block.slots.len())
            .sum::<usize>(),
        103
    );
    msg.insert_one(block("si_a_b", 2, 1, 1))
        .await
        .expect("inserted");
    write_end(&msg).await;
    let mut changes = follow(&source, Start::After(start)).await;
    let told = told(&until_end(&mut changes).await);
    assert_eq!(told, [101, 102, 103, 201].map(|seq| ("inserted", seq)));
}

#[tokio::test]
async fn where_nothing_happens_the_place_moves_on_all_the_same() {
    let (database, _, source) = place().await;
    let mut changes = follow(&source, Start::Now).await;
    let before = changes.next().await.expect("followed").token;
    // Anything written anywhere moves the cluster's clock.
    database
        .collection::<Document>("elsewhere")
        .insert_one(doc! {})
        .await
        .expect("inserted");
    let later = in_time(async {
        loop {
            let batch = changes.next().await.expect("followed");
            assert_eq!((batch.events, batch.changes), (0, vec![]));
            if batch.token != before {
                break batch.token;
            }
        }
    })
    .await;
    assert!(before.cluster_time() < later.cluster_time());
}

#[tokio::test]
async fn a_single_server_cannot_be_followed() {
    let (_, options) = crate::mongod::database(Mode::Standalone).await;
    let source = MongoSource::connect(options).await.expect("connected");
    let refused = source.changes(ChangesOptions::default()).await;
    for error in [refused.map(|_| ()), source.now().await.map(|_| ())] {
        let error = error.expect_err("refused");
        assert!(matches!(error, Error::NotSupported { .. }), "{error:?}");
        assert!(error.to_string().contains("replica set"), "{error}");
    }
}

#[tokio::test]
async fn a_start_the_server_does_not_know_is_lost() {
    let (_, msg, source) = place().await;
    msg.insert_one(block("si_a_b", 0, 1, 1))
        .await
        .expect("inserted");
    // The token of an event itself: one the server hands out between events holds everywhere.
    let (_, other, _) = place().await;
    let mut events = other.watch().await.expect("watched");
    other
        .insert_one(block("si_a_b", 0, 1, 1))
        .await
        .expect("inserted");
    let event = events.next().await.expect("goes on").expect("an event");
    let event = bson::serialize_to_document(&event.id).expect("a document");
    let of_other = event.get_str("_data").expect("digits").to_owned();
    let recorded = "826B05700A000000012B022C0100296E5A10043D3949C00849490984CD21ABDEA2643B46645F696400646B056C206E4EC7554E0D82570004";
    let old = recorded.replacen("826B05700A", "8200000001", 1);
    let token = |text: &str| Start::After(text.parse().expect("digits"));
    let lost = [
        ("of another collection", token(&of_other)),
        ("older than the oplog", token(&old)),
        ("digits only", token("8200")),
        ("no digits of a token", token("ffffffff")),
    ];
    for (number, (what, start)) in (1..).zip(lost) {
        let options = ChangesOptions {
            start,
            ..ChangesOptions::default()
        };
        let error = match source.changes(options).await {
            Err(error) => error,
            // Some are only noticed when something happens in this collection.
            Ok(mut changes) => {
                msg.insert_one(block("si_a_b", number, 1, 1))
                    .await
                    .expect("inserted");
                in_time(async {
                    loop {
                        match changes.next().await {
                            Ok(batch) => assert_eq!(batch.events, 0, "{what}"),
                            Err(error) => break error,
                        }
                    }
                })
                .await
            }
        };
        assert!(
            matches!(error, Error::TokenLost { .. }),
            "{what}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_collection_that_goes_ends_the_stream_after_what_came_before() {
    let (_, msg, source) = place().await;
    let mut changes = follow(&source, Start::Now).await;
    msg.insert_one(block("si_a_b", 0, 1, 1))
        .await
        .expect("inserted");
    msg.drop().await.expect("dropped");
    let mut found = Vec::new();
    let error = in_time(async {
        loop {
            match changes.next().await {
                Ok(batch) => found.extend(batch.changes),
                Err(error) => break error,
            }
        }
    })
    .await;
    assert_eq!(told(&found), [("inserted", 1)]);
    assert!(matches!(error, Error::TokenLost { .. }), "{error:?}");
    assert!(error.to_string().contains("dropped"), "{error}");
    let again = changes.next().await.expect_err("still lost");
    assert!(matches!(again, Error::TokenLost { .. }), "{again:?}");
}
