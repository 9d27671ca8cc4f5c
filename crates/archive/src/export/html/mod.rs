//! The HTML format: one page for each part, a page that leads to them, and a page that searches them.
//!
//! The pages open from the disk without a server, load nothing from anywhere, and are safe whatever a message
//! holds. Two independent walls see to that: [`markup`] lets foreign text into a page by escaping alone, and every
//! page's policy allows the browser only the script and the style that stand in this folder, by their hashes.
//!
//! Whole pages are [`askama`] templates. Messages are written by functions instead, straight into a buffer that is
//! emptied to the disk: an export is a million of them, and a template for each costs a value for each. Both use
//! the same escape.

mod address;
mod local;
mod look;
mod markup;
mod message;
mod pages;
mod part;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use self::pages::{INDEX, SEARCH, finish};
pub(crate) use self::part::begin;
