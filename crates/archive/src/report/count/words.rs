//! Words and emoji people use, and what was said first.

use std::collections::{HashMap, HashSet};

use jieba_rs::Jieba;
use openim_history_client::model::one_line;
use unicode_properties::UnicodeEmoji;
use unicode_properties::emoji::EmojiStatus;
use unicode_segmentation::UnicodeSegmentation;

use super::scan::Said;
use super::stop::is_stop_word;
use crate::report::model::Counted;

/// How many different words are held at once. Beyond it those seen once are forgotten.
const HELD: usize = 200_000;

/// How much of one message is read, in bytes: more than anybody types.
const READ: usize = 4_000;

/// How much of the first message is quoted, in what a reader takes for characters.
const QUOTED: usize = 200;

/// Counts words and emoji, and remembers the first message.
pub(super) struct Words {
    jieba: Jieba,
    words: Counter,
    emoji: Counter,
    pub(super) first: Option<First>,
}

/// The first message with words in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct First {
    pub(super) millis: i64,
    pub(super) conversation_id: String,
    pub(super) seq: i64,
    pub(super) send_id: String,
    pub(super) text: String,
}

impl Words {
    pub(super) fn new() -> Self {
        Self {
            jieba: Jieba::new(),
            words: Counter::default(),
            emoji: Counter::default(),
            first: None,
        }
    }

    /// Takes a message.
    pub(super) fn take(&mut self, said: &Said<'_>) {
        let Some(text) = said.text.filter(|text| !text.trim().is_empty()) else {
            return;
        };
        let is_first = self.first.as_ref().is_none_or(|first| {
            (said.millis, said.conversation_id, said.seq)
                < (first.millis, &first.conversation_id, first.seq)
        });
        if is_first {
            self.first = Some(First {
                millis: said.millis,
                conversation_id: said.conversation_id.to_owned(),
                seq: said.seq,
                send_id: said.send_id.to_owned(),
                text: quote(text),
            });
        }
        let text = head(text);
        for word in words(&self.jieba, text) {
            self.words.put(&word);
        }
        for emoji in text.graphemes(true).filter(|part| is_emoji(part)) {
            self.emoji.put(emoji);
        }
    }

    /// Returns the words in most messages, and the emoji used most.
    pub(super) fn finish(&mut self, top: usize) -> (Vec<Counted>, Vec<Counted>) {
        (self.words.finish(top), self.emoji.finish(top))
    }
}

/// Returns the different words of a text that say something, in small letters. Chinese is cut by a dictionary,
/// everything else where Unicode says.
fn words(jieba: &Jieba, text: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    for part in text.split_whitespace() {
        // Addresses and mentions are no words.
        if part.contains("://") || part.starts_with(['@', '＠']) {
            continue;
        }
        for (is_chinese, run) in runs(part) {
            if is_chinese {
                let tokens = jieba.cut(run, false);
                let long = tokens.iter().filter(|token| token.word.chars().count() > 1);
                found.extend(long.map(|token| token.word.to_owned()));
            } else {
                let long = run.unicode_words().filter(|word| word.chars().count() > 2);
                let long = long.filter(|word| !word.chars().any(char::is_numeric));
                found.extend(long.map(str::to_lowercase));
            }
        }
    }
    found.retain(|word| !is_stop_word(word));
    found
}

/// Cuts a text into what is written in Chinese characters and what is not.
fn runs(text: &str) -> Vec<(bool, &str)> {
    let mut runs = Vec::new();
    let mut start = 0;
    let mut before = None;
    for (at, c) in text.char_indices() {
        let now = is_chinese(c);
        if before.is_some_and(|before| before != now) {
            runs.push((!now, &text[start..at]));
            start = at;
        }
        before = Some(now);
    }
    if let Some(last) = before {
        runs.push((last, &text[start..]));
    }
    runs
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// Whether what a reader takes for one character is an emoji.
fn is_emoji(part: &str) -> bool {
    let Some(first) = part
        .chars()
        .next()
        .filter(|c| !c.is_ascii() || part.len() > 1)
    else {
        return false;
    };
    if part.contains('\u{fe0f}') {
        return first.is_emoji_char();
    }
    // A flag is two letters; a colour of skin alone is a broken one.
    match first.emoji_status() {
        EmojiStatus::EmojiPresentation | EmojiStatus::EmojiPresentationAndModifierBase => {
            !part.contains('\u{fe0e}')
        }
        EmojiStatus::EmojiPresentationAndEmojiComponent => part.chars().count() > 1,
        _ => false,
    }
}

/// Returns the beginning of a text.
fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(READ)]
}

/// Returns a text on one line, cut where it is long.
fn quote(text: &str) -> String {
    let line = one_line(head(text));
    match line.grapheme_indices(true).nth(QUOTED) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

/// Counts texts in bounded memory: exactly, as long as there are not too many different ones.
#[derive(Debug, Default)]
struct Counter {
    counts: HashMap<String, u64>,
    /// What may have been forgotten of any text.
    floor: u64,
}

impl Counter {
    fn put(&mut self, text: &str) {
        if let Some(count) = self.counts.get_mut(text) {
            *count += 1;
            return;
        }
        while self.counts.len() >= HELD {
            self.floor += 1;
            let floor = self.floor;
            self.counts.retain(|_, count| *count > floor);
        }
        self.counts.insert(text.to_owned(), 1 + self.floor);
    }

    fn finish(&mut self, top: usize) -> Vec<Counted> {
        let mut counts: Vec<(String, u64)> = self.counts.drain().collect();
        counts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let most = counts.into_iter().take(top);
        most.map(|(text, count)| Counted { text, count }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let mut words: Vec<String> = words(&Jieba::new(), text).into_iter().collect();
        words.sort();
        words
    }

    #[test]
    fn chinese_is_cut_into_words_and_the_rest_at_spaces() {
        assert_eq!(
            found("我们明天看合同, the Contract is ready 2026 https://x.cn/合同 @张三"),
            ["contract", "ready", "合同", "明天"]
        );
        assert_eq!(
            found("Привет мир 회의록 café"),
            ["café", "мир", "привет", "회의록"]
        );
        assert!(
            found("的 了 12345 a b ok?!").is_empty(),
            "{:?}",
            found("ok?!")
        );
    }

    #[test]
    fn emoji_are_whole_ones_and_nothing_else() {
        let emoji = |text: &str| -> Vec<String> {
            let parts = text.graphemes(true).filter(|part| is_emoji(part));
            parts.map(str::to_owned).collect()
        };
        assert_eq!(
            emoji("a1😀合👨‍👩‍👧‍👦🇨🇳❤️👍🏽©1️⃣ ☺\u{fe0e}#"),
            ["😀", "👨‍👩‍👧‍👦", "🇨🇳", "❤️", "👍🏽", "1️⃣"]
        );
    }

    #[test]
    fn many_different_words_do_not_push_out_a_frequent_one() {
        let mut counter = Counter::default();
        for number in 0..(HELD + 1000) {
            counter.put(&number.to_string());
            counter.put("again");
        }
        assert!(counter.counts.len() <= HELD);
        assert_eq!(counter.finish(1)[0].text, "again");
    }

    #[test]
    fn a_long_quote_is_cut_between_characters() {
        let long = "👨‍👩‍👧‍👦".repeat(300);
        assert_eq!(
            quote(&long).graphemes(true).count(),
            201.min(head(&long).graphemes(true).count())
        );
        assert_eq!(quote("a\u{202e}b\nc"), "ab c");
    }
}
