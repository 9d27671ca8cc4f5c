//! One conversation over REST: as the source does it, and one call of 50 after the other.

use std::sync::{Arc, LazyLock};
use std::time::Instant;

use divan::Bencher;
use divan::counter::ItemsCount;
use futures::TryStreamExt as _;
use openim_history_client::model::ConversationId;
use openim_history_client::read::{ReadOptions, read};
use openim_history_client::source::rest::{RestOptions, RestSource};
use openim_history_client::source::{Source, View};
use openim_history_standin::rest::Server;

use crate::places::{RUNTIME, server};
use crate::report;

const MESSAGES: u64 = 20_000;

static SERVER: LazyLock<Server> = LazyLock::new(|| server(MESSAGES));

fn pull(bencher: Bencher<'_, '_>, name: &'static str, change: impl FnOnce(&mut RestOptions)) {
    let url = SERVER.url().parse().expect("a URL");
    let mut options = RestOptions::new(url, "openIM123", "imAdmin");
    change(&mut options);
    let source: Arc<dyn Source> = Arc::new(RestSource::connect(options).expect("plain options"));
    let id = ConversationId::from("si_alice_bob");
    bencher.counter(ItemsCount::new(MESSAGES)).bench_local(|| {
        let source = Arc::clone(&source);
        let begin = Instant::now();
        let slots = RUNTIME.block_on(async {
            let view = View::As("alice".into());
            let ids = std::slice::from_ref(&id);
            let reading = read(source, view, ids, ReadOptions::default()).await;
            let slots = reading.expect("begun").slots;
            let count = slots.try_fold(0, |count, _| async move { Ok(count + 1) });
            count.await.expect("read to the end")
        });
        report::took(name, slots, begin.elapsed());
        assert_eq!(slots, MESSAGES);
    });
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn pulled_4_times_500(bencher: Bencher<'_, '_>) {
    pull(bencher, "REST pull", |_| {});
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn pulled_50_at_a_time(bencher: Bencher<'_, '_>) {
    pull(bencher, "REST pull, one call of 50 at a time", |options| {
        options.concurrency = 1;
        options.page_len = 50;
    });
}
