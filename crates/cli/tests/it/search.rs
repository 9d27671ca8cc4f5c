//! `search`: an archive of the recorded history, searched without its server.

use openim_history_standin::mongod::Mode;

use crate::archive::{json, recorded_mongod};
use crate::run::Place;

/// A folder with an archive of the recorded history; the server is gone.
fn archived() -> Place {
    let (_mongod, place) = recorded_mongod(Mode::Standalone);
    assert!(place.run(&["sync", "--quiet"]).starts_with("exit 0"));
    place
}

#[test]
fn words_of_any_language_are_found_counted_and_read_around() {
    let place = archived();
    let shown = place.run(&["search", "群消息", "from:bob"]);
    assert!(
        shown.starts_with("exit 0") && shown.contains("群消息 1"),
        "{shown}"
    );
    assert!(shown.contains("3 messages found\n"), "{shown}");
    let (found, code) = json(
        &place,
        &["search", "群消息", "--format", "json", "--around", "1"],
    );
    assert_eq!(code, Some(0));
    let first = &found[0];
    assert_eq!(first["text"], "群消息 2");
    assert_eq!(first["snippet"]["marks"][0]["start"], 0, "{first}");
    assert_eq!(first["before"][0]["text"], "群消息 1", "{first}");
    assert_eq!(
        place.run(&["search", "群消息", "--count"]),
        "exit 0\n--- stdout\n3\n"
    );
    let shown = place.run(&["search", "群消息", "--limit", "1", "--lang", "zh"]);
    assert!(shown.contains("找到 3 条消息，显示 1 条"), "{shown}");
    let shown = place.run(&["search", "群消息", "--limit", "1"]);
    let next = shown.lines().find_map(|line| {
        let line = line.strip_prefix("--after ")?;
        line.strip_suffix(" goes on")
    });
    let next = next.unwrap_or_else(|| panic!("no next page: {shown}"));
    let shown = place.run(&["search", "群消息", "--after", next]);
    assert!(
        shown.contains("群消息 1") && !shown.contains("群消息 2"),
        "{shown}"
    );
    let colored = place.run(&["search", "群消息", "--color", "always", "--limit", "1"]);
    assert!(
        colored.contains("\u{1b}[1m\u{1b}[33m群消息\u{1b}[0m 2"),
        "{colored:?}"
    );
    let shown = place.run(&["search", "没有这句话"]);
    assert!(
        shown.starts_with("exit 0") && shown.contains("no messages found"),
        "{shown}"
    );
}

#[test]
fn chinese_is_found_by_its_sound_in_an_index_that_was_built_with_it() {
    let place = archived();
    let count = |query: &str| {
        let shown = place.run(&["search", query, "--count"]);
        let count = shown.strip_prefix("exit 0\n--- stdout\n");
        count.unwrap_or_else(|| panic!("{shown}")).trim().to_owned()
    };
    assert_eq!(count("qunxiaoxi"), "0");
    let shown = place.run(&["index", "rebuild", "--pinyin"]);
    assert!(
        shown.starts_with("exit 0") && shown.contains("yes"),
        "{shown}"
    );
    for (query, found) in [("qunxiaoxi", "3"), ("qxx", "3"), ("\"qxx\"", "0")] {
        assert_eq!(count(query), found, "{query}");
    }
    let shown = place.run(&["index", "rebuild", "--pinyin", "no"]);
    assert!(shown.starts_with("exit 0"), "{shown}");
    assert_eq!(count("qunxiaoxi"), "0");
}

#[test]
fn a_malformed_query_is_pointed_at() {
    let place = archived();
    let shown = place.run(&["search", "合同 \"明天"]);
    assert!(shown.starts_with("exit 2"), "{shown}");
    assert!(
        shown.contains("Error: at character 4: the quote is never closed"),
        "{shown}"
    );
    assert!(shown.contains("\n       ^^^^^\n"), "{shown}");
    assert!(shown.contains("search --syntax"), "{shown}");
    let shown = place.run(&["search", "from:alicee"]);
    assert!(
        shown.starts_with("exit 2") && shown.contains("near it are: alice"),
        "{shown}"
    );
    let shown = place.run(&["search", "x", "--after", "sg_nowhere:1"]);
    assert!(
        shown.starts_with("exit 2") && shown.contains("has no message sg_nowhere:1"),
        "{shown}"
    );
    let shown = place.run(&["search"]);
    assert!(shown.starts_with("exit 2"), "{shown}");
    let shown = place.run(&["search", "--syntax"]);
    assert!(
        shown.starts_with("exit 0") && shown.contains("has:link"),
        "{shown}"
    );
}
