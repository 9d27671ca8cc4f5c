//! Nothing is missed and nothing is found that is not there, through the language, in a large history of many
//! scripts: held against a plain scan of every text.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use openim_history_archive::index::{Index, IndexSettings, Order, fold};
use openim_history_archive::row::{RowSource, Seen};
use openim_history_archive::search::{Context, Directory, parse, resolve};
use openim_history_archive::sync::NoProgress;
use openim_history_archive::{Archive, Place, WriterOptions};
use openim_history_client::model::{Slot, Timestamp};
use openim_history_standin::mongod::Mode;
use unicode_segmentation::UnicodeSegmentation;

use crate::places::{content, folder, generated, store, sync};
use crate::search::{START, said};

/// Messages of a generated server: Chinese, English, mixed, emoji, full width, and every type of content.
const GENERATED: u64 = 12_000;

/// Messages put together from what stands below.
const PUT_TOGETHER: usize = 5_500;

/// Messages of long runs of one script, for each: without them hardly any has eight emoji in a row.
const RUNS: usize = 60;

/// Pieces that are looked for, of each script and each number of characters from 1 to 8, and how many there are at
/// least: there are fewer single emoji.
const PIECES: usize = 12;
const FEWEST: usize = 5;

/// What people of each script write, in pieces that are put together.
const WRITTEN: &[&[&str]] = &[
    &[
        "合同明天上午签",
        "记得带公章",
        "发票已经寄出",
        "簽訂合約",
        "頭髮與發票",
        "收到",
        "好的",
        "软件开发部",
    ],
    &[
        "今日は",
        "ありがとうございます",
        "契約書",
        "カタカナ",
        "ｶﾞｿﾘﾝ",
        "よろしく",
        "𠮷野家",
    ],
    &[
        "안녕하세요",
        "계약서를",
        "보냈어요",
        "반갑습니다",
        "회의",
        "한글",
    ],
    &[
        "Hello",
        "WORLD",
        "contract",
        "the world's end",
        "don't",
        "e-mail",
        "naïve café",
        "straße",
    ],
    &[
        "v2.3.1",
        "A-20240315-0001",
        "13800138000",
        "a@example.com",
        "https://example.com/a?b=合同",
        "100%",
    ],
    &["ＡＢＣ", "１２３", "ｈｅｌｌｏ", "！？", "（全角）"],
    &["👍", "🎉🎉", "👨‍👩‍👧‍👦", "🇨🇳🇯🇵", "❤️"],
    &["……", "——", "?!", "《》", "、", "。」", ":-)", "#*"],
    &["Привет", "ДОГОВОР", "สวัสดีครับ", "नमस्ते", "مرحبا", "Οδυσσεύς"],
];

/// What stands between them.
const BETWEEN: &[&str] = &[
    "", "", " ", "，", "。", ", ", "……", "!", "\n", "　", "\"", "\\", "(", ")", "-", ":",
];

fn put_together(random: &mut fastrand::Rng) -> String {
    let mut text = String::new();
    let mut script = random.choice(WRITTEN).expect("some");
    for _ in 0..random.usize(1..7) {
        if random.f32() < 0.3 {
            script = random.choice(WRITTEN).expect("some");
        }
        text += random.choice(*script).expect("some");
        text += random.choice(BETWEEN).expect("some");
    }
    text
}

/// One script and nothing else, now and then with a space.
fn run_of(script: &[&str], random: &mut fastrand::Rng) -> String {
    let mut text = String::new();
    for _ in 0..12 {
        text += random.choice(script).expect("some");
        text += random.choice(["", "", " "]).expect("some");
    }
    text
}

/// Copies a generated server, adds what is put together, and returns the text of every message.
async fn stored(place: &Place) -> (BTreeMap<(String, i64), String>, Index) {
    let (database, source) = store(Mode::Standalone, &generated(97, GENERATED)).await;
    sync(place, &source).await;
    database.drop().await.expect("drops");
    let mut random = fastrand::Rng::with_seed(11);
    let mut writer = Archive::write(place, "a test", WriterOptions::default())
        .await
        .expect("opens");
    let seen = Seen {
        source: RowSource::Mongo,
        at: Timestamp::from_millis(START),
    };
    let mut texts: Vec<String> = (0..PUT_TOGETHER)
        .map(|_| put_together(&mut random))
        .collect();
    for script in WRITTEN {
        texts.extend((0..RUNS).map(|_| run_of(script, &mut random)));
    }
    for (at, texts) in texts.chunks(1_000).enumerate() {
        let first = i64::try_from(at * 1_000).expect("few");
        let slots = (first + 1..).zip(texts).map(|(seq, text)| {
            let mut message = said("sg_scripts", seq, "alice", text);
            message.send_time = Timestamp::from_millis(START + seq);
            Slot::Message(message)
        });
        writer.take(slots.collect(), seen).await.expect("takes");
        writer.commit_rows().await.expect("commits");
    }
    writer.close().await.expect("closes");
    let texts = content(place).await.into_iter();
    let texts = texts.map(|(key, row)| ((key.conversation_id.to_string(), key.seq.0), row.text()));
    let archive = Archive::open(place).await.expect("opens");
    let (index, _) = archive
        .index(None, IndexSettings::default(), &NoProgress)
        .await
        .expect("opens");
    (texts.collect(), index)
}

/// What a piece is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Script {
    Chinese,
    Japanese,
    Korean,
    English,
    FullWidth,
    Emoji,
    Punctuation,
    /// Thai, Cyrillic, Arabic and others.
    Other,
    /// Several of them.
    Mixed,
}

