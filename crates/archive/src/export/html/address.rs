//! Paths of an export as addresses in its pages.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but what no reader of addresses gives a meaning. A `:` in a first name would make it a scheme.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Returns the address of `to` in the page `from`, both below the export's folder.
pub(super) fn address(from: &str, to: &str) -> String {
    let mut here: Vec<&str> = from.split('/').collect();
    here.pop();
    let there: Vec<&str> = to.split('/').collect();
    let shared = here
        .iter()
        .zip(&there[..there.len() - 1])
        .take_while(|(here, there)| here == there)
        .count();
    let up = std::iter::repeat_n("..".to_owned(), here.len() - shared);
    let down = there[shared..]
        .iter()
        .map(|name| utf8_percent_encode(name, ENCODED).to_string());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// Returns where the texts of a page lie for the search: `search/合同/2026-11.html.js`, the second file of them
/// `search/合同/2026-11.html.2.js`. No two pages share one, for all their names end in `.html`.
pub(super) fn search_data(page: &str, number: u32) -> String {
    match number {
        ..=1 => format!("search/{page}.js"),
        _ => format!("search/{page}.{number}.js"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_from_one_page_to_another() {
        for (from, to, expected) in [
            ("index.html", "search.html", "search.html"),
            ("index.html", "a/b.html", "a/b.html"),
            ("a/b.html", "index.html", "../index.html"),
            ("a/b.html", "a/c.html", "c.html"),
            ("a/b/c.html", "a/d/e.html", "../d/e.html"),
            ("a/a.html", "a.html", "../a.html"),
            ("a.html", "a/a.html", "a/a.html"),
        ] {
            assert_eq!(address(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn names_that_mean_something_in_an_address_are_encoded() {
        assert_eq!(
            address("index.html", "javascript:alert(1)/合 #?%.html"),
            "javascript%3Aalert%281%29/%E5%90%88%20%23%3F%25.html"
        );
    }

    #[test]
    fn the_texts_of_a_page_lie_beside_those_of_others() {
        assert_eq!(search_data("合同/11.html", 1), "search/合同/11.html.js");
        assert_eq!(search_data("a.html", 3), "search/a.html.3.js");
    }
}
