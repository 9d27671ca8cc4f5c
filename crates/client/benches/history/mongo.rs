//! Every stored message of a server into rows, and the same by PyMongoArrow.

use std::time::Instant;

use divan::Bencher;
use divan::counter::ItemsCount;
use futures::TryStreamExt as _;
use openim_history_client::source::mongo::{BlockScope, ScanOptions};

use crate::peer::PEER;
use crate::places::{MONGOD, RUNTIME, WHOLE, source};
use crate::report;

fn stored() -> u64 {
    let summary = &WHOLE.1.summary;
    summary.messages + summary.log_messages
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn full_read(bencher: Bencher<'_, '_>) {
    let source = source(WHOLE.0);
    bencher.counter(ItemsCount::new(stored())).bench_local(|| {
        let begin = Instant::now();
        let rows = RUNTIME.block_on(async {
            source
                .scan(ScanOptions::default())
                .try_fold(0, |rows, blocks| async move {
                    let slots = blocks.iter().flat_map(|block| &block.slots);
                    let messages = slots.filter(|slot| slot.message().is_some());
                    Ok(rows + messages.count() as u64)
                })
                .await
                .expect("the scan ends")
        });
        report::took("full read", rows, begin.elapsed());
        assert_eq!(rows, stored());
    });
}

fn blocks(bencher: Bencher<'_, '_>, name: &'static str, scope: &BlockScope) {
    let source = source(WHOLE.0);
    bencher.bench_local(|| {
        let begin = Instant::now();
        let blocks = RUNTIME.block_on(async {
            let listed = source.blocks(scope.clone());
            let count = listed.try_fold(0, |sum, some| async move { Ok(sum + some.len()) });
            count.await.expect("listed") as u64
        });
        report::took(name, blocks, begin.elapsed());
        assert!(blocks > 0 && blocks <= WHOLE.1.summary.blocks);
    });
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn blocks_with_sizes(bencher: Bencher<'_, '_>) {
    blocks(bencher, "blocks with sizes", &BlockScope::All);
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn tail_blocks_with_sizes(bencher: Bencher<'_, '_>) {
    blocks(bencher, "tail blocks with sizes", &BlockScope::Tails);
}

fn by_pymongoarrow(bencher: Bencher<'_, '_>, name: &'static str, way: &str) {
    let rows = stored();
    let mut peer = PEER.lock().expect("not poisoned");
    bencher.counter(ItemsCount::new(rows)).bench_local(|| {
        let answer = peer.read(&MONGOD.uri(), WHOLE.0, way);
        report::took(name, answer.rows, answer.elapsed);
        assert_eq!(answer.rows, rows);
    });
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn full_read_by_pymongoarrow_flattened_by_arrow(bencher: Bencher<'_, '_>) {
    by_pymongoarrow(bencher, "full read, PyMongoArrow, Arrow flattens", "arrow");
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn full_read_by_pymongoarrow_unwound_by_the_server(bencher: Bencher<'_, '_>) {
    by_pymongoarrow(bencher, "full read, PyMongoArrow, server unwinds", "server");
}
