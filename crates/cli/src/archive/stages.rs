//! Progress of long work that goes through several stages.

use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressDrawTarget, ProgressStyle};
use openim_history_archive::sync::Progress;

use crate::run::Interrupted;
use crate::ui::Ui;

/// How long nothing is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// Work that is counted by its bytes, whatever it is done for.
const BY_BYTES: &[&str] = &["checking files", "comparing files"];

/// Shows how far long work is, once it has taken a second: what is done of how much, at which rate, and
/// how long the rest may take. Nothing is shown off a terminal or where the user asked for quiet.
#[derive(Debug)]
pub(crate) struct Stages<'a> {
    pub(crate) ui: &'a Ui,
    shows: bool,
    counts_bytes: bool,
    interrupted: Option<Interrupted>,
}

impl<'a> Stages<'a> {
    /// `counts_bytes` says that messages are counted by their bytes, as they are from MongoDB. Ctrl-C
    /// tells the work to stop where `interrupted` is given.
    pub(crate) fn new(ui: &'a Ui, counts_bytes: bool, interrupted: Option<Interrupted>) -> Self {
        Self {
            ui,
            shows: io::stderr().is_terminal() && !ui.is_quiet(),
            counts_bytes,
            interrupted,
        }
    }

    /// Whether anything is ever shown.
    pub(crate) fn shows(&self) -> bool {
        self.shows
    }

    /// Waits for `work`, and shows the progress once its time has come.
    pub(crate) async fn watch<T>(&self, work: impl Future<Output = T>) -> T {
        if !self.shows {
            return work.await;
        }
        tokio::pin!(work);
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = tokio::time::sleep(PATIENCE) => {}
        }
        self.show();
        let done = work.await;
        self.hide();
        done
    }

    /// Shows the progress from now on.
    pub(crate) fn show(&self) {
        self.ui.bar.set_draw_target(ProgressDrawTarget::stderr());
        self.ui.bar.enable_steady_tick(Duration::from_millis(100));
    }

    fn hide(&self) {
        self.ui.bar.disable_steady_tick();
        self.ui.bar.finish_and_clear();
        self.ui.bar.set_draw_target(ProgressDrawTarget::hidden());
    }
}

impl Progress for Stages<'_> {
    fn begin(&self, what: &str, total: Option<u64>) {
        let bar = &self.ui.bar;
        let is_in_bytes = BY_BYTES.contains(&what) || (self.counts_bytes && what == "messages");
        let template = match total {
            Some(_) if is_in_bytes => {
                "{spinner} {msg} {wide_bar} {binary_bytes} of {binary_total_bytes}, \
                 {binary_bytes_per_sec}, {eta} left"
            }
            Some(_) => {
                "{spinner} {msg} {wide_bar} {human_pos} of {human_len}, {per_sec}, {eta} left"
            }
            None => "{spinner} {msg} {human_pos}, {elapsed}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.reset();
        match total {
            Some(total) => bar.set_length(total),
            None => bar.unset_length(),
        }
        bar.set_message(what.to_owned());
    }

    fn advance(&self, done: u64) {
        self.ui.bar.inc(done);
    }

    fn stops(&self) -> bool {
        self.interrupted.as_ref().is_some_and(Interrupted::pressed)
    }
}

impl Drop for Stages<'_> {
    fn drop(&mut self) {
        self.hide();
    }
}
