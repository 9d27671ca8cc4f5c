//! What somebody wrote: links, mentions, and texts that are too long to be shown at once.

use std::collections::HashSet;

use openim_history_client::model::{At, Entity};

use super::super::markup::Markup;
use super::super::words::{Words, size};

/// From how many bytes a text is folded.
const LONG: usize = 6_000;

/// About how many bytes of it are shown then.
const SHOWN: usize = 900;

/// Nobody mentions more people one by one; it bounds the work for each `@`.
const MENTIONED: usize = 64;

/// Writes a text, its links clickable. A long one is folded, but all of it is there.
pub(super) fn text(to: &mut Markup, words: &Words, text: &str) {
    folded(to, words, text, |to| linked(to, text));
}

/// Writes a text with the people it mentions marked, and named where it has their ids.
pub(super) fn mentions(to: &mut Markup, words: &Words, at: &At) {
    let people = people(at, words);
    folded(to, words, &at.text, |to| {
        let mut pieces = at.text.split('@');
        linked(to, pieces.next().unwrap_or_default());
        // A long name for a short id, mentioned often, must not make a flood of a small message.
        let mut room = at.text.len().saturating_mul(2).saturating_add(4096);
        for piece in pieces {
            let found = people.iter().find_map(|(written, name)| {
                let rest = piece.strip_prefix(written)?;
                let ends = !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
                ends.then_some((*name, rest))
            });
            match found {
                Some((name, rest)) if name.len() <= room => {
                    room -= name.len();
                    to.push("<b class=\"at\">@<bdi>")
                        .text(name)
                        .push("</bdi></b>");
                    linked(to, rest);
                }
                _ => {
                    to.push("@");
                    linked(to, piece);
                }
            }
        }
    });
}

/// Returns what may stand behind an `@`, and whom it means: ids and names, the longest first, for `@bobby` is not
/// bob.
fn people<'a>(at: &'a At, words: &'a Words) -> Vec<(&'a str, &'a str)> {
    let named = at.names.iter().take(MENTIONED);
    let mut people: Vec<(&str, &str)> = named
        .flat_map(|name| {
            let (id, nickname) = (name.user_id.as_str(), name.nickname.as_str());
            let shown = match (nickname.is_empty(), id) {
                (false, _) => nickname,
                (true, "AtAllTag") => words.everybody,
                (true, id) => id,
            };
            [(id, shown), (nickname, shown)]
        })
        .chain(at.user_ids.iter().take(MENTIONED).map(|id| {
            let everybody = id == "AtAllTag";
            (
                id.as_str(),
                if everybody {
                    words.everybody
                } else {
                    id.as_str()
                },
            )
        }))
        .filter(|(written, _)| !written.is_empty())
        .collect();
    let mut seen = HashSet::new();
    people.retain(|(written, _)| seen.insert(*written));
    people.sort_by_key(|(written, _)| std::cmp::Reverse(written.len()));
    people
}

/// Writes the addresses of marked spans that the text itself does not show.
pub(super) fn links(to: &mut Markup, text: &str, entities: &[Entity]) {
    for entity in entities {
        let url = entity.url.as_str();
        if is_web(url) && !text.contains(url) {
            to.push("<div class=\"x\">");
            link(to, url);
            to.push("</div>");
        }
    }
}

/// Writes an address, to be clicked if it is one of the web.
pub(super) fn link(to: &mut Markup, url: &str) {
    if is_web(url) {
        to.push("<a href=\"")
            .text(url)
            .push("\" rel=\"noopener noreferrer\" target=\"_blank\">")
            .text(url)
            .push("</a>");
    } else {
        to.text(url);
    }
}

fn folded(to: &mut Markup, words: &Words, text: &str, write: impl FnOnce(&mut Markup)) {
    if text.len() < LONG {
        write(to);
        return;
    }
    let mut end = SHOWN;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    to.push("<details class=\"long\"><summary><span class=\"head\">")
        .text(&text[..end])
        .push("…</span> <span class=\"more\">")
        .text(words.show_all);
    if let Some(size) = i64::try_from(text.len()).ok().and_then(size) {
        to.push(" (").text(&size).push(")");
    }
    to.push("</span></summary>");
    write(to);
    to.push("</details>");
}

/// Writes a text with its links.
///
/// A link is what begins with `http://` or `https://` and ends before the first character that is not printable
/// ASCII: in Chinese and Japanese the sentence goes on without a space. Libraries that find links take those
/// characters for part of the address, as they may be.
fn linked(to: &mut Markup, text: &str) {
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = text[at..].find("://") {
        let colon = at + found;
        at = colon + 3;
        let Some(start) = scheme(text, colon).filter(|start| *start >= copied) else {
            continue;
        };
        let end = at + length(&text[at..]);
        if end == at {
            continue;
        }
        to.text(&text[copied..start]);
        link(to, &text[start..end]);
        (copied, at) = (end, end);
    }
    to.text(&text[copied..]);
}

