//! The logs beside the chats (`n_…`): what they say was done to messages deep inside a conversation.

use std::collections::{BTreeMap, BTreeSet};

use openim_history_client::model::{
    Content, ContentType, ConversationId, ConversationKind, Message, Seq, SeqRange, Slot,
};
use openim_history_client::source::{Source, View};

use crate::error::Result;
use crate::row::RowSource;
use crate::write::{Ledger, Writer};

/// Messages to which something was done.
pub(super) type Touched = BTreeMap<ConversationId, BTreeSet<Seq>>;

/// Numbers told by one entry of a log, at most. Readers come with any number of them.
const MOST: usize = 100_000;

/// Notes what is told by those of some slots that the archive does not have yet: what it has, it was told
/// of before.
pub(super) fn note_news<'a>(
    slots: impl IntoIterator<Item = &'a Slot>,
    ledger: &Ledger,
    touched: &mut Touched,
) {
    for message in slots.into_iter().filter_map(Slot::message) {
        if !ledger.has(&message.conversation_id, message.seq) {
            note(message, touched);
        }
    }
}

/// Notes what an entry of a log says: which messages were revoked, deleted or read.
fn note(message: &Message, touched: &mut Touched) {
    let told = [
        ContentType::REVOKE,
        ContentType::MESSAGES_DELETED,
        ContentType::READ_RECEIPT,
    ];
    if message.conversation_id.kind() != ConversationKind::Log
        || !told.contains(&message.content_type)
    {
        return;
    }
    let (conversation, seqs) = match message.parsed() {
        Content::Revoke(revoke) => (revoke.conversation_id, vec![revoke.seq]),
        Content::Deletion(deletion) => (deletion.conversation_id, deletion.seqs),
        Content::Read(receipt) => (receipt.conversation_id, receipt.seqs),
        _ => return,
    };
    if !conversation.is_empty() {
        let seqs = seqs.into_iter().filter(|seq| *seq >= Seq::FIRST).take(MOST);
        touched.entry(conversation).or_default().extend(seqs);
    }
}

/// Reads touched numbers as they are now, those that the archive has. A message it does not have is
/// read when its turn comes.
pub(super) async fn read_back(
    source: &dyn Source,
    view: &View,
    writer: &mut Writer,
    touched: &Touched,
    origin: RowSource,
) -> Result<()> {
    for (conversation, seqs) in touched {
        let ledger = writer.ledger()?;
        let known: Vec<Seq> = seqs
            .iter()
            .copied()
            .filter(|seq| ledger.has(conversation, *seq))
            .collect();
        for range in ranges(&known, source.page_len()) {
            let slots = source.slots(view, conversation, range).await?;
            let wanted = slots.into_iter().filter(|slot| seqs.contains(&slot.seq()));
            let seen = writer.seen(origin);
            writer.take(wanted.collect(), seen).await?;
        }
    }
    Ok(())
}

/// Puts ascending numbers into ranges no longer than a page; what lies close together is read at once.
fn ranges(seqs: &[Seq], page: u32) -> Vec<SeqRange> {
    let mut ranges: Vec<SeqRange> = Vec::new();
    for &seq in seqs {
        match ranges.last_mut() {
            Some(range) if seq.0 - range.first.0 < i64::from(page) => range.last = seq,
            _ => ranges.push(SeqRange {
                first: seq,
                last: seq,
            }),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_numbers_are_read_at_once() {
        let seqs: Vec<Seq> = [1, 5, 100, 101, 900].map(Seq).to_vec();
        let ranges: Vec<_> = ranges(&seqs, 100)
            .iter()
            .map(|range| (range.first.0, range.last.0))
            .collect();
        assert_eq!(ranges, [(1, 100), (101, 101), (900, 900)]);
    }
}
