//! A single server does not tell its changes: its newest blocks are looked at again and again.

use std::time::Instant;

use futures::TryStreamExt;
use openim_history_client::source::View;
use openim_history_client::source::mongo::{
    BlockId, BlockScope, MongoSource, ScanOptions, ScanScope,
};

use super::status::{Reporter, State};
use super::{Chores, FollowOptions, Stop, copy};
use crate::error::Result;
use crate::row::RowSource;
use crate::sync::log::News;
use crate::sync::seen::SeenBlocks;
use crate::write::{BlockKey, Cursor, Writer};

pub(super) async fn run(
    source: &MongoSource,
    writer: &mut Writer,
    options: &FollowOptions,
    reporter: &mut Reporter<'_>,
    stop: &mut Stop<'_>,
) -> Result<()> {
    let mut chores = Chores::new();
    let mut compared = Instant::now();
    loop {
        let mut seen = SeenBlocks::read(writer.place()).await?;
        while compared.elapsed() < options.compare {
            let (round, began) = (Instant::now(), writer.now());
            let taken = look(source, writer, options, &mut seen).await?;
            reporter.events(taken);
            reporter.caught_up(began);
            reporter.state(State::Following, None, writer).await?;
            chores.run(source, writer, options).await?;
            tokio::select! {
                () = tokio::time::sleep(options.poll.saturating_sub(round.elapsed())) => {}
                () = &mut *stop => return note(&mut seen, writer, options).await,
            }
        }
        note(&mut seen, writer, options).await?;
        if !copy(source, writer, options, reporter, stop).await? {
            return Ok(());
        }
        compared = Instant::now();
    }
}

/// Writes down what was seen. A follower of some time only must not keep others from reading the rest.
async fn note(seen: &mut SeenBlocks, writer: &Writer, options: &FollowOptions) -> Result<()> {
    if options.sync.since.is_none() {
        seen.write(writer.place()).await?;
    }
    Ok(())
}

/// Looks at the newest blocks once, and returns how many messages were taken in.
async fn look(
    source: &MongoSource,
    writer: &mut Writer,
    options: &FollowOptions,
    seen: &mut SeenBlocks,
) -> Result<u64> {
    let before = writer.counts();
    let mut ids: Vec<BlockId> = Vec::new();
    let mut tails = source.blocks(BlockScope::Tails);
    while let Some(blocks) = tails.try_next().await? {
        for block in blocks {
            let key = BlockKey {
                conversation_id: block.key.conversation_id,
                number: block.key.number,
            };
            if options.sync.filter.takes(&key.conversation_id) && !seen.has(&key, block.size) {
                ids.push(block.key.id);
            }
        }
    }
    let mut news = News::default();
    let mut early = writer.cursor().early.clone();
    let mut weighed = Vec::new();
    if !ids.is_empty() {
        let mut scan = source.scan(ScanOptions {
            scope: ScanScope::Blocks(ids),
            ..ScanOptions::default()
        });
        while let Some(blocks) = scan.try_next().await? {
            let mut slots = Vec::new();
            for block in blocks {
                let key = BlockKey {
                    conversation_id: block.key.conversation_id,
                    number: block.key.number,
                };
                early.see(&key.conversation_id, key.number, &block.early);
                weighed.push((key, block.size));
                slots.extend(block.slots);
            }
            news.hold(&View::Full, &mut slots, &options.sync, writer.ledger()?);
            slots.retain(|slot| options.sync.wants(slot));
            let seen = writer.seen(RowSource::Mongo);
            writer.take(slots, seen).await?;
            if news.is_full() {
                news.settle(source, writer, RowSource::Mongo).await?;
            }
        }
    }
    news.settle(source, writer, RowSource::Mongo).await?;
    let cursor = Cursor {
        early,
        ..writer.cursor().clone()
    };
    writer.commit(cursor).await?;
    for (key, size) in weighed {
        seen.put(key, size);
    }
    Ok(writer.counts().since(before).new)
}
