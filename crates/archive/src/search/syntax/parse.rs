//! From pieces to a tree.

use std::iter::Peekable;
use std::vec::IntoIter;

use super::lex::{Piece, Token, lex};
use super::{Node, SyntaxError};

/// How deep brackets and minuses may be nested.
const DEEPEST: usize = 64;

/// Reads a query. An empty one finds everything.
///
/// Never fails on ordinary text; what it refuses are quotes and brackets that do not close, an `OR` with
/// nothing on one side, fields without a value and fields that are nearly one of those there are.
pub fn parse(query: &str) -> Result<Node, SyntaxError> {
    let mut parser = Parser {
        query,
        tokens: lex(query)?.into_iter().peekable(),
        depth: 0,
    };
    let node = match parser.tokens.peek() {
        None => Node::And(Vec::new()),
        Some(_) => parser.either()?,
    };
    match parser.tokens.next() {
        None => Ok(node),
        Some(token) => Err(parser.error(&token, "this closes no bracket")),
    }
}

struct Parser<'a> {
    query: &'a str,
    tokens: Peekable<IntoIter<Token>>,
    depth: usize,
}

impl Parser<'_> {
    fn error(&self, token: &Token, what: &str) -> SyntaxError {
        SyntaxError::new(self.query, token.at.clone(), what)
    }

    fn at_end(&self, what: &str) -> SyntaxError {
        let end = self.query.len();
        SyntaxError::new(self.query, end..end, what)
    }

    /// What stands on both sides of `OR`.
    fn either(&mut self) -> Result<Node, SyntaxError> {
        let mut ways = vec![self.all()?];
        while self
            .tokens
            .next_if(|token| token.piece == Piece::Or)
            .is_some()
        {
            ways.push(self.all()?);
        }
        Ok(one_or(ways, Node::Or))
    }

    /// What stands side by side.
    fn all(&mut self) -> Result<Node, SyntaxError> {
        let mut parts = vec![self.part()?];
        loop {
            match self.tokens.peek().map(|token| &token.piece) {
                None | Some(Piece::Or | Piece::Close) => return Ok(one_or(parts, Node::And)),
                Some(Piece::And) => {
                    self.tokens.next();
                    parts.push(self.part()?);
                }
                Some(_) => parts.push(self.part()?),
            }
        }
    }

    fn part(&mut self) -> Result<Node, SyntaxError> {
        const EXPECTED: &str = "a word, a phrase or a field such as from: is expected";
        let Some(token) = self.tokens.next() else {
            return Err(self.at_end(&format!("{EXPECTED} here")));
        };
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error(&token, "this is nested too deep"));
        }
        let node = match token.piece {
            Piece::Text(text) => Node::Text(text),
            Piece::Word(text) => Node::Word(text),
            Piece::Field(field, value) => Node::Field {
                field,
                value,
                at: token.at,
            },
            Piece::Minus => Node::Not(Box::new(self.part()?)),
            Piece::Open => {
                let inside = self.either()?;
                match self.tokens.next() {
                    Some(Token {
                        piece: Piece::Close,
                        ..
                    }) => inside,
                    _ => {
                        return Err(SyntaxError::new(
                            self.query,
                            token.at,
                            "the bracket is never closed: ) is expected",
                        ));
                    }
                }
            }
            Piece::Close => {
                return Err(self.error(&token, &format!("{EXPECTED} before the bracket closes")));
            }
            Piece::Or => return Err(self.error(&token, &format!("{EXPECTED} before OR"))),
            Piece::And => return Err(self.error(&token, &format!("{EXPECTED} before AND"))),
        };
        self.depth -= 1;
        Ok(node)
    }
}

