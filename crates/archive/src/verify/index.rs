//! The search index against the tables.

use std::fmt;

use openim_history_client::model::ConversationId;

use super::VerifyOptions;
use super::census::Census;
use super::report::{Part, VerifyReport};
use crate::archive::{Archive, index_folder};
use crate::error::{Error, Result, with_causes};
use crate::index::{Index, IndexDamage, IndexError, IndexSettings};
use crate::progress::Progress;
use crate::row::Key;
use crate::write::{Calendar, Ledger};

/// What the index has.
#[derive(Default)]
struct Indexed {
    ledger: Ledger,
    twice: u64,
    first_twice: Option<Key>,
}

/// Checks that the index has every message the tables have, once, in its month, and no other; with `full`
/// that its files have the bytes that were written. One that is behind is brought up to date by whoever
/// opens it next, and is nothing wrong.
pub(super) async fn check(
    archive: &Archive,
    census: &Census,
    options: &VerifyOptions,
    progress: &dyn Progress,
    report: &mut VerifyReport,
) -> Result<()> {
    let Some(folder) = index_folder(archive.place(), options.index_folder.as_ref()) else {
        return Ok(());
    };
    progress.begin("search index", None);
    let (version, full) = (archive.messages.version(), options.full);
    let look = move || {
        let index = match Index::open(&folder, &IndexSettings::default()) {
            Ok((index, opened)) if opened.covers == Some(version) => index,
            Ok(_)
            | Err(IndexError::Unusable {
                source: IndexDamage::Missing,
                ..
            }) => return Ok(None),
            Err(error) => return Err(error),
        };
        if full {
            index.verify()?;
        }
        walk(&index).map(Some)
    };
    let looked = tokio::task::spawn_blocking(look).await;
    match looked.map_err(|error| Error::store("check the search index", error))? {
        Ok(Some(indexed)) => compare(&indexed, census, report),
        Ok(None) => {}
        Err(error) => wrong(report, with_causes(&error)),
    }
    Ok(())
}

fn walk(index: &Index) -> Result<Indexed, IndexError> {
    let mut indexed = Indexed::default();
    let mut calendar = Calendar::default();
    index.each_message(|conversation: &ConversationId, seq, time| {
        let month = calendar.month(time);
        if !indexed.ledger.put(conversation, seq, month) {
            indexed.twice += 1;
            indexed.first_twice.get_or_insert_with(|| Key {
                conversation_id: conversation.clone(),
                seq,
            });
        }
    })?;
    Ok(indexed)
}

fn compare(indexed: &Indexed, census: &Census, report: &mut VerifyReport) {
    let tables = &census.ledger;
    let mut say = |count: u64, key: &Key, what: &str| {
        let (id, seq) = (&key.conversation_id, key.seq);
        wrong(
            report,
            format_args!("it {what} {count} messages, for example {id} {seq}"),
        );
    };
    if let Some((count, key)) = indexed.ledger.lacks(tables) {
        say(count, &key, "lacks");
    }
    if let Some(key) = &indexed.first_twice {
        say(indexed.twice, key, "has twice");
    }
    // Of what cannot be read nobody knows whether the index has it rightly.
    if census.is_whole {
        if let Some((count, key)) = tables.lacks(&indexed.ledger) {
            say(count, &key, "has, and the tables have not,");
        }
        if let Some((count, key)) = indexed.ledger.elsewhere(tables) {
            say(count, &key, "has under other months");
        }
    }
}

fn wrong(report: &mut VerifyReport, reason: impl fmt::Display) {
    report.problem(Part::Index, "the search index", reason);
}
