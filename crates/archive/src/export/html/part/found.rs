//! The texts of a page, for the search page.
//!
//! A page that was opened from the disk may not read a file, but it may load a script. So the texts lie in scripts
//! of one call each, which the search page loads one after the other and forgets again. A page's texts are split
//! into files of a few megabytes; each says whether another follows.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use openim_history_client::model::{Timestamp, UserId};

use super::super::address::search_data;
use super::super::markup::script_string;
use super::super::message::Anchor;
use super::file::Sink;
use crate::error::Result;

/// About how many bytes a file has: little enough for a telephone's memory.
const FILE: u64 = 4 << 20;

/// From how many bytes what was written goes to the disk.
const BUFFER: usize = 64 << 10;

/// Writes the texts of one page.
#[derive(Debug)]
pub(super) struct Found {
    folder: PathBuf,
    page: String,
    number: u32,
    sink: Sink,
    buffer: String,
    senders: Names<UserId>,
    chats: Names<u32>,
    first: bool,
}

impl Found {
    /// Begins the first file.
    pub(super) fn create(folder: &Path, page: &str) -> Result<Self> {
        let mut found = Self {
            folder: folder.to_owned(),
            page: page.to_owned(),
            number: 1,
            sink: Sink::create(folder, &search_data(page, 1))?,
            buffer: String::new(),
            senders: Names::default(),
            chats: Names::default(),
            first: true,
        };
        found.open();
        Ok(found)
    }

    /// Adds a message. One without text cannot be found, and is left out.
    pub(super) fn add(
        &mut self,
        anchor: Anchor,
        time: Timestamp,
        (sender, name): (&UserId, &str),
        chat: &str,
        text: &str,
    ) -> Result<()> {
        if text.trim().is_empty() {
            return Ok(());
        }
        if self.sink.written() + self.buffer.len() as u64 > FILE {
            self.close(true)?;
            self.number += 1;
            let next = Sink::create(&self.folder, &search_data(&self.page, self.number))?;
            std::mem::replace(&mut self.sink, next).close()?;
            self.open();
        }
        let title = self.chats.number(&anchor.chat, chat);
        let sender = self.senders.number(sender, name);
        let before = if self.first { "" } else { "," };
        self.first = false;
        let (chat, seq, time) = (anchor.chat, anchor.seq, time.as_millis());
        let written = write!(
            self.buffer,
            "{before}\n[{chat},{seq},{time},{title},{sender},"
        );
        debug_assert!(written.is_ok(), "a String takes everything");
        script_string(text, &mut self.buffer);
        self.buffer.push(']');
        if self.buffer.len() > BUFFER {
            self.flush()?;
        }
        Ok(())
    }

    /// Ends the last file.
    pub(super) fn end(mut self) -> Result<()> {
        self.close(false)?;
        self.sink.close()
    }

    fn open(&mut self) {
        self.first = true;
        self.buffer.push_str("openimHistoryTexts({\"messages\":[");
    }

    /// Writes what stands behind the messages of a file: the names that they mention by number.
    fn close(&mut self, more: bool) -> Result<()> {
        self.buffer.push_str("\n],\"senders\":");
        self.senders.list(&mut self.buffer);
        self.buffer.push_str(",\"chats\":");
        self.chats.list(&mut self.buffer);
        self.buffer.push_str(if more {
            ",\"more\":true});\n"
        } else {
            ",\"more\":false});\n"
        });
        self.flush()
    }

    fn flush(&mut self) -> Result<()> {
        self.sink.write(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

/// The names in a file, each written once at its end.
#[derive(Debug)]
struct Names<K> {
    numbers: HashMap<K, u32>,
    names: Vec<String>,
}

impl<K> Default for Names<K> {
    fn default() -> Self {
        Self {
            numbers: HashMap::new(),
            names: Vec::new(),
        }
    }
}

impl<K: Clone + Eq + std::hash::Hash> Names<K> {
    /// Returns the number of a name, from 0; a name that changed meanwhile keeps the first that was seen.
    fn number(&mut self, key: &K, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(key) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.to_owned());
        self.numbers.insert(key.clone(), number);
        number
    }

    /// Writes the names by number, and forgets them.
    fn list(&mut self, script: &mut String) {
        script.push('[');
        for (index, name) in self.names.iter().enumerate() {
            if index > 0 {
                script.push(',');
            }
            script_string(name, script);
        }
        script.push(']');
        self.names.clear();
        self.numbers.clear();
    }
}
