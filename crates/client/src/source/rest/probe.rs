//! What one may want to know of the server itself.

use std::fmt;

use super::RestSource;
use super::transport::Failure;
use super::wire::{
    AccessUrl, Anything, Nothing, OfUser, ParseToken, UserToken, WireAccessUrl, WireNewestKeys,
    WireParsedToken, WireServerTime, WireToken,
};
use crate::error::{Error, Result};
use crate::model::{PlatformId, Timestamp, UserId};
use crate::secret::Secret;

/// Which line of servers an answer comes from. Both are read alike; it only tells what else to
/// expect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The releases, as of v3.8.3: what is empty is written as `null`.
    Release,
    /// The main branch: what is empty is left out.
    Main,
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Release => "release",
            Self::Main => "main",
        })
    }
}

/// Where a stored file can be fetched for a while.
#[derive(Clone, PartialEq, Eq)]
pub struct ObjectUrl {
    /// Address with its signature: whoever has it may fetch the file.
    pub url: String,
    /// Until when.
    pub expires: Option<Timestamp>,
}

impl fmt::Debug for ObjectUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unsigned = self.url.split('?').next().unwrap_or_default();
        f.debug_struct("ObjectUrl")
            .field("url", &unsigned)
            .field("expires", &self.expires)
            .finish()
    }
}

/// What the server says of the token in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenInfo {
    /// Whose it is.
    pub user_id: UserId,
    /// For which platform; [`PlatformId::ADMIN`] for an administrator's.
    pub platform_id: PlatformId,
    /// Until when it is good.
    pub expires: Option<Timestamp>,
}

impl RestSource {
    /// Returns the time by the server's clock.
    pub async fn server_time(&self) -> Result<Timestamp> {
        let path = "/msg/get_server_time";
        let answer: WireServerTime = self.transport.call(path, &Nothing {}).await?;
        answer
            .time
            .time()
            .known()
            .ok_or_else(|| lacks(path, "the time"))
    }

    /// Returns an address for a stored file; `name` is what follows `/object/` in the address in
    /// a message.
    pub async fn object_url(&self, name: &str) -> Result<ObjectUrl> {
        let path = "/object/access_url";
        let answer: WireAccessUrl = self
            .transport
            .call(path, &AccessUrl { name })
            .await
            .map_err(|failure| failure.or_not_found(|| format!("stored file {name:?}")))?;
        if answer.url.is_empty() {
            return Err(lacks(path, "the address"));
        }
        Ok(ObjectUrl {
            url: answer.url,
            expires: answer.expires.time().known(),
        })
    }

    /// Tells the two lines of servers apart, by how they write what is empty.
    pub async fn dialect(&self) -> Result<Dialect> {
        let request = OfUser {
            user_id: &self.options.admin_id,
        };
        let answer: WireNewestKeys = self.transport.call("/msg/newest_seq", &request).await?;
        Ok(if answer.has_min_seqs {
            Dialect::Release
        } else {
            Dialect::Main
        })
    }

    /// Says whether the server has a call of this path (`/msg/newest_seq`).
    ///
    /// The call is made with a body that no handler takes, so that nothing is done. Calls that
    /// take no body (`/restart`) would be done, so `path` must be one of those that read.
    pub async fn call_exists(&self, path: &str) -> Result<bool> {
        let fits = path.starts_with('/')
            && path
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-'));
        if !fits || path == "/restart" {
            return Err(Error::invalid(
                format!("path {path:?}"),
                "it must be the path of a call that reads",
            ));
        }
        match self
            .transport
            .call_with_body::<Anything>(path, b"not json", 0)
            .await
        {
            Ok(_) => Ok(true),
            Err(failure) if failure.is_no_such_call() => Ok(false),
            // The server stumbling over the body is the handler speaking.
            Err(failure) if failure.is_refusal() => Ok(true),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Gets a token if there is none yet, and returns what the server says of it. Fails as every
    /// call would that is made now.
    pub async fn admin_token_check(&self) -> Result<TokenInfo> {
        let path = "/auth/parse_token";
        let mut token = self.transport.token().await?;
        let mut outcome = self.parse_token(&token).await;
        if matches!(&outcome, Err(failure) if failure.is_stale_token()) {
            token = self.transport.newer_token(&token).await?;
            outcome = self.parse_token(&token).await;
        }
        let answer = outcome?;
        if answer.user_id.is_empty() {
            return Err(lacks(path, "the user"));
        }
        let expires = answer.expires.i64().saturating_mul(1000);
        Ok(TokenInfo {
            user_id: answer.user_id,
            platform_id: PlatformId(answer.platform_id.i32()),
            expires: Timestamp::from_millis(expires).known(),
        })
    }

    /// Asks about a token. The call itself needs none, so that one that is no longer taken is the
    /// one asked about.
    async fn parse_token(&self, token: &Secret) -> Result<WireParsedToken, Failure> {
        let request = ParseToken {
            token: token.expose(),
        };
        self.transport
            .call_open("/auth/parse_token", &request)
            .await
    }

    /// Takes out a token in the name of a user. **This logs the user's own devices out.**
    ///
    /// Nothing in this crate needs one: the administrator's token reads everybody's history. On
    /// most servers the new token makes every other token of the same platform worthless at once,
    /// and the app that held it is thrown out at its next call or reconnect. On the main branch
    /// other platforms can be hit too: with login policy 5 any platform but a PC's logs the phone
    /// out. Where it must be, name a platform that no app of the user runs on (for example 99),
    /// and keep the token: the next one kills this one.
    ///
    /// The call is made once and never repeated, whatever happens on the way.
    pub async fn user_token(&self, user: &UserId, platform: PlatformId) -> Result<Secret> {
        let path = "/auth/get_user_token";
        tracing::warn!(
            user = user.as_str(),
            platform = platform.0,
            "taking a user token logs this user's app out: its token for this platform, and on the main \
             branch those for others, become worthless"
        );
        let request = UserToken {
            platform_id: platform,
            user_id: user,
        };
        let answer: WireToken =
            self.transport
                .call_once(path, &request)
                .await
                .map_err(|failure| match failure.code() {
                    // The refusal is about the user or platform named, not about us.
                    Some(1002) => failure.rejected(),
                    _ => failure.or_not_found(|| format!("user \"{user}\"")),
                })?;
        if answer.token.is_empty() {
            return Err(lacks(path, "the token"));
        }
        Ok(self.transport.confide(answer.token))
    }
}

fn lacks(call: &str, what: &str) -> Error {
    Error::Malformed {
        what: format!("the answer to {call}"),
        reason: format!("{what} is missing"),
        source: None,
    }
}
