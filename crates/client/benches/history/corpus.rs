//! Filling a database, which the big tests wait for.

use std::future::IntoFuture as _;

use divan::Bencher;
use divan::counter::ItemsCount;
use openim_history_standin::corpus::{Corpus, CorpusOptions, fill};

use crate::places::{RUNTIME, database, messages};
use crate::report;

#[divan::bench(sample_count = 3, sample_size = 1)]
fn filled(bencher: Bencher<'_, '_>) {
    let corpus = Corpus::new(CorpusOptions::server(2, (messages() / 10).max(1)));
    let database = database("filled");
    let summary = corpus.summary();
    let stored = summary.messages + summary.log_messages;
    let drop_it = || {
        let dropped = RUNTIME.block_on(database.drop().into_future());
        dropped.expect("dropped");
    };
    bencher
        .counter(ItemsCount::new(stored))
        .with_inputs(drop_it)
        .bench_local_values(|()| {
            let filled = RUNTIME.block_on(fill(&corpus, &database)).expect("stored");
            report::took("fill, a tenth", stored, filled.elapsed);
        });
    drop_it();
}