impl Script {
    const ALL: [Self; 9] = [
        Self::Chinese,
        Self::Japanese,
        Self::Korean,
        Self::English,
        Self::FullWidth,
        Self::Emoji,
        Self::Punctuation,
        Self::Other,
        Self::Mixed,
    ];

    /// Returns what a character belongs to; nothing for a space.
    fn of_character(character: &str) -> Option<Self> {
        Some(match character.chars().next()? {
            c if c.is_whitespace() => return None,
            '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{2ffff}' => Self::Chinese,
            '\u{3041}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9f}' => Self::Japanese,
            '\u{ac00}'..='\u{d7a3}' => Self::Korean,
            '\u{ff01}'..='\u{ff5e}' => Self::FullWidth,
            '\u{1f000}'..='\u{1ffff}' | '❤' => Self::Emoji,
            '0'..='9' | 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{24f}' => Self::English,
            '\u{2010}'..='\u{203e}' | '\u{3001}'..='\u{303f}' => Self::Punctuation,
            c if c.is_ascii_punctuation() => Self::Punctuation,
            _ => Self::Other,
        })
    }

    /// Returns what a piece belongs to; nothing where it is all spaces.
    fn of(characters: &[&str]) -> Option<Self> {
        let all: BTreeSet<Self> = characters
            .iter()
            .filter_map(|character| Self::of_character(character))
            .collect();
        let all: Vec<Self> = all.into_iter().collect();
        match all[..] {
            [] => None,
            [one] => Some(one),
            // Japanese has both.
            [Self::Chinese, Self::Japanese] => Some(Self::Japanese),
            _ => Some(Self::Mixed),
        }
    }
}

/// Draws pieces of each script and each length: so many characters that stand next to each other in some message, as
/// people see characters, for half of one is another.
fn pieces(
    texts: &[&str],
    random: &mut fastrand::Rng,
) -> BTreeMap<(Script, usize), HashSet<String>> {
    const DRAWS: usize = 300_000;
    let texts: Vec<Vec<&str>> = texts
        .iter()
        .map(|text| text.graphemes(true).collect())
        .collect();
    let mut pieces: BTreeMap<(Script, usize), HashSet<String>> = BTreeMap::new();
    for _ in 0..DRAWS {
        let text = random.choice(&texts).expect("some");
        let length = random.usize(1..=8);
        let Some(last) = text.len().checked_sub(length) else {
            continue;
        };
        let start = random.usize(..=last);
        let piece = &text[start..start + length];
        let Some(script) = Script::of(piece) else {
            continue;
        };
        let found = pieces.entry((script, length)).or_default();
        if found.len() < PIECES {
            found.insert(piece.concat());
        }
    }
    pieces
}

fn quoted(piece: &str) -> String {
    format!("\"{}\"", piece.replace('\\', "\\\\").replace('"', "\\\""))
}

#[tokio::test(flavor = "multi_thread")]
async fn pieces_of_one_to_eight_characters_are_found_where_a_scan_finds_them_and_nowhere_else() {
    let (_folder, place) = folder();
    let (texts, index) = stored(&place).await;
    assert!(texts.len() > 15_000, "{}", texts.len());
    let folded: Vec<(&(String, i64), &str, String)> = texts
        .iter()
        .map(|(key, text)| (key, text.as_str(), fold(text)))
        .collect();
    let all: Vec<&str> = texts.values().map(String::as_str).collect();
    let mut random = fastrand::Rng::with_seed(23);
    let drawn = pieces(&all, &mut random);
    for script in Script::ALL {
        // One character is of one script.
        for length in if script == Script::Mixed {
            2..=8
        } else {
            1..=8
        } {
            let found = drawn.get(&(script, length)).map_or(0, HashSet::len);
            assert!(found >= FEWEST, "{found} pieces of {length} of {script:?}");
        }
    }
    let pieces: Vec<&String> = drawn.values().flatten().collect();
    let (directory, mut hits) = (Directory::default(), 0);
    for piece in pieces.iter().copied() {
        let query = quoted(piece);
        let context = Context {
            query: &query,
            directory: &directory,
            index: &index,
            now: "2026-11-24T10:30:00Z[UTC]".parse().expect("a time"),
        };
        let node = parse(&query).unwrap_or_else(|error| panic!("{query}: {error}"));
        let Ok(resolved) = resolve(&node, &context) else {
            // Nothing that could be looked for: spaces, or what cannot be seen.
            assert_eq!(fold(piece).trim(), "", "{piece:?}");
            continue;
        };
        let found = index
            .find(&resolved, Order::Oldest, usize::MAX, None)
            .expect("finds");
        assert_eq!(found.total, found.hits.len() as u64, "{piece:?}");
        let found: HashSet<(String, i64)> = found
            .hits
            .into_iter()
            .map(|hit| (hit.conversation_id.to_string(), hit.seq.0))
            .collect();
        let wanted = fold(piece);
        for (key, text, folded) in &folded {
            let is_found = found.contains(*key);
            // As it is written, whatever folding does: or folded, and only then.
            assert!(
                is_found || !text.contains(piece.as_str()),
                "{piece:?} is missed in {text:?}"
            );
            assert_eq!(is_found, folded.contains(&wanted), "{piece:?} in {text:?}");
        }
        hits += found.len();
    }
    assert!(hits > pieces.len(), "{hits}");
}
