//! Keeps secrets and stack traces out of every text that leaves the transport.

use std::sync::{Mutex, PoisonError};

use crate::secret::Secret;

/// How many characters of a server's words are kept.
const LONGEST: usize = 300;

/// How many secrets and tokens are remembered: the newest ones, as an answer may still echo the
/// one before.
const REMEMBERED: usize = 16;

/// Knows what was ever sent in confidence, and takes it out of texts.
#[derive(Default)]
pub(in crate::source::rest) struct Redactor(Mutex<Vec<Secret>>);

impl Redactor {
    /// Remembers a secret or token.
    pub(super) fn learn(&self, secret: &Secret) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if secret.expose().is_empty() || known.contains(secret) {
            return;
        }
        if known.len() == REMEMBERED {
            known.remove(0);
        }
        known.push(secret.clone());
    }

    /// Returns the first line of `text` without secrets, tokens and control characters, cut to a
    /// length one can read.
    pub(super) fn clean(&self, text: &str) -> String {
        // Secrets go first: a cut in the middle of one would hide it from the search.
        let mut text = mask_json_web_tokens(text);
        for secret in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            text = text.replace(secret.expose(), "***");
        }
        let line = text.trim().lines().next().unwrap_or_default();
        // The server joins the frames of a Go stack trace with this arrow.
        let line = line.split(" -> ").next().unwrap_or_default();
        let line = line.trim_end().trim_end_matches('|').trim_end();
        let mut short: String = line
            .chars()
            .filter(|c| !c.is_control())
            .take(LONGEST)
            .collect();
        if line.chars().count() > LONGEST {
            short.push('…');
        }
        short
    }

    /// Returns the beginning of a body that was not what was expected, on one line.
    pub(super) fn excerpt(&self, body: &[u8]) -> String {
        let text = String::from_utf8_lossy(body);
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let clean = self.clean(&line);
        match clean.char_indices().nth(120) {
            Some((at, _)) => format!("{}…", &clean[..at]),
            None => clean,
        }
    }
}

/// Replaces everything that looks like a JSON Web Token, also one that was cut off.
fn mask_json_web_tokens(text: &str) -> String {
    /// Every such token starts with `{"`, which is this in base64.
    const START: &str = "eyJ";
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(START) {
        let (before, token) = rest.split_at(at);
        let end = token
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '=')))
            .unwrap_or(token.len());
        masked.push_str(before);
        masked.push_str(if end >= 16 { "***" } else { &token[..end] });
        rest = &token[end..];
    }
    masked.push_str(rest);
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_known_and_unknown_are_masked() {
        let redactor = Redactor::default();
        redactor.learn(&Secret::new("openIM123"));
        redactor.learn(&Secret::new("garbage"));
        assert_eq!(
            redactor.clean("1503 TokenMalformedError jwt parse error, token=garbage"),
            "1503 TokenMalformedError jwt parse error, token=***"
        );
        assert_eq!(
            redactor
                .clean("token=eyJhbGciOiJIUzI1NiIsInR5cCI6.eyJVc2VySUQi.xyz-_9, secret openIM123"),
            "token=***, secret ***"
        );
        assert_eq!(redactor.clean("eyJ is short"), "eyJ is short");
    }

    #[test]
    fn a_token_is_masked_before_the_text_is_cut() {
        let redactor = Redactor::default();
        redactor.learn(&Secret::new("long-secret-of-mine"));
        let text = format!("{}long-secret-of-mine", "x".repeat(LONGEST - 5));
        assert!(!redactor.clean(&text).contains("long"));
    }

    #[test]
    fn stack_traces_are_cut_off() {
        let redactor = Redactor::default();
        assert_eq!(
            redactor.clean(
                "Error: 500 panic error runtime error: makeslice | -> mgo.(*MsgMgo).search() /src/msg.go:362"
            ),
            "Error: 500 panic error runtime error: makeslice"
        );
        assert_eq!(
            redactor.clean("panic: oh\ngoroutine 1 [running]"),
            "panic: oh"
        );
        assert_eq!(
            redactor.clean(&"é".repeat(1000)).chars().count(),
            LONGEST + 1
        );
    }
}
