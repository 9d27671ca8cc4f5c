//! Over REST nobody tells what happened: users are asked again and again how far their conversations go.

use std::time::{Duration, Instant};

use openim_history_client::source::Source;

use super::status::{FollowStatus, Observer, Reporter, State};
use super::{FollowOptions, RETRY, Stop, is_passing};
use crate::error::{Error, Result};
use crate::sync::stoppable::Stoppable;
use crate::sync::views::ViewSync;
use crate::write::Writer;

/// Stays up to date with what a server's users see, until `stop` is ready. A round asks each of them, so
/// that on a server with many users it takes its time; what only MongoDB shows is not seen.
pub async fn follow_views(
    source: &dyn Source,
    writer: &mut Writer,
    options: &FollowOptions,
    observer: &dyn Observer,
    mut stop: Stop<'_>,
) -> Result<FollowStatus> {
    let mut reporter = Reporter::new(writer.place().clone(), observer);
    reporter.state(State::Starting, None, writer).await?;
    let mut wait = RETRY;
    let mut tidied = Instant::now();
    let mut first = true;
    loop {
        let (began, began_at) = (Instant::now(), writer.now());
        if first {
            reporter.state(State::Snapshot, None, writer).await?;
        }
        let before = writer.counts();
        let mut trouble = None;
        let progress = Stoppable::new(reporter.progress());
        let round = round(source, writer, options, &progress, first);
        let (outcome, stopped) = progress.watch(round, &mut stop).await;
        match outcome {
            Ok(()) if stopped => break,
            Ok(()) => {
                wait = RETRY;
                first = false;
                let taken = writer.counts().since(before).new;
                reporter.events(taken);
                reporter.caught_up(began_at);
                reporter.state(State::Following, None, writer).await?;
            }
            Err(Error::Source(error)) if is_passing(&error) => {
                if stopped {
                    break;
                }
                trouble = Some(error.to_string());
                reporter
                    .state(State::Degraded, trouble.clone(), writer)
                    .await?;
                wait = (wait * 2).min(Duration::from_secs(60));
            }
            Err(error) => {
                let trouble = Some(error.to_string());
                // The archive may be what failed: the error says more than this could.
                let _ = reporter.state(State::Stopped, trouble, writer).await;
                return Err(error);
            }
        }
        if tidied.elapsed() >= Duration::from_secs(60) {
            writer.compact(false).await?;
            tidied = Instant::now();
        }
        let rest = options.poll.saturating_sub(began.elapsed()).max(wait / 10);
        let waited = async {
            match &trouble {
                Some(trouble) => reporter.wait(rest, State::Degraded, trouble, writer).await,
                None => {
                    tokio::time::sleep(rest).await;
                    Ok(())
                }
            }
        };
        tokio::select! {
            waited = waited => waited?,
            () = &mut stop => break,
        }
    }
    reporter.state(State::Stopped, None, writer).await?;
    Ok(reporter.status())
}

async fn round(
    source: &dyn Source,
    writer: &mut Writer,
    options: &FollowOptions,
    progress: &dyn crate::progress::Progress,
    first: bool,
) -> Result<()> {
    let sync = ViewSync::new(source, writer, options.sync.clone()).await?;
    let plan = sync.plan(progress).await?;
    if first || !plan.is_empty() {
        sync.perform(plan, progress).await?;
    }
    Ok(())
}