/// Returns where the scheme before a `://` begins, if it is one of the web.
fn scheme(text: &str, colon: usize) -> Option<usize> {
    ["https", "http"].into_iter().find_map(|scheme| {
        let start = colon.checked_sub(scheme.len())?;
        let written = text.get(start..colon)?;
        let begins = !text[..start].ends_with(|c: char| c.is_ascii_alphanumeric());
        (begins && written.eq_ignore_ascii_case(scheme)).then_some(start)
    })
}

/// Returns how many bytes belong to an address, without what ends the sentence around it.
fn length(rest: &str) -> usize {
    let inside = |byte: &u8| {
        byte.is_ascii_graphic()
            && !matches!(
                byte,
                b'<' | b'>' | b'"' | b'\'' | b'`' | b'\\' | b'{' | b'}' | b'|' | b'^'
            )
    };
    let whole = rest.bytes().take_while(|byte| inside(byte)).count();
    let mut address = &rest[..whole];
    loop {
        let shorter = match address.as_bytes().last() {
            Some(b'.' | b',' | b';' | b':' | b'!' | b'?' | b'*' | b'_') => true,
            // A closing bracket belongs to the address only if that opens one.
            Some(b')') => address.matches(')').count() > address.matches('(').count(),
            Some(b']') => address.matches(']').count() > address.matches('[').count(),
            _ => false,
        };
        if !shorter {
            return address.len();
        }
        address = &address[..address.len() - 1];
    }
}

/// Whether an address is one of the web. Only these are ever made a link.
fn is_web(url: &str) -> bool {
    ["https://", "http://"].into_iter().any(|scheme| {
        url.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

#[cfg(test)]
mod tests {
    use openim_history_client::model::{AtName, Lang};

    use super::super::super::words::words;
    use super::*;

    fn written(text: &str) -> String {
        let mut markup = Markup::default();
        linked(&mut markup, text);
        markup.as_str().to_owned()
    }

    fn found(text: &str) -> Vec<String> {
        written(text)
            .split("<a href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next().map(str::to_owned))
            .collect()
    }

    #[test]
    fn links_end_where_the_sentence_goes_on() {
        for (text, expected) in [
            (
                "看https://example.com/a?b=c#d,明天",
                "https://example.com/a?b=c#d",
            ),
            ("看https://example.com/路径", "https://example.com/"),
            (
                "(see http://example.com/a_(b)).",
                "http://example.com/a_(b)",
            ),
            ("HTTP://EXAMPLE.COM!", "HTTP://EXAMPLE.COM"),
        ] {
            assert_eq!(found(text), [expected], "{text}");
        }
        assert_eq!(found("http://a http://b https://c").len(), 3);
    }

    #[test]
    fn only_the_web_is_linked() {
        for text in [
            "javascript://%0aalert(1)",
            "xhttp://a",
            "http://",
            "http:// a",
            "data:text/html,<script>",
            "file:///etc/passwd",
            "://",
            "http://\"onmouseover=alert(1)",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
        let hostile = written("http://a/\"onmouseover=\"alert(1)");
        assert!(!hostile.contains("\"onmouseover"), "{hostile}");
    }

    #[test]
    fn everything_is_there_once() {
        assert_eq!(written("a :// b"), "a :// b");
        let text = "一http://a://b 二";
        let plain = written(text);
        let outside: String = plain
            .split('<')
            .map(|piece| piece.split('>').next_back().unwrap_or_default())
            .collect();
        assert_eq!(outside, text);
    }

    #[test]
    fn mentions_are_marked_and_named() {
        let at = At {
            text: "@u1 @u12 @Bob @u9 see http://a/@u1".into(),
            names: vec![
                AtName {
                    user_id: "u1".into(),
                    nickname: "Bob".into(),
                },
                AtName {
                    user_id: "u12".into(),
                    nickname: "<i>".into(),
                },
            ],
            ..At::default()
        };
        let mut markup = Markup::default();
        mentions(&mut markup, words(Lang::En), &at);
        let html = markup.as_str();
        assert!(html.starts_with(
            "<b class=\"at\">@<bdi>Bob</bdi></b> <b class=\"at\">@<bdi>&lt;i&gt;</bdi></b> <b class=\"at\">@<bdi>Bob</bdi></b> @u9"
        ), "{html}");
    }

    #[test]
    fn a_name_mentioned_a_thousand_times_makes_no_flood() {
        let at = At {
            text: "@a ".repeat(1000),
            names: vec![AtName {
                user_id: "a".into(),
                nickname: "n".repeat(5000),
            }],
            ..At::default()
        };
        let mut markup = Markup::default();
        mentions(&mut markup, words(Lang::En), &at);
        assert!(markup.len() < 100_000, "{}", markup.len());
    }

    #[test]
    fn a_long_text_is_folded_and_all_of_it_is_there() {
        let said = "合同".repeat(LONG);
        let mut markup = Markup::default();
        text(&mut markup, words(Lang::Zh), &said);
        let html = markup.as_str();
        assert!(html.starts_with("<details class=\"long\"><summary>"));
        assert!(html.contains(&said) && html.contains("显示全部 (35.2 KB)"));
    }
}
