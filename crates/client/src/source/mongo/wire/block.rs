//! A block: a document of `msg` that holds a hundred numbers of one conversation.

use smol_str::SmolStr;

use super::raw::{Fields, Value};
use crate::model::{
    ClientMsgId, ContentType, ConversationId, Hole, HoleCause, Message, MsgFrom, OfflinePush,
    PlatformId, Revoked, Seq, SeqRange, ServerMsgId, SessionType, Slot, Status, Timestamp, UserId,
};

/// Numbers in a block (open-im-server `pkg/common/storage/model/msg.go`, v3.2 and later).
pub(crate) const BLOCK_LEN: i64 = 100;

/// The greatest block whose numbers are all representable.
const LAST_BLOCK: i64 = i64::MAX / BLOCK_LEN - 1;

/// A block's name: `doc_id`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BlockName {
    pub(crate) conversation: ConversationId,
    pub(crate) number: i64,
}

impl BlockName {
    /// Reads a `doc_id`. The last `:` separates, since a conversation's id may hold one in data
    /// that no server wrote; the number is in the one form the server writes.
    pub(crate) fn parse(doc_id: &str) -> Option<Self> {
        let (conversation, number) = doc_id.rsplit_once(':')?;
        let canonical = !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && (number == "0" || !number.starts_with('0'));
        let number = canonical.then(|| number.parse().ok()).flatten()?;
        (number <= LAST_BLOCK).then(|| Self {
            conversation: ConversationId::new(conversation),
            number,
        })
    }

    /// Returns the `doc_id` of a block.
    pub(crate) fn doc_id(conversation: &ConversationId, number: i64) -> String {
        format!("{conversation}:{number}")
    }
}

/// Returns the block a number lies in.
pub(crate) fn block_of(seq: Seq) -> i64 {
    (seq.0.max(1) - 1) / BLOCK_LEN
}

/// Returns the numbers of a block.
pub(crate) fn seqs_of(block: i64) -> SeqRange {
    let before = block.clamp(0, LAST_BLOCK) * BLOCK_LEN;
    SeqRange::new(before + 1, before + BLOCK_LEN)
}

/// Reads the slots of a block document that lie in `range`, ascending, one for each of the
/// block's numbers in it.
pub(crate) fn read_block(
    id: &BlockName,
    document: Fields<'_>,
    range: SeqRange,
    out: &mut Vec<Slot>,
) {
    read_block_with_early(id, document, range, out, &mut Vec::new());
}

/// Does the same, and puts the numbers into `early` whose slot holds state (revoked, deleted for whom, read) and
/// no message: it is not written yet.
pub(crate) fn read_block_with_early(
    id: &BlockName,
    document: Fields<'_>,
    range: SeqRange,
    out: &mut Vec<Slot>,
    early: &mut Vec<Seq>,
) {
    let seqs = seqs_of(id.number);
    let wanted = seqs.intersection(&range);
    if wanted.is_empty() {
        return;
    }
    let slots = document.value("msgs").and_then(|value| value.array());
    let mut next = seqs.first;
    out.reserve(usize::try_from(wanted.last.0 - wanted.first.0 + 1).unwrap_or_default());
    if let Some(slots) = slots {
        for (_, value) in slots {
            if next > wanted.last {
                return;
            }
            if next >= wanted.first {
                let (slot, is_early) = read_slot(&id.conversation, next, &value);
                out.push(slot);
                if is_early {
                    early.push(next);
                }
            }
            next = next.next();
        }
    }
    // Foreign data has shorter arrays.
    for seq in next.max(wanted.first).0..=wanted.last.0 {
        out.push(hole(&id.conversation, Seq(seq), HoleCause::NeverStored));
    }
}

fn hole(conversation: &ConversationId, seq: Seq, cause: HoleCause) -> Slot {
    Slot::Hole(Hole {
        conversation_id: conversation.clone(),
        seq,
        cause,
    })
}

/// Reads a message as it lies in its slot, without the slot's own fields: whether it was revoked,
/// deleted or read. `None` where the value is no message.
pub(crate) fn read_body(
    conversation: &ConversationId,
    seq: Seq,
    value: &Value<'_>,
) -> Option<Message> {
    let mut message = Message {
        conversation_id: conversation.clone(),
        ..Message::default()
    };
    read_message(value.document()?, &mut message);
    message.seq = seq;
    Some(message)
}

