//! BSON written straight into one buffer.
//!
//! `RawDocumentBuf` would do, but copies a message three times on its way into its block and
//! allocates for each; that was half of the time a corpus took.

use bson::RawDocumentBuf;
use bson::oid::ObjectId;

/// Where the id of a document begins: behind the length, the type and `_id`.
const ID_AT: usize = 4 + 1 + 4;

/// A document or array that is still open; closing writes its length.
#[derive(Debug)]
#[must_use]
pub(super) struct Open(usize);

/// A document that grows. Keys must not hold a zero byte.
#[derive(Debug)]
pub(super) struct Writer(Vec<u8>);

impl Writer {
    /// Begins a document with an id yet to come.
    pub(super) fn new(capacity: usize) -> Self {
        let mut writer = Self(Vec::with_capacity(capacity));
        writer.0.extend([0; 4]);
        writer.key(0x07, "_id");
        writer.0.extend([0; 12]);
        writer
    }

    pub(super) fn string(&mut self, key: &str, value: &str) {
        self.key(0x02, key);
        let len = u32::try_from(value.len() + 1).unwrap_or(u32::MAX);
        self.0.extend(len.to_le_bytes());
        self.0.extend(value.as_bytes());
        self.0.push(0);
    }

    pub(super) fn document(&mut self, key: &str) -> Open {
        self.key(0x03, key);
        self.open()
    }

    pub(super) fn array(&mut self, key: &str) -> Open {
        self.key(0x04, key);
        self.open()
    }

    pub(super) fn boolean(&mut self, key: &str, value: bool) {
        self.key(0x08, key);
        self.0.push(u8::from(value));
    }

    pub(super) fn null(&mut self, key: &str) {
        self.key(0x0a, key);
    }

    pub(super) fn int32(&mut self, key: &str, value: i32) {
        self.key(0x10, key);
        self.0.extend(value.to_le_bytes());
    }

    pub(super) fn int64(&mut self, key: &str, value: i64) {
        self.key(0x12, key);
        self.0.extend(value.to_le_bytes());
    }

    /// Ends a nested document or array, the innermost first.
    pub(super) fn close(&mut self, Open(at): Open) {
        self.0.push(0);
        let len = u32::try_from(self.0.len() - at).unwrap_or(u32::MAX);
        self.0[at..at + 4].copy_from_slice(&len.to_le_bytes());
    }

    /// Ends the document itself.
    pub(super) fn finish(mut self, id: ObjectId) -> RawDocumentBuf {
        self.close(Open(0));
        self.0[ID_AT..ID_AT + 12].copy_from_slice(&id.bytes());
        RawDocumentBuf::from_bytes(self.0).expect("the length was just written and a zero is last")
    }

    fn open(&mut self) -> Open {
        let at = self.0.len();
        self.0.extend([0; 4]);
        Open(at)
    }

    fn key(&mut self, kind: u8, key: &str) {
        self.0.push(kind);
        self.0.extend(key.as_bytes());
        self.0.push(0);
    }
}

#[cfg(test)]
mod tests {
    use bson::rawdoc;

    use super::*;

    #[test]
    fn the_library_writes_the_same_bytes() {
        let id = ObjectId::from_bytes([7; 12]);
        let mut writer = Writer::new(0);
        writer.string("s", "合同");
        writer.int32("i", -1);
        writer.int64("l", 1 << 40);
        let array = writer.array("a");
        let document = writer.document("0");
        writer.null("n");
        writer.close(document);
        writer.boolean("1", true);
        writer.close(array);
        let expected = rawdoc! {
            "_id": id,
            "s": "合同",
            "i": -1_i32,
            "l": 1_i64 << 40,
            "a": [{ "n": null }, true],
        };
        assert_eq!(writer.finish(id), expected);
    }
}
