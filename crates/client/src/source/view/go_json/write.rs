//! Writing as Go's `encoding/json` does, byte for byte.

use std::fmt::{self, Write};

/// Appends a quoted string. Go escapes `<`, `>` and `&` too, and the two line separators that
/// JavaScript once could not bear.
pub(in crate::source::view) fn push_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => push_code(out, c),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Appends JSON text without the white space between its tokens, as `json.RawMessage` is written.
pub(in crate::source::view) fn push_compact(out: &mut String, json: &str) {
    let mut in_string = false;
    let mut escaped = false;
    for c in json.chars() {
        if in_string {
            match c {
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => push_code(out, c),
                c => out.push(c),
            }
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if !matches!(c, ' ' | '\t' | '\n' | '\r') {
            out.push(c);
            in_string = c == '"';
        }
    }
}

fn push_code(out: &mut String, c: char) {
    // Writing to a String cannot fail.
    let _ = write!(out, "\\u{:04x}", u32::from(c));
}

/// Writes one object.
pub(in crate::source::view) struct Object<'o> {
    out: &'o mut String,
    first: bool,
}

impl<'o> Object<'o> {
    pub(in crate::source::view) fn open(out: &'o mut String) -> Self {
        out.push('{');
        Self { out, first: true }
    }

    pub(in crate::source::view) fn key(&mut self, key: &str) -> &mut String {
        if !self.first {
            self.out.push(',');
        }
        self.first = false;
        push_string(self.out, key);
        self.out.push(':');
        self.out
    }

    pub(in crate::source::view) fn string(&mut self, key: &str, value: &str) {
        push_string(self.key(key), value);
    }

    pub(in crate::source::view) fn plain(&mut self, key: &str, value: impl fmt::Display) {
        // Writing to a String cannot fail.
        let _ = write!(self.key(key), "{value}");
    }

    pub(in crate::source::view) fn strings(&mut self, key: &str, values: Option<&[String]>) {
        let out = self.key(key);
        let Some(values) = values else {
            out.push_str("null");
            return;
        };
        out.push('[');
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            push_string(out, value);
        }
        out.push(']');
    }

    pub(in crate::source::view) fn close(self) {
        self.out.push('}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped_as_go_does() {
        let mut out = String::new();
        push_string(&mut out, "a<b>&\"\\\n\u{1}\u{8}\u{c}\u{2028}é😀");
        assert_eq!(out, r#""a\u003cb\u003e\u0026\"\\\n\u0001\b\f\u2028é😀""#);
    }

    #[test]
    fn compacting_leaves_strings_alone() {
        let mut out = String::new();
        push_compact(&mut out, "[ {\"a b\" : \"c \\\" & d\\\\\" } ,\n1 ]");
        assert_eq!(out, r#"[{"a b":"c \" \u0026 d\\"},1]"#);
    }
}
