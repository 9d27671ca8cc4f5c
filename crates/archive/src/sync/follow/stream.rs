//! A replica set tells its changes by itself.

use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

use futures::TryStreamExt;
use openim_history_client::model::{Hole, HoleCause, Seq, Slot};
use openim_history_client::source::mongo::{
    BlockChange, BlockId, BlockKey, ChangeBatch, ChangesOptions, MongoSource, ResumeToken,
    ScanOptions, ScanScope, Start,
};

use super::status::{Reporter, State};
use super::{Chores, FollowOptions, Stop};
use crate::error::{Error, Result};
use crate::row::RowSource;
use crate::sync::mongo::{missing, removed};
use crate::write::{self, Cursor, Early, Writer};

/// Touched numbers that are read back at once, at most.
const MOST_TOUCHED: usize = 10_000;

/// Events of a batch from which on we count as behind.
const MANY: usize = 1_000;

/// How many times longer new messages wait for their commit while we are behind.
const BEHIND: u32 = 4;

/// What must be read back from the server.
#[derive(Default)]
struct Touched {
    blocks: HashMap<BlockId, (BlockKey, BTreeSet<Seq>)>,
    numbers: usize,
    /// Since when the first one waits.
    since: Option<Instant>,
    /// Whether a block was removed of which only the id is known: as a rule, one that retention took.
    removed: bool,
    /// What was done to messages that were not stored yet: these come without it.
    early: Early,
}

impl Touched {
    /// Whether something must be read back.
    fn waits(&self) -> bool {
        self.numbers > 0 || self.removed
    }

    fn add(&mut self, block: BlockKey, seqs: Vec<Seq>) {
        self.since.get_or_insert_with(Instant::now);
        let (_, numbers) = self
            .blocks
            .entry(block.id)
            .or_insert_with(|| (block, BTreeSet::new()));
        for seq in seqs {
            self.numbers += usize::from(numbers.insert(seq));
        }
    }
}

pub(super) async fn run(
    source: &MongoSource,
    writer: &mut Writer,
    options: &FollowOptions,
    reporter: &mut Reporter<'_>,
    stop: &mut Stop<'_>,
) -> Result<()> {
    let Some(token) = writer.cursor().mongo_token.clone() else {
        return Err(Error::Invalid(
            "there is no place to follow from".to_owned(),
        ));
    };
    let mut token: ResumeToken = token.parse().map_err(Error::Source)?;
    let mut changes = source
        .changes(ChangesOptions {
            start: Start::After(token.clone()),
            wait: options.commit,
        })
        .await?;
    reporter.state(State::CatchingUp, None, writer).await?;
    let mut touched = Touched {
        early: writer.cursor().early.clone(),
        ..Touched::default()
    };
    let mut chores = Chores::new();
    let mut committed = Instant::now();
    let mut moved = Instant::now();
    let mut is_behind = true;
    let mut caught_up = None;
    loop {
        let batch = tokio::select! {
            batch = changes.next() => batch?,
            () = &mut *stop => break,
        };
        let events = batch.events;
        // An empty one says that until now there is nothing more.
        caught_up = match events {
            0 => Some(writer.now()),
            _ => batch.newest.or(caught_up),
        };
        token.clone_from(&batch.token);
        take(writer, options, batch, &mut touched).await?;
        reporter.events(events as u64);
        // Nobody waits for what is old already, and a commit of more costs hardly more.
        let patience = if is_behind { BEHIND } else { 1 };
        let due = committed.elapsed() >= options.commit * patience;
        if due || events == 0 {
            let settle = touched.numbers >= MOST_TOUCHED
                || touched
                    .since
                    .is_some_and(|since| since.elapsed() >= options.gather);
            // An idle stream moves on too, and must not fall out of the server's memory.
            let idle = events == 0 && moved.elapsed().as_secs() >= 60;
            if commit(source, writer, options, &token, &mut touched, settle, idle).await? {
                moved = Instant::now();
            }
            committed = Instant::now();
            if let Some(time) = caught_up {
                reporter.caught_up(time);
            }
            is_behind = events >= MANY;
            let state = if is_behind {
                State::CatchingUp
            } else {
                State::Following
            };
            reporter.state(state, None, writer).await?;
            chores.run(source, writer, options).await?;
        }
    }
    commit(source, writer, options, &token, &mut touched, true, true).await?;
    Ok(())
}

