//! Messages that want to be more than text, before a real browser.

use std::io::Read as _;
use std::net::TcpListener;

use openim_history_client::model::{ContentType, Lang, Revoked};
use serde_json::{Value, json};

use super::{Export, group, part, row, says};
use crate::browser::Browser;
use crate::export::writer::Chat;
use crate::row::Row;

/// Texts that would do something if any of them were taken for markup. `HOST` stands for a server that counts who
/// asks.
const TEXTS: &[&str] = &[
    "<script>document.title='hit';window.hit=1</script>",
    "</script><script>window.hit=2</script>",
    "</style></title></textarea><svg onload=\"window.hit=3\">",
    "<img src=x onerror=window.hit=4><img src=\"http://HOST/a.png\">",
    "\"><iframe src=\"http://HOST/frame\"></iframe>",
    "' onmouseover='window.hit=5' x='",
    "--><script>window.hit=6</script><!--",
    "]]><script>window.hit=7</script>",
    "<link rel=stylesheet href=http://HOST/a.css><style>@import 'http://HOST/b.css'</style>",
    "javascript:window.hit=8 javascript://%0awindow.hit=9",
    "http://HOST/\"onclick=\"window.hit=10",
    "https://HOST/'><script>window.hit=11</script>",
    "\u{2028}\u{2029}*/window.hit=12//",
    "${window.hit=13} {{window.hit=14}} `window.hit=15`",
    "<meta http-equiv=refresh content=\"0;url=http://HOST/refresh\">",
    "<base href=\"http://HOST/\"><form action=http://HOST/><button>ok</button></form>",
    "photo_\u{202e}gpj.exe \u{2066}isolated\u{2069} \u{202a}a\u{202b}b",
    "a\0b\u{1}c\u{1b}[31m\u{7f}\u{9b}",
    "&lt;script&gt; &#x3c;script&#x3e; &amp;",
    "+ADw-script+AD4-window.hit=16+ADw-/script+AD4-",
    "\\\"));window.hit=17;//",
];

/// Makes messages of every type whose every string is `text`.
fn everywhere(chat: &Chat, text: &str, from: i64) -> Vec<Row> {
    let nested = json!({"clientMsgID": text, "sendID": text, "senderNickname": text, "senderFaceUrl": text, "contentType": 101, "textElem": {"content": text}});
    let picture =
        json!({"url": text, "width": 10, "height": 10, "size": 5, "type": text, "uuid": text});
    let contents: Vec<(i32, Value)> = vec![
        (101, json!({"content": text})),
        (101, Value::from(text)),
        (
            102,
            json!({"sourcePath": text, "sourcePicture": picture, "snapshotPicture": picture}),
        ),
        (
            103,
            json!({"sourceUrl": text, "duration": 3, "soundType": text}),
        ),
        (
            104,
            json!({"videoUrl": text, "snapshotUrl": text, "duration": 3}),
        ),
        (
            105,
            json!({"sourceUrl": text, "fileName": text, "fileSize": 9}),
        ),
        (
            106,
            json!({"text": format!("@{text} {text}"), "atUserList": [text], "atUsersInfo": [{"atUserID": text, "groupNickname": text}], "quoteMessage": nested}),
        ),
        (
            107,
            json!({"title": text, "abstractList": [text], "multiMessage": [nested, {"contentType": 107, "mergeElem": {"title": text, "multiMessage": [nested]}}]}),
        ),
        (
            108,
            json!({"userID": text, "nickname": text, "faceURL": text, "ex": text}),
        ),
        (
            109,
            json!({"description": text, "longitude": 1, "latitude": 2}),
        ),
        (
            110,
            json!({"data": text, "description": text, "extension": json!({text: text}).to_string()}),
        ),
        (
            114,
            json!({"text": text, "quoteMessage": nested, "messageEntityList": [{"type": text, "url": text, "offset": 0, "length": 4}]}),
        ),
        (115, json!({"index": 1, "data": text})),
        (
            117,
            json!({"text": text, "messageEntityList": [{"type": "url", "url": text}]}),
        ),
        (118, json!({"content": text})),
        (121, json!({text: text})),
        (
            1400,
            json!({"detail": json!({"notificationName": text, "text": text, "url": text, "ex": text, "pictureElem": {"sourcePicture": picture}}).to_string()}),
        ),
        (
            1509,
            json!({"detail": json!({"group": {"groupName": text}, "inviterUser": {"userID": text, "nickname": text}, "invitedUserList": [{"userID": text, "nickname": text}]}).to_string()}),
        ),
        (
            2001,
            json!({"detail": json!({"key": text, "data": text}).to_string()}),
        ),
        (7777, json!({text: [text]})),
    ];
    let mut rows = Vec::new();
    for (seq, (content_type, content)) in (from..).zip(contents) {
        let mut row = row(chat, seq, text, ContentType(content_type), &content);
        row.message.client_msg_id = text.into();
        row.message.deleted_for = vec![text.into()];
        if seq % 5 == 0 {
            row.message.revoked = Some(Box::new(Revoked {
                user_id: text.into(),
                nickname: text.into(),
                ..Revoked::default()
            }));
        }
        rows.push(row);
    }
    rows
}