fn one_or(mut nodes: Vec<Node>, several: fn(Vec<Node>) -> Node) -> Node {
    match nodes.len() {
        1 => nodes.swap_remove(0),
        _ => several(nodes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Field;

    /// Writes a tree in a short form.
    fn shown(node: &Node) -> String {
        let all = |parts: &[Node]| parts.iter().map(shown).collect::<Vec<_>>().join(" ");
        match node {
            Node::And(parts) => format!("({})", all(parts)),
            Node::Or(parts) => format!("(OR {})", all(parts)),
            Node::Not(part) => format!("-{}", shown(part)),
            Node::Text(text) | Node::Word(text) => format!("{text:?}"),
            Node::Field { field, value, .. } => format!("{}={value}", field.name()),
        }
    }

    fn read(query: &str) -> String {
        match parse(query) {
            Ok(node) => shown(&node),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_people_write_is_understood() {
        for (query, tree) in [
            ("", "()"),
            ("合同", "\"合同\""),
            ("合同  明天", "(\"合同\" \"明天\")"),
            ("\"exact  phrase\" x", "(\"exact  phrase\" \"x\")"),
            ("“合同 明天”", "\"合同 明天\""),
            ("「こんにちは」", "\"こんにちは\""),
            (r#""a \"b\" \c""#, r#""a \"b\" \\c""#),
            ("a OR b c", "(OR \"a\" (\"b\" \"c\"))"),
            ("(a OR b) c", "((OR \"a\" \"b\") \"c\")"),
            ("a AND b", "(\"a\" \"b\")"),
            ("or and", "(\"or\" \"and\")"),
            ("-a -(b OR c)", "(-\"a\" -(OR \"b\" \"c\"))"),
            ("a - b", "(\"a\" \"-\" \"b\")"),
            ("from:alice", "from=alice"),
            ("FROM:\"Alice 爱丽丝\" x", "(from=Alice 爱丽丝 \"x\")"),
            ("from：张三", "from=张三"),
            ("-is:revoked", "-is=revoked"),
            ("(from:a OR from:b)", "(OR from=a from=b)"),
            ("before:2026-11-24T10:00", "before=2026-11-24T10:00"),
            ("https://example.com/a?b", "\"https://example.com/a?b\""),
            ("note:this 10:30", "(\"note:this\" \"10:30\")"),
            (":) ok)", "(\":)\" \"ok)\")"),
            ("f(x)", "\"f(x)\""),
            ("a\"b", "\"a\\\"b\""),
        ] {
            assert_eq!(read(query), tree, "{query}");
        }
    }

    #[test]
    fn what_is_malformed_says_where_and_what_was_expected() {
        for (query, said) in [
            (
                "合同 \"明天",
                "at character 4: the quote is never closed: \" is expected",
            ),
            (
                "“明天",
                "at character 1: the quote is never closed: ” is expected",
            ),
            (
                "a (b",
                "at character 3: the bracket is never closed: ) is expected",
            ),
            (
                "a OR",
                "at character 5: a word, a phrase or a field such as from: is expected here",
            ),
            (
                "OR b",
                "at character 1: a word, a phrase or a field such as from: is expected before OR",
            ),
            (
                "()",
                "at character 2: a word, a phrase or a field such as from: is expected before the bracket closes",
            ),
            (
                "合同 from:",
                "at character 4: the id or name of a user is expected behind from:",
            ),
            (
                "form:alice",
                "at character 1: there is no \"form\" to ask for; did you mean from:? (to look for the text itself, write it in quotes)",
            ),
        ] {
            assert_eq!(read(query), said, "{query}");
        }
        let deep = "-".repeat(100_000) + "a";
        assert!(read(&deep).ends_with("this is nested too deep"));
        let deep = "(".repeat(100_000);
        assert!(read(&deep).ends_with("this is nested too deep"));
    }

    #[test]
    fn no_text_makes_it_panic() {
        let pieces = [
            "(", ")", "-", "\"", "“", "”", "from:", "is：", "OR", " ", "\\", "合", "a", ":",
            "\u{301}",
        ];
        let mut random = fastrand::Rng::with_seed(5);
        for _ in 0..20_000 {
            let length = random.usize(..12);
            let query: String = (0..length)
                .map(|_| pieces[random.usize(..pieces.len())])
                .collect();
            if let Err(error) = parse(&query) {
                assert!(
                    query.get(error.at.clone()).is_some(),
                    "{query:?}: {error:?}"
                );
            }
        }
    }

    #[test]
    fn every_field_is_known_by_its_word() {
        for field in Field::ALL {
            assert_eq!(Field::of(field.name()), Some(*field));
        }
    }
}
