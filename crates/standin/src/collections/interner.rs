//! Keeps each distinct text and document once; two million messages share a few thousand of them.

use std::collections::HashMap;
use std::sync::Arc;

use bson::Bson;

/// Texts and BSON values by number.
#[derive(Debug, Clone, Default)]
pub(super) struct Interner {
    numbers: HashMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
    value_numbers: HashMap<String, u32>,
    values: Vec<Bson>,
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

    pub(super) fn value(&mut self, value: &Bson) -> u32 {
        // The relaxed form tells every value apart that a message's options, push or at-list can hold.
        let key = value.to_string();
        if let Some(number) = self.value_numbers.get(&key) {
            return *number;
        }
        let number = index(self.values.len());
        self.values.push(value.clone());
        self.value_numbers.insert(key, number);
        number
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
