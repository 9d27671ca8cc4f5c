//! Filling a database, which the big tests wait for, and memory.

use std::future::IntoFuture as _;
use std::time::Instant;

use divan::Bencher;
use divan::counter::ItemsCount;
use openim_history_standin::collections::Collections;
use openim_history_standin::corpus::{Corpus, CorpusOptions, fill};

use crate::places::{RUNTIME, database, messages};
use crate::report;

/// A tenth of what the full read reads, and how many messages that stores.
fn a_tenth() -> (Corpus, u64) {
    let corpus = Corpus::new(CorpusOptions::server(2, (messages() / 10).max(1)));
    let summary = corpus.summary();
    let stored = summary.messages + summary.log_messages;
    (corpus, stored)
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn filled(bencher: Bencher<'_, '_>) {
    let (corpus, stored) = a_tenth();
    let database = database("filled");
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

#[divan::bench(sample_count = 3, sample_size = 1)]
fn filled_memory(bencher: Bencher<'_, '_>) {
    let (corpus, stored) = a_tenth();
    bencher.counter(ItemsCount::new(stored)).bench_local(|| {
        let begin = Instant::now();
        let mut collections = Collections::new();
        let filled = collections.fill(&corpus);
        filled.expect("the generator writes OpenIM's documents");
        report::took("fill memory, a tenth", stored, begin.elapsed());
        // Given back, so that clearing it up is not measured.
        collections
    });
}
