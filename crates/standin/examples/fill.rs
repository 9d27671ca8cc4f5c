//! Fills a MongoDB with a generated history, for people who want a big test server.
//!
//! `cargo run --release -p openim-history-standin --example fill -- --uri mongodb://127.0.0.1:27017 --messages 2000000 --seed 1`

use anyhow::Result;
use clap::Parser;
use mongodb::Client;
use openim_history_standin::corpus::{Corpus, CorpusOptions, fill};
use openim_history_standin::mongod::{Mode, Mongod};

/// Fills a MongoDB with a generated history.
#[derive(Debug, Parser)]
struct Arguments {
    /// The server to fill; without it, a mongod is started, filled, measured and removed again.
    #[arg(long)]
    uri: Option<String>,
    /// The database to fill, which should hold none of OpenIM's collections yet.
    #[arg(long, default_value = "openim_v3")]
    database: String,
    /// How many messages to send.
    #[arg(long, default_value_t = 1_000_000)]
    messages: u64,
    /// Where chance starts: the same seed gives the same history.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// One user with 10,000 chats, whatever the number of messages says.
    #[arg(long)]
    many_conversations: bool,
    /// One chat holds all the messages.
    #[arg(long, conflicts_with = "many_conversations")]
    one_conversation: bool,
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "what a program for people is for")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut options = if arguments.many_conversations {
        CorpusOptions::many_conversations()
    } else if arguments.one_conversation {
        CorpusOptions::one_long_conversation(arguments.messages)
    } else {
        CorpusOptions::server(arguments.seed, arguments.messages)
    };
    options.seed = arguments.seed;
    let (uri, _mongod) = match arguments.uri {
        Some(uri) => (uri, None),
        None => {
            let mongod = Mongod::start(Mode::Standalone).await?;
            (mongod.uri(), Some(mongod))
        }
    };
    let database = Client::with_uri_str(uri)
        .await?
        .database(&arguments.database);
    let filled = fill(&Corpus::new(options), &database).await?;
    println!("{:#?}", filled.summary);
    println!(
        "{} documents in {:.1} s, {} messages a second",
        filled.documents,
        filled.elapsed.as_secs_f64(),
        filled.messages_per_second()
    );
    Ok(())
}
