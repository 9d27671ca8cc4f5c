//! Serves one generated conversation over REST until its standard input ends, for measuring what reads it.
//!
//! `cargo run --release -p openim-history-standin --example serve -- --messages 200000`

use std::io::Read as _;

use anyhow::Result;
use clap::Parser;
use openim_history_standin::collections::Collections;
use openim_history_standin::corpus::{Corpus, CorpusOptions};
use openim_history_standin::rest::{Server, ServerOptions};

/// Serves one generated conversation, that of alice and bob, over REST.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many messages it has.
    #[arg(long, default_value_t = 200_000)]
    messages: u64,
}

#[expect(clippy::print_stdout, reason = "what a program for people is for")]
fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let corpus = Corpus::new(CorpusOptions::one_long_conversation(arguments.messages));
    let mut collections = Collections::new();
    for (collection, document) in corpus.documents() {
        collections.insert(collection.name(), document.try_into()?)?;
    }
    let options = ServerOptions::default();
    println!("export OPENIM_SECRET={}", options.secret);
    let server = Server::start(collections, options)?;
    println!("export OPENIM_API_URL={}", server.url());
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
