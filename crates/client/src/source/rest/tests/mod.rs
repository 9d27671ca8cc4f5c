//! The source against a loopback server that answers what a test tells it to.

mod decoding;
mod heads;
mod lists;
mod newest;
mod probes;
mod pulls;
mod server;
mod tokens;
mod transport;
