//! What is wrong with a query, and where.

use std::ops::Range;

/// A query that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at character {character}: {what}")]
pub struct SyntaxError {
    /// What was expected, and what was found.
    pub what: String,
    /// Where, in bytes of the query.
    pub at: Range<usize>,
    /// Where it begins, in characters from 1.
    pub character: usize,
}

impl SyntaxError {
    /// Says what is wrong at a place of a query.
    pub(in crate::search) fn new(query: &str, at: Range<usize>, what: impl Into<String>) -> Self {
        let before = query.get(..at.start).unwrap_or(query);
        Self {
            what: what.into(),
            character: before.chars().count() + 1,
            at,
        }
    }
}
