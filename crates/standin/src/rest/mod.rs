//! A server that answers like OpenIM's REST API, from [`Collections`](crate::collections::Collections).
//!
//! It reads only: the paths that change something are unknown to it (404), except tokens and forced logouts.

mod answer;
mod auth;
mod body;
mod conversations;
mod go_json;
mod groups;
mod jssdk;
mod messages;
mod objects;
mod pull;
mod routes;
mod search;
mod seqs;
mod server;
mod sorted;
mod statistics;
mod tokens;
mod users;

pub use self::server::{Clock, Dialect, Server, ServerOptions};
pub use crate::faults::{Fault, Faults, Rule, When};
