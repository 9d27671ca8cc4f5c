//! Something that is worked on beside the runtime's own threads, one job after the other.

use tokio::task::{JoinHandle, spawn_blocking};

use crate::error::{Error, Result};

/// A value and at most one job at it. Once a job failed the value is gone: what it holds is half done.
pub(super) struct Beside<T>(State<T>);

enum State<T> {
    Idle(Box<T>),
    Busy(JoinHandle<Result<Box<T>>>),
    Gone,
}

impl<T: Send + 'static> Beside<T> {
    pub(super) fn new(value: T) -> Self {
        Self(State::Idle(Box::new(value)))
    }

    /// Returns the value; none while it is worked on.
    pub(super) fn get(&self) -> Option<&T> {
        match &self.0 {
            State::Idle(value) => Some(value),
            State::Busy(_) | State::Gone => None,
        }
    }

    /// Begins a job once the one before is done; it goes on after this returns, and its failure is that of the next.
    pub(super) async fn start(
        &mut self,
        job: impl FnOnce(&mut T) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        let mut value = self.idle().await?;
        self.0 = State::Busy(spawn_blocking(move || {
            job(&mut value)?;
            Ok(value)
        }));
        Ok(())
    }

    /// Waits until no job is under way.
    pub(super) async fn settle(&mut self) -> Result<&T> {
        let value = self.idle().await?;
        self.0 = State::Idle(value);
        self.get().ok_or_else(broken)
    }

    /// Does a job once the one before is done.
    pub(super) async fn work<R: Send + 'static>(
        &mut self,
        job: impl FnOnce(&mut T) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        let mut value = self.idle().await?;
        let done = spawn_blocking(move || {
            let outcome = job(&mut value)?;
            Ok::<_, Error>((value, outcome))
        });
        let (value, outcome) = done.await.map_err(failed)??;
        self.0 = State::Idle(value);
        Ok(outcome)
    }

    /// Takes the value out, once no job is under way.
    async fn idle(&mut self) -> Result<Box<T>> {
        if let State::Busy(job) = &mut self.0 {
            // The job stays here until it is done, also where the waiting is broken off.
            let done = job.await;
            self.0 = State::Gone;
            return done.map_err(failed)?;
        }
        match std::mem::replace(&mut self.0, State::Gone) {
            State::Idle(value) => Ok(value),
            State::Busy(_) | State::Gone => Err(broken()),
        }
    }

    /// Hands the value out; none where a job failed.
    pub(super) async fn into_inner(mut self) -> Option<T> {
        self.idle().await.ok().map(|value| *value)
    }
}

fn failed(error: tokio::task::JoinError) -> Error {
    Error::store("work on messages", error)
}

pub(super) fn broken() -> Error {
    Error::Invalid("the writer failed before; open the archive again".to_owned())
}
