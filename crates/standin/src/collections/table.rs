//! A small collection: documents in insertion order, found by identity, by group and by `_id`.

use std::collections::{BTreeMap, HashMap};

use bson::oid::ObjectId;
use bson::{Bson, Document};

use super::text;

/// One collection of documents.
#[derive(Debug, Clone)]
pub struct Table {
    key: &'static [&'static str],
    group: &'static str,
    rows: BTreeMap<u64, Document>,
    next: u64,
    by_id: HashMap<String, u64>,
    by_key: HashMap<String, u64>,
    by_group: HashMap<String, Vec<u64>>,
}

impl Table {
    pub(super) fn new(key: &'static [&'static str], group: &'static str) -> Self {
        Self {
            key,
            group,
            rows: BTreeMap::new(),
            next: 0,
            by_id: HashMap::new(),
            by_key: HashMap::new(),
            by_group: HashMap::new(),
        }
    }

    /// Returns every row in insertion order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &Document> {
        self.rows.values()
    }

    /// Finds a row by the fields that identify it, in their order.
    pub fn find(&self, key: &[&str]) -> Option<&Document> {
        self.rows.get(self.by_key.get(&key.join("\u{1f}"))?)
    }

    /// Lists the rows of one group in insertion order.
    pub fn rows_of(&self, group: &str) -> Vec<&Document> {
        self.by_group
            .get(group)
            .into_iter()
            .flatten()
            .filter_map(|place| self.rows.get(place))
            .collect()
    }

    pub(super) fn insert(&mut self, mut document: Document) {
        if !document.contains_key("_id") {
            let mut with_id = bson::doc! { "_id": ObjectId::new() };
            with_id.extend(document);
            document = with_id;
        }
        let key = self.key_of(&document);
        if let Some(place) = self.by_key.get(&key).copied() {
            if let Some(old) = self.rows.get(&place) {
                self.by_id.remove(&id_of(old));
            }
            self.by_id.insert(id_of(&document), place);
            self.rows.insert(place, document);
            return;
        }
        let place = self.next;
        self.next += 1;
        self.by_id.insert(id_of(&document), place);
        self.by_key.insert(key, place);
        self.by_group
            .entry(text(&document, self.group).to_owned())
            .or_default()
            .push(place);
        self.rows.insert(place, document);
    }

    pub(super) fn row_by_id(&mut self, id: &Bson) -> Option<&mut Document> {
        self.rows.get_mut(self.by_id.get(&id.to_string())?)
    }

    pub(super) fn remove_by_id(&mut self, id: &Bson) -> bool {
        let Some(place) = self.by_id.remove(&id.to_string()) else {
            return false;
        };
        let Some(row) = self.rows.remove(&place) else {
            return false;
        };
        self.by_key.remove(&self.key_of(&row));
        if let Some(places) = self.by_group.get_mut(text(&row, self.group)) {
            places.retain(|other| *other != place);
        }
        true
    }

    fn key_of(&self, document: &Document) -> String {
        let parts: Vec<&str> = self.key.iter().map(|field| text(document, field)).collect();
        parts.join("\u{1f}")
    }
}

fn id_of(document: &Document) -> String {
    document.get("_id").map(Bson::to_string).unwrap_or_default()
}