/// Reads a slot, and whether it holds state and no message.
fn read_slot(conversation: &ConversationId, seq: Seq, slot: &Value<'_>) -> (Slot, bool) {
    let Some(fields) = slot.document() else {
        return (hole(conversation, seq, HoleCause::NeverStored), false);
    };
    let mut body = None;
    let (mut emptied, mut prepared) = (false, false);
    let mut message = Message::default();
    for (key, value) in fields {
        match key {
            b"msg" => {
                body = value.document();
                emptied = value.is_null();
            }
            b"revoke" => {
                prepared = true;
                message.revoked = value.document().map(|fields| Box::new(revoked(fields)));
            }
            b"del_list" => {
                prepared = true;
                message.deleted_for = users(&value);
            }
            b"is_read" => message.is_read = value.flag(),
            _ => {}
        }
    }
    match body {
        Some(body) => {
            message.conversation_id = conversation.clone();
            read_message(body, &mut message);
            // The slot decides: it is what every reader and writer of the server goes by.
            message.seq = seq;
            (Slot::Message(message), false)
        }
        // Padding has all four keys. Deleting for everybody leaves `{msg: null}`, to which a
        // later read flag may be added, but nothing else.
        None if emptied && !prepared => (hole(conversation, seq, HoleCause::Emptied), false),
        None => {
            let state =
                message.revoked.is_some() || !message.deleted_for.is_empty() || message.is_read;
            (hole(conversation, seq, HoleCause::NeverStored), state)
        }
    }
}

fn read_message(body: Fields<'_>, message: &mut Message) {
    for (key, value) in body {
        match key {
            b"send_id" => message.send_id = UserId::new(value.text()),
            b"recv_id" => message.recv_id = UserId::new(value.text()),
            b"group_id" => message.group_id = value.text().as_ref().into(),
            b"client_msg_id" => message.client_msg_id = ClientMsgId::new(value.text()),
            b"server_msg_id" => message.server_msg_id = ServerMsgId::new(value.text()),
            b"sender_platform_id" => message.sender_platform_id = PlatformId(value.small()),
            b"sender_nickname" => message.sender_nickname = SmolStr::new(value.text()),
            b"sender_face_url" => message.sender_face_url = SmolStr::new(value.text()),
            b"session_type" => message.session_type = SessionType(value.small()),
            b"msg_from" => message.msg_from = MsgFrom(value.small()),
            b"content_type" => message.content_type = ContentType(value.small()),
            b"content" => message.content = value.text().into_owned(),
            b"send_time" => message.send_time = time(&value),
            b"create_time" => message.create_time = time(&value),
            b"status" => message.status = Status(value.small()),
            b"options" => {
                if let Some(options) = value.document() {
                    message.options = options
                        .map(|(key, value)| {
                            (SmolStr::new(String::from_utf8_lossy(key)), value.flag())
                        })
                        .collect();
                }
            }
            b"offline_push" => {
                message.offline_push = value.document().map(|fields| Box::new(push(fields)));
            }
            b"at_user_id_list" => message.at_user_ids = users(&value),
            b"attached_info" => message.attached_info = value.text().into_owned(),
            b"ex" => message.ex = value.text().into_owned(),
            _ => {}
        }
    }
}

fn time(value: &Value<'_>) -> Timestamp {
    Timestamp::from_millis(value.integer().unwrap_or(0))
}

fn users(value: &Value<'_>) -> Vec<UserId> {
    value.array().map_or_else(Vec::new, |list| {
        list.map(|(_, value)| UserId::new(value.text()))
            .filter(|id| !id.is_empty())
            .collect()
    })
}

fn revoked(fields: Fields<'_>) -> Revoked {
    Revoked {
        user_id: UserId::new(fields.text("user_id")),
        nickname: SmolStr::new(fields.text("nickname")),
        role: fields.small("role"),
        time: Timestamp::from_millis(fields.integer("time")),
    }
}

fn push(fields: Fields<'_>) -> OfflinePush {
    OfflinePush {
        title: fields.text("title").into_owned(),
        desc: fields.text("desc").into_owned(),
        ex: fields.text("ex").into_owned(),
        ios_push_sound: fields.text("ios_push_sound").into_owned(),
        ios_badge_count: fields.flag("ios_badge_count"),
    }
}

#[cfg(test)]
mod tests {
    use bson::{Bson, Document, doc};

    use super::*;

    fn slots(document: &Document, range: SeqRange) -> Vec<Slot> {
        let bytes = document.to_vec().expect("encodes");
        let id = BlockName::parse("si_a_b:1").expect("a block");
        let mut out = Vec::new();
        read_block(&id, Fields::of(&bytes), range, &mut out);
        out
    }

