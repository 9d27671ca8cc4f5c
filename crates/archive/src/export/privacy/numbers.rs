//! Finding numbers in a text: rows of digits, with the gaps people make between them.

use std::sync::LazyLock;

use regex::Regex;

use super::digits::{Number, classify};

/// Digits with blanks, dots, dashes or brackets between two: at most three, as in `010 - 62771234`.
static RUN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let gap = r"[ .()\-\u{a0}\u{2007}\u{2009}-\u{2015}\u{202f}]{0,3}";
    Regex::new(&format!("[0-9](?:{gap}[0-9])*[Xx]?")).ok()
});

/// More groups than any number has.
const GROUPS: usize = 7;

/// Returns the numbers of a text whose wide characters were made narrow: where each begins and ends, and what it is.
pub(super) fn numbers(text: &str) -> Vec<(usize, usize, Number)> {
    let mut found = Vec::new();
    let Some(run) = &*RUN else {
        return found;
    };
    for run in run.find_iter(text) {
        Run::new(text, run.start(), run.end()).numbers(&mut found);
    }
    found
}

/// Digits that stand together.
struct Run<'a> {
    text: &'a str,
    /// Where each group of digits begins, and the group.
    groups: Vec<(usize, &'a str)>,
    /// Where the `+` before them stands.
    plus: Option<usize>,
}

impl<'a> Run<'a> {
    fn new(text: &'a str, start: usize, end: usize) -> Self {
        let mut groups: Vec<(usize, &str)> = Vec::new();
        let mut at = start;
        let is_digit = |c: char| c.is_ascii_alphanumeric();
        for part in text[start..end].split_inclusive(|c| !is_digit(c)) {
            let group = part.trim_end_matches(|c| !is_digit(c));
            if !group.is_empty() {
                groups.push((at, group));
            }
            at += part.len();
        }
        let before = &text[..start];
        let before = before.strip_suffix('(').unwrap_or(before);
        let plus = before
            .strip_suffix('+')
            // In 1+13800138000 it adds.
            .filter(|before| !before.ends_with(|c: char| c.is_alphanumeric()))
            .map(str::len);
        Self { text, groups, plus }
    }

    /// Finds the numbers, the longest first from each group on.
    fn numbers(&self, found: &mut Vec<(usize, usize, Number)>) {
        let mut first = 0;
        while first < self.groups.len() {
            let longest = GROUPS.min(self.groups.len() - first);
            let hit = (1..=longest)
                .rev()
                .find_map(|count| Some((count, self.number(first, count)?)));
            let Some((count, number)) = hit else {
                first += 1;
                continue;
            };
            let (start, end) = self.place(first, count);
            found.push((start, end, number));
            first += count;
        }
    }

    /// Says what some groups are together.
    fn number(&self, first: usize, count: usize) -> Option<Number> {
        let these = &self.groups[first..first + count];
        let groups: Vec<&str> = these.iter().map(|(_, group)| *group).collect();
        let gaps: Vec<&str> = these
            .windows(2)
            .map(|pair| &self.text[pair[0].0 + pair[0].1.len()..pair[1].0])
            .collect();
        classify(&groups, &gaps, first == 0 && self.plus.is_some())
    }

    /// Returns where some groups begin and end; what stands before them and belongs to them is taken along.
    fn place(&self, first: usize, count: usize) -> (usize, usize) {
        let (mut start, _) = self.groups[first];
        let (last, group) = self.groups[first + count - 1];
        let end = last + group.len();
        if first == 0
            && let Some(plus) = self.plus
        {
            start = plus;
        }
        let inside = &self.text[start..end];
        let is_opened_before = inside.matches(')').count() > inside.matches('(').count();
        if is_opened_before && self.text[..start].ends_with('(') {
            start -= 1;
        }
        (start, end)
    }
}
