//! `/msg/search_msg`, with its quirks.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::answer::{Data, Refusal};
use super::routes::Call;
use super::users::list;
use crate::collections::{Message, Slot, integer, text};

const DAY: i64 = 86_400_000;

#[derive(Debug, Default)]
struct Filter<'a> {
    send_id: &'a str,
    recv_id: &'a str,
    content_type: i64,
    session_type: i64,
    day: Option<i64>,
}

impl Filter<'_> {
    fn is_empty(&self) -> bool {
        self.send_id.is_empty()
            && self.recv_id.is_empty()
            && self.content_type == 0
            && self.session_type == 0
            && self.day.is_none()
    }

    fn takes(&self, message: Message<'_>) -> bool {
        (self.send_id.is_empty() || message.send_id() == self.send_id)
            && (self.recv_id.is_empty()
                || message.recv_id() == self.recv_id
                || message.group_id() == self.recv_id)
            && (self.content_type == 0 || i64::from(message.content_type()) == self.content_type)
            && (self.session_type == 0 || i64::from(message.session_type()) == self.session_type)
            && self
                .day
                .is_none_or(|day| (day..day + DAY).contains(&message.send_time()))
    }
}

pub(in crate::rest) fn messages(call: &Call<'_>) -> Result<Data, Refusal> {
    let filter = Filter {
        send_id: call.body.text("sendID")?,
        recv_id: call.body.text("recvID")?,
        content_type: call.body.integer("contentType", "int32")?,
        session_type: call.body.integer("sessionType", "int32")?,
        day: day(call.body.text("sendTime")?)?,
    };
    let pagination = call.body.pagination()?;
    if pagination.show < 0 {
        return Err(Refusal::panic(
            "makeslice: cap out of range",
            "mgo.(*MsgMgo).searchMessage() /src/pkg/common/storage/database/mgo/msg.go:362",
        ));
    }
    // The release asks MongoDB for every slot when nothing is filtered, padding included.
    let padding = filter.is_empty() && !call.is_main();
    let skip = (pagination.page.max(1) - 1).saturating_mul(pagination.show);
    let wanted = skip..skip.saturating_add(pagination.show);
    let mut total = 0;
    let mut found = Vec::new();
    let mut touched_padding = false;
    call.collections.scan(
        |conversation| conversation.starts_with("si_") || conversation.starts_with("sg_"),
        |_, _, slot| {
            let hit = match slot.message() {
                Some(message) => filter.takes(message),
                None => padding,
            };
            if !hit {
                return;
            }
            if wanted.contains(&total) {
                match slot.message() {
                    Some(message) => found.push(log(call, slot, message)),
                    None => touched_padding = true,
                }
            }
            total += 1;
        },
    );
    if touched_padding {
        return Err(Refusal::panic(
            "invalid memory address or nil pointer dereference",
            "msg.(*msgServer).SearchMessage() /src/internal/rpc/msg/sync_msg.go:168",
        ));
    }
    Ok(json!({"chatLogs": list(found), "chatLogsNum": total}).into())
}

/// One hit. A revoked message shows its original content; a deleted one is found as if nothing had happened.
fn log(call: &Call<'_>, slot: Slot<'_>, message: Message<'_>) -> Value {
    let user_name = |id| {
        call.collections
            .find("user", &[id])
            .map_or("", |user| text(user, "nickname"))
    };
    let sender = match message.sender_nickname() {
        "" => user_name(message.send_id()),
        name => name,
    };
    let group = call
        .collections
        .find("group", &[message.group_id()])
        .filter(|_| message.session_type() == 3);
    let members = group.map_or(0, |_| {
        call.collections
            .rows_of("group_member", message.group_id())
            .len()
    });
    json!({
        "chatLog": {
            "serverMsgID": message.server_msg_id(),
            "clientMsgID": message.client_msg_id(),
            "sendID": message.send_id(),
            "recvID": group.map_or(message.recv_id(), |group| text(group, "group_id")),
            "groupID": message.group_id(),
            "recvNickname": match message.session_type() {
                1 | 4 => user_name(message.recv_id()),
                _ => "",
            },
            "senderPlatformID": message.sender_platform_id(),
            "senderNickname": sender,
            // In groups the server puts the group's face here, and leaves its own field empty.
            "senderFaceURL": group.map_or(message.sender_face_url(), |group| text(group, "face_url")),
            "groupName": group.map_or("", |group| text(group, "group_name")),
            "sessionType": message.session_type(),
            "msgFrom": message.msg_from(),
            "contentType": message.content_type(),
            "content": message.content(),
            "status": message.status(),
            "sendTime": message.send_time(),
            "createTime": message.create_time(),
            "ex": message.ex(),
            "groupFaceURL": "",
            "groupMemberCount": members,
            "seq": message.seq(),
            "groupOwner": "",
            "groupType": group.map_or(0, |group| integer(group, "group_type")),
        },
        "isRevoked": slot.revoke().is_some(),
    })
}

/// Reads a day as Go's layout `2006-01-02` does, in UTC, with Go's complaints.
fn day(given: &str) -> Result<Option<i64>, Refusal> {
    if given.is_empty() {
        return Ok(None);
    }
    let refuse = |cause: String| {
        Refusal::arguments(format!(
            "invalid sendTime, req={given}, format=2006-01-02, cause=parsing time \"{given}\"{cause}"
        ))
    };
    let cannot = |rest: &str, part: &str| {
        refuse(format!(
            " as \"2006-01-02\": cannot parse \"{rest}\" as \"{part}\""
        ))
    };
    let mut rest = given;
    let mut numbers = [0_i16; 3];
    for (number, (digits, part)) in numbers.iter_mut().zip([(4, "2006"), (2, "01"), (2, "02")]) {
        if part != "2006" {
            rest = rest.strip_prefix('-').ok_or_else(|| cannot(rest, "-"))?;
        }
        let taken = rest
            .get(..digits)
            .filter(|taken| taken.bytes().all(|byte| byte.is_ascii_digit()));
        *number = taken
            .and_then(|taken| taken.parse().ok())
            .ok_or_else(|| cannot(rest, part))?;
        rest = &rest[digits..];
    }
    if !rest.is_empty() {
        return Err(refuse(format!(": extra text: \"{rest}\"")));
    }
    let [year, month, day] = numbers;
    if !(1..=12).contains(&month) {
        return Err(refuse(": month out of range".to_owned()));
    }
    let narrow = |number| i8::try_from(number).unwrap_or_default();
    Date::new(year, narrow(month), narrow(day))
        .and_then(|date| TimeZone::UTC.to_timestamp(date.to_datetime(Time::midnight())))
        .map(|start| Some(start.as_millisecond()))
        .map_err(|_| refuse(": day out of range".to_owned()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_go_reads_them() {
        assert_eq!(day("2020-01-01").unwrap(), Some(1_577_836_800_000));
        assert_eq!(day("").unwrap(), None);
        for (given, ending) in [
            (
                "1577836800000",
                "as \"2006-01-02\": cannot parse \"836800000\" as \"-\"",
            ),
            ("2020-01-01 00:00:00", ": extra text: \" 00:00:00\""),
            ("2020-13-01", ": month out of range"),
            ("2020-02-30", ": day out of range"),
            ("x", "cannot parse \"x\" as \"2006\""),
        ] {
            let refusal = day(given).unwrap_err();
            assert!(refusal.detail.ends_with(ending), "{}", refusal.detail);
        }
    }
}
