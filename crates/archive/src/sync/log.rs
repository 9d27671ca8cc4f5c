//! The logs beside the chats (`n_…`): what they say was done to messages deep inside a conversation.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use openim_history_client::model::{
    Content, ContentType, ConversationId, ConversationKind, Message, Seq, SeqRange, Slot, Timestamp,
};
use openim_history_client::source::{Source, View};

use super::options::SyncOptions;
use crate::error::Result;
use crate::row::RowSource;
use crate::write::{Ledger, Writer};

/// Numbers told by one entry of a log, at most. Readers come with any number of them.
const MOST: usize = 100_000;

/// Entries held back, and numbers they tell of, at most: about 50 MB.
const MOST_HELD: usize = 50_000;
const MOST_TOUCHED: usize = 200_000;

/// Messages to which something was done.
type Touched = BTreeMap<ConversationId, BTreeSet<Seq>>;

/// Entries of logs the archive does not have yet, held back until what they tell of was read as it is now and
/// is committed. So an entry that is in the archive has had its effect, whatever broke off when; one that is
/// not there is read again, and tells again.
#[derive(Debug, Default)]
pub(super) struct News {
    entries: Vec<Slot>,
    /// What they tell of, by whose eyes they were read with.
    touched: HashMap<View, Touched>,
    numbers: usize,
    /// What is older is no news: whatever it tells of is read later anyway.
    since: Option<Timestamp>,
}

impl News {
    /// Where everything is read from then on, only what happens meanwhile is news.
    pub(super) fn since(time: Timestamp) -> Self {
        Self {
            since: Some(time),
            ..Self::default()
        }
    }

    /// Takes the news out of slots that were read in a view, and holds back what the options want of it.
    pub(super) fn hold(
        &mut self,
        view: &View,
        slots: &mut Vec<Slot>,
        options: &SyncOptions,
        ledger: &Ledger,
    ) {
        let since = self.since;
        let is_news = |slot: &mut Slot| {
            let Some((conversation, seqs)) = news(slot, since, ledger) else {
                return false;
            };
            self.numbers += seqs.len();
            let touched = self.touched.entry(view.clone()).or_default();
            touched.entry(conversation).or_default().extend(seqs);
            true
        };
        let news = slots.extract_if(.., is_news);
        self.entries.extend(news.filter(|slot| options.wants(slot)));
    }

    /// Whether it is time to settle, so that memory stays bounded.
    pub(super) fn is_full(&self) -> bool {
        self.entries.len() >= MOST_HELD || self.numbers >= MOST_TOUCHED
    }

    /// Reads what was told of as it is now and commits it; then the entries are taken in. Where that fails they
    /// are forgotten, and are not in the archive.
    pub(super) async fn settle(
        &mut self,
        source: &dyn Source,
        writer: &mut Writer,
        origin: RowSource,
    ) -> Result<()> {
        let entries = std::mem::take(&mut self.entries);
        self.numbers = 0;
        let mut read = 0;
        for (view, touched) in std::mem::take(&mut self.touched) {
            read += read_back(source, &view, writer, &touched, origin).await?;
        }
        if read > 0 {
            writer.commit_rows().await?;
        }
        let seen = writer.seen(origin);
        writer.take(entries, seen).await
    }
}

/// Returns what a slot tells of, if it is an entry of a log that is news.
fn news(
    slot: &Slot,
    since: Option<Timestamp>,
    ledger: &Ledger,
) -> Option<(ConversationId, Vec<Seq>)> {
    let entry = slot.message().filter(|message| {
        message.conversation_id.kind() == ConversationKind::Log
            && since.is_none_or(|since| message.send_time >= since)
            && !ledger.has(&message.conversation_id, message.seq)
    });
    entry.and_then(told)
}

/// Returns what an entry of a log says: which messages of which conversation were revoked, deleted or read.
fn told(message: &Message) -> Option<(ConversationId, Vec<Seq>)> {
    let tells = [
        ContentType::REVOKE,
        ContentType::MESSAGES_DELETED,
        ContentType::READ_RECEIPT,
    ];
    if !tells.contains(&message.content_type) {
        return None;
    }
    let (conversation, mut seqs) = match message.parsed() {
        Content::Revoke(revoke) => (revoke.conversation_id, vec![revoke.seq]),
        Content::Deletion(deletion) => (deletion.conversation_id, deletion.seqs),
        Content::Read(receipt) => (receipt.conversation_id, receipt.seqs),
        _ => return None,
    };
    seqs.retain(|seq| *seq >= Seq::FIRST);
    seqs.truncate(MOST);
    (!conversation.is_empty() && !seqs.is_empty()).then_some((conversation, seqs))
}

/// Reads touched numbers as they are now, those that the archive has, and returns how many were read. A message
/// it does not have is read when its turn comes.
async fn read_back(
    source: &dyn Source,
    view: &View,
    writer: &mut Writer,
    touched: &Touched,
    origin: RowSource,
) -> Result<usize> {
    let mut read = 0;
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
            let wanted: Vec<Slot> = wanted.collect();
            read += wanted.len();
            let seen = writer.seen(origin);
            writer.take(wanted, seen).await?;
        }
    }
    Ok(read)
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
    use crate::write::Month;

    #[test]
    fn an_entry_is_news_until_the_archive_has_it() {
        let detail =
            r#"{"markAsReadUserID":"b","conversationID":"si_a_b","seqs":[7,0,9],"hasReadSeq":9}"#;
        let entry = Message {
            conversation_id: "n_a_b".into(),
            seq: Seq(3),
            send_time: Timestamp::from_millis(2_000),
            content_type: ContentType::READ_RECEIPT,
            content: serde_json::json!({ "detail": detail }).to_string(),
            ..Message::default()
        };
        let told = Some(("si_a_b".into(), vec![Seq(7), Seq(9)]));
        let at = |millis| Some(Timestamp::from_millis(millis));
        let mut ledger = Ledger::default();
        let slot = Slot::Message(entry.clone());
        assert_eq!(news(&slot, None, &ledger), told);
        assert_eq!(news(&slot, at(2_000), &ledger), told);
        assert_eq!(news(&slot, at(2_001), &ledger), None, "it is older");
        let in_a_chat = Slot::Message(Message {
            conversation_id: "si_a_b".into(),
            ..entry.clone()
        });
        assert_eq!(news(&in_a_chat, None, &ledger), None);
        let silent = Slot::Message(Message {
            content: "no JSON".to_owned(),
            ..entry
        });
        assert_eq!(news(&silent, None, &ledger), None);
        ledger.put(&"n_a_b".into(), Seq(3), Month::parse("2026-11"));
        assert_eq!(news(&slot, None, &ledger), None, "it had its effect");
    }

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
