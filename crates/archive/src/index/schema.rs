//! The fields of the index, and how a row fills them.
//!
//! The text itself is not stored: the tables have it, and the grams with their positions are exact
//! without it. Neither is the month: it follows from the send time. What a hit needs to be told
//! apart and sorted (conversation, number, time) are columns of a few bytes each.

use openim_history_client::model::{ConversationId, Kind, Seq, SessionType};
use tantivy::TantivyDocument;
use tantivy::schema::{
    FAST, Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::TokenizerManager;

use super::text::{GramTokenizer, PinyinTokenizer};
use super::writer::Entry;

/// The format of the index; one more whenever fields, folding or grams change.
pub(super) const FORMAT: u32 = 3;

/// How many numbers of a conversation share a term: what a page or a replacement looks through.
const BLOCK: i64 = 100;

/// The longest conversation id there can be, in bytes; Tantivy's terms cannot be much longer.
const LONGEST_ID: usize = 60_000;

const GRAMS: &str = "grams";

const PINYIN: &str = "pinyin";

/// The names of the columns, which Tantivy asks for by name.
pub(super) const SEQ: &str = "seq";
pub(super) const SEND_TIME: &str = "send_time";
pub(super) const CONVERSATION_ID: &str = "conversation_id";

/// The fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    pub(super) text: Field,
    pub(super) pinyin: Field,
    pub(super) block: Field,
    pub(super) conversation_id: Field,
    pub(super) seq: Field,
    pub(super) send_time: Field,
    pub(super) send_id: Field,
    pub(super) recv_id: Field,
    pub(super) group_id: Field,
    pub(super) kind: Field,
    pub(super) flag: Field,
    pub(super) mention: Field,
}

/// Builds the schema.
pub(super) fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let word = || {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer("raw")
                .set_fieldnorms(false)
                .set_index_option(IndexRecordOption::Basic),
        )
    };
    let sequence = |tokenizer, lengths| {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(tokenizer)
                .set_fieldnorms(lengths)
                .set_index_option(IndexRecordOption::WithFreqsAndPositions),
        )
    };
    let number = || NumericOptions::from(FAST);
    let fields = Fields {
        text: schema.add_text_field("text", sequence(GRAMS, true)),
        pinyin: schema.add_text_field("pinyin", sequence(PINYIN, false)),
        block: schema.add_bytes_field(
            "block",
            tantivy::schema::BytesOptions::default().set_indexed(),
        ),
        conversation_id: schema.add_text_field(CONVERSATION_ID, word().set_fast("raw")),
        seq: schema.add_i64_field(SEQ, number()),
        send_time: schema.add_i64_field(SEND_TIME, number()),
        send_id: schema.add_text_field("send_id", word()),
        recv_id: schema.add_text_field("recv_id", word()),
        group_id: schema.add_text_field("group_id", word()),
        kind: schema.add_text_field("kind", word()),
        flag: schema.add_text_field("flag", word()),
        mention: schema.add_text_field("mention", word()),
    };
    (schema.build(), fields)
}

/// Makes the tokenizers known that the schema names.
pub(super) fn register(tokenizers: &TokenizerManager) {
    tokenizers.register(GRAMS, GramTokenizer::default());
    tokenizers.register(PINYIN, PinyinTokenizer);
}

impl Fields {
    /// Returns the document of a row; `pinyin` says whether it is found by sound too.
    pub(super) fn document(&self, entry: &Entry<'_>, pinyin: bool) -> TantivyDocument {
        let row = entry.row;
        let message = &row.message;
        let mut document = TantivyDocument::new();
        if !entry.text.is_empty() {
            document.add_text(self.text, &entry.text);
            if pinyin {
                document.add_text(self.pinyin, &entry.text);
            }
        }
        document.add_bytes(
            self.block,
            &block_key(&message.conversation_id, block(message.seq)),
        );
        document.add_text(self.conversation_id, message.conversation_id.as_str());
        document.add_i64(self.seq, message.seq.0);
        document.add_i64(self.send_time, message.send_time.as_millis());
        for (field, id) in [
            (self.send_id, message.send_id.as_str()),
            (self.recv_id, message.recv_id.as_str()),
            (self.group_id, message.group_id.as_str()),
        ] {
            if !id.is_empty() {
                document.add_text(field, id);
            }
        }
        let kind = message.content_type.kind();
        document.add_text(self.kind, kind.name());
        for (is, flag) in [
            (message.session_type == SessionType::SINGLE, flag::CHAT),
            (message.revoked.is_some(), flag::REVOKED),
            (!message.deleted_for.is_empty(), flag::DELETED),
            (row.purged_at.is_some(), flag::PURGED),
            (kind == Kind::Picture, flag::IMAGE),
            (kind == Kind::File, flag::FILE),
            (!message.at_user_ids.is_empty(), flag::MENTION),
            (has_link(&entry.text), flag::LINK),
        ] {
            if is {
                document.add_text(self.flag, flag);
            }
        }
        for user in &message.at_user_ids {
            document.add_text(self.mention, user.as_str());
        }
        document
    }
}

/// The words of the `flag` field.
pub(super) mod flag {
    pub(in super::super) const CHAT: &str = "chat";
    pub(in super::super) const REVOKED: &str = "revoked";
    pub(in super::super) const DELETED: &str = "deleted";
    pub(in super::super) const PURGED: &str = "purged";
    pub(in super::super) const IMAGE: &str = "image";
    pub(in super::super) const FILE: &str = "file";
    pub(in super::super) const MENTION: &str = "mention";
    pub(in super::super) const LINK: &str = "link";
}

fn has_link(text: &str) -> bool {
    text.match_indices("://").any(|(at, _)| {
        let scheme = &text.as_bytes()[..at];
        let ends = |with: &[u8]| {
            scheme.len() >= with.len()
                && scheme[scheme.len() - with.len()..].eq_ignore_ascii_case(with)
        };
        ends(b"http") || ends(b"https")
    })
}

/// Returns the block a number lies in.
pub(super) fn block(seq: Seq) -> i64 {
    seq.0.div_euclid(BLOCK)
}

/// Returns the term of a block of a conversation. Terms of one conversation lie together, in the
/// order of their blocks.
pub(super) fn block_key(conversation: &ConversationId, block: i64) -> Vec<u8> {
    let mut key = block_prefix(conversation);
    // The sign bit flipped, so that bytes sort as numbers do.
    key.extend_from_slice(&tantivy::i64_to_u64(block).to_be_bytes());
    key
}

/// Returns what the terms of a conversation's blocks begin with.
pub(super) fn block_prefix(conversation: &ConversationId) -> Vec<u8> {
    let id = conversation.as_str().as_bytes();
    let mut key = Vec::with_capacity(id.len() + 9);
    key.extend_from_slice(id);
    // No id holds it: MongoDB's keys cannot.
    key.push(0);
    key
}

/// Whether the conversation's id is one the index can have.
pub(super) fn can_have(conversation: &ConversationId) -> bool {
    conversation.as_str().len() <= LONGEST_ID
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_of_blocks_sort_as_numbers_do() {
        let conversation = ConversationId::new("sg_1");
        let keys: Vec<_> = [i64::MIN, -1, 0, 1, 255, 256, i64::MAX]
            .map(|number| block_key(&conversation, number))
            .into();
        assert!(keys.is_sorted());
    }

    #[test]
    fn links_are_seen_whatever_their_case() {
        assert!(has_link("看 HTTPS://example.com"));
        assert!(has_link("http://x"));
        assert!(!has_link("ftp://x and ://"));
        assert!(!has_link("例://x"));
    }
}
