//! What an export does not tell: who people are, and the numbers of their phones, cards and the like.

mod digits;
mod keys;
mod numbers;
mod phones;
mod pseudonymize;
mod redact;
mod tokens;

use std::collections::BTreeMap;

use openim_history_client::model::Lang;

use self::pseudonymize::Pseudonymizer;
use self::redact::Redactor;
use crate::row::Row;

pub(crate) use self::pseudonymize::Known;
pub use self::tokens::Pseudonyms;

/// The version of what is blackened: files that were made by another one are made anew.
pub(super) const VERSION: u32 = 2;

/// How often each kind of number was blackened.
pub(crate) type Blackened = BTreeMap<&'static str, u64>;

/// How deep JSON inside strings of JSON is opened. What lies deeper is left out rather than let through.
const LAYERS: u32 = 8;

/// What is done to every message before a format sees it.
pub(crate) struct Privacy {
    pseudonyms: Option<Pseudonymizer>,
    redactor: Option<Redactor>,
}

impl Privacy {
    /// Takes what was asked for. `known` is who is who.
    pub(crate) fn new(pseudonyms: Option<(Pseudonyms, Known)>, redact: Option<Lang>) -> Self {
        Self {
            pseudonyms: pseudonyms.map(|(tokens, known)| Pseudonymizer::new(tokens, known)),
            redactor: redact.map(Redactor::new),
        }
    }

    /// Whether nothing is done.
    pub(crate) fn is_off(&self) -> bool {
        self.pseudonyms.is_none() && self.redactor.is_none()
    }

    /// Returns the tokens, where people become some.
    pub(crate) fn tokens(&self) -> Option<&Pseudonyms> {
        self.pseudonyms.as_ref().map(Pseudonymizer::tokens)
    }

    /// Returns a name as it may be shown.
    pub(crate) fn name<'a>(&self, name: &'a str) -> std::borrow::Cow<'a, str> {
        let redacted = self
            .redactor
            .as_ref()
            .and_then(|redactor| redactor.text(name, &mut Blackened::new()));
        match redacted {
            Some(redacted) => redacted.into(),
            None => name.into(),
        }
    }

    /// Changes a message into what may be told, and returns its text. Addresses that were hidden are told with
    /// what stands for them now.
    pub(crate) fn apply(
        &self,
        row: &mut Row,
        blackened: &mut Blackened,
        addresses: &mut Vec<(String, String)>,
    ) -> String {
        if let Some(pseudonyms) = &self.pseudonyms {
            pseudonyms.row(row, addresses);
        }
        let Some(redactor) = &self.redactor else {
            return row.text();
        };
        redactor.row(row, blackened);
        let text = row.text();
        // What stood in several places may only be a number once it stands together.
        redactor.text(&text, &mut Blackened::new()).unwrap_or(text)
    }
}
