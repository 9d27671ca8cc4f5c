//! Facts OpenIM keeps only in Redis; what is not set here is derived from the collections.

use std::collections::{HashMap, HashSet};

/// What a history tool can see of OpenIM's Redis.
#[derive(Debug, Clone, Default)]
pub struct RedisFacts {
    /// The newest seq of a conversation, where it is ahead of the newest stored message (`MALLOC_SEQ` `CURR`).
    pub heads: HashMap<String, i64>,
    /// When a conversation's newest seq was handed out, in milliseconds (`MALLOC_SEQ` `TIME`).
    pub allocated: HashMap<String, i64>,
    /// Read positions ahead of `seq_user`, by user and conversation (`SEQ_USER_READ`).
    pub reads: HashMap<(String, String), i64>,
    /// Conversations whose messages are still cached as they were sent: status 1 where MongoDB says 2.
    pub as_sent: HashSet<String>,
    /// Messages that are in MongoDB but were asked for too early: the server cached "not there" for 24 hours
    /// (`MSG_CACHE`), by conversation and seq.
    pub spoiled: HashMap<String, HashSet<i64>>,
}

impl RedisFacts {
    /// Returns the read position held for a user, if Redis has one.
    pub fn read(&self, user_id: &str, conversation_id: &str) -> Option<i64> {
        if self.reads.is_empty() {
            return None;
        }
        self.reads
            .get(&(user_id.to_owned(), conversation_id.to_owned()))
            .copied()
    }

    /// Returns whether a seq is cached as not there.
    pub fn is_spoiled(&self, conversation_id: &str, seq: i64) -> bool {
        self.spoiled
            .get(conversation_id)
            .is_some_and(|seqs| seqs.contains(&seq))
    }
}
