//! `messages`

mod closing;
mod row;

use futures::StreamExt;
use openim_history_client::client::{Answer, MessageQuery, Selection};
use openim_history_client::model::{SeqRange, TimeRange};
use openim_history_client::read::{ReadOptions, Reading};

use self::closing::{Closing, End, Tally};
pub(crate) use self::row::ContentChoice;
pub(super) use self::row::{MessageRow, Showing};
use crate::args::FormatArgs;
use crate::connect;
use crate::error::{CommandError, Result};
use crate::format::{Format, Writer};
use crate::progress::Progress;
use crate::run::App;
use crate::select::{self, SelectionArgs};
use crate::words::Thing;

/// How many of the newest messages are shown where nothing else is asked for.
const DEFAULT_LAST: usize = 50;

/// Shows messages of a user, a pair, a group or a conversation, oldest first
///
/// Without --last, --seq, --since or --until the newest 50 are shown; --seq 1.. shows everything.
/// Users and groups may be named by id, or by a name only one has.
///
/// Rows are in the order of the sequence numbers inside a conversation, and of the send time
/// across several. Numbers that hold no message are not rows; they are counted on standard error,
/// as is where the messages came from and whose eyes they were read with.
///
/// The formats json, jsonl and csv carry the content as the server has it (`content`) and what a
/// person would read or search for in it (`text`); times are RFC 3339 in UTC.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    selection: SelectionArgs,
    /// Only the newest N of what the other flags leave
    #[arg(long, value_name = "N", value_parser = positive)]
    last: Option<usize>,
    /// Only these sequence numbers, both ends included: 5..9, 5.., ..9 or 7
    #[arg(long, value_name = "A..B", value_parser = crate::seqs::parse)]
    seq: Option<SeqRange>,
    /// Only messages sent at T or later
    ///
    /// T is RFC 3339 (2026-11-24T18:30:00+08:00), a date (its first instant), a date and time in
    /// the zone of --tz, or how long ago: 7d, 12h, 30m; also now, today, yesterday.
    #[arg(long, value_name = "T")]
    since: Option<String>,
    /// Only messages sent before T; a date is not included itself
    #[arg(long, value_name = "T")]
    until: Option<String>,
    /// Whose eyes: full for all the database holds (needs MongoDB), or a user
    ///
    /// A user sees what the REST API would show: without what was deleted for that user, lies
    /// outside the user's bounds, or was revoked. Without this flag MongoDB shows everything, and
    /// the REST API what a participant sees.
    #[arg(long, value_name = "full|USER")]
    view: Option<String>,
    /// Newest first
    #[arg(long)]
    reverse: bool,
    /// Looks at every message for --since over the REST API
    ///
    /// The REST API cannot be asked for a time. Without this flag reading goes back from the
    /// newest message of each conversation and stops after 2,000 numbers in a row that are too
    /// old, which is said; senders choose the send time, so one behind those could be missed.
    #[arg(long)]
    exact: bool,
    /// What the table's last column shows
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    content: ContentChoice,
    #[command(flatten)]
    format: FormatArgs,
}

fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("at least 1 is needed".into()),
        Ok(number) => Ok(number),
        Err(_) => Err("a whole number is needed".into()),
    }
}

pub(super) async fn run(app: &mut App, args: &Args) -> Result {
    let config = app.configure()?;
    let options = options(app, args)?;
    let client = connect::client(&config)?;
    let mut query = MessageQuery::new(args.selection.resolve(&client, &app.ui).await?);
    if let Some(typed) = &args.view {
        query.view = Some(select::view(&client, typed, &app.ui).await?);
    }
    query.options = options;

    let mut progress = Progress::start(&app.ui, Thing::Message);
    let Answer {
        value: reading,
        origin,
        passed_over,
    } = progress.watch(client.messages(&query)).await?;
    let (view, bounds) = (reading.view.clone(), reading.bounds.clone());
    let lookback = reading.lookback.clone();
    let format = Format::chosen(args.format, &config);
    let showing = Showing {
        lang: app.ui.lang,
        zone: app.ui.zone.clone(),
        content: args.content,
        names_conversation: matches!(query.selection, Selection::User(_))
            || reading.bounds.len() > 1,
    };
    let (tally, ended) = write(app, showing, format, reading, &mut progress).await?;
    drop(progress);

    let closing = Closing {
        query: &query,
        view: &view,
        bounds: &bounds,
        origin,
        tally: &tally,
        stopped_in: lookback.stopped_in(),
        end: End::of(&ended),
        lang: app.ui.lang,
    };
    for line in closing.lines() {
        app.ui.status(line);
    }
    app.ui.passed_over(passed_over.as_deref());
    ended
}

/// Writes the messages. What ended the reading early comes beside what was read: the rows are
/// good, whole and all out.
async fn write(
    app: &mut App,
    showing: Showing,
    format: Format,
    mut reading: Reading,
    progress: &mut Progress,
) -> Result<(Tally, Result)> {
    let mut interrupted = app.interrupt.take();
    let mut writer = Writer::begin(format, showing.sheet(), &mut app.out)?;
    let mut tally = Tally::default();
    let ended = loop {
        let slot = tokio::select! {
            biased;
            () = interrupted.wait() => break Err(CommandError::Interrupted),
            slot = progress.watch(reading.slots.next()) => slot,
        };
        let slot = match slot {
            None => break Ok(()),
            Some(Ok(slot)) => slot,
            Some(Err(error)) => break Err(error.into()),
        };
        tally.count(&slot);
        if let Some(message) = slot.message() {
            writer.row(&MessageRow::new(message, &showing))?;
            progress.advance();
        }
    };
    writer.end()?;
    Ok((tally, ended))
}

fn options(app: &App, args: &Args) -> Result<ReadOptions> {
    let now = jiff::Timestamp::now().to_zoned_datetime(app.ui.zone.clone());
    let time = |flag: &str, typed: &Option<String>| match typed {
        None => Ok(None),
        Some(typed) => crate::time::parse(typed, &now)
            .map(Some)
            .map_err(|error| CommandError::usage(format!("--{flag}: {error}"))),
    };
    let time = TimeRange {
        since: time("since", &args.since)?,
        until: time("until", &args.until)?,
    };
    if let (Some(since), Some(until)) = (time.since, time.until)
        && until <= since
    {
        return Err(CommandError::usage_with_hint(
            format!("no time lies between --since ({since}) and --until ({until})"),
            "a date means its first instant, and --until is not included: for one whole day say \
             --since 2026-11-24 --until 2026-11-25",
        ));
    }
    let is_unlimited = args.last.is_none() && args.seq.is_none() && time.is_all();
    let lookback = ReadOptions::default().lookback;
    Ok(ReadOptions {
        seqs: args.seq,
        time,
        last: args.last.or(is_unlimited.then_some(DEFAULT_LAST)),
        newest_first: args.reverse,
        lookback: lookback.filter(|_| !args.exact),
    })
}
