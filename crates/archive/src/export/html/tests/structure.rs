//! What stands in the pages.

use openim_history_client::model::{ContentType, Lang, Timestamp};
use serde_json::json;

use super::sample::sample;
use super::{Export, finish, group, part, row, says};
use crate::export::html::begin;
use crate::export::writer::Part;

/// Returns how often something occurs.
fn times(html: &str, what: &str) -> usize {
    html.matches(what).count()
}

#[test]
fn messages_in_a_row_stand_together_and_a_pause_a_day_or_another_sender_parts_them() {
    let chat = group("sg_1", "g");
    let mut rows = Vec::new();
    for (seq, sender, minute) in [
        (1, "a", 0),
        (2, "a", 5),
        (3, "a", 11),
        (4, "b", 11),
        (5, "b", 12),
        (6, "b", 24 * 60),
    ] {
        let mut row = says(&chat, seq, sender, "x");
        row.message.send_time = Timestamp::from_millis(1_795_482_000_000 + minute * 60_000);
        rows.push((&chat, row));
    }
    let html = Export::new(Lang::En).only("a.html", &rows);
    assert_eq!(times(&html, "<section class=\"g\">"), 4, "{html}");
    assert_eq!(times(&html, "<h3 class=\"d\">"), 2);
    assert!(html.contains("Tuesday, 24 November 2026"));
    assert_eq!(times(&html, "<article class=\"m\""), 6);
    assert_eq!(times(&html, "<section"), times(&html, "</section>"));
    assert_eq!(times(&html, "<div"), times(&html, "</div>"));
}

#[test]
fn a_sender_who_never_stops_fills_several_groups() {
    let chat = group("sg_1", "g");
    let rows: Vec<_> = (1..=120)
        .map(|seq| (&chat, says(&chat, seq, "a", "x")))
        .collect();
    let html = Export::new(Lang::En).only("a.html", &rows);
    assert_eq!(times(&html, "<section class=\"g\">"), 3);
}

#[test]
fn a_day_is_that_of_the_zone() {
    let chat = group("sg_1", "g");
    let mut row = says(&chat, 1, "a", "x");
    row.message.send_time = "2026-11-24T16:30:00Z".parse().expect("a time");
    let html = Export::new(Lang::Zh).only("a.html", &[(&chat, row)]);
    assert!(html.contains("2026年11月25日 星期三"), "{html}");
    assert!(
        html.contains("title=\"2026-11-25T00:30:00.000+08:00&#10;"),
        "{html}"
    );
    assert!(html.contains("<time>00:30</time>"));
}

#[test]
fn a_page_with_several_conversations_says_so_and_no_anchor_is_there_twice() {
    let (one, two) = (group("sg_1", "One"), group("sg_2", "Two"));
    let rows = [
        (&one, says(&one, 7, "a", "x")),
        (&two, says(&two, 7, "a", "y")),
        (&two, says(&two, 8, "a", "z")),
    ];
    let html = Export::new(Lang::En).only("a.html", &rows);
    assert!(html.contains("<body class=\"many\">"), "{html}");
    assert!(html.contains("<title>OpenIM ") && html.contains("<h1><bdi>OpenIM "));
    for anchor in [
        "id=\"m7\"",
        "id=\"c2m7\"",
        "id=\"c2m8\"",
        "id=\"c1\"",
        "id=\"c2\"",
    ] {
        assert_eq!(times(&html, anchor), 1, "{anchor}");
    }
    let alone = Export::new(Lang::En).only("a.html", &rows[..1]);
    assert!(alone.contains("<body class=\"one \">") && alone.contains("<title>One "));
}

