//! How the pages look, what little they do, and the policy that lets a browser do no more.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The style of every page.
pub(super) const STYLE: &str = include_str!("pages/assets/style.css");

/// What every page does: it keeps the chosen theme, and opens what an address points into.
pub(super) const SCRIPT: &str = include_str!("pages/assets/page.js");

/// What the index does besides: it filters its list.
pub(super) const INDEX_SCRIPT: &str = include_str!("pages/assets/index.js");

/// What the search page does besides.
pub(super) const SEARCH_SCRIPT: &str = include_str!("pages/assets/search.js");

/// The policy of the pages of messages and of the index.
///
/// Nothing is allowed but this style and these scripts, by their hashes, and pictures and sounds from where the page
/// lies. So even markup that got into a page would run nothing and load nothing from elsewhere. `file:` stands
/// beside `'self'` because browsers do not agree whether a page on the disk has a self.
pub(super) static POLICY: LazyLock<String> = LazyLock::new(|| policy(&[SCRIPT, INDEX_SCRIPT], ""));

/// The policy of the search page, which also loads the texts of the others: scripts that lie beside it.
pub(super) static SEARCH_POLICY: LazyLock<String> =
    LazyLock::new(|| policy(&[SCRIPT, SEARCH_SCRIPT], " 'self' file:"));

fn policy(scripts: &[&str], more: &str) -> String {
    let hashes: Vec<String> = scripts.iter().map(|script| hash(script)).collect();
    format!(
        "default-src 'none'; script-src {}{more}; style-src {}; img-src 'self' file: data:; \
         media-src 'self' file:; base-uri 'none'; form-action 'none'",
        hashes.join(" "),
        hash(STYLE)
    )
}

fn hash(source: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(source)))
}
