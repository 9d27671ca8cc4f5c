//! Applies recorded change events, so that a test can travel through a recorded history.

use bson::{Bson, Document};

use super::Collections;

/// Why a document or an event could not be taken in.
#[derive(Debug)]
#[non_exhaustive]
pub enum ChangeError {
    /// The line is not extended JSON.
    Json(serde_json::Error),
    /// The bytes are no document.
    Bson(bson::error::Error),
    /// No such collection is kept.
    UnknownCollection(String),
    /// The event names a document that is not there.
    UnknownDocument(String),
    /// The event sets a path that does not exist.
    UnknownPath(String),
    /// The block has no usable `doc_id` or `msgs`.
    MalformedBlock(String),
    /// The event lacks a part its kind needs.
    MalformedEvent(&'static str),
}

impl std::fmt::Display for ChangeError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Json(_) => write!(formatter, "not extended JSON"),
            Self::Bson(_) => write!(formatter, "not BSON"),
            Self::UnknownCollection(name) => write!(formatter, "unknown collection {name}"),
            Self::UnknownDocument(id) => write!(formatter, "unknown document {id}"),
            Self::UnknownPath(path) => write!(formatter, "unknown path {path}"),
            Self::MalformedBlock(id) => write!(formatter, "malformed block {id}"),
            Self::MalformedEvent(part) => write!(formatter, "change event without {part}"),
        }
    }
}

impl std::error::Error for ChangeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Json(error) => Some(error),
            Self::Bson(error) => Some(error),
            _ => None,
        }
    }
}

impl From<bson::error::Error> for ChangeError {
    fn from(error: bson::error::Error) -> Self {
        Self::Bson(error)
    }
}

impl Collections {
    /// Applies one change event: an insert, an update by dotted paths, or a delete.
    ///
    /// Events of collections that are not kept are passed over.
    pub fn apply_change(&mut self, event: &Document) -> Result<(), ChangeError> {
        let kind = event
            .get_str("operationType")
            .map_err(|_| ChangeError::MalformedEvent("operationType"))?;
        let collection = event
            .get_document("ns")
            .and_then(|namespace| namespace.get_str("coll"))
            .map_err(|_| ChangeError::MalformedEvent("ns.coll"))?;
        if !Self::names().any(|name| name == collection) {
            return Ok(());
        }
        let id = event
            .get_document("documentKey")
            .ok()
            .and_then(|key| key.get("_id"))
            .ok_or(ChangeError::MalformedEvent("documentKey._id"))?;
        match kind {
            "insert" | "replace" => {
                let document = event
                    .get_document("fullDocument")
                    .map_err(|_| ChangeError::MalformedEvent("fullDocument"))?;
                self.insert(collection, document.clone())
            }
            "update" => {
                let fields = event
                    .get_document("updateDescription")
                    .and_then(|update| update.get_document("updatedFields"))
                    .map_err(|_| ChangeError::MalformedEvent("updatedFields"))?;
                if collection == "msg" {
                    return self.blocks.update(id, fields);
                }
                let row = self
                    .table_mut(collection)?
                    .row_by_id(id)
                    .ok_or_else(|| ChangeError::UnknownDocument(id.to_string()))?;
                for (path, value) in fields {
                    set_path(row, path, value.clone());
                }
                Ok(())
            }
            "delete" if collection == "msg" => self.blocks.remove(id),
            "delete" => {
                self.table_mut(collection)?.remove_by_id(id);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Sets a dotted path in a document; a number names an array's element, one past its end appends.
pub fn set_path(document: &mut Document, path: &str, value: Bson) {
    let Some((first, rest)) = path.split_once('.') else {
        document.insert(path, value);
        return;
    };
    match document.get_mut(first) {
        Some(Bson::Document(inner)) => set_path(inner, rest, value),
        Some(Bson::Array(array)) => set_element(array, rest, value),
        _ => {
            let mut inner = Document::new();
            set_path(&mut inner, rest, value);
            document.insert(first, inner);
        }
    }
}

fn set_element(array: &mut Vec<Bson>, path: &str, value: Bson) {
    let (index, rest) = path.split_once('.').unwrap_or((path, ""));
    let Ok(index) = index.parse::<usize>() else {
        return;
    };
    if index >= array.len() {
        if rest.is_empty() && index == array.len() {
            array.push(value);
        }
        return;
    }
    match &mut array[index] {
        place if rest.is_empty() => *place = value,
        Bson::Document(inner) => set_path(inner, rest, value),
        Bson::Array(inner) => set_element(inner, rest, value),
        _ => {}
    }
}