/// Makes an export of hostile texts in every place there is, its titles and paths included.
fn hostile(host: &str) -> (Export, String) {
    let mut export = Export::new(Lang::En);
    let texts: Vec<String> = TEXTS
        .iter()
        .map(|text| text.replace("HOST", host))
        .collect();
    export.setting.title = format!("{} {}", texts[0], texts[2]);
    let mut rows = Vec::new();
    let chats: Vec<Chat> = texts
        .iter()
        .map(|text| group(&format!("sg_{text}"), text))
        .collect();
    for (chat, text) in chats.iter().zip(&texts) {
        for row in everywhere(chat, text, 1) {
            rows.push((chat, row));
        }
    }
    // The worst name a template may have let through.
    let page = "x\"><script>window.hit=18<%2fscript>' onerror=window.hit=19 #?.html".to_owned();
    export.page(
        &part(&page),
        Some(&part("javascript:window.hit=20.html")),
        &rows,
    );
    export.finish();
    (export, page)
}

/// What a page looks like that was not broken into.
const UNTOUCHED: &str = "window.hit === undefined && document.title !== 'hit' \
    && document.querySelectorAll('iframe, base, form:not(.field), link:not([rel=icon]), object, embed').length === 0 \
    && document.querySelectorAll('style').length === 1 \
    && [...document.querySelectorAll('*')].every(e => [...e.attributes].every(a => !a.name.startsWith('on'))) \
    && [...document.querySelectorAll('a')].every(a => /^(https?|file):$/.test(a.protocol)) \
    && [...document.querySelectorAll('[src]')].every(e => !e.getAttribute('src').includes(':'))";

#[test]
fn hostile_texts_run_nothing_and_ask_nobody() {
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    server.set_nonblocking(true).expect("is set");
    let host = server.local_addr().expect("an address").to_string();
    let (export, page) = hostile(&host);
    let mut browser = Browser::start();
    for name in [page.as_str(), "index.html", "search.html"] {
        browser.open(&export.path(name), "");
        assert_eq!(browser.evaluate(UNTOUCHED), true, "{name}");
        assert_eq!(browser.complaints(), [""; 0], "{name}");
        for request in browser.requests() {
            assert!(
                request.starts_with("file:") || request.starts_with("data:"),
                "{request}"
            );
        }
    }
    // What is found shows up as text as well.
    for (text, expected) in [("script>window", 1), ("\u{202e}gpj", 1), ("photo", 1)] {
        let asked = percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC);
        browser.open(&export.path("search.html"), &format!("q={asked}"));
        browser.wait_for("document.getElementById('status').dataset.done || !document.getElementById('more').hidden");
        let hits = browser.evaluate("document.querySelectorAll('.hits li').length");
        assert!(hits.as_u64() >= Some(expected), "{text}: {hits}");
        assert_eq!(browser.evaluate(UNTOUCHED), true, "{text}");
        assert_eq!(browser.complaints(), [""; 0], "{text}");
    }
    let asked = server.accept();
    assert_eq!(
        asked.err().map(|error| error.kind()),
        Some(std::io::ErrorKind::WouldBlock)
    );
}

#[test]
fn even_markup_that_got_in_would_run_nothing() {
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    server.set_nonblocking(true).expect("is set");
    let host = server.local_addr().expect("an address");
    let chat = group("sg_1", "g");
    let mut export = Export::new(Lang::En);
    let html = export.only("a.html", &[(&chat, says(&chat, 1, "a", "MARK"))]);
    let broken = html.replace(
        "MARK",
        &format!(
            "<script>window.hit=1</script><img id=i src=http://{host}/x onerror=window.hit=2>\
             <iframe src=http://{host}/y></iframe><style>body{{background:url(http://{host}/z)}}</style>"
        ),
    );
    assert_ne!(broken, html);
    std::fs::write(export.path("b.html"), broken).expect("is written");
    let mut browser = Browser::start();
    browser.open(&export.path("b.html"), "");
    assert_eq!(
        browser.evaluate("window.hit === undefined && !!document.getElementById('i')"),
        true
    );
    assert!(
        !browser.complaints().is_empty(),
        "the policy says what it refused"
    );
    // A browser may open a connection for a frame before it asks the policy, but it says nothing over it.
    while let Ok((mut opened, _)) = server.accept() {
        opened.set_nonblocking(false).expect("is set");
        let patience = Some(std::time::Duration::from_millis(500));
        opened.set_read_timeout(patience).expect("is set");
        let mut request = [0; 200];
        let length = opened.read(&mut request).unwrap_or_default();
        assert_eq!(String::from_utf8_lossy(&request[..length]), "");
    }
}

