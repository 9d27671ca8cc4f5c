//! One call to the server, and everything that is true of every call: headers, envelope, token,
//! retries, and how hard the server is pressed.

mod answer;
mod failure;
mod http;
mod pace;
mod redact;
mod token;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;

pub(super) use self::failure::Failure;
use self::failure::Kind;
use self::http::Address;
pub(super) use self::pace::Backoff;
use self::pace::Pace;
use self::redact::Redactor;
use self::token::Tokens;
use super::RestOptions;
use crate::error::{Error, Result};
use crate::secret::Secret;

/// More calls at once than this only make a server slower.
const MOST_AT_ONCE: usize = 1024;

/// How often one call takes a new token. Once is not enough: calls made at once share a token, and the
/// new one can be gone as well before a call that waited for it is made again.
const TOKEN_REPLACEMENTS: u32 = 3;

/// Makes calls.
pub(super) struct Transport {
    client: reqwest::Client,
    address: Address,
    tokens: Tokens,
    redactor: Redactor,
    permits: Semaphore,
    pace: Option<Pace>,
    retries: u32,
    backoff: Backoff,
    /// Tells this program's calls from those of others in the server's log.
    run: u64,
    calls: AtomicU64,
}

impl Transport {
    /// Prepares everything; nothing is sent yet.
    pub(super) fn new(options: &RestOptions, backoff: Backoff) -> Result<Self> {
        let pace = match options.max_requests_per_second {
            None => None,
            Some(rate) => match Duration::try_from_secs_f64(rate.recip()) {
                Ok(interval) if rate > 0.0 && rate.is_finite() => Some(Pace::new(interval)),
                _ => {
                    return Err(Error::invalid(
                        "requests per second",
                        format!("{rate} is not a rate above 0"),
                    ));
                }
            },
        };
        Ok(Self {
            client: http::client(options)?,
            address: Address::new(&options.url)?,
            tokens: Tokens::new(options.secret.clone(), options.admin_id.clone()),
            redactor: Redactor::default(),
            permits: Semaphore::new(options.concurrency.clamp(1, MOST_AT_ONCE)),
            pace,
            retries: options.retries,
            backoff,
            run: fastrand::u64(..),
            calls: AtomicU64::new(0),
        })
    }

    /// Returns the server's base URL without credentials.
    pub(super) fn shown(&self) -> &str {
        &self.address.shown
    }

    /// Makes a reading call as the administrator. A token that is no longer taken is replaced,
    /// [`TOKEN_REPLACEMENTS`] times at most.
    pub(super) async fn call<T>(&self, path: &str, request: &impl Serialize) -> Result<T, Failure>
    where
        T: DeserializeOwned + Default,
    {
        let body = self.body(path, request)?;
        self.call_with_body(path, &body, self.retries).await
    }

    /// The same, but never tried again after passing trouble: for a call that changes something.
    pub(super) async fn call_once<T>(
        &self,
        path: &str,
        request: &impl Serialize,
    ) -> Result<T, Failure>
    where
        T: DeserializeOwned + Default,
    {
        let body = self.body(path, request)?;
        self.call_with_body(path, &body, 0).await
    }

    /// The same with a body that need not be JSON.
    pub(super) async fn call_with_body<T>(
        &self,
        path: &str,
        body: &[u8],
        retries: u32,
    ) -> Result<T, Failure>
    where
        T: DeserializeOwned + Default,
    {
        let mut token = self.token().await?;
        let mut replacements = 0;
        loop {
            match self.persevere(path, body, Some(&token), retries).await {
                Err(failure) if failure.is_stale_token() && replacements < TOKEN_REPLACEMENTS => {
                    tracing::debug!(path, code = failure.code(), "the token is no longer taken");
                    token = self.tokens.take(self, Some(&token)).await?;
                    replacements += 1;
                }
                outcome => return outcome,
            }
        }
    }

