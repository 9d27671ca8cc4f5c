//! The template of a file's path.

use std::fmt;

use super::safe::safe;
use crate::error::{Error, Result};

/// How alike a token must be to one there is, to be offered for it.
const ALIKE: f64 = 0.6;

/// What stands for something else in a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Conversation,
    Name,
    Kind,
    Month,
    Day,
    Part,
}

impl Token {
    const ALL: [Self; 6] = [
        Self::Conversation,
        Self::Name,
        Self::Kind,
        Self::Month,
        Self::Day,
        Self::Part,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Conversation => "conversation",
            Self::Name => "name",
            Self::Kind => "kind",
            Self::Month => "month",
            Self::Day => "day",
            Self::Part => "part",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Token(Token),
}

/// How the files of an export are named: `{kind}/{name}-{month}`, without the extension.
///
/// Only the template's own slashes make folders; what tokens stand for is made safe first, piece by piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    written: String,
    /// The pieces of each name, folders first.
    names: Vec<Vec<Piece>>,
}

/// What the tokens of a template stand for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values<'a> {
    pub(crate) conversation: &'a str,
    pub(crate) name: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) month: &'a str,
    pub(crate) day: &'a str,
    pub(crate) part: u32,
}

impl Template {
    /// Reads a template. One that leads out of the folder or names a token nobody knows is refused.
    pub fn parse(written: &str) -> Result<Self> {
        let wrong = |what: String| Err(Error::Invalid(format!("template {written:?}: {what}")));
        if written.trim().is_empty() {
            return wrong("it is empty".to_owned());
        }
        if written.starts_with(['/', '\\']) || written.contains('\\') {
            return wrong(
                "it must be a path below the export's folder, with / between names".to_owned(),
            );
        }
        let mut names = Vec::new();
        for name in written.split('/') {
            if name.trim_matches([' ', '.']).is_empty() {
                return wrong(format!("{name:?} is no name of a folder or file"));
            }
            match pieces(name) {
                Ok(pieces) => names.push(pieces),
                Err(what) => return wrong(what),
            }
        }
        Ok(Self {
            written: written.to_owned(),
            names,
        })
    }

    fn has(&self, token: Token) -> bool {
        self.names
            .iter()
            .flatten()
            .any(|piece| *piece == Piece::Token(token))
    }

    /// Whether each conversation has files of its own.
    pub fn is_per_conversation(&self) -> bool {
        self.has(Token::Conversation) || self.has(Token::Name)
    }

    pub(crate) fn has_conversation(&self) -> bool {
        self.has(Token::Conversation)
    }

    pub(crate) fn has_kind(&self) -> bool {
        self.has(Token::Kind)
    }

    pub(crate) fn has_month(&self) -> bool {
        self.has(Token::Month)
    }

    pub(crate) fn has_day(&self) -> bool {
        self.has(Token::Day)
    }

    pub(crate) fn has_part(&self) -> bool {
        self.has(Token::Part)
    }

    /// Adds a token to the file's name, behind a dash.
    pub(crate) fn with(mut self, word: &str) -> Self {
        let token = Token::ALL.iter().find(|token| token.word() == word);
        if let (Some(last), Some(token)) = (self.names.last_mut(), token) {
            last.push(Piece::Text("-".to_owned()));
            last.push(Piece::Token(*token));
            self.written.push_str(&format!("-{{{word}}}"));
        }
        self
    }

    /// Returns the path, without an extension. Where the number of the part is not asked for, parts behind the
    /// first still get theirs.
    pub(crate) fn render(&self, values: &Values<'_>) -> String {
        let mut path = Vec::with_capacity(self.names.len());
        for (at, name) in self.names.iter().enumerate() {
            let mut text = String::new();
            for piece in name {
                match piece {
                    Piece::Text(piece) => text.push_str(piece),
                    Piece::Token(Token::Conversation) => text.push_str(values.conversation),
                    Piece::Token(Token::Name) => text.push_str(values.name),
                    Piece::Token(Token::Kind) => text.push_str(values.kind),
                    Piece::Token(Token::Month) => text.push_str(values.month),
                    Piece::Token(Token::Day) => text.push_str(values.day),
                    Piece::Token(Token::Part) => text.push_str(&values.part.to_string()),
                }
            }
            let mut name = safe(&text);
            let is_last = at + 1 == self.names.len();
            if is_last && values.part > 1 && !self.has_part() {
                name.push_str(&format!("-{}", values.part));
            }
            path.push(name);
        }
        path.join("/")
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

fn pieces(name: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = name;
    while let Some(open) = rest.find('{') {
        let (text, behind) = rest.split_at(open);
        if !text.is_empty() {
            pieces.push(Piece::Text(text.to_owned()));
        }
        let Some(close) = behind.find('}') else {
            return Err("a { is never closed".to_owned());
        };
        let word = &behind[1..close];
        let known = Token::ALL.iter().find(|token| token.word() == word);
        let Some(token) = known else {
            return Err(unknown(word));
        };
        pieces.push(Piece::Token(*token));
        rest = &behind[close + 1..];
    }
    if rest.contains('}') {
        return Err("a } has no { before it".to_owned());
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

fn unknown(word: &str) -> String {
    let near = Token::ALL
        .iter()
        .map(|token| {
            (
                strsim::normalized_damerau_levenshtein(word, token.word()),
                token.word(),
            )
        })
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .filter(|(alike, _)| *alike >= ALIKE);
    let known: Vec<String> = Token::ALL
        .iter()
        .map(|token| format!("{{{}}}", token.word()))
        .collect();
    match near {
        Some((_, near)) => format!("there is no token {{{word}}}; did you mean {{{near}}}?"),
        None => format!(
            "there is no token {{{word}}}; there are {}",
            known.join(" ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(written: &str) -> String {
        match Template::parse(written) {
            Ok(_) => panic!("accepted: {written}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn an_unknown_token_is_named_with_the_nearest() {
        assert_eq!(
            error("{conversaton}"),
            "template \"{conversaton}\": there is no token {conversaton}; did you mean {conversation}?"
        );
        assert!(
            error("{x}").contains("there are {conversation} {name}"),
            "{}",
            error("{x}")
        );
        assert!(error("{name").contains("never closed"));
        assert!(error("name}").contains("no { before"));
    }

    #[test]
    fn a_template_stays_inside_the_folder() {
        for written in [
            "/etc/{name}",
            "../{name}",
            "a/../b",
            "a//b",
            "a\\b",
            "",
            " ",
            ".",
        ] {
            assert!(error(written).starts_with("template "), "{written}");
        }
    }

    #[test]
    fn only_its_own_slashes_make_folders() {
        let template = Template::parse("{kind}/{name} {month}").expect("parses");
        let values = Values {
            name: "../../a/b",
            kind: "group",
            month: "2026-11",
            part: 3,
            ..Values::default()
        };
        assert_eq!(template.render(&values), "group/_.._a_b 2026-11-3");
        let numbered = template.with("part");
        assert_eq!(numbered.render(&values), "group/_.._a_b 2026-11-3");
        assert_eq!(numbered.to_string(), "{kind}/{name} {month}-{part}");
    }
}
