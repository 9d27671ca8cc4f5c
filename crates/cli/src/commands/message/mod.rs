//! `message`

mod fields;

use futures::StreamExt;
use openim_history_client::Error;
use openim_history_client::client::{Answer, Client, MessageQuery, Selection};
use openim_history_client::model::{HoleCause, Message, Seq, SeqRange, Slot};

use super::messages::{ContentChoice, MessageRow, Showing};
use crate::connect;
use crate::error::{CommandError, Result};
use crate::format::{Format, Writer};
use crate::progress::Progress;
use crate::run::App;
use crate::select::{self, SelectionArgs};
use crate::words::{self, Thing};

/// Shows one message with everything known about it
///
/// Exit code 1 where there is none. A number that holds no message says why, as far as it is
/// known.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    selection: SelectionArgs,
    #[command(flatten)]
    which: Which,
    /// Whose eyes: full for all the database holds (needs MongoDB), or a user
    #[arg(long, value_name = "full|USER")]
    view: Option<String>,
    /// How it is written: fields for people, or one JSON object
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: OneFormat,
}

/// Which message. Exactly one is given.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// The message with this sequence number; not with --user, whose conversations each have it
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "user",
        help_heading = "Which message (one of these)"
    )]
    #[arg(value_parser = clap::value_parser!(i64).range(1..))]
    seq: Option<i64>,
    /// The message with the id the sender's client gave it; the newest, where several have it
    #[arg(long, value_name = "ID", help_heading = "Which message (one of these)")]
    client_id: Option<String>,
    /// The message with the id the server gave it
    #[arg(long, value_name = "ID", help_heading = "Which message (one of these)")]
    server_id: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum OneFormat {
    /// One line for each field that is set
    #[default]
    Fields,
    /// One JSON object
    Json,
}

pub(super) async fn run(app: &mut App, args: &Args) -> Result {
    let config = app.configure()?;
    let client = connect::client(&config)?;
    let mut query = MessageQuery::new(args.selection.resolve(&client, &app.ui).await?);
    if let Some(typed) = &args.view {
        query.view = Some(select::view(&client, typed, &app.ui).await?);
    }
    let mut progress = Progress::start(&app.ui, Thing::Message);
    let found = progress.watch(find(&client, query, &args.which)).await?;
    drop(progress);

    let showing = Showing {
        lang: app.ui.lang,
        zone: app.ui.zone.clone(),
        content: ContentChoice::Summary,
        names_conversation: true,
    };
    match args.format {
        OneFormat::Fields => fields::write(&found.value, &showing, &mut app.out)?,
        OneFormat::Json => {
            let mut writer = Writer::begin(Format::Jsonl, showing.sheet(), &mut app.out)?;
            writer.row(&MessageRow::new(&found.value, &showing))?;
            writer.end()?;
        }
    }
    app.ui.status(words::from(found.origin, app.ui.lang));
    app.ui.passed_over(found.passed_over.as_deref());
    Ok(())
}

async fn find(client: &Client, query: MessageQuery, which: &Which) -> Result<Answer<Message>> {
    if let Some(seq) = which.seq {
        return at(client, query, Seq(seq)).await;
    }
    let (what, found) = match (&which.client_id, &which.server_id) {
        (Some(id), _) => {
            let wanted = |message: &Message| message.client_msg_id == *id.as_str();
            (
                format!("message with client id {id:?}"),
                client.find_message(&query, wanted).await?,
            )
        }
        (None, Some(id)) => {
            let wanted = |message: &Message| message.server_msg_id == *id.as_str();
            (
                format!("message with server id {id:?}"),
                client.find_message(&query, wanted).await?,
            )
        }
        (None, None) => return Err(CommandError::usage("which message is not said")),
    };
    let Answer {
        value,
        origin,
        passed_over,
    } = found;
    match value {
        Some(value) => Ok(Answer {
            value,
            origin,
            passed_over,
        }),
        None => {
            let place = place(&query.selection);
            Err(Error::not_found(format!("{what} {place}")).into())
        }
    }
}

/// Returns the message at a number.
async fn at(client: &Client, mut query: MessageQuery, seq: Seq) -> Result<Answer<Message>> {
    query.options.seqs = Some(SeqRange::new(seq, seq));
    let Answer {
        value: mut reading,
        origin,
        passed_over,
    } = client.messages(&query).await?;
    let mut why = None;
    while let Some(slot) = reading.slots.next().await {
        match slot? {
            Slot::Message(value) => {
                return Ok(Answer {
                    value,
                    origin,
                    passed_over,
                });
            }
            Slot::Hole(hole) => why = Some(cause(hole.cause).to_owned()),
        }
    }
    let why = why.unwrap_or_else(|| {
        let held = reading.bounds.iter().map(|bounds| bounds.range.to_string());
        match held.collect::<Vec<_>>().join(" and ") {
            none if none.is_empty() => "it holds no numbers".to_owned(),
            held => format!("it holds the numbers {held}"),
        }
    });
    let what = format!("message {seq} {}", place(&query.selection));
    Err(CommandError::Missing { what, why })
}

/// Says why a number holds no message.
fn cause(cause: HoleCause) -> &'static str {
    match cause {
        HoleCause::Emptied => "it was deleted for everybody",
        HoleCause::NeverStored => "the number was given out and nothing stored under it",
        HoleCause::NoBlock => "its whole block is gone, removed by retention or never written",
        HoleCause::Placeholder => {
            "the server answered a placeholder: deleted for everybody, lost, or not written yet"
        }
    }
}

fn place(selection: &Selection) -> String {
    match selection {
        Selection::User(user) => format!("among the conversations of {user}"),
        Selection::Conversation(id) => format!("in {id}"),
        Selection::Between(a, b) => format!("between {a} and {b}"),
        Selection::Group(group) => format!("in group {group}"),
    }
}
