//! The small documents: users, groups, members, conversations, numbers.

use bson::RawDocumentBuf;
use bson::oid::ObjectId;
use bson::raw::cstr;

use super::raw::date;
use crate::corpus::dice::Dice;
use crate::corpus::people::Person;
use crate::corpus::plan::{ChatKind, Corpus, GroupPlan, Plan};

/// What Go writes where no time was set.
const NEVER: i64 = -62_135_596_800_000;

pub(super) fn user(id: ObjectId, person: &Person, level: i32, created: i64) -> RawDocumentBuf {
    let mut row = RawDocumentBuf::new();
    row.append(cstr!("_id"), id);
    row.append(cstr!("user_id"), person.id.as_str());
    row.append(cstr!("nickname"), person.nickname.as_str());
    row.append(cstr!("face_url"), person.face_url.as_str());
    row.append(cstr!("ex"), "");
    // Spelled like this by the server.
    row.append(cstr!("app_manger_level"), level);
    row.append(cstr!("global_recv_msg_opt"), 0);
    row.append(cstr!("create_time"), date(created));
    row
}

pub(super) fn group(id: ObjectId, plan: &Plan, group: &GroupPlan, owner: &str) -> RawDocumentBuf {
    let mut row = RawDocumentBuf::new();
    row.append(cstr!("_id"), id);
    row.append(cstr!("group_id"), group.id.as_str());
    row.append(cstr!("group_name"), group.name.as_str());
    row.append(cstr!("notification"), "");
    row.append(cstr!("introduction"), "");
    row.append(cstr!("face_url"), "");
    row.append(cstr!("create_time"), date(plan.begin()));
    row.append(cstr!("ex"), "");
    row.append(cstr!("status"), if group.dismissed { 2 } else { 0 });
    row.append(cstr!("creator_user_id"), owner);
    row.append(cstr!("group_type"), 2);
    row.append(cstr!("need_verification"), 0);
    row.append(cstr!("look_member_info"), 0);
    row.append(cstr!("apply_member_friend"), 0);
    row.append(cstr!("notification_update_time"), date(0));
    row.append(cstr!("notification_user_id"), "");
    row
}

pub(super) fn group_member(
    id: ObjectId,
    plan: &Plan,
    group: &GroupPlan,
    person: &Person,
    owner: bool,
    dice: &mut Dice,
) -> RawDocumentBuf {
    let role = match dice.below(12) {
        _ if owner => 100,
        0 => 60,
        _ => 20,
    };
    let nickname = if dice.happens(1, 4) {
        person.nickname.as_str()
    } else {
        ""
    };
    let mut row = RawDocumentBuf::new();
    row.append(cstr!("_id"), id);
    row.append(cstr!("group_id"), group.id.as_str());
    row.append(cstr!("user_id"), person.id.as_str());
    row.append(cstr!("nickname"), nickname);
    row.append(cstr!("face_url"), "");
    row.append(cstr!("role_level"), role);
    row.append(cstr!("join_time"), date(plan.begin()));
    row.append(cstr!("join_source"), 2);
    row.append(cstr!("inviter_user_id"), "imAdmin");
    row.append(cstr!("operator_user_id"), "imAdmin");
    row.append(cstr!("mute_end_time"), date(0));
    row.append(cstr!("ex"), "");
    row
}

pub(super) fn conversation(
    id: ObjectId,
    corpus: &Corpus,
    plan: &Plan,
    position: usize,
    dice: &mut Dice,
) -> RawDocumentBuf {
    let person = |at: usize| {
        corpus
            .person(plan.members[at % plan.members.len()])
            .id
            .as_str()
    };
    let peer = match plan.kind {
        ChatKind::Single => person(position + 1),
        ChatKind::Notice => "sysnotice",
        ChatKind::Group => "",
    };
    let mut row = RawDocumentBuf::new();
    row.append(cstr!("_id"), id);
    row.append(cstr!("owner_user_id"), person(position));
    row.append(cstr!("conversation_id"), plan.id.as_str());
    row.append(cstr!("conversation_type"), plan.session_type());
    row.append(cstr!("user_id"), peer);
    row.append(
        cstr!("group_id"),
        plan.group.as_ref().map_or("", |group| &group.id),
    );
    row.append(
        cstr!("recv_msg_opt"),
        if dice.happens(1, 10) { 2 } else { 0 },
    );
    row.append(cstr!("is_pinned"), dice.happens(1, 20));
    row.append(cstr!("is_private_chat"), false);
    row.append(cstr!("burn_duration"), 0);
    row.append(cstr!("group_at_type"), 0);
    row.append(cstr!("attached_info"), "");
    row.append(cstr!("ex"), "");
    match plan.left_at(position) {
        Some(seq) => row.append(cstr!("max_seq"), long(seq)),
        // Whoever came back has the number written another way.
        None if dice.happens(1, 20) => row.append(cstr!("max_seq"), 0_i32),
        None => row.append(cstr!("max_seq"), 0_i64),
    }
    row.append(cstr!("min_seq"), long(own_min_seq(plan, position)));
    row.append(cstr!("create_time"), date(NEVER));
    row.append(cstr!("is_msg_destruct"), false);
    row.append(cstr!("msg_destruct_time"), 0_i64);
    row.append(cstr!("latest_msg_destruct_time"), date(NEVER));
    row
}

pub(super) fn seq(id: ObjectId, conversation: &str, reserved: u64, min: u64) -> RawDocumentBuf {
    let mut row = RawDocumentBuf::new();
    row.append(cstr!("_id"), id);
    row.append(cstr!("conversation_id"), conversation);
    row.append(cstr!("max_seq"), long(reserved));
    row.append(cstr!("min_seq"), long(min));
    row
}

/// Returns `None` for a member the server never had anything to note about.
pub(super) fn seq_user(
    id: ObjectId,
    corpus: &Corpus,
    plan: &Plan,
    position: usize,
) -> Option<RawDocumentBuf> {
    let (read, min) = (plan.read[position], own_min_seq(plan, position));
    let left = plan.left_at(position);
    if read == 0 && min == 0 && left.is_none() && plan.kind != ChatKind::Group {
        return None;
    }
    let mut row = RawDocumentBuf::new();
    row.append(cstr!("_id"), id);
    row.append(cstr!("conversation_id"), plan.id.as_str());
    row.append(
        cstr!("user_id"),
        corpus.person(plan.members[position]).id.as_str(),
    );
    // What was never set is the 32-bit 0 of the insert; joining a group sets the upper bound to 0.
    match (left, plan.kind) {
        (Some(seq), _) => row.append(cstr!("max_seq"), long(seq)),
        (None, ChatKind::Group) => row.append(cstr!("max_seq"), 0_i64),
        (None, _) => row.append(cstr!("max_seq"), 0_i32),
    }
    append_number(&mut row, cstr!("min_seq"), min);
    append_number(&mut row, cstr!("read_seq"), read.min(left.unwrap_or(read)));
    Some(row)
}

fn append_number(row: &mut RawDocumentBuf, key: &bson::raw::CStr, number: u64) {
    if number == 0 {
        row.append(key, 0_i32);
    } else {
        row.append(key, long(number));
    }
}

fn own_min_seq(plan: &Plan, position: usize) -> u64 {
    match plan.own_min_seq {
        Some((at, seq)) if at == position => seq,
        _ => 0,
    }
}

fn long(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
