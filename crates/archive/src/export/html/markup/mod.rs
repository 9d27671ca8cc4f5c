//! HTML in the making, and the one way for foreign text to get into it.

mod escape;
mod script;

use std::fmt::Write as _;

pub(super) use self::escape::{Escape, escape};
pub(super) use self::script::script_string;

/// HTML in the making: markup that stands in this program's source, and foreign text that was escaped.
///
/// The field is private and these methods are all there is: [`push`](Self::push) takes only what was known when
/// the program was compiled, [`text`](Self::text) escapes, and the rest write digits. So no function that writes a
/// message can let the message's own markup through, and a review of this file is a review of all of them.
#[derive(Debug, Default)]
pub(super) struct Markup(String);

impl Markup {
    /// Adds markup of this program's own.
    pub(super) fn push(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds foreign text, which stays text: between tags as well as in a quoted attribute.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        escape(text, &mut self.0);
        self
    }

    /// Adds a number.
    pub(super) fn number(&mut self, number: impl Into<i64>) -> &mut Self {
        let written = write!(self.0, "{}", number.into());
        debug_assert!(written.is_ok(), "a String takes everything");
        self
    }

    /// Adds a number in at least two digits, as times have it.
    pub(super) fn two(&mut self, number: i8) -> &mut Self {
        let number = number.unsigned_abs();
        if number >= 100 {
            return self.number(number);
        }
        self.0.push(char::from(b'0' + number / 10));
        self.0.push(char::from(b'0' + number % 10));
        self
    }

    /// Returns the HTML.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns how many bytes there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Forgets what was written, and keeps the room for more.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_a_time_have_two_digits_and_others_as_many_as_they_need() {
        let mut markup = Markup::default();
        markup.two(7).push(":").two(59).push(" ").number(-1_234_i64);
        assert_eq!(markup.as_str(), "07:59 -1234");
        assert_eq!(markup.len(), 11);
    }
}
