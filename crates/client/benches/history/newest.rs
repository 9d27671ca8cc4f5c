//! The newest 50 messages of a user with 10,000 conversations.

use std::sync::Arc;
use std::time::Instant;

use divan::Bencher;
use futures::TryStreamExt as _;
use openim_history_client::model::{ConversationId, UserId};
use openim_history_client::read::{ReadOptions, read};
use openim_history_client::source::mongo::MongoSource;
use openim_history_client::source::{Newest, Source, View};

use crate::places::{MANY, RUNTIME, source};
use crate::report;

const LIMIT: usize = 50;

fn place() -> (Arc<MongoSource>, UserId, Vec<ConversationId>) {
    let source = source(*MANY);
    let user = UserId::from("alice");
    let rows = RUNTIME.block_on(source.conversations(&user));
    let ids: Vec<_> = rows
        .expect("her rows")
        .into_iter()
        .map(|row| row.conversation_id)
        .collect();
    assert!(ids.len() > 9_900, "{}", ids.len());
    (source, user, ids)
}

fn newest(bencher: Bencher<'_, '_>, name: &'static str, view: impl Fn(UserId) -> View) {
    let (source, user, ids) = place();
    let view = view(user);
    bencher.bench_local(|| {
        let begin = Instant::now();
        let found = RUNTIME.block_on(source.newest(&view, &ids, LIMIT));
        report::took(name, LIMIT as u64, begin.elapsed());
        let found = found.and_then(Newest::whole);
        assert_eq!(found.expect("answered").len(), LIMIT);
    });
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn of_everything_stored(bencher: Bencher<'_, '_>) {
    newest(bencher, "newest 50, full view", |_| View::Full);
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn as_the_user_sees_them(bencher: Bencher<'_, '_>) {
    newest(bencher, "newest 50, user's view", View::As);
}

/// The bounds of all conversations come on top: what a program that shows them waits for.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn as_a_reading_with_all_bounds(bencher: Bencher<'_, '_>) {
    let (source, user, ids) = place();
    bencher.bench_local(|| {
        let options = ReadOptions {
            last: Some(LIMIT),
            ..ReadOptions::default()
        };
        let source: Arc<dyn Source> = source.clone();
        let begin = Instant::now();
        let slots: Vec<_> = RUNTIME.block_on(async {
            let reading = read(source, View::As(user.clone()), &ids, options).await;
            let slots = reading.expect("begun").slots;
            slots.try_collect().await.expect("read")
        });
        report::took("newest 50, with all bounds", LIMIT as u64, begin.elapsed());
        assert_eq!(slots.len(), LIMIT);
    });
}