    fn cause(slot: &Slot) -> Option<HoleCause> {
        match slot {
            Slot::Hole(hole) => Some(hole.cause),
            Slot::Message(_) => None,
        }
    }

    #[test]
    fn only_the_servers_own_form_of_a_name_is_a_block() {
        let id = BlockName::parse("si_a:b:12").expect("a block");
        assert_eq!((id.conversation.as_str(), id.number), ("si_a:b", 12));
        assert!(BlockName::parse(":0").is_some_and(|id| id.conversation.is_empty()));
        for hostile in [
            "",
            ":",
            "si_a_b",
            "si_a_b:",
            "si_a_b:-1",
            "si_a_b:+1",
            "si_a_b:01",
            "si_a_b:1 ",
            "si_a_b:x",
            "si_a_b:１",
            "si_a_b:92233720368547758",
            "si_a_b:99999999999999999999",
        ] {
            assert_eq!(BlockName::parse(hostile), None, "{hostile}");
        }
    }

    #[test]
    fn numbers_and_blocks_fit_each_other_at_the_edges() {
        for (seq, block) in [(1, 0), (100, 0), (101, 1), (0, 0), (-5, 0)] {
            assert_eq!(block_of(Seq(seq)), block, "{seq}");
        }
        assert_eq!(seqs_of(1), SeqRange::new(101, 200));
        assert!(seqs_of(i64::MAX).contains(seqs_of(i64::MAX).last));
    }

    #[test]
    fn every_kind_of_slot_is_told_apart() {
        let document = doc! { "msgs": [
            { "msg": { "content": "hi", "seq": 7.0 }, "revoke": Bson::Null, "del_list": ["u", 7], "is_read": true },
            { "msg": Bson::Null },
            { "msg": Bson::Null, "is_read": true },
            { "msg": Bson::Null, "revoke": Bson::Null, "del_list": [], "is_read": false },
            Bson::Null,
            "what",
            { "msg": "not a document" },
            {},
        ]};
        let slots = slots(&document, SeqRange::new(1, 110));
        assert_eq!(slots.len(), 10);
        let message = slots[0].message().expect("a message");
        assert_eq!((message.seq, message.is_read), (Seq(101), true));
        assert_eq!(message.deleted_for, ["u".into()] as [UserId; 1]);
        let causes: Vec<_> = slots[1..].iter().filter_map(cause).collect();
        assert_eq!(causes[..2], [HoleCause::Emptied; 2]);
        assert_eq!(causes[2..], [HoleCause::NeverStored; 7]);
    }

    #[test]
    fn state_without_a_message_is_told() {
        let document = doc! { "msgs": [
            { "msg": { "content": "hi" }, "revoke": { "user_id": "u" } },
            { "revoke": { "user_id": "u" } },
            { "msg": Bson::Null, "revoke": Bson::Null, "del_list": ["u"], "is_read": false },
            { "msg": Bson::Null, "revoke": Bson::Null, "del_list": [], "is_read": true },
            { "msg": Bson::Null, "revoke": Bson::Null, "del_list": [], "is_read": false },
            { "msg": Bson::Null },
            { "msg": Bson::Null, "is_read": true },
        ]};
        let bytes = document.to_vec().expect("encodes");
        let id = BlockName::parse("si_a_b:1").expect("a block");
        let (mut slots, mut early) = (Vec::new(), Vec::new());
        let all = SeqRange::new(1, 1000);
        read_block_with_early(&id, Fields::of(&bytes), all, &mut slots, &mut early);
        assert_eq!(slots.len(), 100);
        assert_eq!(early, [Seq(102), Seq(103), Seq(104)]);
    }

    #[test]
    fn only_the_range_is_read_and_longer_arrays_do_not_run_into_the_next_block() {
        let long: Vec<Bson> = (0..150)
            .map(|i| doc! {"msg": {"content": i.to_string()}}.into())
            .collect();
        let all = slots(&doc! {"msgs": long.clone()}, SeqRange::new(1, 1000));
        assert_eq!((all.len(), all[99].seq()), (100, Seq(200)));
        let some = slots(&doc! {"msgs": long}, SeqRange::new(150, 151));
        let contents: Vec<_> = some.iter().filter_map(Slot::message).collect();
        assert_eq!(
            (contents[0].content.as_str(), contents[1].seq),
            ("49", Seq(151))
        );
        assert_eq!(slots(&doc! {"msgs": 5}, SeqRange::new(199, 300)).len(), 2);
    }
}
