//! The administrator's token: fetched once, shared by all calls, fetched anew when the server no
//! longer takes it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use tokio::sync::Mutex;

use super::Transport;
use super::failure::{Failure, Kind};
use crate::error::Error;
use crate::model::{PlatformId, UserId};
use crate::secret::{Secret, SecretSource};
use crate::source::rest::wire::WireToken;

const ADMIN_TOKEN: &str = "/auth/get_admin_token";

/// What servers up to v3.8.0 have instead. It keeps the tokens given out before.
const USER_TOKEN: &str = "/auth/user_token";

/// The token, and all it takes to get another.
pub(super) struct Tokens {
    secret: SecretSource,
    admin_id: UserId,
    /// Held while a token is fetched: whoever comes meanwhile waits and takes the same.
    state: Mutex<State>,
    /// How many fetches have ended, well or not.
    rounds: AtomicU64,
}

#[derive(Default)]
struct State {
    token: Option<Secret>,
    failure: Option<Failure>,
    /// Whether the server only knows the call of old servers.
    old_server: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AdminTokenRequest<'a> {
    secret: &'a str,
    #[serde(rename = "userID")]
    user_id: &'a UserId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserTokenRequest<'a> {
    secret: &'a str,
    #[serde(rename = "platformID")]
    platform_id: PlatformId,
    #[serde(rename = "userID")]
    user_id: &'a UserId,
}

impl Tokens {
    pub(super) fn new(secret: SecretSource, admin_id: UserId) -> Self {
        Self {
            secret,
            admin_id,
            state: Mutex::default(),
            rounds: AtomicU64::new(0),
        }
    }

    /// Returns a token other than `stale`. Of many callers at once, one asks the server; if that
    /// fails, those who waited for it are told the same and do not ask again.
    pub(super) async fn take(
        &self,
        transport: &Transport,
        stale: Option<&Secret>,
    ) -> Result<Secret, Failure> {
        let rounds = self.rounds.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        if let Some(token) = &state.token
            && Some(token) != stale
        {
            return Ok(token.clone());
        }
        if self.rounds.load(Ordering::Acquire) != rounds
            && let Some(failure) = &state.failure
        {
            return Err(failure.clone());
        }
        let outcome = self.fetch(transport, &mut state.old_server).await;
        match &outcome {
            Ok(token) => {
                state.token = Some(token.clone());
                state.failure = None;
            }
            Err(failure) => {
                state.token = None;
                state.failure = Some(failure.clone());
            }
        }
        self.rounds.fetch_add(1, Ordering::Release);
        outcome
    }

    /// Asks with the secret as it is now. If it is wrong, it may just have been changed: it is
    /// read once more and tried again if it is another.
    async fn fetch(&self, transport: &Transport, old_server: &mut bool) -> Result<Secret, Failure> {
        let secret = self.read(transport).await?;
        let outcome = match self.ask(transport, &secret, old_server).await {
            Err(failure) if failure.code() == Some(1002) => {
                let again = self.read(transport).await?;
                if again == secret {
                    Err(failure)
                } else {
                    self.ask(transport, &again, old_server).await
                }
            }
            other => other,
        };
        outcome.map_err(as_credentials)
    }

    async fn ask(
        &self,
        transport: &Transport,
        secret: &Secret,
        old_server: &mut bool,
    ) -> Result<Secret, Failure> {
        if *old_server {
            return self.ask_old(transport, secret).await;
        }
        let request = AdminTokenRequest {
            secret: secret.expose(),
            user_id: &self.admin_id,
        };
        let failure = match transport.call_open(ADMIN_TOKEN, &request).await {
            Ok(answer) => return usable(transport, ADMIN_TOKEN, answer),
            Err(failure) if !is_unknown_here(&failure) => return Err(failure),
            Err(failure) => failure,
        };
        match self.ask_old(transport, secret).await {
            // Neither is there: this is not an old server but no OpenIM at all.
            Err(old) if is_unknown_here(&old) => Err(failure),
            outcome => {
                *old_server = true;
                outcome
            }
        }
    }

    async fn ask_old(&self, transport: &Transport, secret: &Secret) -> Result<Secret, Failure> {
        let request = UserTokenRequest {
            secret: secret.expose(),
            platform_id: PlatformId::ADMIN,
            user_id: &self.admin_id,
        };
        let answer = transport.call_open(USER_TOKEN, &request).await?;
        usable(transport, USER_TOKEN, answer)
    }

    async fn read(&self, transport: &Transport) -> Result<Secret, Failure> {
        let outcome = match &self.secret {
            SecretSource::Value(secret) => Ok(secret.clone()),
            // A file or an embedder may take its time.
            source => {
                let source = source.clone();
                tokio::task::spawn_blocking(move || source.read())
                    .await
                    .unwrap_or_else(|_| {
                        Err(Error::Config {
                            what: "whoever was asked for the secret panicked".into(),
                            source: None,
                        })
                    })
            }
        };
        match outcome {
            Ok(secret) => {
                transport.redactor.learn(&secret);
                Ok(secret)
            }
            Err(error) => Err(transport.failure(ADMIN_TOKEN, Kind::Secret(Arc::new(error)))),
        }
    }
}

/// Whether the call is missing: v3.8.0 checks for a token before it looks for the call.
fn is_unknown_here(failure: &Failure) -> bool {
    match &failure.kind {
        Kind::NoSuchCall => true,
        Kind::Code { code, message, .. } => *code == 1001 && message.contains("must have token"),
        _ => false,
    }
}

/// A refusal of this call is about who we are, whichever of its codes the server takes.
fn as_credentials(mut failure: Failure) -> Failure {
    if let Kind::Code { code, message, .. } = &failure.kind
        && (1001..2000).contains(code)
    {
        failure.kind = Kind::Credentials {
            code: Some(*code),
            reason: message.clone(),
        };
    }
    failure
}

fn usable(transport: &Transport, call: &str, answer: WireToken) -> Result<Secret, Failure> {
    let token = Secret::new(answer.token);
    let fits_a_header = token
        .expose()
        .bytes()
        .all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if token.expose().is_empty() || !fits_a_header {
        return Err(transport.failure(
            call,
            Kind::Malformed {
                reason: "it holds no usable token".into(),
                passing: false,
            },
        ));
    }
    transport.redactor.learn(&token);
    Ok(token)
}
