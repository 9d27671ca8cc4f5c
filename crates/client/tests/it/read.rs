//! Streams over a source: order, limits, spans of time, merging, breaking off.

use std::sync::Arc;

use futures::StreamExt;
use openim_history_client::Error;
use openim_history_client::client::{Client, MessageQuery, Selection};
use openim_history_client::model::{SeqRange, Slot, TimeRange, Timestamp, UserId};
use openim_history_client::read::{ReadOptions, read};
use openim_history_client::source::{Origin, Source, View};

use crate::scripted::Scripted;

const ANY: View = View::Full;

fn at(millis: i64) -> Option<Timestamp> {
    Some(Timestamp::from_millis(millis))
}

/// Reads everything; returns the numbers in order, and the error that ended it.
async fn seqs(source: &Arc<Scripted>, options: ReadOptions) -> (Vec<i64>, Option<Error>) {
    let view = if source.origin == Origin::Api {
        View::As("user1".into())
    } else {
        ANY
    };
    let reading = read(
        source.clone() as Arc<dyn Source>,
        view,
        &source.ids(),
        options,
    )
    .await
    .expect("starts");
    let mut seqs = Vec::new();
    let mut failure = None;
    let mut slots = reading.slots;
    while let Some(slot) = slots.next().await {
        assert!(failure.is_none(), "an error ends the stream");
        match slot {
            Ok(slot) => seqs.push(slot.seq().0),
            Err(error) => failure = Some(error),
        }
    }
    (seqs, failure)
}

/// One conversation of `n` messages, a second apart.
fn long(n: i64) -> Scripted {
    Scripted::new(Origin::Memory).with("si_a_b", (1..=n).map(|seq| Some(seq * 1_000)))
}

