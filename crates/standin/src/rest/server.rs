//! A running server, its options and its clock.

use std::io;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use jiff::Timestamp;
use tokio::runtime::Runtime;

use super::answer::Refusal;
use super::middleware;
use super::tokens::{Claims, Tokens};
use crate::collections::Collections;
use crate::faults::Faults;

/// Which OpenIM is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// v3.8.3-patch.16, the release most servers run.
    Release,
    /// The main branch.
    Main,
}

/// How a server is to behave.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Which OpenIM is played.
    pub dialect: Dialect,
    /// `share.yml` `secret`.
    pub secret: String,
    /// The admin users.
    pub admin_ids: Vec<String>,
    /// Rules to start with; more can be added while it runs.
    pub faults: Faults,
    /// The server's clock in milliseconds; nothing means the real one.
    pub clock: Option<Clock>,
    /// Added to every answer.
    pub latency: Duration,
    /// The largest answer in bytes (of the server's inner protocol); larger ones are refused with `errCode` 8.
    pub answer_limit: usize,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            dialect: Dialect::Release,
            secret: "openIM123".to_owned(),
            admin_ids: vec!["imAdmin".to_owned()],
            faults: Faults::new(),
            clock: None,
            latency: Duration::ZERO,
            answer_limit: 4 * 1024 * 1024,
        }
    }
}

/// A clock a test sets.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Mutex<i64>>);

impl Clock {
    /// Returns a clock that stands at a time, in milliseconds.
    pub fn at(milliseconds: i64) -> Self {
        Self(Arc::new(Mutex::new(milliseconds)))
    }

    /// Sets the time, in milliseconds.
    pub fn set(&self, milliseconds: i64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = milliseconds;
    }

    /// Returns the time, in milliseconds.
    pub fn now(&self) -> i64 {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What every request shares.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) dialect: Dialect,
    pub(super) admins: Vec<String>,
    pub(super) answer_limit: usize,
    pub(super) tokens: Mutex<Tokens>,
    pub(super) secret: RwLock<String>,
    pub(super) collections: Arc<RwLock<Collections>>,
    pub(super) faults: Faults,
    pub(super) latency: Duration,
    clock: Option<Clock>,
}

impl Shared {
    /// The server's time in milliseconds.
    pub(super) fn now(&self) -> i64 {
        match &self.clock {
            Some(clock) => clock.now(),
            None => Timestamp::now().as_millisecond(),
        }
    }

    pub(super) fn secret(&self) -> String {
        self.secret
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn check(&self, token: &str) -> Result<Claims, Refusal> {
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.check(
            self.dialect,
            &self.secret(),
            &self.admins,
            token,
            self.now() / 1000,
        )
    }
}

/// A running stand-in on a port of its own. It stops, connections and all, when dropped.
#[derive(Debug)]
pub struct Server {
    url: String,
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
}

impl Server {
    /// Starts a server on a free loopback port.
    pub fn start(collections: Collections, options: ServerOptions) -> io::Result<Self> {
        Self::start_shared(Arc::new(RwLock::new(collections)), options)
    }

    /// Starts a server over collections that others hold as well: two dialects over one database, for example.
    pub fn start_shared(
        collections: Arc<RwLock<Collections>>,
        options: ServerOptions,
    ) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared {
            dialect: options.dialect,
            admins: options.admin_ids,
            answer_limit: options.answer_limit,
            tokens: Mutex::default(),
            secret: RwLock::new(options.secret),
            collections,
            faults: options.faults,
            clock: options.clock,
            latency: options.latency,
        });
        // A runtime of its own: dropping it cuts every connection, as a server that dies does.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("standin")
            .enable_all()
            .build()?;
        let router = Router::new()
            .fallback(middleware::answer)
            .layer(DefaultBodyLimit::max(16 * 1024 * 1024))
            .with_state(Arc::clone(&shared));
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(Self {
            url,
            shared,
            runtime: Some(runtime),
        })
    }

    /// Returns the base URL, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the handle on faults and counters.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// Returns how often a path was called.
    pub fn calls(&self, path: &str) -> u64 {
        self.shared.faults.calls(path)
    }

    /// Returns the database, to be read or changed while the server runs.
    pub fn collections(&self) -> &Arc<RwLock<Collections>> {
        &self.shared.collections
    }

    /// Changes the database between two requests.
    pub fn change<T>(&self, change: impl FnOnce(&mut Collections) -> T) -> T {
        let mut collections = self
            .shared
            .collections
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        change(&mut collections)
    }

    /// Replaces the secret: tokens of the old one are refused with 1505, and asking with it with 1002.
    pub fn rotate_secret(&self, secret: &str) {
        *self
            .shared
            .secret
            .write()
            .unwrap_or_else(PoisonError::into_inner) = secret.to_owned();
    }

    /// Forgets every stored token, as when Redis lost its data: 1507, save the release's admin tokens.
    pub fn forget_tokens(&self) {
        self.shared
            .tokens
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .forget();
    }

    /// Stops the server. Dropping it does the same.
    pub async fn stop(mut self) {
        self.shut_down();
        // The port is free once the runtime's threads have let go of the listener.
        tokio::task::yield_now().await;
    }

    fn shut_down(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shut_down();
    }
}