#[test]
fn overrides_of_the_writing_direction_are_seen_and_turn_nothing() {
    let chat = group("sg_1", "g");
    let html = Export::new(Lang::En).only(
        "a.html",
        &[(&chat, says(&chat, 1, "\u{202e}a", "photo_\u{202e}gpj.exe"))],
    );
    assert!(html.contains("photo_[U+202E]gpj.exe") && html.contains("[U+202E]a"));
    assert!(!html.contains('\u{202e}'));
}

#[test]
fn a_message_of_a_megabyte_is_folded_and_kept() {
    let chat = group("sg_1", "g");
    let long = "x".repeat(1 << 20);
    let html = Export::new(Lang::En).only("a.html", &[(&chat, says(&chat, 1, "a", &long))]);
    assert!(html.contains(&long) && html.contains("Show all (1.0 MB)"));
}

#[test]
fn mergers_within_mergers_end_and_say_so() {
    let chat = group("sg_1", "g");
    let mut bomb = json!({"title": "core", "multiMessage": [{"contentType": 101, "textElem": {"content": "inner"}}]});
    for level in 0..40 {
        let one = json!({"contentType": 107, "sendID": "a", "mergeElem": bomb});
        bomb = json!({"title": format!("level {level}"), "multiMessage": [one, one]});
        if bomb.to_string().len() > 1 << 20 {
            break;
        }
    }
    let content = bomb.to_string();
    let mut export = Export::new(Lang::En);
    let html = export.only(
        "a.html",
        &[(&chat, row(&chat, 1, "a", ContentType::MERGER, &bomb))],
    );
    assert!(html.contains("more than 6 levels deep"));
    assert!(html.matches("<details class=\"merger\">").count() <= 1001);
    assert!(
        html.len() < content.len() * 12,
        "{} of {}",
        html.len(),
        content.len()
    );
    let wide = json!({"title": "wide", "multiMessage": vec![json!({"contentType": 101, "textElem": {"content": "w"}}); 5000]});
    let html = export.only(
        "b.html",
        &[(&chat, row(&chat, 1, "a", ContentType::MERGER, &wide))],
    );
    assert!(html.contains("More forwarded messages than are laid out here"));
    assert_eq!(html.matches("<li>").count(), 1000);
}

#[test]
fn half_a_surrogate_pair_is_a_replacement_character() {
    let chat = group("sg_1", "g");
    let content = Value::from(r#"{"content":"cut \ud83d here"}"#);
    let mut export = Export::new(Lang::En);
    let html = export.only(
        "a.html",
        &[(&chat, row(&chat, 1, "a", ContentType::TEXT, &content))],
    );
    assert!(html.contains("cut \u{fffd} here"));
    assert!(
        export
            .read("search/a.html.js")
            .contains("cut \u{fffd} here")
    );
}

#[test]
fn files_that_a_browser_would_run_are_named_and_not_linked() {
    let chat = group("sg_1", "g");
    let mut export = Export::new(Lang::En);
    export.attach(
        "http://m/a",
        "media/a.html",
        "text/html",
        b"<script>window.hit=1</script>",
    );
    export.attach(
        "http://m/b",
        "media/b.svg",
        "image/svg+xml",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='1'/>",
    );
    let file = json!({"fileName": "a.html", "sourceUrl": "http://m/a", "fileSize": 3});
    let picture = json!({"sourcePicture": {"url": "http://m/b"}});
    let html = export.only(
        "x.html",
        &[
            (&chat, row(&chat, 1, "a", ContentType::FILE, &file)),
            (&chat, row(&chat, 2, "a", ContentType::PICTURE, &picture)),
        ],
    );
    assert!(html.contains("<code>media/a.html</code>") && html.contains("src=\"media/b.svg\""));
    assert!(!html.contains("href=\"media/"), "{html}");
}
