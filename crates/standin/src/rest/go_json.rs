//! What Go's `encoding/json` says and writes where it differs from Rust's.

use serde::Serialize;

/// Returns Go's complaint about a text that is not JSON, or nothing when it is JSON.
pub(super) fn syntax_error(text: &[u8]) -> Option<String> {
    let mut scanner = Scanner { text, at: 0 };
    scanner
        .value("looking for beginning of value")
        .and_then(|()| {
            scanner.space();
            match scanner.text.get(scanner.at) {
                None => Ok(()),
                Some(byte) => Err(unexpected(*byte, "after top-level value")),
            }
        })
        .err()
}

/// Writes JSON as Go does: `<`, `>`, `&` and the two line separators escaped.
///
/// Matters only where JSON is carried inside a text, as in the content of a revoked message.
pub(super) fn marshal(value: &impl Serialize) -> String {
    serde_json::to_string(value)
        .expect("keys are strings, numbers are finite")
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

const END: &str = "unexpected end of JSON input";

fn unexpected(byte: u8, context: &str) -> String {
    let shown = match byte {
        b'\'' => r"'\''".to_owned(),
        b'"' => "'\"'".to_owned(),
        _ => format!("'{}'", char::from(byte).escape_default()),
    };
    format!("invalid character {shown} {context}")
}

impl Scanner<'_> {
    fn space(&mut self) {
        while matches!(self.text.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn next(&mut self) -> Result<u8, String> {
        self.space();
        let byte = *self.text.get(self.at).ok_or(END)?;
        self.at += 1;
        Ok(byte)
    }

    fn value(&mut self, context: &str) -> Result<(), String> {
        match self.next()? {
            b'{' => self.object(),
            b'[' => self.array(),
            b'"' => self.string(),
            b't' => self.literal("true"),
            b'f' => self.literal("false"),
            b'n' => self.literal("null"),
            b'-' => match self.text.get(self.at) {
                Some(b'0'..=b'9') => self.number(),
                Some(byte) => Err(unexpected(*byte, "in numeric literal")),
                None => Err(END.to_owned()),
            },
            b'0'..=b'9' => {
                self.at -= 1;
                self.number()
            }
            byte => Err(unexpected(byte, context)),
        }
    }

    fn object(&mut self) -> Result<(), String> {
        let mut first = true;
        loop {
            match self.next()? {
                b'}' if first => return Ok(()),
                b'"' => self.string()?,
                byte => {
                    return Err(unexpected(
                        byte,
                        "looking for beginning of object key string",
                    ));
                }
            }
            match self.next()? {
                b':' => {}
                byte => return Err(unexpected(byte, "after object key")),
            }
            self.value("looking for beginning of value")?;
            match self.next()? {
                b'}' => return Ok(()),
                b',' => first = false,
                byte => return Err(unexpected(byte, "after object key:value pair")),
            }
        }
    }

    fn array(&mut self) -> Result<(), String> {
        self.space();
        if self.text.get(self.at) == Some(&b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.value("looking for beginning of value")?;
            match self.next()? {
                b']' => return Ok(()),
                b',' => {}
                byte => return Err(unexpected(byte, "after array element")),
            }
        }
    }

    fn string(&mut self) -> Result<(), String> {
        loop {
            let byte = *self.text.get(self.at).ok_or(END)?;
            self.at += 1;
            match byte {
                b'"' => return Ok(()),
                b'\\' => self.escape()?,
                0..=0x1f => return Err(unexpected(byte, "in string literal")),
                _ => {}
            }
        }
    }

    fn escape(&mut self) -> Result<(), String> {
        let byte = *self.text.get(self.at).ok_or(END)?;
        self.at += 1;
        match byte {
            b'b' | b'f' | b'n' | b'r' | b't' | b'\\' | b'/' | b'"' => Ok(()),
            b'u' => {
                for _ in 0..4 {
                    let digit = *self.text.get(self.at).ok_or(END)?;
                    if !digit.is_ascii_hexdigit() {
                        return Err(unexpected(digit, "in \\u hexadecimal character escape"));
                    }
                    self.at += 1;
                }
                Ok(())
            }
            _ => Err(unexpected(byte, "in string escape code")),
        }
    }

    fn literal(&mut self, word: &str) -> Result<(), String> {
        for expected in word.bytes().skip(1) {
            let byte = *self.text.get(self.at).ok_or(END)?;
            if byte != expected {
                let context = format!("in literal {word} (expecting '{}')", char::from(expected));
                return Err(unexpected(byte, &context));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), String> {
        if self.text[self.at] == b'0' {
            self.at += 1;
        } else {
            self.digits();
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digit("after decimal point in numeric literal")?;
            self.digits();
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.text.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digit("in exponent of numeric literal")?;
            self.digits();
        }
        Ok(())
    }

    fn digit(&self, context: &str) -> Result<(), String> {
        match self.text.get(self.at) {
            Some(b'0'..=b'9') => Ok(()),
            Some(byte) => Err(unexpected(*byte, context)),
            None => Err(END.to_owned()),
        }
    }

    fn digits(&mut self) {
        while matches!(self.text.get(self.at), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_read_like_go() {
        for (text, complaint) in [
            ("", "unexpected end of JSON input"),
            (
                "{bad",
                "invalid character 'b' looking for beginning of object key string",
            ),
            (r#"{"a" 1}"#, "invalid character '1' after object key"),
            (
                r#"{"a":1 "b"}"#,
                "invalid character '\"' after object key:value pair",
            ),
            (
                "tru ",
                "invalid character ' ' in literal true (expecting 'e')",
            ),
            ("{} x", "invalid character 'x' after top-level value"),
            (
                "[1,]",
                "invalid character ']' looking for beginning of value",
            ),
        ] {
            assert_eq!(syntax_error(text.as_bytes()).as_deref(), Some(complaint));
        }
    }

    #[test]
    fn what_serde_reads_go_reads() {
        for text in [
            "{}",
            "null",
            r#" {"a":[1,-2.5e+3,"\u00e9\n",true,false,null,{"b":{}}],"c":[]} "#,
        ] {
            assert!(serde_json::from_str::<serde_json::Value>(text).is_ok());
            assert_eq!(syntax_error(text.as_bytes()), None);
        }
    }
}
