//! The log beside a chat: who revoked, deleted and read what.

use serde_json::{Value, json};

use super::message::{Envelope, Message, Scene};
use super::{catalogue, system, user};
use crate::corpus::dice::{Dice, Purpose};
use crate::corpus::plan::{ChatKind, Corpus, Plan};

/// Something that happened in a chat and is written to its log.
#[derive(Clone, Debug)]
pub(in crate::corpus) struct LogEntry {
    /// The member who did it.
    pub(in crate::corpus) position: usize,
    pub(in crate::corpus) time: i64,
    content_type: i32,
    content: Value,
}

impl LogEntry {
    /// Somebody revoked a message.
    pub(in crate::corpus) fn revoked(
        corpus: &Corpus,
        plan: &Plan,
        message: &Message<'_>,
        position: usize,
        time: i64,
    ) -> Self {
        let revoker = &corpus.person(plan.members[position]).id;
        Self {
            position,
            time,
            content_type: 2101,
            content: user::detail(&json!({
                "revokerUserID": revoker,
                "clientMsgID": message.client_msg_id,
                "revokeTime": time,
                // Spelled like this by the server.
                "sesstionType": message.session_type,
                "seq": message.seq,
                "conversationID": plan.id,
                "isAdminRevoke": revoker.as_str() != message.send_id,
            })),
        }
    }

    /// Somebody deleted a message for everybody.
    pub(in crate::corpus) fn deleted(
        corpus: &Corpus,
        plan: &Plan,
        seq: i64,
        position: usize,
        time: i64,
    ) -> Self {
        let user = &corpus.person(plan.members[position]).id;
        Self {
            position,
            time,
            content_type: 2102,
            content: user::detail(
                &json!({ "userID": user, "conversationID": plan.id, "seqs": [seq] }),
            ),
        }
    }

    /// Somebody read the other's messages.
    pub(in crate::corpus) fn read(
        corpus: &Corpus,
        plan: &Plan,
        seqs: &[i64],
        position: usize,
        time: i64,
    ) -> Self {
        let user = &corpus.person(plan.members[position]).id;
        Self {
            position,
            time,
            content_type: 2200,
            content: user::detail(&json!({
                "markAsReadUserID": user,
                "conversationID": plan.id,
                "seqs": seqs,
                "hasReadSeq": seqs.last(),
            })),
        }
    }

    /// Makes the message the log holds.
    pub(in crate::corpus) fn message<'a>(
        &self,
        corpus: &'a Corpus,
        plan: &'a Plan,
        seq: u64,
    ) -> Message<'a> {
        let mut dice = Dice::new(corpus.seed(), Purpose::Log, plan.index, seq);
        let member = |position: usize| corpus.person(plan.members[position % plan.members.len()]);
        let group_id = plan.group.as_ref().map_or("", |group| group.id.as_str());
        Message {
            envelope: Envelope::Log,
            send_id: &member(self.position).id,
            recv_id: match plan.kind {
                ChatKind::Group => group_id,
                _ => &member(self.position + 1).id,
            },
            group_id,
            client_msg_id: dice.hex(),
            server_msg_id: dice.hex(),
            platform_id: 0,
            sender_nickname: "",
            sender_face_url: "",
            session_type: plan.session_type(),
            msg_from: 200,
            content_type: self.content_type,
            content: self.content.to_string(),
            seq: i64::try_from(seq).unwrap_or(i64::MAX),
            send_time: self.time,
            create_time: self.time,
            status: 0,
            at_user_ids: None,
        }
    }
}

/// Returns one entry of each type that only servers with their own settings keep.
pub(in crate::corpus) fn rare_entries(corpus: &Corpus, plan: &Plan) -> Vec<LogEntry> {
    let mut dice = Dice::new(corpus.seed(), Purpose::Log, plan.index, 0);
    let scene = Scene::new(corpus, plan, 0, 0, plan.begin());
    catalogue::logged(plan.kind)
        .iter()
        .map(|content_type| LogEntry {
            position: 0,
            time: scene.time,
            content_type: *content_type,
            content: system::content(&mut dice, &scene, *content_type, None),
        })
        .collect()
}