#[tokio::test]
async fn a_conversation_comes_in_order_either_way() {
    let source = Arc::new(long(35));
    let forward: Vec<i64> = (1..=35).collect();
    assert_eq!(seqs(&source, ReadOptions::default()).await.0, forward);
    let backward: Vec<i64> = (1..=35).rev().collect();
    let options = ReadOptions {
        newest_first: true,
        ..ReadOptions::default()
    };
    assert_eq!(seqs(&source, options).await.0, backward);
    let options = ReadOptions {
        seqs: Some(SeqRange::new(9, 22)),
        ..ReadOptions::default()
    };
    assert_eq!(seqs(&source, options).await.0, (9..=22).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_last_messages_do_not_count_holes() {
    let times = (1..=40).map(|seq| (seq % 3 != 0).then_some(seq * 1_000));
    let source = Arc::new(Scripted::new(Origin::Memory).with("si_a_b", times));
    let options = ReadOptions {
        last: Some(4),
        ..ReadOptions::default()
    };
    let (found, _) = seqs(&source, options).await;
    assert_eq!(
        found,
        [35, 36, 37, 38, 39, 40],
        "four messages and the holes between them"
    );
    let options = ReadOptions {
        last: Some(4),
        newest_first: true,
        ..ReadOptions::default()
    };
    assert_eq!(seqs(&source, options).await.0, [40, 39, 38, 37, 36, 35]);
    let options = ReadOptions {
        last: Some(0),
        ..ReadOptions::default()
    };
    assert_eq!(seqs(&source, options).await.0, [] as [i64; 0]);
    let options = ReadOptions {
        last: Some(1_000),
        ..ReadOptions::default()
    };
    assert_eq!(seqs(&source, options).await.0, (1..=40).collect::<Vec<_>>());
}

#[tokio::test]
async fn more_newest_messages_than_are_held_are_read_again_in_order() {
    let mut source = long(45_000);
    source.page_len = 500;
    let source = Arc::new(source);
    let options = ReadOptions {
        last: Some(25_000),
        ..ReadOptions::default()
    };
    assert_eq!(
        seqs(&source, options).await.0,
        (20_001..=45_000).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a_span_of_time_over_rest_stops_looking_back() {
    let mut source = long(10_000);
    source.origin = Origin::Api;
    let source = Arc::new(source);
    let time = TimeRange {
        since: at(9_990_000),
        until: at(9_995_000),
    };
    let options = ReadOptions {
        time,
        lookback: Some(50),
        ..ReadOptions::default()
    };
    assert_eq!(
        seqs(&source, options).await.0,
        [9_990, 9_991, 9_992, 9_993, 9_994]
    );
    assert!(
        source.answered() < 300,
        "{} numbers were pulled for five messages",
        source.answered()
    );
    let options = ReadOptions {
        newest_first: true,
        ..options
    };
    assert_eq!(
        seqs(&source, options).await.0,
        [9_994, 9_993, 9_992, 9_991, 9_990]
    );
}

#[tokio::test]
async fn a_message_among_older_ones_is_only_found_without_the_shortcut() {
    // Number 100 claims to be from the future; the rest goes by the clock.
    let times = (1..=1_000).map(|seq| Some(if seq == 100 { 5_000_000 } else { seq * 1_000 }));
    let source = Arc::new(Scripted::new(Origin::Api).with("si_a_b", times));
    let time = TimeRange {
        since: at(999_000),
        until: None,
    };
    let options = ReadOptions {
        time,
        lookback: Some(50),
        ..ReadOptions::default()
    };
    assert_eq!(seqs(&source, options).await.0, [999, 1_000]);
    assert_eq!(
        seqs(
            &source,
            ReadOptions {
                lookback: None,
                ..options
            }
        )
        .await
        .0,
        [100, 999, 1_000]
    );
}

/// Three conversations of `n` messages, a second apart, that end at the same time.
fn three(n: i64) -> Scripted {
    let times = |shift: i64| (1..=n).map(move |seq| Some(seq * 1_000 + shift));
    Scripted::new(Origin::Api)
        .with("si_a_b", times(1))
        .with("si_a_c", times(2))
        .with("si_a_d", times(3))
}

#[tokio::test]
async fn a_span_of_time_over_rest_stops_looking_back_in_each_of_many() {
    let time = TimeRange {
        since: at(9_990_000),
        until: at(9_995_000),
    };
    let wanted: Vec<i64> = (9_990..=9_994).flat_map(|seq| [seq; 3]).collect();
    for newest_first in [false, true] {
        for last in [None, Some(7)] {
            let source = Arc::new(three(10_000));
            let options = ReadOptions {
                time,
                newest_first,
                last,
                lookback: Some(50),
                ..ReadOptions::default()
            };
            let mut expected = wanted.clone();
            if let Some(last) = last {
                expected.drain(..expected.len() - last);
            }
            if newest_first {
                expected.reverse();
            }
            assert_eq!(seqs(&source, options).await.0, expected, "{options:?}");
            assert!(
                source.answered() < 300,
                "{} numbers were pulled for {options:?}",
                source.answered()
            );
        }
    }
    let source = Arc::new(three(1_000));
    let options = ReadOptions {
        time: TimeRange {
            since: at(990_000),
            until: None,
        },
        lookback: None,
        ..ReadOptions::default()
    };
    assert_eq!(seqs(&source, options).await.0.len(), 33);
    assert_eq!(source.answered(), 3_000, "everything is looked at");
}

#[tokio::test]
async fn where_looking_back_stopped_is_told_and_where_it_came_to_the_beginning_is_not() {
    let stopped_in = async |source: Scripted, options: ReadOptions| {
        let ids = source.ids();
        let view = View::As("user1".into());
        let reading = read(Arc::new(source), view, &ids, options).await;
        let reading = reading.expect("starts");
        let count = reading.slots.count().await;
        (count, reading.lookback.stopped_in())
    };
    let since = |since: i64| ReadOptions {
        time: TimeRange {
            since: at(since),
            until: None,
        },
        lookback: Some(50),
        ..ReadOptions::default()
    };
    for newest_first in [false, true] {
        let options = |from: i64| ReadOptions {
            newest_first,
            ..since(from)
        };
        let one = |n| {
            let mut source = long(n);
            source.origin = Origin::Api;
            source
        };
        assert_eq!(stopped_in(one(500), options(491_000)).await, (10, 1));
        // The last number looked at is the first of all.
        assert_eq!(stopped_in(one(61), options(52_000)).await, (10, 0));
        assert_eq!(stopped_in(three(500), options(491_000)).await, (30, 3));
        assert_eq!(stopped_in(three(61), options(52_000)).await, (30, 0));
        let all = ReadOptions {
            lookback: None,
            ..options(491_000)
        };
        assert_eq!(stopped_in(three(500), all).await, (30, 0));
        let last = ReadOptions {
            last: Some(5),
            ..options(491_000)
        };
        assert_eq!(stopped_in(three(500), last).await, (5, 0));
    }
}

#[tokio::test]
async fn what_is_too_old_is_looked_through_in_long_pages_however_many_conversations_there_are() {
    for (newest_first, last) in [(false, None), (true, None), (false, Some(5))] {
        // Every conversation gets a share of 100 slots.
        let source = (0..200).fold(Scripted::new(Origin::Api), |source, n| {
            let newest = if n < 3 { 1_000_000 } else { 500 };
            let times = (1..=399).chain([newest]).map(Some);
            source.with(&format!("si_a_{n}"), times)
        });
        let source = Arc::new(Scripted {
            page_len: 500,
            ..source
        });
        let options = ReadOptions {
            time: TimeRange {
                since: at(1_000),
                until: None,
            },
            newest_first,
            last,
            ..ReadOptions::default()
        };
        assert_eq!(seqs(&source, options).await.0, [400; 3]);
        let pages = source.pages.load(std::sync::atomic::Ordering::Relaxed);
        assert!(pages <= 400, "{pages} pages for {options:?}");
    }
}

#[tokio::test]
async fn more_than_is_held_since_a_time_is_read_again_in_order() {
    let mut source = three(30_000);
    source.page_len = 500;
    let source = Arc::new(source);
    let options = ReadOptions {
        time: TimeRange {
            since: at(20_000_000),
            until: None,
        },
        ..ReadOptions::default()
    };
    let expected: Vec<i64> = (20_000..=30_000).flat_map(|seq| [seq; 3]).collect();
    assert_eq!(seqs(&source, options).await.0, expected);
}

#[tokio::test]
async fn a_walk_back_that_fails_keeps_what_it_found_and_names_the_rest() {
    for newest_first in [false, true] {
        let mut source = three(500);
        source.breaks_at = Some(("si_a_c".into(), 475));
        let options = ReadOptions {
            time: TimeRange {
                since: at(450_000),
                until: None,
            },
            newest_first,
            lookback: Some(20),
            ..ReadOptions::default()
        };
        let (read, failure) = seqs(&Arc::new(source), options).await;
        assert!(read.len() >= 20, "{read:?}");
        let Some(Error::Incomplete { missing, source }) = failure else {
            panic!("{failure:?}")
        };
        let of_broken: Vec<_> = missing
            .iter()
            .filter(|bounds| bounds.conversation_id == "si_a_c")
            .map(|bounds| bounds.range)
            .collect();
        assert_eq!(of_broken, [SeqRange::new(1, 480)]);
        assert!(matches!(*source, Error::Unreachable { .. }));
    }
}

#[tokio::test]
async fn many_conversations_are_merged_by_time_and_keep_their_own_order() {
    let source = Scripted::new(Origin::Memory)
        .with("si_a_b", [Some(10), Some(40), Some(20), Some(70)])
        .with("si_a_c", [Some(15), None, Some(50)])
        .with("si_a_d", []);
    let source = Arc::new(source);
    let (ids, options) = (source.ids(), ReadOptions::default());
    let reading = read(source.clone(), ANY, &ids, options)
        .await
        .expect("starts");
    let slots: Vec<Slot> = reading
        .slots
        .map(|slot| slot.expect("reads"))
        .collect()
        .await;
    let order: Vec<_> = slots
        .iter()
        .filter_map(Slot::message)
        .map(|message| message.send_time.as_millis())
        .collect();
    // 20 was sent after 40 in its conversation, whatever its time says.
    assert_eq!(order, [10, 15, 40, 20, 50, 70]);

    let options = ReadOptions {
        last: Some(3),
        ..ReadOptions::default()
    };
    assert_eq!(
        seqs(&source, options).await.0,
        [2, 3, 4],
        "the newest three of both, oldest first"
    );
    let time = TimeRange {
        since: at(16),
        until: at(60),
    };
    let options = ReadOptions {
        time,
        last: Some(2),
        newest_first: true,
        ..ReadOptions::default()
    };
    assert_eq!(seqs(&source, options).await.0, [3, 3]);
}

#[tokio::test]
async fn a_thousand_conversations_are_merged_completely() {
    let source = (0..1_000_i64).fold(Scripted::new(Origin::Memory), |source, n| {
        source.with(
            &format!("si_a_{n}"),
            (0..n % 7).map(|seq| Some((seq * 7_919 + n * 104_729) % 1_000_003)),
        )
    });
    let source = Arc::new(source);
    let expected: usize = source.conversations.values().map(Vec::len).sum();
    assert_eq!(
        seqs(&source, ReadOptions::default()).await.0.len(),
        expected
    );
}

#[tokio::test]
async fn what_was_read_before_a_failure_is_kept_and_the_rest_is_named() {
    for newest_first in [false, true] {
        let mut source = long(95);
        source.breaks_at = Some(("si_a_b".into(), 55));
        let source = Arc::new(source);
        let (read, failure) = seqs(
            &source,
            ReadOptions {
                newest_first,
                ..ReadOptions::default()
            },
        )
        .await;
        let (kept, left): (Vec<i64>, _) = if newest_first {
            ((61..=95).rev().collect(), SeqRange::new(1, 60))
        } else {
            ((1..=50).collect(), SeqRange::new(51, 95))
        };
        assert_eq!(read, kept);
        let Some(Error::Incomplete { missing, source }) = failure else {
            panic!("{failure:?}")
        };
        assert_eq!(
            missing
                .iter()
                .map(|bounds| bounds.range)
                .collect::<Vec<_>>(),
            [left]
        );
        assert!(matches!(*source, Error::Unreachable { .. }));
    }
}

#[tokio::test]
async fn a_failure_in_one_of_many_names_all_that_is_left() {
    let mut source = Scripted::new(Origin::Memory)
        .with("si_a_b", (1..=30).map(|n| Some(n * 10)))
        .with("si_a_c", (1..=30).map(|n| Some(n * 10 + 5)));
    source.breaks_at = Some(("si_a_b".into(), 15));
    let (read, failure) = seqs(&Arc::new(source), ReadOptions::default()).await;
    assert!(read.len() >= 18, "{read:?}");
    let Some(Error::Incomplete { missing, .. }) = failure else {
        panic!("{failure:?}")
    };
    let mut missing: Vec<_> = missing
        .iter()
        .map(|b| format!("{} {}", b.conversation_id, b.range))
        .collect();
    missing.sort();
    assert_eq!(missing.len(), 2, "{missing:?}");
    assert_eq!(missing[0], "si_a_b 11..30");
    let from_c = read.len() - 10;
    assert_eq!(missing[1], format!("si_a_c {}..30", from_c + 1));
}

#[tokio::test]
async fn what_does_not_exist_is_an_error_and_what_is_empty_is_not() {
    let client = Client::over(Scripted::new(Origin::Memory).with("si_user1_user2", []));
    let messages = |selection| async { client.messages(&MessageQuery::new(selection)).await };
    let text = |error: Error| error.to_string();

    let empty = messages(Selection::Conversation("si_user1_user2".into()))
        .await
        .expect("is there")
        .value;
    assert_eq!(empty.slots.count().await, 0);
    let error = messages(Selection::Conversation("si_nope".into()))
        .await
        .map(|_| ())
        .expect_err("is not there");
    assert_eq!(text(error), r#"conversation "si_nope" not found"#);
    let error = messages(Selection::User("stranger".into()))
        .await
        .map(|_| ())
        .expect_err("is not there");
    assert_eq!(text(error), r#"user "stranger" not found"#);
    let between = Selection::Between("user1".into(), "stranger".into());
    let error = messages(between)
        .await
        .map(|_| ())
        .expect_err("is not there");
    assert_eq!(text(error), r#"user "stranger" not found"#);
    let between = Selection::Between("user1".into(), "user3".into());
    let error = messages(between)
        .await
        .map(|_| ())
        .expect_err("is not there");
    assert_eq!(
        text(error),
        r#"a conversation between "user1" and "user3" not found"#
    );
    let lonely = messages(Selection::User("user9".into()))
        .await
        .expect("exists without conversations")
        .value;
    assert_eq!(lonely.slots.count().await, 0);

    let seen_by = |viewer: &str| {
        let query = MessageQuery::new(Selection::User("user1".into()));
        query.view(View::As(viewer.into()))
    };
    let error = client
        .messages(&seen_by("stranger"))
        .await
        .map(|_| ())
        .expect_err("is not there");
    assert_eq!(text(error), r#"user "stranger" not found"#);
    let nothing = client.messages(&seen_by("user9")).await;
    let nothing = nothing.expect("exists and sees none of it").value;
    assert_eq!(nothing.bounds, []);
    assert_eq!(nothing.slots.count().await, 0);
}

#[tokio::test]
async fn over_rest_a_participant_looks_unless_somebody_is_named() {
    let client = Client::over(Scripted::new(Origin::Api).with("si_user1_user2", [Some(1)]));
    let query = MessageQuery::new(Selection::Conversation("si_user1_user2".into()));
    assert_eq!(
        client.messages(&query).await.expect("reads").value.view,
        View::As("user1".into())
    );
    let query = query.view(View::As("user2".into()));
    assert_eq!(
        client.messages(&query).await.expect("reads").value.view,
        View::As("user2".into())
    );
}

#[tokio::test]
async fn a_name_stands_for_an_id_only_where_one_has_it() {
    let source = Scripted::new(Origin::Memory)
        .named("user1", "one")
        .named("user1", "two")
        .named("user2", "two");
    let client = Client::over(source);
    let id = |user: openim_history_client::model::User| user.user_id;
    assert_eq!(
        client
            .find_user("user7")
            .await
            .expect("an id")
            .map(id)
            .value,
        "user7"
    );
    assert_eq!(
        client.find_user("one").await.expect("a name").map(id).value,
        UserId::new("user1")
    );
    let several = client
        .find_user("two")
        .await
        .expect_err("two have it")
        .to_string();
    assert_eq!(
        several,
        r#"user "two": 2 have that name, say which id: user1 (two), user2 (two)"#
    );
    assert_eq!(
        client.find_user("x").await.expect_err("nobody").to_string(),
        r#"user "x" not found"#
    );
}

#[tokio::test]
async fn the_very_name_is_found_however_many_others_contain_it() {
    let bobs = |n: u32, exact: &[u32]| {
        (1..=n).fold(Scripted::new(Origin::Memory), |source, at| {
            let name = if exact.contains(&at) {
                "Bob".to_owned()
            } else {
                format!("Bobby {at}")
            };
            source.named(&format!("b{at}"), &name)
        })
    };
    let found = async |source: Scripted| {
        let found = Client::over(source).find_user("Bob").await;
        found.map(|answer| answer.value.user_id.to_string())
    };
    for (n, at) in [(12, 12), (1_700, 1), (1_700, 1_700)] {
        assert_eq!(found(bobs(n, &[at])).await.expect("one"), format!("b{at}"));
    }
    // One of the two lies far behind the other.
    let two = found(bobs(1_700, &[3, 1_650])).await;
    assert_eq!(
        two.expect_err("two have it").to_string(),
        r#"user "Bob": 2 have that name, say which id: b3 (Bob), b1650 (Bob)"#
    );
    let none = found(bobs(12, &[])).await;
    assert_eq!(
        none.expect_err("twelve contain it").to_string(),
        "user \"Bob\": 12 have that name, say which id: b1 (Bobby 1), b2 (Bobby 2), \
         b3 (Bobby 3), b4 (Bobby 4), b5 (Bobby 5), b6 (Bobby 6), b7 (Bobby 7), b8 (Bobby 8), \
         b9 (Bobby 9), b10 (Bobby 10) and 2 more"
    );
    // Too many to look through all: the one that is found may not be the only one.
    let many = found(bobs(20_000, &[5])).await;
    let many = many.expect_err("nobody looked at all").to_string();
    assert!(
        many.starts_with(
            r#"user "Bob": 20000 have that name, say which id: b5 (Bob), b1 (Bobby 1)"#
        ),
        "{many}"
    );
}
