//! Cutting a query into its pieces.

use std::ops::Range;

use super::{Field, SyntaxError};

/// A piece of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Open,
    Close,
    Minus,
    Or,
    And,
    /// A word or a phrase.
    Text(String),
    /// A word that is not quoted.
    Word(String),
    Field(Field, String),
}

/// A piece, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) piece: Piece,
    pub(super) at: Range<usize>,
}

/// Quotes that begin a phrase, with those that end it: whatever a Chinese keyboard writes is taken too.
const QUOTES: &[(char, &[char])] = &[
    ('"', &['"']),
    ('“', &['”', '“']),
    ('”', &['”']),
    ('「', &['」']),
    ('『', &['』']),
];

pub(super) fn lex(query: &str) -> Result<Vec<Token>, SyntaxError> {
    let mut lexer = Lexer {
        query,
        at: 0,
        open: 0,
    };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next()? {
        tokens.push(token);
    }
    Ok(tokens)
}

struct Lexer<'a> {
    query: &'a str,
    at: usize,
    /// How many brackets are open: elsewhere a closing one is part of a word.
    open: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.query[self.at..]
    }

    fn next(&mut self) -> Result<Option<Token>, SyntaxError> {
        self.at += self.rest().len() - self.rest().trim_start().len();
        let start = self.at;
        let Some(c) = self.rest().chars().next() else {
            return Ok(None);
        };
        let follows = self.rest()[c.len_utf8()..].chars().next();
        let piece = match c {
            '(' => {
                self.open += 1;
                self.skip(c, Piece::Open)
            }
            ')' if self.open > 0 => {
                self.open -= 1;
                self.skip(c, Piece::Close)
            }
            '-' if follows.is_some_and(|c| !c.is_whitespace()) => self.skip(c, Piece::Minus),
            c if quote(c).is_some() => Piece::Text(self.phrase()?),
            _ => self.word_or_field()?,
        };
        let at = start..self.at;
        Ok(Some(Token { piece, at }))
    }

    fn skip(&mut self, c: char, piece: Piece) -> Piece {
        self.at += c.len_utf8();
        piece
    }

    /// Reads what stands between quotes.
    fn phrase(&mut self) -> Result<String, SyntaxError> {
        let start = self.at;
        let mut characters = self.rest().char_indices();
        let ends = characters.next().and_then(|(_, c)| quote(c));
        let ends = ends.unwrap_or(&['"']);
        let mut text = String::new();
        while let Some((at, c)) = characters.next() {
            if ends.contains(&c) {
                self.at += at + c.len_utf8();
                return Ok(text);
            }
            match c {
                '\\' => match characters.next() {
                    Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                    Some((_, other)) => text.extend(['\\', other]),
                    None => text.push('\\'),
                },
                c => text.push(c),
            }
        }
        let what = format!("the quote is never closed: {} is expected", ends[0]);
        Err(SyntaxError::new(self.query, start..self.query.len(), what))
    }

    fn word_or_field(&mut self) -> Result<Piece, SyntaxError> {
        let start = self.at;
        let rest = self.rest();
        let letters = rest.len()
            - rest
                .trim_start_matches(|c: char| c.is_ascii_alphabetic())
                .len();
        let (name, behind) = rest.split_at(letters);
        let colon = behind.chars().next().filter(|c| matches!(c, ':' | '：'));
        let (true, Some(colon)) = (letters > 0, colon) else {
            return Ok(self.word());
        };
        let value_at = start + letters + colon.len_utf8();
        let Some(field) = Field::of(name) else {
            let near = near(name);
            // An address, or a word with a colon in it, unless somebody mistyped a field.
            if self.query[value_at..].starts_with('/') || near.is_none() {
                return Ok(self.word());
            }
            let what = format!(
                "there is no {name:?} to ask for; did you mean {}:? (to look for the text itself, write it in quotes)",
                near.unwrap_or_default()
            );
            return Err(SyntaxError::new(self.query, start..value_at, what));
        };
        self.at = value_at;
        let value = match self.rest().chars().next() {
            Some(c) if quote(c).is_some() => self.phrase()?,
            _ => self.letters().to_owned(),
        };
        if value.trim().is_empty() {
            let what = format!("{} is expected behind {}:", expected(field), field.name());
            return Err(SyntaxError::new(self.query, start..self.at, what));
        }
        Ok(Piece::Field(field, value))
    }

    fn word(&mut self) -> Piece {
        match self.letters() {
            "OR" => Piece::Or,
            "AND" => Piece::And,
            word => Piece::Word(word.to_owned()),
        }
    }

    /// Reads up to the next space, or the bracket that closes.
    fn letters(&mut self) -> &str {
        let start = self.at;
        let open = self.open > 0;
        let ends = |c: char| c.is_whitespace() || (open && c == ')');
        let length = self.rest().find(ends).unwrap_or(self.rest().len());
        self.at += length;
        &self.query[start..self.at]
    }
}

fn quote(c: char) -> Option<&'static [char]> {
    let known = QUOTES.iter().find(|(open, _)| *open == c);
    known.map(|(_, ends)| *ends)
}

/// Returns the field that was probably meant.
fn near(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let similar = |field: &&Field| strsim::damerau_levenshtein(&name, field.name()) == 1;
    let found = Field::ALL.iter().find(similar);
    found.filter(|_| name.len() > 2).map(|field| field.name())
}

fn expected(field: Field) -> &'static str {
    match field {
        Field::From | Field::With | Field::Mentions => "the id or name of a user",
        Field::In => "the id of a conversation, or the id or name of a group or user",
        Field::Group => "the id or name of a group",
        Field::Kind => "a kind of message, such as text or picture,",
        Field::Has => "link, image, file or mention",
        Field::Before | Field::After | Field::On => "a time such as 2026-11-24",
        Field::Is => "revoked, deleted or purged",
    }
}
