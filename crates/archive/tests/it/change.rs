//! A server to which things happen at random.

use bson::{Document, doc};
use futures::TryStreamExt;
use mongodb::Database;

/// Changes the messages of a server as OpenIM does, at random places.
pub(crate) struct Changer {
    database: Database,
    random: fastrand::Rng,
    blocks: Vec<String>,
    /// Messages in the conversation of its own.
    added: i64,
}

impl Changer {
    pub(crate) async fn new(database: Database, seed: u64) -> Self {
        let mut blocks: Vec<Document> = database
            .collection("msg")
            .find(doc! {})
            .projection(doc! {"doc_id": 1})
            .await
            .expect("finds")
            .try_collect()
            .await
            .expect("reads");
        let mut blocks: Vec<String> = blocks
            .drain(..)
            .filter_map(|block| Some(block.get_str("doc_id").ok()?.to_owned()))
            .filter(|id| !id.starts_with("n_"))
            .collect();
        blocks.sort();
        Self {
            database,
            random: fastrand::Rng::with_seed(seed),
            blocks,
            added: 0,
        }
    }

    /// Does so many things: half of them are new messages.
    pub(crate) async fn change(&mut self, count: usize) {
        for _ in 0..count {
            match self.random.u32(..20) {
                0..10 => self.add().await,
                10..14 => self.revoke().await,
                14..17 => self.delete_for_one().await,
                17..19 => self.empty().await,
                _ => self.remove_block().await,
            }
        }
    }

    /// Adds a message that is told from all others by its text.
    pub(crate) async fn add(&mut self) {
        self.added += 1;
        let seq = self.added;
        let (block, at) = ((seq - 1) / 100, (seq - 1) % 100);
        let doc_id = format!("si_甲_乙:{block}");
        if at == 0 {
            let slot = doc! {"msg": null, "revoke": null, "del_list": [], "is_read": false};
            let slots = vec![slot; 100];
            let insert = doc! {"doc_id": &doc_id, "msgs": slots};
            let msg = self.database.collection::<Document>("msg");
            msg.insert_one(insert).await.expect("inserts");
        }
        let time = 1_790_000_000_000_i64 + seq * 3_600_000;
        let message = doc! {
            "send_id": "甲", "recv_id": "乙", "group_id": "", "client_msg_id": format!("live-{seq}"),
            "server_msg_id": format!("server-{seq}"), "session_type": 1, "msg_from": 100,
            "content_type": 101, "content": format!("{{\"content\":\"第 {seq} 条\"}}"), "seq": seq,
            "send_time": time, "create_time": time, "status": 2,
        };
        let set = doc! {"$set": {format!("msgs.{at}.msg"): message}};
        self.update(doc! {"doc_id": &doc_id}, set).await;
    }

    /// Returns the conversation [`Changer::add`] adds to, and how many messages it has.
    pub(crate) fn added(&self) -> (&'static str, i64) {
        ("si_甲_乙", self.added)
    }

    async fn update(&self, which: Document, how: Document) {
        let msg = self.database.collection::<Document>("msg");
        msg.update_one(which, how).await.expect("updates");
    }

    /// Chooses a slot of a block there was at the beginning.
    fn slot(&mut self) -> Option<(String, String)> {
        let block = self.random.choice(&self.blocks)?.clone();
        Some((block, format!("msgs.{}", self.random.u32(..100))))
    }

    async fn revoke(&mut self) {
        let Some((block, slot)) = self.slot() else {
            return;
        };
        let which = doc! {
            "doc_id": block,
            format!("{slot}.revoke"): null,
            format!("{slot}.msg"): {"$ne": null},
        };
        let revoke =
            doc! {"role": 0, "user_id": "甲", "nickname": "甲", "time": 1_790_000_100_000_i64};
        self.update(which, doc! {"$set": {format!("{slot}.revoke"): revoke}})
            .await;
    }

    async fn delete_for_one(&mut self) {
        let Some((block, slot)) = self.slot() else {
            return;
        };
        let user = format!("u{}", self.random.u32(..9));
        let which = doc! {"doc_id": block, format!("{slot}.msg"): {"$ne": null}};
        let users = doc! {format!("{slot}.del_list"): {"$each": [user]}};
        self.update(which, doc! {"$addToSet": users}).await;
    }

    async fn empty(&mut self) {
        let Some((block, slot)) = self.slot() else {
            return;
        };
        let which = doc! {"doc_id": block, format!("{slot}.msg"): {"$ne": null}};
        self.update(which, doc! {"$set": {slot: {"msg": null}}})
            .await;
    }

    /// Takes a whole block away, as retention does; half of them always stay.
    async fn remove_block(&mut self) {
        if self.random.bool() || self.blocks.len() < 20 {
            return;
        }
        let block = self
            .blocks
            .swap_remove(self.random.usize(..self.blocks.len()));
        let msg = self.database.collection::<Document>("msg");
        msg.delete_one(doc! {"doc_id": block})
            .await
            .expect("deletes");
    }
}
