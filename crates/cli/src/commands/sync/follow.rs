//! `sync --follow`: up to date until told to stop.

use std::sync::Mutex;

use indicatif::ProgressStyle;
use jiff::tz::TimeZone;
use openim_history_archive::Writer;
use openim_history_archive::media::MediaReport;
use openim_history_archive::sync::{
    FollowOptions, FollowStatus, Observer, Progress, State, SyncOptions, follow_mongo, follow_views,
};
use openim_history_client::model::Lang;
use serde::Serialize;

use crate::archive::{Stages, Way, json};
use crate::error::Result;
use crate::run::{App, Interrupted};
use crate::time::show;
use crate::words::Thing;
use crate::words::archive::{news, say, state};

/// Follows until Ctrl-C or a request to terminate.
pub(super) async fn run(
    app: &App,
    way: &Way,
    writer: &mut Writer,
    sync: SyncOptions,
    mut interrupted: Interrupted,
) -> Result<FollowStatus> {
    let options = FollowOptions {
        sync,
        ..FollowOptions::default()
    };
    let watcher = Watcher {
        stages: Stages::new(&app.ui, way.counts_bytes(), Some(interrupted.clone())),
        said: Mutex::new(None),
    };
    let stop = Box::pin(async move { interrupted.wait().await });
    Ok(match way {
        Way::Mongo(source) => follow_mongo(source, writer, &options, &watcher, stop).await?,
        Way::Api(source) => follow_views(&**source, writer, &options, &watcher, stop).await?,
    })
}

/// What became of everything since it began.
#[derive(Serialize)]
struct Followed<'a> {
    #[serde(flatten)]
    status: &'a FollowStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    media: Option<&'a MediaReport>,
}

/// Says what became of everything since it began.
pub(super) fn summary(
    app: &mut App,
    status: &FollowStatus,
    media: Option<&MediaReport>,
    is_json: bool,
) -> Result {
    if is_json {
        json(&mut app.out, &Followed { status, media })?;
    }
    let lang = app.ui.lang;
    let news = news(status.counts, lang);
    let messages = Thing::Message.count(status.messages, lang);
    app.ui.status(match lang {
        Lang::En => format!("{news} since it began; {messages} in the archive"),
        Lang::Zh => format!("启动以来{news}；归档共 {messages}"),
    });
    if let Some(media) = media {
        super::media::summary(&app.ui, media);
    }
    Ok(())
}

/// Shows a follower's status: a line that stays up to date on a terminal, elsewhere a line for each
/// change of what it does.
struct Watcher<'a> {
    stages: Stages<'a>,
    said: Mutex<Option<(State, Option<String>)>>,
}

impl Progress for Watcher<'_> {
    fn begin(&self, what: &str, total: Option<u64>) {
        self.stages.begin(what, total);
    }

    fn advance(&self, done: u64) {
        self.stages.advance(done);
    }

    fn stops(&self) -> bool {
        self.stages.stops()
    }
}

impl Observer for Watcher<'_> {
    fn status(&self, status: &FollowStatus) {
        let ui = self.stages.ui;
        let now = (status.state, status.trouble.clone());
        let is_news = match self.said.lock() {
            Ok(mut said) => said.replace(now.clone()) != Some(now),
            Err(_) => true,
        };
        if is_news && let Some(trouble) = &status.trouble {
            ui.warning(trouble);
        }
        if self.stages.shows() {
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                ui.bar.set_style(style);
            }
            ui.bar.set_message(line(status, &ui.zone, ui.lang));
            self.stages.show();
        } else if is_news {
            ui.status(line(status, &ui.zone, ui.lang));
        }
    }
}

/// Writes a status in one line.
fn line(status: &FollowStatus, zone: &TimeZone, lang: Lang) -> String {
    let mut parts = vec![state(status.state, lang).to_owned()];
    if let Some(lag) = status.lag_seconds {
        parts.push(match lang {
            Lang::En => format!("{lag:.1} s behind"),
            Lang::Zh => format!("延迟 {lag:.1} 秒"),
        });
    }
    if status.events_per_second >= 0.05 {
        let rate = status.events_per_second;
        parts.push(format!("{rate:.1} {}", say(lang, "events/s", "事件/秒")));
    }
    parts.push(Thing::Message.count(status.messages, lang));
    if let Some(last) = status.last_commit {
        let last = show(last, zone);
        parts.push(format!("{} {last}", say(lang, "last commit", "最近提交")));
    }
    parts.join(say(lang, ", ", "，"))
}

#[cfg(test)]
mod tests {
    use openim_history_client::model::Timestamp;

    use super::*;

    #[test]
    fn the_line_says_what_is_known() {
        let status = FollowStatus {
            messages: 1_234,
            ..FollowStatus::default()
        };
        assert_eq!(
            line(&status, &TimeZone::UTC, Lang::En),
            "starting, 1,234 messages"
        );
        let status = FollowStatus {
            state: State::Following,
            lag_seconds: Some(0.26),
            events_per_second: 12.0,
            last_commit: Some(Timestamp::from_millis(1_795_516_173_000)),
            ..status
        };
        assert_eq!(
            line(&status, &TimeZone::UTC, Lang::En),
            "following, 0.3 s behind, 12.0 events/s, 1,234 messages, last commit 2026-11-24 10:29:33"
        );
    }
}