#[test]
fn a_page_knows_those_before_and_behind_it() {
    let chat = group("sg_1", "g");
    let mut export = Export::new(Lang::En);
    let second = Part {
        path: "x/b #2.html".into(),
        number: 2,
        previous: Some("x/a.html".into()),
    };
    let third = part("y/第三.html");
    let rows = [(&chat, says(&chat, 1, "a", "x"))];
    export.page(&second, Some(&third), &rows);
    let html = export.read("x/b #2.html");
    assert_eq!(times(&html, "<a rel=\"prev\" href=\"a.html\""), 2);
    assert_eq!(
        times(
            &html,
            "<a rel=\"next\" href=\"../y/%E7%AC%AC%E4%B8%89.html\""
        ),
        2
    );
    assert_eq!(times(&html, "href=\"../index.html\""), 2);
    assert!(
        html.contains("Part 2") && html.contains("2026-11-24 · 1 message "),
        "{html}"
    );
    assert_eq!(export.files, ["x/b #2.html", "search/x/b #2.html.js"]);
}

#[test]
fn a_link_too_long_for_its_room_stands_at_the_end() {
    let chat = group("sg_1", "g");
    let mut export = Export::new(Lang::En);
    let next = part(&format!("{}.html", "很长".repeat(100)));
    export.page(
        &part("a.html"),
        Some(&next),
        &[(&chat, says(&chat, 1, "a", "x"))],
    );
    let html = export.read("a.html");
    assert_eq!(times(&html, "rel=\"next\""), 1);
    assert!(html.rfind("rel=\"next\"") > html.find("<footer>"));
}

#[test]
fn a_page_without_messages_is_whole() {
    let html = Export::new(Lang::Zh).only("a.html", &[]);
    assert!(html.starts_with("<!DOCTYPE html>") && html.ends_with("</html>\n"));
    assert!(html.contains("0 条消息"));
}

#[test]
fn a_quote_leads_to_the_message_only_where_it_stands_on_the_page() {
    let chat = group("sg_1", "g");
    let reply = |seq: i64, id: &str, quoted: i64| {
        let content = json!({"text": "re", "quoteMessage": {
            "clientMsgID": id, "seq": quoted, "sendID": "a", "contentType": 101, "textElem": {"content": "q"}}});
        (&chat, row(&chat, seq, "b", ContentType::QUOTE, &content))
    };
    let rows = [
        (&chat, says(&chat, 5, "a", "q")),
        reply(6, "client-5", 0),
        reply(7, "gone", 5),
        reply(8, "gone", 4),
        reply(9, "", 9),
    ];
    let html = Export::new(Lang::En).only("a.html", &rows);
    assert_eq!(times(&html, "<a class=\"w\" href=\"#m5\""), 2, "{html}");
    assert_eq!(times(&html, "<a class=\"w\""), 2);
    assert_eq!(times(&html, "<blockquote>"), 4);
}

#[test]
fn what_became_of_a_message_is_marked_and_what_it_said_is_kept() {
    for (lang, words) in [
        (
            Lang::En,
            [
                "Taken back",
                "Deleted for",
                "Deleted for everybody",
                "Earlier version",
            ],
        ),
        (
            Lang::Zh,
            ["已撤回", "已被以下用户删除", "已为所有人删除", "早期版本"],
        ),
    ] {
        let export = sample(lang);
        let html = export.read("合同项目组/2026-11.html");
        for word in words {
            assert!(html.contains(word), "{word}");
        }
        assert!(html.contains("<details class=\"rev\" open>"));
        assert!(html.contains("<div class=\"kept\">那就按旧价格签吧</div>"));
        assert!(html.contains("第七条改为十个工作日") && html.contains("第七条改为十五个工作日"));
        assert!(html.contains("<bdi title=\"bob\">Bob</bdi>, <bdi title=\"u_3\">u_3</bdi>"));
    }
}

#[test]
fn a_revoked_message_whose_content_nobody_has_says_who_and_that() {
    let chat = group("sg_1", "g");
    let mut lost = says(&chat, 1, "a", "");
    lost.content_known = false;
    lost.message.content = String::new();
    lost.message.revoked = Some(Box::new(openim_history_client::model::Revoked {
        user_id: "u9".into(),
        ..Default::default()
    }));
    let html = Export::new(Lang::En).only("a.html", &[(&chat, lost)]);
    assert!(
        html.contains("Taken back · by <bdi>u9</bdi></span> <em>What it said is not known.</em>"),
        "{html}"
    );
}