async fn take(
    writer: &mut Writer,
    options: &FollowOptions,
    batch: ChangeBatch,
    touched: &mut Touched,
) -> Result<()> {
    let takes = |block: &BlockKey| options.sync.filter.takes(&block.conversation_id);
    let seen = writer.seen(RowSource::Mongo);
    // Events tell of a message each, and taking many in at once is quicker than one by one.
    let mut news = Vec::new();
    for change in batch.changes {
        match change {
            BlockChange::Messages {
                block,
                slots,
                with_state,
            } if takes(&block) => {
                if !with_state && !touched.early.is_empty() {
                    let seqs = slots.iter().map(Slot::seq);
                    let early = seqs.filter(|seq| touched.early.has(&block.conversation_id, *seq));
                    let early: Vec<Seq> = early.collect();
                    if !early.is_empty() {
                        touched.add(block.clone(), early);
                    }
                }
                news.extend(slots.into_iter().filter(|slot| options.sync.wants(slot)));
            }
            BlockChange::Touched { block, seqs } if takes(&block) => touched.add(block, seqs),
            BlockChange::Removed {
                block: Some(block), ..
            } if takes(&block) => {
                touched.blocks.remove(&block.id);
                writer.take(std::mem::take(&mut news), seen).await?;
                let key = write::BlockKey {
                    conversation_id: block.conversation_id,
                    number: block.number,
                };
                let holes = removed(writer.ledger()?, &key);
                writer.take(holes, seen).await?;
            }
            BlockChange::Removed { id, block: None } => {
                // Which one it was is told by what is there no longer.
                tracing::debug!(%id, "a block was removed that was not known by its id");
                touched.since.get_or_insert_with(Instant::now);
                touched.removed = true;
            }
            _ => {}
        }
    }
    writer.take(news, seen).await
}

/// Commits, and returns whether the cursor moved. What was touched holds it back until it is settled.
async fn commit(
    source: &MongoSource,
    writer: &mut Writer,
    options: &FollowOptions,
    token: &ResumeToken,
    touched: &mut Touched,
    settle: bool,
    idle: bool,
) -> Result<bool> {
    let cursor = |early: &Early| Cursor {
        mongo_token: Some(token.to_string()),
        early: early.clone(),
        ..Cursor::default()
    };
    if settle && touched.waits() {
        // New messages first: what was touched may be among them.
        writer.commit_rows().await?;
        let source = source.caught_up_with(token);
        read_back(&source, writer, touched).await?;
        if std::mem::take(&mut touched.removed) {
            let gone = missing(&source, &options.sync, writer.ledger()?).await?;
            let seen = writer.seen(RowSource::Mongo);
            for key in gone {
                let holes = removed(writer.ledger()?, &key);
                writer.take(holes, seen).await?;
            }
        }
        writer.commit(cursor(&touched.early)).await?;
        return Ok(true);
    }
    if touched.waits() {
        let held = writer.cursor().clone();
        writer.commit_new(held).await?;
        return Ok(false);
    }
    if writer.waiting() > 0 && !settle && !idle {
        // Seen again, as after a restart: it waits for the others.
        touched.since.get_or_insert_with(Instant::now);
        return Ok(!writer.commit_new(cursor(&touched.early)).await?);
    }
    if idle || settle || writer.waiting() > 0 {
        touched.since = None;
        writer.commit(cursor(&touched.early)).await?;
        return Ok(true);
    }
    Ok(!writer.commit_new(cursor(&touched.early)).await?)
}

/// Reads touched numbers as they are now.
async fn read_back(source: &MongoSource, writer: &mut Writer, touched: &mut Touched) -> Result<()> {
    let mut left = std::mem::take(&mut touched.blocks);
    touched.numbers = 0;
    touched.since = None;
    let ids = left.keys().copied().collect();
    let mut scan = source.scan(ScanOptions {
        scope: ScanScope::Blocks(ids),
        ..ScanOptions::default()
    });
    while let Some(blocks) = scan.try_next().await? {
        let mut slots = Vec::new();
        for block in blocks {
            let Some((_, seqs)) = left.remove(&block.key.id) else {
                continue;
            };
            let conversation = &block.key.conversation_id;
            touched
                .early
                .see(conversation, block.key.number, &block.early);
            let wanted = |slot: &Slot| seqs.contains(&slot.seq());
            slots.extend(block.slots.into_iter().filter(wanted));
        }
        let seen = writer.seen(RowSource::Mongo);
        writer.take(slots, seen).await?;
    }
    // Removed since: the stream says so itself later, and this is the same.
    let mut gone = Vec::new();
    for (key, seqs) in left.into_values() {
        touched.early.see(&key.conversation_id, key.number, &[]);
        for seq in seqs {
            gone.push(Slot::Hole(Hole {
                conversation_id: key.conversation_id.clone(),
                seq,
                cause: HoleCause::NoBlock,
            }));
        }
    }
    let seen = writer.seen(RowSource::Mongo);
    writer.take(gone, seen).await
}