    /// Makes a call that needs no token.
    pub(super) async fn call_open<T>(
        &self,
        path: &str,
        request: &impl Serialize,
    ) -> Result<T, Failure>
    where
        T: DeserializeOwned + Default,
    {
        let body = self.body(path, request)?;
        self.persevere(path, &body, None, self.retries).await
    }

    /// Returns the administrator's token, from memory where there is one.
    pub(super) async fn token(&self) -> Result<Secret, Failure> {
        self.tokens.take(self, None).await
    }

    /// Returns a token that is not `old`, which the server no longer takes.
    pub(super) async fn newer_token(&self, old: &Secret) -> Result<Secret, Failure> {
        self.tokens.take(self, Some(old)).await
    }

    /// Wraps a token that was taken out for the caller, so that no text ever shows it.
    pub(super) fn confide(&self, token: String) -> Secret {
        let token = Secret::new(token);
        self.redactor.learn(&token);
        token
    }

    fn body(&self, path: &str, request: &impl Serialize) -> Result<Vec<u8>, Failure> {
        serde_json::to_vec(request).map_err(|error| {
            self.failure(
                path,
                Kind::Malformed {
                    reason: format!("the request cannot be written: {error}"),
                    passing: false,
                },
            )
        })
    }

    /// Tries until there is an answer, a failure that will not pass, or no try left.
    async fn persevere<T>(
        &self,
        path: &str,
        body: &[u8],
        token: Option<&Secret>,
        retries: u32,
    ) -> Result<T, Failure>
    where
        T: DeserializeOwned + Default,
    {
        let mut retry = 0;
        loop {
            let failure = match self.attempt(path, body, token).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if retry >= retries || !failure.is_passing() {
                return Err(failure);
            }
            // No permit is held meanwhile: another call may fare better.
            tokio::time::sleep(self.backoff.delay(retry, failure.retry_after())).await;
            retry += 1;
        }
    }

    async fn attempt<T>(
        &self,
        path: &str,
        body: &[u8],
        token: Option<&Secret>,
    ) -> Result<T, Failure>
    where
        T: DeserializeOwned + Default,
    {
        let _permit = self
            .permits
            .acquire()
            .await
            .expect("the semaphore is never closed");
        if let Some(pace) = &self.pace {
            pace.wait().await;
        }
        let operation_id = self.operation_id();
        let started = Instant::now();
        let outcome = self
            .exchange(path, body, token, &operation_id)
            .await
            .map_err(|kind| self.failure(path, kind));
        tracing::debug!(
            path,
            operation_id,
            elapsed_ms = started.elapsed().as_millis(),
            code = match &outcome {
                Ok(_) => Some(0),
                Err(failure) => failure.code(),
            },
            answered = outcome.is_ok(),
            "call"
        );
        outcome
    }

    async fn exchange<T>(
        &self,
        path: &str,
        body: &[u8],
        token: Option<&Secret>,
        operation_id: &str,
    ) -> Result<T, Kind>
    where
        T: DeserializeOwned + Default,
    {
        let mut request = self
            .client
            .post(self.address.of(path))
            .header(CONTENT_TYPE, "application/json")
            .header("operationID", operation_id)
            .body(body.to_vec());
        if let Some(token) = token {
            let value = HeaderValue::from_str(token.expose()).map(|mut value: HeaderValue| {
                value.set_sensitive(true);
                value
            });
            match value {
                Ok(value) => request = request.header("token", value),
                Err(_) => {
                    return Err(Kind::Malformed {
                        reason: "the token cannot be sent".into(),
                        passing: false,
                    });
                }
            }
        }
        match request.send().await {
            Ok(response) => answer::read(response, &self.redactor).await,
            Err(error) => Err(Kind::of_connection(error)),
        }
    }

    fn operation_id(&self) -> String {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        format!("openim-history-{:016x}-{call}", self.run)
    }

    fn failure(&self, call: &str, kind: Kind) -> Failure {
        Failure {
            call: call.to_owned(),
            server: Arc::clone(&self.address.shown),
            kind,
        }
    }
}
