//! `/msg/pull_msg_by_seq`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::answer::{Data, Refusal};
use super::messages::{Wire, bounds, view};
use super::routes::Call;
use crate::collections::integer;

/// `PullMsgs`; the capital M is the server's.
#[derive(Debug, Serialize)]
struct Pulled<'a> {
    #[serde(rename = "Msgs")]
    messages: Vec<Wire<'a>>,
    #[serde(rename = "isEnd")]
    is_end: bool,
    #[serde(rename = "endSeq")]
    end_seq: i64,
}

/// The release writes an empty map as null, main leaves it out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    msgs: Option<Option<BTreeMap<&'a str, Pulled<'a>>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_msgs: Option<Option<BTreeMap<&'a str, Pulled<'a>>>>,
}

struct Range<'a> {
    conversation_id: &'a str,
    begin: i64,
    end: i64,
    num: i64,
}

pub(in crate::rest) fn by_ranges(call: &Call<'_>) -> Result<Data, Refusal> {
    let user_id = call.body.text("userID")?;
    let order = call.body.integer("order", "sdkws.PullOrder")?;
    let ranges = call.body.objects("seqRanges")?;
    call.access_on_main(user_id)?;
    let mut chats = BTreeMap::new();
    let mut notifications = BTreeMap::new();
    let mut size = 0;
    for range in &ranges {
        let range = Range {
            conversation_id: range.text("conversationID")?,
            begin: range.integer("begin", "int64")?,
            end: range.integer("end", "int64")?,
            num: range.integer("num", "int64")?,
        };
        let notification = range.conversation_id.starts_with("n_");
        let (seqs, (min, max)) = if notification {
            notification_seqs(call, user_id, &range)
        } else {
            match chat_seqs(call, user_id, &range) {
                Some(found) => found,
                // Errors inside one range are logged and swallowed.
                None => continue,
            }
        };
        let messages = collect(call, user_id, range.conversation_id, seqs);
        if messages.is_empty() {
            continue;
        }
        size += messages.iter().map(|message| message.size).sum::<usize>();
        let is_end = match order {
            0 => max <= range.end,
            1 => range.begin <= min,
            _ => false,
        };
        let pulled = Pulled {
            messages,
            is_end,
            end_seq: 0,
        };
        // A conversation asked for twice: the last range wins.
        let into = if notification {
            &mut notifications
        } else {
            &mut chats
        };
        into.insert(range.conversation_id, pulled);
    }
    if size > call.shared.answer_limit {
        return Err(Refusal::too_large(size, call.shared.answer_limit));
    }
    let shown = |map: BTreeMap<_, _>| match (map.is_empty(), call.is_main()) {
        (false, _) => Some(Some(map)),
        (true, true) => None,
        (true, false) => Some(None),
    };
    Ok(Data::of(&Answer {
        msgs: shown(chats),
        notification_msgs: shown(notifications),
    }))
}

type Seqs = (std::ops::RangeInclusive<i64>, (i64, i64));

/// Cuts a chat's range to the user's bounds and to its last `num` seqs, whatever the order asked for.
fn chat_seqs(call: &Call<'_>, user_id: &str, range: &Range<'_>) -> Option<Seqs> {
    let own = call
        .collections
        .find("conversation", &[user_id, range.conversation_id])?;
    let (min, max) = bounds(
        call,
        user_id,
        range.conversation_id,
        integer(own, "max_seq"),
    );
    let min = min.max(integer(own, "min_seq"));
    let mut begin = range.begin.max(min);
    let end = range.end.min(max);
    if end < begin || range.num <= 0 {
        return None;
    }
    if end - begin + 1 > range.num {
        begin = end - range.num + 1;
    }
    Some((begin..=end, (min, max)))
}

/// Notification conversations have no owner row and know no `num`.
///
/// The server lists every asked seq before it filters; the stand-in clips first, with the same outcome.
fn notification_seqs(call: &Call<'_>, user_id: &str, range: &Range<'_>) -> Seqs {
    let own_max = call
        .collections
        .find("seq_user", &[user_id, range.conversation_id])
        .map_or(0, |row| integer(row, "max_seq"));
    let (min, max) = bounds(call, user_id, range.conversation_id, own_max);
    let begin = range.begin.max(min);
    (begin..=range.end.min(max), (min, max))
}

fn collect<'a>(
    call: &Call<'a>,
    user_id: &str,
    conversation_id: &str,
    seqs: std::ops::RangeInclusive<i64>,
) -> Vec<Wire<'a>> {
    let mut messages = Vec::new();
    // The send time a placeholder takes over; asked for once per run of placeholders.
    let mut before = None;
    for seq in seqs {
        match view(call, user_id, conversation_id, seq) {
            Some(message) => {
                messages.push(message);
                before = None;
            }
            None => {
                let time = *before
                    .get_or_insert_with(|| call.collections.send_time_before(conversation_id, seq));
                messages.push(Wire::placeholder(seq, time, call.dialect()));
            }
        }
    }
    messages
}
