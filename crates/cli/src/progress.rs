//! Progress on stderr, for what takes longer than a second.

use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use openim_history_client::model::Lang;
use tokio::time::{Instant, sleep_until};

use crate::ui::Ui;
use crate::words::Thing;

/// How long nothing is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// Shows how far a piece of work is, once it has taken a second. Cleared when dropped.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    shows_at: Option<Instant>,
}

impl Progress {
    /// Starts counting on the user interface's bar. Nothing is ever shown where stderr is no
    /// terminal, or the user asked for quiet.
    pub(crate) fn start(ui: &Ui, thing: Thing) -> Self {
        let bar = &ui.bar;
        let shows = io::stderr().is_terminal() && !ui.is_quiet();
        let thing = thing.one(ui.lang);
        let template = match ui.lang {
            Lang::En => format!("{{spinner}} {{human_pos}} {thing}s read, {{elapsed}}"),
            Lang::Zh => format!("{{spinner}} 已读取{thing} {{human_pos}}，{{elapsed}}"),
        };
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        bar.reset();
        Self {
            bar: bar.clone(),
            shows_at: shows.then(|| Instant::now() + PATIENCE),
        }
    }

    /// Counts one more.
    pub(crate) fn advance(&self) {
        self.bar.inc(1);
    }

    /// Waits for `work`, and shows the progress once its time has come.
    pub(crate) async fn watch<T>(&mut self, work: impl Future<Output = T>) -> T {
        let Some(shows_at) = self.shows_at else {
            return work.await;
        };
        tokio::pin!(work);
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = sleep_until(shows_at) => {}
        }
        self.shows_at = None;
        self.bar.set_draw_target(ProgressDrawTarget::stderr());
        self.bar.enable_steady_tick(Duration::from_millis(100));
        work.await
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.disable_steady_tick();
        self.bar.finish_and_clear();
        self.bar.set_draw_target(ProgressDrawTarget::hidden());
    }
}
