//! Whether a server is the one an archive was made of: its address may have changed, its messages not.

use openim_history_client::model::{ConversationId, Message, SeqRange};
use openim_history_client::source::{Source, View};

use crate::error::{Error, Result};
use crate::place::Place;
use crate::row::{Key, Row};
use crate::write::Ledger;

/// Messages that are compared.
const SAMPLE: usize = 5;

/// Returns which messages are compared.
pub(super) fn sample(ledger: &Ledger) -> Vec<Key> {
    let newest = |conversation: &ConversationId| {
        Some(Key {
            conversation_id: conversation.clone(),
            seq: ledger.head(conversation)?,
        })
    };
    let conversations = ledger.conversations().take(SAMPLE);
    conversations.filter_map(newest).collect()
}

/// Fails where the server has other messages under the numbers of these the archive has. Where it has none of
/// them any more, nothing can be told. `archived` names the server the archive was made of.
pub(super) async fn check(
    source: &dyn Source,
    full: bool,
    rows: Vec<Row>,
    place: &Place,
    archived: &str,
) -> Result<()> {
    let (mut same, mut other) = (0, 0);
    for row in rows {
        let conversation = &row.message.conversation_id;
        let view = if full {
            View::Full
        } else {
            match source.viewers(conversation).await?.into_iter().next() {
                Some(viewer) => View::As(viewer),
                None => continue,
            }
        };
        let one = SeqRange {
            first: row.message.seq,
            last: row.message.seq,
        };
        let slots = source.slots(&view, conversation, one).await?;
        for message in slots.iter().filter_map(|slot| slot.message()) {
            if is_same(&row.message, message) {
                same += 1;
            } else {
                other += 1;
            }
        }
    }
    if same == 0 && other > 0 {
        return Err(Error::OtherServer {
            place: place.to_string(),
            archived: archived.to_owned(),
        });
    }
    Ok(())
}

fn is_same(a: &Message, b: &Message) -> bool {
    a.server_msg_id == b.server_msg_id && a.send_time == b.send_time && a.send_id == b.send_id
}
