//! `status`

use openim_history_archive::sync::{FollowStatus, State};
use openim_history_archive::{Archive, Holder};
use serde::Serialize;

use crate::archive::{ArchiveArgs, ReportArgs, json, pairs};
use crate::error::Result;
use crate::numbers::thousands;
use crate::run::App;
use crate::table::{Cell, Look};
use crate::time::show;
use crate::words::archive::{say, state};

/// Says how the one who follows the server is doing
///
/// What `sync --follow` said last, whether it is still running, and how many messages the archive has.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    archive: ArchiveArgs,
    #[command(flatten)]
    report: ReportArgs,
}

/// How an archive is doing.
#[derive(Serialize)]
struct Status {
    place: String,
    /// Whether the follower is running.
    alive: bool,
    messages: u64,
    /// What the follower said last; nothing where there never was one.
    follow: Option<FollowStatus>,
    /// Who writes to the archive just now.
    writer: Option<Holder>,
}

pub(super) async fn run(app: &mut App, args: &Args) -> Result {
    let config = app.configure()?;
    let archive = Archive::open(&args.archive.place(&config)?).await?;
    let status = read(&archive).await?;
    if args.report.is_json(&config) {
        return json(&mut app.out, &status);
    }
    let (lang, zone) = (app.ui.lang, app.ui.zone.clone());
    let mut facts = vec![("place", Cell::new(&status.place))];
    if let Some(follow) = &status.follow {
        let look = match follow.state {
            State::Following => Look::Good,
            State::Degraded => Look::Bad,
            _ => Look::Plain,
        };
        facts.push(("state", Cell::new(state(follow.state, lang)).look(look)));
        if let Some(trouble) = &follow.trouble {
            facts.push(("trouble", Cell::new(trouble).look(Look::Bad)));
        }
        if status.alive {
            if let Some(lag) = follow.lag_seconds {
                facts.push(("lag", Cell::new(format!("{lag:.1} s"))));
            }
            facts.push((
                "rate",
                Cell::new(format!("{:.1}", follow.events_per_second)),
            ));
        }
        if let Some(last) = follow.last_commit {
            facts.push(("last_commit", Cell::new(show(last, &zone))));
        }
        facts.push(("holes", Cell::new(thousands(follow.counts.holes))));
    }
    facts.push(("messages", Cell::new(thousands(status.messages))));
    if let Some(writer) = &status.writer {
        facts.push(("writer", Cell::new(writer.to_string())));
    }
    pairs(&mut app.out, lang, facts)?;
    if status.follow.is_none() {
        app.ui.status(say(
            lang,
            "nobody has followed the server yet; `openim-history sync --follow` does",
            "尚未跟随过服务器；用 `openim-history sync --follow` 开始",
        ));
    }
    Ok(())
}

async fn read(archive: &Archive) -> Result<Status> {
    let writer = archive.writer().await?;
    let mut follow = archive.follow_status().await?;
    let process = writer.as_ref().map(|holder| holder.process);
    let alive = follow
        .as_ref()
        .is_some_and(|follow| follow.state != State::Stopped && process == Some(follow.process));
    if let Some(follow) = follow.as_mut().filter(|_| !alive) {
        // One that was killed could not say that it stopped.
        follow.state = State::Stopped;
    }
    Ok(Status {
        place: archive.place().to_string(),
        alive,
        messages: archive.len(),
        follow,
        writer,
    })
}
