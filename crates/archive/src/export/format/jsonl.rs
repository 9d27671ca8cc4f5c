//! One JSON object a line. The fields are those of the archive's table of messages; what is null or empty is
//! left out. docs/formats/export.md names them.

use std::path::Path;

use openim_history_client::model::{Timestamp, UserId};
use serde::Serialize;

use super::super::folder::Sums;
use super::super::writer::{Item, Part, Writer};
use super::file::Output;
use crate::error::{Error, Result};

/// The version of the lines, which stands in each.
const LINE: u32 = 1;

/// Begins a file.
pub(super) fn begin(folder: &Path, part: &Part) -> Result<Box<dyn Writer>> {
    Ok(Box::new(Jsonl {
        file: Output::begin(folder, part)?,
        line: Vec::with_capacity(4 << 10),
    }))
}

struct Jsonl {
    file: Output,
    /// The line under way: its memory is used again.
    line: Vec<u8>,
}

impl Writer for Jsonl {
    fn message(&mut self, item: &Item<'_>) -> Result<()> {
        self.line.clear();
        Line {
            out: &mut self.line,
        }
        .message(item)
        .map_err(|error| Error::store("write a message as JSON", error))?;
        self.file.write(&self.line)
    }

    fn written(&self) -> u64 {
        self.file.written()
    }

    fn end(self: Box<Self>, _next: Option<&Part>) -> Result<Option<Sums>> {
        self.file.end().map(Some)
    }
}

type Written = serde_json::Result<()>;

/// Writes fields one after the other: a million objects built first would take longer than all else.
struct Line<'a> {
    out: &'a mut Vec<u8>,
}

impl Line<'_> {
    fn name(&mut self, name: &str) {
        self.out.extend_from_slice(b",\"");
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    fn value(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Written {
        self.name(name);
        serde_json::to_writer(&mut *self.out, value)
    }

    fn text(&mut self, name: &str, text: &str) -> Written {
        if text.is_empty() {
            return Ok(());
        }
        self.value(name, text)
    }

    fn number(&mut self, name: &str, number: i64) {
        self.name(name);
        let mut digits = itoa::Buffer::new();
        self.out.extend_from_slice(digits.format(number).as_bytes());
    }

    /// A number that is left out where it is nothing.
    fn some(&mut self, name: &str, number: i64) {
        if number != 0 {
            self.number(name, number);
        }
    }

    fn time(&mut self, name: &str, time: Timestamp) {
        self.name(name);
        self.out.push(b'"');
        time_into(self.out, time);
        self.out.push(b'"');
    }

    fn users(&mut self, name: &str, users: &[UserId]) -> Written {
        if users.is_empty() {
            return Ok(());
        }
        self.value(name, users)
    }

    fn message(mut self, item: &Item<'_>) -> Written {
        let (row, message) = (item.row, &item.row.message);
        self.out.extend_from_slice(b"{\"v\":");
        self.out.extend_from_slice(LINE.to_string().as_bytes());
        self.value("conversation_id", message.conversation_id.as_str())?;
        self.number("seq", message.seq.0);
        self.time("send_time", message.send_time);
        self.value("send_id", message.send_id.as_str())?;
        self.text("sender_name", item.sender)?;
        self.text("conversation_name", &item.chat.title)?;
        self.value("kind", message.content_type.kind().name())?;
        self.text("text", item.text)?;
        if row.content_known {
            self.value("content", &message.content)?;
        }
        self.number("content_type", i64::from(message.content_type.0));
        self.number("session_type", i64::from(message.session_type.0));
        self.text("recv_id", message.recv_id.as_str())?;
        self.text("group_id", message.group_id.as_str())?;
        self.time("create_time", message.create_time);
        self.text("client_msg_id", message.client_msg_id.as_str())?;
        self.text("server_msg_id", message.server_msg_id.as_str())?;
        self.text("sender_nickname", &message.sender_nickname)?;
        self.text("sender_face_url", &message.sender_face_url)?;
        self.some(
            "sender_platform_id",
            i64::from(message.sender_platform_id.0),
        );
        self.some("msg_from", i64::from(message.msg_from.0));
        self.some("status", i64::from(message.status.0));
        self.users("at_user_ids", &message.at_user_ids)?;
        if !message.options.is_empty() {
            self.value("options", &message.options)?;
        }
        if let Some(push) = &message.offline_push {
            self.value("offline_push", push)?;
        }
        self.text("attached_info", &message.attached_info)?;
        self.text("ex", &message.ex)?;
        self.state(item)?;
        self.out.extend_from_slice(b"}\n");
        Ok(())
    }

    fn state(&mut self, item: &Item<'_>) -> Written {
        let (row, message) = (item.row, &item.row.message);
        if let Some(revoked) = &message.revoked {
            self.value("revoked_by", revoked.user_id.as_str())?;
            self.text("revoked_nickname", &revoked.nickname)?;
            self.number("revoked_role", i64::from(revoked.role));
            self.time("revoked_time", revoked.time);
        }
        self.users("deleted_for", &message.deleted_for)?;
        if let Some(time) = row.purged_at {
            self.time("purged_at", time);
        }
        if let Some(cause) = row.purge_cause {
            self.value("purge_cause", cause.as_str())?;
        }
        if message.is_read {
            self.value("is_read", &true)?;
        }
        self.time("first_seen", row.first_seen);
        self.time("last_changed", row.last_changed);
        self.value("source", row.source.as_str())?;
        if !row.changes.is_empty() {
            self.value("changes", &row.changes)?;
        }
        Ok(())
    }
}

/// Writes a time as [`Timestamp`] shows itself. Nearly all are of these centuries, where the digits can be
/// counted out without asking a calendar for each.
fn time_into(out: &mut Vec<u8>, time: Timestamp) {
    /// Milliseconds of a day.
    const DAY: i64 = 86_400_000;
    let millis = time.as_millis();
    let (days, rest) = (millis.div_euclid(DAY), millis.rem_euclid(DAY));
    if !(0..=2_932_896).contains(&days) {
        out.extend_from_slice(time.to_string().as_bytes());
        return;
    }
    // Days since 0000-03-01, by Howard Hinnant's days_from_civil turned around.
    let days = days + 719_468;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    let year = era * 400 + year_of_era + carry;
    digits(out, year, 4);
    out.push(b'-');
    digits(out, month, 2);
    out.push(b'-');
    digits(out, day, 2);
    out.push(b'T');
    digits(out, rest / 3_600_000, 2);
    out.push(b':');
    digits(out, rest / 60_000 % 60, 2);
    out.push(b':');
    digits(out, rest / 1_000 % 60, 2);
    out.push(b'.');
    digits(out, rest % 1_000, 3);
    out.push(b'Z');
}

fn digits(out: &mut Vec<u8>, number: i64, width: usize) {
    let at = out.len();
    out.resize(at + width, b'0');
    let mut rest = number;
    for place in out[at..].iter_mut().rev() {
        *place = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_they_show_themselves() {
        let mut random = fastrand::Rng::with_seed(7);
        let fixed = [
            0,
            1,
            -1,
            951_782_399_999,
            951_782_400_000,
            253_402_207_199_999,
            i64::MAX,
            i64::MIN,
        ];
        let drawn = (0..10_000).map(|_| random.i64(-10_000_000_000_000..260_000_000_000_000));
        for millis in fixed.into_iter().chain(drawn) {
            let time = Timestamp::from_millis(millis);
            let mut out = Vec::new();
            time_into(&mut out, time);
            assert_eq!(String::from_utf8_lossy(&out), time.to_string());
        }
    }
}
