//! The pages that lead to the others: the index and the search.

mod index;
mod listing;
mod search;

use std::path::Path;

use crate::error::Result;
use crate::export::writer::{Finished, Setting};

/// The page that lists what there is.
pub(crate) const INDEX: &str = "index.html";

/// The page that searches the others.
pub(crate) const SEARCH: &str = "search.html";

/// Writes the index and the search page of an export, and returns their paths below its folder. Equal parts and
/// settings give equal bytes.
///
/// What the search page reads was written with each part; see `search/` beside them.
pub(crate) fn finish(folder: &Path, setting: &Setting, parts: &[Finished]) -> Result<Vec<String>> {
    index::write(folder, setting, parts)?;
    search::write(folder, setting, parts)?;
    Ok(vec![INDEX.to_owned(), SEARCH.to_owned()])
}
