//! JSON web tokens as OpenIM signs, stores and kicks them.

use std::collections::{HashMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use serde::{Deserialize, Serialize};

use super::answer::Refusal;
use super::server::Dialect;

/// The platform of admin tokens.
pub(super) const ADMIN_PLATFORM: i64 = 10;
/// Days a token lasts (`tokenPolicy.expire`), in seconds.
pub(super) const LIFETIME_SECONDS: i64 = 90 * 86_400;
/// The server dates tokens back by this much.
const BACKDATED_SECONDS: i64 = 5;
/// How long main keeps a replaced admin token alive.
const GRACE_SECONDS: i64 = 5 * 60;

/// What a token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Claims {
    #[serde(rename = "UserID")]
    pub(super) user_id: String,
    #[serde(rename = "PlatformID")]
    pub(super) platform: i64,
    pub(super) exp: i64,
    pub(super) iat: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Normal,
    Kicked,
    /// A replaced admin token of main, good until this second.
    Until(i64),
}

/// The tokens the server knows, as Redis holds them.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    held: HashMap<(String, i64), HashMap<String, State>>,
    expired: HashSet<String>,
}

impl Tokens {
    /// Issues a user's token: what was kicked on that platform is forgotten, what was good is kicked (policy 1).
    pub(super) fn issue_user(
        &mut self,
        secret: &str,
        user_id: &str,
        platform: i64,
        now: i64,
    ) -> String {
        let token = sign(secret, user_id, platform, now);
        self.expired.remove(&token);
        let held = self.held.entry((user_id.to_owned(), platform)).or_default();
        held.retain(|_, state| *state == State::Normal);
        for state in held.values_mut() {
            *state = State::Kicked;
        }
        held.insert(token.clone(), State::Normal);
        token
    }

    /// Issues an admin's token. The release keeps no record of it; main keeps one, and the one before for a while.
    pub(super) fn issue_admin(
        &mut self,
        dialect: Dialect,
        secret: &str,
        user_id: &str,
        now: i64,
    ) -> String {
        let token = sign(secret, user_id, ADMIN_PLATFORM, now);
        self.expired.remove(&token);
        if dialect == Dialect::Main {
            let held = self
                .held
                .entry((user_id.to_owned(), ADMIN_PLATFORM))
                .or_default();
            held.retain(|_, state| !matches!(state, State::Until(end) if *end < now));
            for state in held.values_mut() {
                if *state == State::Normal {
                    *state = State::Until(now + GRACE_SECONDS);
                }
            }
            held.insert(token.clone(), State::Normal);
        }
        token
    }

    /// Kicks every token of a user on a platform.
    pub(super) fn force_logout(&mut self, user_id: &str, platform: i64) {
        if let Some(held) = self.held.get_mut(&(user_id.to_owned(), platform)) {
            for state in held.values_mut() {
                *state = State::Kicked;
            }
        }
    }

    /// Forgets every token, as when Redis lost its data.
    pub(super) fn forget(&mut self) {
        self.held.clear();
    }

    /// Makes one token count as expired from now on.
    pub(super) fn expire(&mut self, token: &str) {
        self.expired.insert(token.to_owned());
    }

    /// Checks a token as the server does before every call.
    pub(super) fn check(
        &self,
        dialect: Dialect,
        secret: &str,
        admins: &[String],
        token: &str,
        now: i64,
    ) -> Result<Claims, Refusal> {
        let refuse = |code, name: &str| {
            let detail = match dialect {
                // The release echoes the token.
                Dialect::Release => format!("{code} {name} jwt parse error, token={token}"),
                Dialect::Main => String::new(),
            };
            Refusal::new(code, name, detail)
        };
        let claims = claims_of(token).ok_or_else(|| refuse(1503, "TokenMalformedError"))?;
        if claims.exp < now || self.expired.contains(token) {
            return Err(refuse(1501, "TokenExpiredError"));
        }
        if !is_signed(token, secret) {
            return Err(refuse(1505, "TokenUnknownError"));
        }
        if dialect == Dialect::Release && admins.contains(&claims.user_id) {
            return Ok(claims);
        }
        let state = self
            .held
            .get(&(claims.user_id.clone(), claims.platform))
            .and_then(|held| held.get(token));
        match state {
            Some(State::Normal) => Ok(claims),
            Some(State::Until(end)) if *end >= now => Ok(claims),
            Some(State::Kicked) => Err(Refusal::new(1506, "TokenKickedError", "TokenKickedError")),
            Some(State::Until(_)) | None => Err(Refusal::new(
                1507,
                "TokenNotExistError",
                "TokenNotExistError",
            )),
        }
    }
}

