//! What each path answers.

pub(super) mod auth;
pub(super) mod conversations;
pub(super) mod groups;
pub(super) mod jssdk;
pub(super) mod messages;
pub(super) mod objects;
pub(super) mod pull;
pub(super) mod search;
pub(super) mod seqs;
pub(super) mod sorted;
pub(super) mod statistics;
pub(super) mod users;

use super::{answer, go_json, routes, server, tokens};