#[test]
fn attachments_are_shown_from_the_export_or_named() {
    let export = sample(Lang::En);
    let html = export.read("合同项目组/2026-11.html");
    assert!(html.contains(
        "<img loading=\"lazy\" decoding=\"async\" src=\"../media/3f/roof.png\" alt=\"Picture 300×160\" width=\"300\" height=\"160\">"
    ));
    assert!(html.contains("<audio controls preload=\"none\" src=\"../media/5a/voice.wav\">"));
    assert!(html.contains("<a class=\"card\" href=\"../media/77/plan.pdf\">"));
    assert!(html.contains("4032×3024 · 3.6 MB · not in this export"));
    assert!(html.contains("1:23 · 17.9 MB · not in this export"));
    // No address of a server is loaded, whatever it is shown as.
    assert!(!html.contains("src=\"http"));
}

#[test]
fn pages_leave_no_message_and_no_word_out() {
    let export = sample(Lang::Zh);
    let html = export.read("合同项目组/2026-11.html");
    for seq in 1..=24 {
        assert_eq!(times(&html, &format!("id=\"m{seq}\"")), 1, "{seq}");
    }
    assert_eq!(
        times(
            &html,
            "这是一条很长的消息，会被折叠，但一个字也不会少。这是一条很长的消息"
        ),
        100 + 6
    );
    assert!(html.contains("nested within nested") && html.contains("newer"));
    assert!(html.contains("31.2304, 121.4956") && html.contains("上海市黄浦区"));
}

#[test]
fn the_index_leads_to_every_page_and_the_same_parts_make_the_same_bytes() {
    let export = sample(Lang::Zh);
    let index = export.read("index.html");
    for page in &export.finished {
        let address = crate::export::html::address::address("index.html", &page.part.path);
        assert!(index.contains(&format!("href=\"{address}\"")), "{address}");
    }
    assert!(index.contains("manifest.json") && index.contains("包含多个会话的页面"));
    assert!(index.contains("<dd>152</dd>"), "{index}");
    let search = export.read("search.html");
    let written = finish(export.folder.path(), &export.setting, &export.finished);
    assert_eq!(written.expect("finishes"), ["index.html", "search.html"]);
    assert_eq!(export.read("index.html"), index);
    assert_eq!(export.read("search.html"), search);
}

#[test]
fn the_same_messages_make_the_same_bytes() {
    let (once, again) = (sample(Lang::En), sample(Lang::En));
    assert_eq!(once.files, again.files);
    for file in &once.files {
        assert!(once.read(file) == again.read(file), "{file}");
    }
}

#[test]
fn the_texts_for_the_search_are_split_and_say_what_follows() {
    let chat = group("sg_1", "g");
    let long = "合".repeat(500_000);
    let rows: Vec<_> = (1..=7)
        .map(|seq| (&chat, says(&chat, seq, "a", &long)))
        .collect();
    let mut export = Export::new(Lang::En);
    export.only("a.html", &rows);
    assert_eq!(
        export.files,
        [
            "a.html",
            "search/a.html.js",
            "search/a.html.2.js",
            "search/a.html.3.js"
        ]
    );
    let mut found = Vec::new();
    for (number, file) in export.files[1..].iter().enumerate() {
        let script = export.read(file);
        let json = script
            .strip_prefix("openimHistoryTexts(")
            .and_then(|rest| rest.strip_suffix(");\n"))
            .expect("is one call");
        let data: serde_json::Value = serde_json::from_str(json).expect("is JSON");
        assert_eq!(data["more"], number < 2);
        assert_eq!(data["senders"], json!(["a"]));
        assert_eq!(data["chats"], json!(["g"]));
        let messages = data["messages"].as_array().expect("a list");
        found.extend(messages.iter().map(|message| message[1].as_i64()));
        assert!(messages.iter().all(|message| message[5] == long.as_str()));
    }
    assert!(found.into_iter().eq((1..=7).map(Some)));
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("x"), "").expect("is written");
    let setting = Export::new(Lang::En).setting;
    let error = begin(folder.path(), &part("x/a.html"), &setting)
        .err()
        .expect("fails");
    assert!(
        error.to_string().contains("cannot make the folder"),
        "{error}"
    );
}
