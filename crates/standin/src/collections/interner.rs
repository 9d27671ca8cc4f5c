//! Keeps each distinct text and document once; two million messages share a few thousand of them.

use std::collections::HashMap;
use std::sync::Arc;

use bson::raw::RawBsonRef;
use bson::spec::ElementType;
use bson::{Bson, error::Result};

/// Texts and BSON values by number; 0 is the empty text, and null.
#[derive(Debug, Clone)]
pub(super) struct Interner {
    numbers: HashMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
    /// By type and bytes, which tell every value apart.
    value_numbers: HashMap<Vec<u8>, u32>,
    values: Vec<Bson>,
    /// The type and bytes of the value that is looked up.
    key: Vec<u8>,
}

impl Default for Interner {
    fn default() -> Self {
        let nothing: Arc<str> = "".into();
        Self {
            numbers: HashMap::from([(Arc::clone(&nothing), 0)]),
            texts: vec![nothing],
            value_numbers: HashMap::from([(vec![ElementType::Null as u8], 0)]),
            values: vec![Bson::Null],
            key: Vec::new(),
        }
    }
}

impl Interner {
    pub(super) fn text(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = index(self.texts.len());
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, number);
        number
    }

    pub(super) fn value(&mut self, value: RawBsonRef<'_>) -> Result<u32> {
        self.key.clear();
        self.key.push(value.element_type() as u8);
        match value {
            RawBsonRef::Document(document) => self.key.extend(document.as_bytes()),
            RawBsonRef::Array(array) => self.key.extend(array.as_bytes()),
            RawBsonRef::Null => {}
            // Options, push texts and at-lists are none of these.
            other => self.key.extend(Bson::try_from(other)?.to_string().bytes()),
        }
        if let Some(number) = self.value_numbers.get(&self.key) {
            return Ok(*number);
        }
        let number = index(self.values.len());
        self.values.push(value.try_into()?);
        self.value_numbers.insert(self.key.clone(), number);
        Ok(number)
    }

    pub(super) fn text_at(&self, number: u32) -> &str {
        &self.texts[number as usize]
    }

    pub(super) fn value_at(&self, number: u32) -> &Bson {
        &self.values[number as usize]
    }
}

fn index(length: usize) -> u32 {
    u32::try_from(length).expect("four thousand million distinct texts do not fit into memory")
}
