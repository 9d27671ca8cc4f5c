//! Finding messages, with what a person reads of them.

use std::collections::HashMap;

use openim_history_client::model::ConversationId;

use super::snippet::{Snippet, snippet};
use crate::archive::Archive;
use crate::error::Result;
use crate::index::{Around, Hit, Index, Order, Query};
use crate::row::{Key, Row};

/// What of the hits is wanted.
#[derive(Clone, Debug)]
pub struct SearchOptions {
    /// Which come first.
    pub order: Order,
    /// How many at most.
    pub limit: usize,
    /// Behind which message to go on: the last of the page before.
    pub after: Option<Key>,
    /// How many messages of its conversation before and after each hit to read with it.
    pub around: usize,
    /// How many characters of a long text are shown.
    pub snippet: usize,
}

impl Default for SearchOptions {
    fn default() -> Self {
        Self {
            order: Order::Newest,
            limit: 20,
            after: None,
            around: 0,
            snippet: 80,
        }
    }
}

/// A page of what was found.
#[derive(Clone, Debug, Default)]
pub struct SearchPage {
    /// How many messages there are, exactly, wherever the page begins.
    pub total: u64,
    /// Those of this page, in order.
    pub hits: Vec<SearchHit>,
    /// Behind which message the next page begins; `None` where this one is the last.
    pub next: Option<Key>,
}

/// A message that was found.
#[derive(Clone, Debug)]
pub struct SearchHit {
    /// The message.
    pub row: Row,
    /// What of its text is shown.
    pub snippet: Snippet,
    /// The messages before it in its conversation, in order.
    pub before: Vec<Row>,
    /// Those after it.
    pub after: Vec<Row>,
}

/// Searches an archive by its index.
#[derive(Clone, Copy, Debug)]
pub struct Search<'a> {
    archive: &'a Archive,
    index: &'a Index,
}

impl<'a> Search<'a> {
    /// Takes an archive and its index.
    pub fn new(archive: &'a Archive, index: &'a Index) -> Self {
        Self { archive, index }
    }

    /// Counts the messages a query finds.
    pub fn count(&self, query: &Query) -> Result<u64> {
        Ok(self.index.count(query)?)
    }

    /// Finds a page of messages, and how many there are at all. `texts` are marked in what is shown.
    ///
    /// Messages that come between two pages neither repeat nor skip a hit. Where the message to go on
    /// behind is not in the archive, the page is the first one.
    pub async fn page(
        &self,
        query: &Query,
        texts: &[&str],
        options: &SearchOptions,
    ) -> Result<SearchPage> {
        let after = match &options.after {
            Some(key) => self.index.get(key)?,
            None => None,
        };
        // One more says whether there is a next page.
        let limit = options.limit.saturating_add(1);
        let mut found = self
            .index
            .find(query, options.order, limit, after.as_ref())?;
        let more = found.hits.len() > options.limit;
        found.hits.truncate(options.limit);
        let mut around: Vec<Vec<Hit>> = Vec::new();
        for hit in &found.hits {
            around.push(self.around(hit, options.around)?);
        }
        let shown = found.hits.iter().chain(around.iter().flatten());
        let rows = self.archive.of_hits(shown).await?;
        let rows: HashMap<Key, Row> = rows.into_iter().map(|row| (row.key(), row)).collect();
        let next = found.hits.last().filter(|_| more).map(Hit::key);
        let hits = found.hits.iter().zip(&around).filter_map(|(hit, around)| {
            // The index may be a moment ahead of or behind the tables as they were opened.
            let row = rows.get(&hit.key())?.clone();
            let neighbours = |is_wanted: fn(&Hit, &Hit) -> bool| {
                around
                    .iter()
                    .filter(|other| is_wanted(other, hit))
                    .filter_map(|other| rows.get(&other.key()).cloned())
                    .collect()
            };
            Some(SearchHit {
                snippet: snippet(&row.text(), texts, options.snippet, self.index.has_pinyin()),
                before: neighbours(|other, hit| other.seq < hit.seq),
                after: neighbours(|other, hit| other.seq > hit.seq),
                row,
            })
        });
        Ok(SearchPage {
            total: found.total,
            hits: hits.collect(),
            next,
        })
    }

    /// Reads a page of a conversation, in the order of its numbers.
    pub async fn conversation(
        &self,
        conversation: &ConversationId,
        around: Around,
        limit: usize,
    ) -> Result<Vec<Row>> {
        let page = self.index.page(conversation, around, limit)?;
        let mut rows = self.archive.of_hits(page.iter()).await?;
        rows.sort_by_key(|row| row.message.seq);
        Ok(rows)
    }

    /// Returns the neighbours of a hit, in order.
    fn around(&self, hit: &Hit, count: usize) -> Result<Vec<Hit>> {
        if count == 0 {
            return Ok(Vec::new());
        }
        let conversation = &hit.conversation_id;
        let before = self
            .index
            .page(conversation, Around::Before(hit.seq), count)?;
        let after = self
            .index
            .page(conversation, Around::After(hit.seq), count)?;
        Ok(before.into_iter().chain(after).collect())
    }
}