/// Signs a token byte for byte as the server would at this second.
fn sign(secret: &str, user_id: &str, platform: i64, now: i64) -> String {
    let claims = Claims {
        user_id: user_id.to_owned(),
        platform,
        exp: now + LIFETIME_SECONDS,
        iat: now - BACKDATED_SECONDS,
    };
    let claims = serde_json::to_string(&claims).expect("claims are texts and numbers");
    let message = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let key = EncodingKey::from_secret(secret.as_bytes());
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256)
        .expect("HS256 takes any key");
    format!("{message}.{signature}")
}

fn is_signed(token: &str, secret: &str) -> bool {
    let Some((message, signature)) = token.rsplit_once('.') else {
        return false;
    };
    let key = DecodingKey::from_secret(secret.as_bytes());
    jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, Algorithm::HS256)
        .unwrap_or_default()
}

fn claims_of(token: &str) -> Option<Claims> {
    let mut parts = token.split('.');
    let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "openIM123";

    fn code(tokens: &Tokens, dialect: Dialect, token: &str, now: i64) -> i64 {
        match tokens.check(dialect, SECRET, &["imAdmin".to_owned()], token, now) {
            Ok(_) => 0,
            Err(refusal) => refusal.code,
        }
    }

    #[test]
    fn a_signed_token_is_the_recorded_one() {
        let recorded = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJVc2VySUQiOiJpbUFkbWluIiwiUGxhdGZvcm1JRCI6MTAsImV4cCI6MTgwMzI5MzM1OCwiaWF0IjoxNzk1NTE3MzUzfQ.k8CfNEdTsMN4GJipF6CrzzAsvSQxzVjhn5V4JGhhGyM";
        let now = 1_795_517_358;
        assert_eq!(sign(SECRET, "imAdmin", 10, now), recorded);
        let mut tokens = Tokens::default();
        assert_eq!(code(&tokens, Dialect::Release, recorded, now), 0);
        assert_eq!(
            code(&tokens, Dialect::Release, recorded, now + 90 * 86_400 + 1),
            1501
        );
        assert_eq!(code(&tokens, Dialect::Main, recorded, now), 1507);
        assert_eq!(code(&tokens, Dialect::Release, "garbage", now), 1503);
        let forged = sign("other", "imAdmin", 10, now);
        assert_eq!(code(&tokens, Dialect::Release, &forged, now), 1505);
        tokens.expire(recorded);
        assert_eq!(code(&tokens, Dialect::Release, recorded, now), 1501);
    }

    #[test]
    fn a_second_token_kicks_the_first_and_a_third_forgets_it() {
        let mut tokens = Tokens::default();
        let first = tokens.issue_user(SECRET, "tom", 5, 1_000);
        let same = tokens.issue_user(SECRET, "tom", 5, 1_000);
        assert_eq!(first, same);
        assert_eq!(code(&tokens, Dialect::Release, &first, 1_000), 0);
        let second = tokens.issue_user(SECRET, "tom", 5, 1_001);
        assert_eq!(code(&tokens, Dialect::Release, &first, 1_001), 1506);
        assert_eq!(code(&tokens, Dialect::Release, &second, 1_001), 0);
        let elsewhere = tokens.issue_user(SECRET, "tom", 99, 1_002);
        tokens.issue_user(SECRET, "tom", 5, 1_002);
        assert_eq!(code(&tokens, Dialect::Release, &first, 1_002), 1507);
        assert_eq!(code(&tokens, Dialect::Release, &elsewhere, 1_002), 0);
        tokens.force_logout("tom", 99);
        assert_eq!(code(&tokens, Dialect::Release, &elsewhere, 1_002), 1506);
    }

    #[test]
    fn main_replaces_an_admin_token_after_five_minutes() {
        let mut tokens = Tokens::default();
        let first = tokens.issue_admin(Dialect::Main, SECRET, "imAdmin", 1_000);
        let second = tokens.issue_admin(Dialect::Main, SECRET, "imAdmin", 1_100);
        assert_eq!(code(&tokens, Dialect::Main, &first, 1_400), 0);
        assert_eq!(code(&tokens, Dialect::Main, &first, 1_401), 1507);
        assert_eq!(code(&tokens, Dialect::Main, &second, 9_000), 0);
    }
}
