//! Long work that never waits, in a thread of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::Progress;
use crate::error::{Error, Result};

/// Runs work for the processor and the disk in a thread of its own. How far it is is told to `progress` here, and
/// whether to stop is told to it, so that whoever waits for this can do something else meanwhile, such as to notice
/// Ctrl-C. The work has to look at [`Progress::stops`], which is also true once nobody waits any more. `what` says
/// what it does, for the error.
pub(crate) async fn apart<T: Send + 'static>(
    what: &'static str,
    progress: &dyn Progress,
    work: impl FnOnce(&dyn Progress) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (sender, mut told) = unbounded_channel();
    let stop = Arc::new(AtomicBool::new(progress.stops()));
    let relay = Relay {
        sender,
        stop: Arc::clone(&stop),
    };
    let work = tokio::task::spawn_blocking(move || work(&relay));
    // Ends with the work, to which the other end belongs.
    while let Some(told) = told.recv().await {
        match told {
            Told::Begin(what, total) => progress.begin(&what, total),
            Told::Advance(done) => progress.advance(done),
        }
        if progress.stops() {
            stop.store(true, Ordering::Relaxed);
        }
    }
    work.await.map_err(|error| Error::store(what, error))?
}

enum Told {
    Begin(String, Option<u64>),
    Advance(u64),
}

/// The progress of work in another thread.
struct Relay {
    sender: UnboundedSender<Told>,
    stop: Arc<AtomicBool>,
}

impl Progress for Relay {
    fn begin(&self, what: &str, total: Option<u64>) {
        // Where nobody waits any more, nobody is told.
        let _ = self.sender.send(Told::Begin(what.to_owned(), total));
    }

    fn advance(&self, done: u64) {
        let _ = self.sender.send(Told::Advance(done));
    }

    fn stops(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.sender.is_closed()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::AtomicU64;
    use std::time::Duration;

    use super::*;

    /// Tells to stop once so much is done.
    #[derive(Default)]
    struct Until {
        most: u64,
        done: AtomicU64,
        begun: Mutex<Vec<String>>,
    }

    impl Progress for Until {
        fn begin(&self, what: &str, total: Option<u64>) {
            let text = format!("{what} {total:?}");
            self.begun.lock().expect("nobody panics").push(text);
        }

        fn advance(&self, done: u64) {
            self.done.fetch_add(done, Ordering::Relaxed);
        }

        fn stops(&self) -> bool {
            self.done.load(Ordering::Relaxed) >= self.most
        }
    }

    /// Goes on until it is told to stop.
    fn endless(progress: &dyn Progress) -> Result<&'static str> {
        progress.begin("work", Some(7));
        while !progress.stops() {
            progress.advance(1);
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok("stopped")
    }

    // One thread for all that waits: the work must not be in it.
    #[tokio::test]
    async fn work_is_told_to_stop_and_tells_how_far_it_is() {
        let until = Until {
            most: 3,
            ..Until::default()
        };
        assert_eq!(
            apart("work", &until, endless).await.expect("ends"),
            "stopped"
        );
        assert!(until.done.load(Ordering::Relaxed) >= 3);
        assert_eq!(
            *until.begun.lock().expect("nobody panics"),
            ["work Some(7)"]
        );
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_ends() {
        let (ended, end) = tokio::sync::oneshot::channel();
        let never = Until {
            most: u64::MAX,
            ..Until::default()
        };
        let work = apart("work", &never, move |progress: &dyn Progress| {
            let outcome = endless(progress);
            let _ = ended.send(());
            outcome
        });
        tokio::select! {
            biased;
            _ = work => panic!("nobody told it to stop"),
            () = tokio::task::yield_now() => {}
        }
        end.await.expect("it ends");
    }
}
