//! Data of applications: folded, and laid out where it is JSON.

use std::io;

use serde_json::Value;

use super::super::markup::Markup;
use super::super::words::{Words, size};

/// How many times JSON may grow by being laid out. Deep nesting, of which every line is indented, would make a
/// hundred times of it.
const GROWTH: usize = 8;

/// Writes data, folded; nothing for none.
pub(super) fn data(to: &mut Markup, words: &Words, data: &str) {
    if data.trim().is_empty() {
        return;
    }
    match laid_out(data) {
        Some(json) => fold(to, words.data, data.len(), &json),
        None => fold(to, words.data, data.len(), data),
    }
}

/// Writes content that was not understood as it came, folded; nothing for none.
pub(super) fn verbatim(to: &mut Markup, words: &Words, content: &str) {
    if !content.is_empty() {
        fold(to, words.verbatim, content.len(), content);
    }
}

fn fold(to: &mut Markup, label: &str, length: usize, shown: &str) {
    to.push("<details class=\"data\"><summary>").text(label);
    if let Some(size) = i64::try_from(length).ok().and_then(size) {
        to.push(" <small>").text(&size).push("</small>");
    }
    to.push("</summary><pre>")
        .text(shown)
        .push("</pre></details>");
}

/// Returns JSON with a line for each value; `None` for what is not JSON, or grows too much.
fn laid_out(data: &str) -> Option<String> {
    if !data.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let value: Value = serde_json::from_str(data).ok()?;
    let mut to = Bounded {
        written: Vec::new(),
        room: data.len().saturating_mul(GROWTH).saturating_add(1024),
    };
    serde_json::to_writer_pretty(&mut to, &value).ok()?;
    String::from_utf8(to.written).ok()
}

/// A buffer that refuses to grow beyond its room.
struct Bounded {
    written: Vec<u8>,
    room: usize,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.room = self
            .room
            .checked_sub(bytes.len())
            .ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))?;
        self.written.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_laid_out_and_anything_else_is_left_as_it_is() {
        assert_eq!(
            laid_out(r#"{"b":1,"a":[2]}"#).as_deref(),
            Some("{\n  \"b\": 1,\n  \"a\": [\n    2\n  ]\n}")
        );
        assert_eq!(laid_out("{not json"), None);
        assert_eq!(laid_out("plain"), None);
    }

    #[test]
    fn nesting_makes_no_flood() {
        let deep = format!(
            "{}{}{}",
            "[".repeat(100),
            vec!["1"; 10_000].join(","),
            "]".repeat(100)
        );
        assert_eq!(laid_out(&deep), None);
        let deeper = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(laid_out(&deeper), None);
    }
}
