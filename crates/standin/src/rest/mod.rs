//! A server that answers like OpenIM's REST API, from [`Collections`](crate::collections::Collections).
//!
//! It reads only: the paths that change something are unknown to it (404), except tokens and forced logouts.

mod answer;
mod body;
mod calls;
mod go_json;
mod middleware;
mod routes;
mod server;
mod tokens;

pub use self::server::{Clock, Dialect, Server, ServerOptions};
pub use crate::faults::{Fault, Faults, Rule, When};
