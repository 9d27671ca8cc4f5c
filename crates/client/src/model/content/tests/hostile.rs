//! What nobody should send and somebody will.

use super::super::{NestedMessage, Quote};
use super::*;

/// A quote of a quote of … of `text`, nested through typed elements.
fn quotes(depth: usize, text: &str) -> String {
    let open = r#"{"text":"t","quoteMessage":{"contentType":114,"quoteElem":"#.repeat(depth);
    let close = "}}".repeat(depth);
    format!(r#"{open}{{"text":"{text}"}}{close}"#)
}

/// The messages quoted one within the other, from the outside in.
fn chain(content: &Content) -> Vec<&NestedMessage> {
    let mut chain = Vec::new();
    let mut content = content;
    while let Content::Quote(Quote {
        quoted: Some(quoted),
        ..
    }) = content
    {
        chain.push(&**quoted);
        content = &quoted.content;
    }
    chain
}

#[test]
fn quotes_are_read_sixteen_deep_and_kept_verbatim_below() {
    let sixteen = parse(114, &quotes(16, "bottom"));
    assert_eq!(chain(&sixteen).len(), 16);
    assert_eq!(
        chain(&sixteen)[15].content,
        parse(114, r#"{"text":"bottom"}"#)
    );

    let forty = parse(114, &quotes(40, "bottom"));
    let chain = chain(&forty);
    assert_eq!(chain.len(), 17);
    let Content::Raw { content, .. } = &chain[16].content else {
        panic!("verbatim below the limit: {:?}", chain[16].content);
    };
    assert_eq!(content.matches("quoteMessage").count(), 23);
    assert!(forty.text().ends_with("bottom"), "still found");
    assert_eq!(forty.summary(Lang::En), "t [quoting t]");
}

#[test]
fn json_deeper_than_any_parser_goes_stays_verbatim() {
    for content in [
        quotes(100_000, "x"),
        "[".repeat(1_000_000),
        format!("{}{}", r#"{"content":"#.repeat(5_000), "}".repeat(5_000)),
    ] {
        assert_eq!(
            parse(114, &content),
            Content::Raw {
                content_type: ContentType::QUOTE,
                content: content.clone()
            }
        );
        assert_eq!(parse(114, &content).text(), content);
    }
}

#[test]
fn json_inside_json_is_followed_and_bounded() {
    let mut content = r#"{"content":"bottom"}"#.to_owned();
    let mut content_type = 101;
    for _ in 0..12 {
        content = serde_json::json!({
            "text": "t",
            "quoteMessage": { "contentType": content_type, "content": content },
        })
        .to_string();
        content_type = 114;
    }
    let parsed = parse(114, &content);
    assert_eq!(chain(&parsed).len(), 12);
    assert!(parsed.text().ends_with("\nbottom"));

    // Custom data is opened a few layers deep, and found as it stands below.
    let mut data = "bottom".to_owned();
    for _ in 0..8 {
        data = serde_json::json!([data]).to_string();
    }
    let custom = serde_json::json!({ "data": data }).to_string();
    let text = parse(110, &custom).text();
    assert!(text.contains("bottom") && text.starts_with('['), "{text}");
}

#[test]
fn a_merger_of_very_many_is_cut_and_the_rest_kept() {
    let list = vec![r#"{"contentType":101,"textElem":{"content":"w"}}"#; 5_000].join(",");
    let content = format!(r#"{{"title":"t","multiMessage":[{list}]}}"#);
    let Content::Merger(merger) = parse(107, &content) else {
        panic!("a merger");
    };
    assert_eq!(merger.messages.len(), 1000);
    let rest: Vec<serde_json::Value> = serde_json::from_str(&merger.rest).expect("an array");
    assert_eq!(rest.len(), 4000);
    assert_eq!(
        parse(107, &content).text().lines().count(),
        1 + 5000,
        "the rest is found as well"
    );
    assert_eq!(parse(107, &content).summary(Lang::En), "[Chat history] t");
}

#[test]
fn mergers_within_mergers_share_one_limit() {
    let inner = vec![r#"{"contentType":101}"#; 600].join(",");
    let outer = format!(r#"{{"contentType":107,"mergeElem":{{"multiMessage":[{inner}]}}}}"#);
    let content = format!(r#"{{"multiMessage":[{outer},{outer},{outer}]}}"#);
    let Content::Merger(merger) = parse(107, &content) else {
        panic!("a merger");
    };
    let read: usize = merger
        .messages
        .iter()
        .map(|message| match &message.content {
            Content::Merger(inner) => 1 + inner.messages.len(),
            other => panic!("a merger: {other:?}"),
        })
        .sum();
    assert_eq!(read, 1000);
    assert!(!merger.rest.is_empty());
}

#[test]
fn one_odd_message_does_not_spoil_what_holds_it() {
    let content = r#"{"title":"t","multiMessage":[{"contentType":"x"},{"contentType":101.0,"content":{"content":"ok"}},7]}"#;
    let Content::Merger(merger) = parse(107, content) else {
        panic!("a merger");
    };
    let contents: Vec<_> = merger.messages.into_iter().map(|m| m.content).collect();
    assert_eq!(
        contents,
        [
            Content::Raw {
                content_type: ContentType(0),
                content: r#"{"contentType":"x"}"#.to_owned()
            },
            parse(101, r#"{"content":"ok"}"#),
            Content::Raw {
                content_type: ContentType(0),
                content: "7".to_owned()
            },
        ]
    );
}

#[test]
fn content_of_the_wrong_shape_stays_verbatim_for_every_type() {
    let wrong = [
        "7",
        "[]",
        "\"text\"",
        "{",
        r#"{"zzz":1}"#,
        r#"{"detail":"not json"}"#,
        r#"{"detail":"[1]"}"#,
        r#"{"detail":7}"#,
        r#"{"detail":"{\"zzz\":1}"}"#,
        "\0\u{1b}[2J",
    ];
    for known in ContentType::KNOWN
        .iter()
        .copied()
        .chain([ContentType(-1), ContentType(i32::MAX)])
    {
        for content in wrong {
            let parsed = Content::parse(known, content);
            match &parsed {
                Content::Raw { content: kept, .. } | Content::Unknown { content: kept, .. } => {
                    assert_eq!(kept, content, "{known:?}");
                }
                Content::Reaction(reaction) => assert_eq!(reaction.content, content),
                other => panic!("{known:?} {content}: {other:?}"),
            }
            for lang in [Lang::En, Lang::Zh] {
                let line = parsed.summary(lang);
                assert!(!line.contains(char::is_control), "{line:?}");
            }
        }
    }
}

#[test]
fn numbers_of_any_size_are_read_or_stay_verbatim() {
    let Content::File(file) = parse(105, r#"{"fileSize":99999999999999999999,"fileName":"a"}"#)
    else {
        panic!("a file");
    };
    assert_eq!(file.size, i64::MAX);
    let Content::Picture(picture) = parse(
        102,
        r#"{"sourcePicture":{"width":-1e308,"height":9223372036854775807,"size":"1e30"}}"#,
    ) else {
        panic!("a picture");
    };
    assert_eq!(
        (
            picture.source.width,
            picture.source.height,
            picture.source.size
        ),
        (i64::MIN, i64::MAX, i64::MAX)
    );
    assert_eq!(
        parse(102, r#"{"bigPicture":{"width":1e999}}"#).kind(),
        super::super::Kind::Other
    );
    let muted = told(r#"{"mutedUser":"bob","mutedSeconds":9223372036854775807}"#);
    assert!(
        parse(1512, &muted)
            .summary(Lang::En)
            .contains("for 106751991167300 days 15 hours")
    );
    let read = told(r#"{"seqs":[9223372036854775807,-9223372036854775808]}"#);
    assert_eq!(
        parse(2102, &read).summary(Lang::En),
        "somebody deleted messages 9223372036854775807, -9223372036854775808"
    );
}

#[test]
fn half_an_emoji_does_not_hide_the_text_around_it() {
    let parsed = parse(101, r#"{"content":"看 \ud83d"}"#);
    assert_eq!(parsed.text(), "看 \u{fffd}");
    let nested = parse(
        114,
        r#"{"text":"\ude00","quoteMessage":{"contentType":101,"content":"{\"content\":\"\\ud83dx\"}"}}"#,
    );
    assert_eq!(nested.text(), "\u{fffd}\n\u{fffd}x");
}

#[test]
fn a_megabyte_is_kept_whole_and_never_grows_into_a_flood() {
    let long = "文 word\n".repeat(100_000);
    let content = serde_json::json!({ "content": long }).to_string();
    let parsed = parse(101, &content);
    assert_eq!(parsed.text(), long.trim());
    assert_eq!(
        parsed.summary(Lang::Zh).chars().count(),
        long.trim().chars().count(),
        "never cut off"
    );

    let flood = serde_json::json!({
        "text": "@a ".repeat(300_000),
        "atUsersInfo": [{ "atUserID": "a", "groupNickname": "long name ".repeat(1_000) }],
    })
    .to_string();
    let line = parse(106, &flood).summary(Lang::En);
    assert!(line.len() < 3 * flood.len(), "{}", line.len());
    assert!(line.starts_with("@long name"));
}

#[test]
fn names_can_neither_forge_a_line_nor_turn_it() {
    let told = told(
        r#"{"group":{"groupName":"二组\n[deleted]"},"quitUser":{"nickname":"\u202eEve\u001b[0m"}}"#,
    );
    assert_eq!(
        parse(1504, &told).summary(Lang::En),
        "Eve[0m left the group 二组 [deleted]"
    );
}

#[test]
fn content_is_serialized_with_its_type() {
    let written = |content: &Content| serde_json::to_value(content).expect("serializes");
    assert_eq!(
        written(&parse(101, r#"{"content":"hi"}"#)),
        serde_json::json!({ "type": "text", "text": "hi" })
    );
    assert_eq!(
        written(&parse(150, "{}")),
        serde_json::json!({ "type": "unknown", "content_type": 150, "content": "{}" })
    );
    assert_eq!(
        written(&Content::Empty),
        serde_json::json!({ "type": "empty" })
    );
    let quote = written(&parse(
        114,
        r#"{"text":"re","quoteMessage":{"contentType":101,"sendTime":1,"content":"plain"}}"#,
    ));
    assert_eq!(quote["type"], "quote");
    assert_eq!(quote["quoted"]["content"]["type"], "raw");
    assert_eq!(quote["quoted"]["content"]["content"], "plain");
    let private = written(&parse(1701, &told(r#"{"sendID":"a","isPrivate":1}"#)));
    assert_eq!(private["type"], "conversation");
    assert_eq!(private["action"], "private_chat");
    assert_eq!(private["on"], true);
}
