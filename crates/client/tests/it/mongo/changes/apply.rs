//! A copy that is kept up with changes ends up as the source.

use std::collections::BTreeMap;

use bson::{Bson, Document, doc};
use futures::TryStreamExt;
use mongodb::Collection;
use openim_history_client::model::{Message, Seq, Slot};
use openim_history_client::source::mongo::{
    Block, BlockChange, BlockId, ChangeBatch, MongoSource, ScanOptions, ScanScope, Start,
};

use super::{follow, in_time, is_end, named, place, write_end};
use crate::mongo::fixture::{block, padding, slot};

/// A copy: for each block what lies in it, without what was never filled.
type Copy = BTreeMap<BlockId, BTreeMap<Seq, Slot>>;

async fn read(source: &MongoSource, scope: ScanScope) -> Copy {
    let options = ScanOptions {
        scope,
        ..ScanOptions::default()
    };
    let blocks: Vec<Vec<Block>> = source.scan(options).try_collect().await.expect("read");
    let slots = |block: Block| {
        let filled = block.slots.into_iter().filter(|slot| {
            !matches!(slot, Slot::Hole(hole) if hole.cause == openim_history_client::model::HoleCause::NeverStored)
        });
        (
            block.key.id,
            filled.map(|slot| (slot.seq(), slot)).collect(),
        )
    };
    blocks.into_iter().flatten().map(slots).collect()
}

/// Stores a message whose slot's state was not told.
fn store(known: Option<&Slot>, mut slot: Slot) -> Slot {
    if let (Some(Slot::Message(known)), Slot::Message(message)) = (known, &mut slot) {
        *message = Message {
            revoked: known.revoked.clone(),
            deleted_for: known.deleted_for.clone(),
            is_read: known.is_read,
            ..std::mem::take(message)
        };
    }
    slot
}

async fn apply(copy: &mut Copy, source: &MongoSource, batch: ChangeBatch) {
    let source = source.caught_up_with(&batch.token);
    for change in batch.changes {
        match change {
            BlockChange::Messages {
                block,
                slots,
                with_state,
            } => {
                let known = copy.entry(block.id).or_default();
                for slot in slots {
                    let slot = if with_state {
                        slot
                    } else {
                        store(known.get(&slot.seq()), slot)
                    };
                    known.insert(slot.seq(), slot);
                }
            }
            BlockChange::Touched { block, seqs } => {
                let mut now = read(&source, ScanScope::Blocks(vec![block.id])).await;
                let Some(mut now) = now.remove(&block.id) else {
                    copy.remove(&block.id);
                    continue;
                };
                let known = copy.entry(block.id).or_default();
                for seq in seqs {
                    match now.remove(&seq) {
                        Some(slot) => known.insert(seq, slot),
                        None => known.remove(&seq),
                    };
                }
            }
            BlockChange::Removed { id, .. } => {
                copy.remove(&id);
            }
        }
    }
}

/// Does something a server does, or a foreign tool.
async fn write(msg: &Collection<Document>, chance: &mut fastrand::Rng, heads: &mut [i64; 6]) {
    let of = chance.usize(..heads.len());
    let conversation = format!("sg_{of}");
    let head = heads[of];
    let seq = chance.i64(1..=head.max(1));
    let (number, at) = ((seq - 1) / 100, (seq - 1) % 100);
    let id = format!("{conversation}:{number}");
    let update = async |id: &str, change: Document| {
        msg.update_many(named(id), change).await.expect("updated");
    };
    match chance.u8(..20) {
        0..9 => {
            let seq = head + chance.i64(1..30);
            heads[of] = seq;
            let (number, at) = ((seq - 1) / 100, (seq - 1) % 100);
            let id = format!("{conversation}:{number}");
            let stored = slot(seq, seq * 1000);
            let body = stored.get_document("msg").expect("a message").clone();
            let change = doc! { "$set": { format!("msgs.{at}.msg"): body } };
            let done = msg.update_one(named(&id), change).await.expect("updated");
            if done.matched_count == 0 {
                let mut slots = vec![padding(); 100];
                slots[usize::try_from(at).expect("small")] = stored;
                msg.insert_one(doc! { "doc_id": id, "msgs": slots })
                    .await
                    .expect("inserted");
            }
        }
        9..11 => {
            let revoke = doc! { "role": 0, "user_id": "a", "nickname": "", "time": seq };
            let revoke = doc! { "$set": { format!("msgs.{at}.revoke"): revoke } };
            update(&id, revoke).await;
        }
        11..14 => {
            let user = ["a", "b", "c"][chance.usize(..3)];
            let list = doc! { format!("msgs.{at}.del_list"): { "$each": [user] } };
            update(&id, doc! { "$addToSet": list }).await;
        }
        14..16 => update(&id, doc! { "$set": { format!("msgs.{at}.is_read"): true } }).await,
        16..18 => {
            let empty = doc! { "msg": Bson::Null };
            let below = at.saturating_sub(1).max(0);
            let mut emptied = doc! { format!("msgs.{at}"): empty.clone() };
            emptied.insert(format!("msgs.{below}"), empty);
            update(&id, doc! { "$set": emptied }).await;
        }
        18 => {
            let body = doc! { "content": "rewritten", "send_id": "z", "seq": seq };
            update(&id, doc! { "$set": { format!("msgs.{at}.msg"): body } }).await;
        }
        _ if chance.bool() => {
            msg.delete_one(named(&id)).await.expect("deleted");
        }
        _ => {
            msg.replace_one(named(&id), block(&conversation, number, 7, 1))
                .await
                .expect("replaced");
        }
    }
}

#[tokio::test]
async fn three_hundred_mixed_changes_make_the_copy_equal() {
    for seed in [1, 2, 3] {
        let (_, msg, source) = place().await;
        let mut chance = fastrand::Rng::with_seed(seed);
        let mut heads = [0; 6];
        for _ in 0..50 {
            write(&msg, &mut chance, &mut heads).await;
        }
        // Some was there before, some comes while it is copied, some afterwards.
        let start = source.now().await.expect("a place");
        for _ in 0..50 {
            write(&msg, &mut chance, &mut heads).await;
        }
        let mut copy = read(&source.caught_up_with(&start), ScanScope::All).await;
        let mut changes = follow(&source, Start::After(start)).await;
        for _ in 0..250 {
            write(&msg, &mut chance, &mut heads).await;
        }
        write_end(&msg).await;
        in_time(async {
            loop {
                let batch = changes.next().await.expect("followed");
                let end = batch.changes.iter().any(is_end);
                apply(&mut copy, &source, batch).await;
                if end {
                    break;
                }
            }
        })
        .await;
        let stored = read(&source, ScanScope::All).await;
        copy.retain(|_, slots| !slots.is_empty());
        let stored: Copy = stored
            .into_iter()
            .filter(|(_, slots)| !slots.is_empty())
            .collect();
        assert!(stored.values().map(BTreeMap::len).sum::<usize>() > 50);
        assert_eq!(copy, stored, "seed {seed}");
    }
}
