//! Searching: one language for the command line, programs and the web.
//!
//! A line such as `合同 from:alice -is:revoked after:2026-11-01` is read by [`parse`], its names become ids
//! by [`Directory`], and [`Search`] finds the messages, exactly and in order. [`syntax()`] is the language on
//! one page.

mod directory;
mod resolve;
mod run;
mod snippet;
mod syntax;
mod when;

use openim_history_client::model::Lang;

pub use self::directory::Directory;
pub use self::resolve::{Context, resolve};
pub use self::run::{Search, SearchHit, SearchOptions, SearchPage};
pub use self::snippet::{Snippet, snippet};
pub use self::syntax::{Field, Node, SyntaxError, parse};
pub use self::when::{FORMS, Period, period};

/// Returns the language on one page.
pub const fn syntax(lang: Lang) -> &'static str {
    match lang {
        Lang::En => include_str!("../../../../docs/search.md"),
        Lang::Zh => include_str!("../../../../docs/search.zh-CN.md"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_pages_name_every_field() {
        for lang in [Lang::En, Lang::Zh] {
            for field in Field::ALL {
                let word = format!("`{}:", field.name());
                assert!(syntax(lang).contains(&word), "{word} in {lang:?}");
            }
        }
    }
}
