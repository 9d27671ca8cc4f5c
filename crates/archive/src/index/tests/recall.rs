//! Nothing is missed and nothing is found that is not there, against a plain scan.

use std::collections::BTreeSet;

use super::super::{Entry, Order, Query, fold};
use super::{index, row};

/// Texts with what is hard about each script.
const TEXTS: &[&str] = &[
    "合同明天签",
    "明天签合同，可以吗？",
    "明天 签合同",
    "合同 明天",
    "合合合同同同",
    "Hello, World!",
    "hello world",
    "hello  WORLD hello\nworld",
    "say hello-world to_the world's end",
    "ＨＥＬＬＯ　ｗｏｒｌｄ，全角ＡＢＣ１２３",
    "半角ｶﾀｶﾅとガギグゲゴ",
    "今日はありがとうございます。明日もよろしく！",
    "カタカナのテスト、ひらがなのテスト",
    "안녕하세요 반갑습니다. 계약서를 보냈어요",
    "สวัสดีครับ ผมชื่อสมชาย",
    "Привет, как дела? ДОГОВОР подписан",
    "नमस्ते दुनिया, कैसे हो",
    "مرحبا بالعالم",
    "Ναι, ΟΔΥΣΣΕΥΣ και Οδυσσέας",
    "café CAFÉ cafe\u{301} naïve straße",
    "👍👍🎉 好的👨‍👩‍👧‍👦!",
    "🇨🇳🇯🇵🇰🇷 ❤️❤",
    "v2.3.1发布了,见 https://example.com/a/b?x=1&y=合同",
    "订单号A-20240315-0001已发货",
    "md5: d41d8cd98f00b204e9800998ecf8427e ok",
    "d41d8cd98f00b204e9800998ecf8427ed41d8cd98f00b204e9800998ecf8427e",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa aaaa",
    "aaaa aa a",
    "......!!!???。。。",
    "(a)(b)((c))",
    "电话13800138000，邮箱zhang.san@example.com",
    "混合text和中文mixed在一起together",
    "𠮷野家で𩸽を食べる",
    "زيرو\u{200c}جوينر and zero\u{200b}width",
    "x",
    "的",
    " ",
    "",
    "①②③ ㎏ Ⅳ ½ ﬁne",
    "word\tword\u{3000}word\u{a0}word",
    "a b c d e f g",
    "a-b-c-d",
    "漢字かなカナhangul한글all",
    "第一行\n第二行\r\n第三行",
    "簽訂合約，頭髮與發票，軟體開發",
    "签订合约，头发与发票，软体开发",
];

#[test]
fn a_piece_of_any_text_finds_exactly_the_messages_that_contain_it() {
    let mut random = fastrand::Rng::with_seed(7);
    let texts = corpus(&mut random, 1_500);
    let folded: Vec<String> = texts.iter().map(|text| fold(text)).collect();
    let (_folder, index, mut writer) = index();
    let rows: Vec<_> = (0..)
        .zip(&texts)
        .map(|(seq, text)| row("sg_1", seq, text))
        .collect();
    // Several parts, so that a term is not in all of them.
    for (at, rows) in rows.chunks(rows.len().div_ceil(3)).enumerate() {
        let texts = &texts[rows[0].message.seq.0 as usize..];
        writer
            .insert(
                rows.iter()
                    .zip(texts)
                    .map(|(row, text)| Entry::with_text(row, text.as_str())),
            )
            .unwrap();
        writer.commit(at as u64).unwrap();
    }
    let mut pieces = BTreeSet::new();
    for text in TEXTS {
        pieces.extend(every_piece(text));
    }
    for _ in 0..3_000 {
        pieces.insert(random_piece(&mut random, &texts));
    }
    for _ in 0..500 {
        // Most likely in no text.
        let (a, b) = (
            random_piece(&mut random, &texts),
            random_piece(&mut random, &texts),
        );
        pieces.insert(a + &b);
    }
    for piece in &pieces {
        let wanted = fold(piece);
        let expected: BTreeSet<i64> = (0..)
            .zip(&folded)
            .filter(|(_, text)| text.contains(&wanted))
            .map(|(seq, _)| seq)
            .collect();
        let found = index
            .find(&Query::contains(piece), Order::Oldest, usize::MAX, None)
            .unwrap();
        let hits: BTreeSet<i64> = found.hits.iter().map(|hit| hit.seq.0).collect();
        let missed: Vec<_> = expected
            .difference(&hits)
            .map(|at| &texts[*at as usize])
            .collect();
        let wrong: Vec<_> = hits
            .difference(&expected)
            .map(|at| &texts[*at as usize])
            .collect();
        assert!(
            missed.is_empty() && wrong.is_empty(),
            "{piece:?}: missed {missed:?}, wrong {wrong:?}"
        );
        assert_eq!(found.total, expected.len() as u64, "{piece:?}");
    }
}

#[test]
fn a_piece_is_found_whatever_its_case_width_and_spaces() {
    let (_folder, index, mut writer) = index();
    writer
        .put(&[
            row("sg_1", 1, "Ｈｅｌｌｏ，　ＷＯＲＬＤ"),
            row("sg_1", 2, "ｶﾞｿﾘﾝ"),
            row("sg_1", 3, "hello\n\n  world"),
            row("sg_1", 4, "明天簽訂合約"),
            row("sg_1", 5, "明天签订合约"),
        ])
        .unwrap();
    writer.commit(1).unwrap();
    for (piece, seqs) in [
        ("hello", vec![1, 3]),
        ("LLO, wor", vec![1]),
        ("o World", vec![3]),
        ("ガソ", vec![2]),
        ("ＷＯＲＬＤ", vec![1, 3]),
        ("  hello ", vec![1, 3]),
        ("签订合约", vec![4, 5]),
        ("訂合約", vec![4, 5]),
    ] {
        let found = index
            .find(&Query::contains(piece), Order::Oldest, 10, None)
            .unwrap();
        let hits: Vec<i64> = found.hits.iter().map(|hit| hit.seq.0).collect();
        assert_eq!(hits, seqs, "{piece:?}");
    }
}

#[test]
fn chinese_is_found_by_its_sound_where_that_was_wished() {
    let (_folder, index, mut writer) = index();
    writer.clear(true).unwrap();
    writer
        .put(&[
            row("sg_1", 1, "合同明天签"),
            row("sg_1", 2, "he tong and hetong"),
            row("sg_1", 3, "同合"),
            row("sg_1", 4, "去西安，先走"),
            row("sg_1", 5, "长大银行"),
        ])
        .unwrap();
    writer.commit(1).unwrap();
    assert!(index.has_pinyin());
    for (word, seqs) in [
        ("hetong", vec![1]),
        ("HT", vec![1]),
        ("htmt", vec![1]),
        ("tonghe", vec![3]),
        ("xian", vec![4]),
        // Characters with several readings are found by each.
        ("changda", vec![5]),
        ("zhangda", vec![5]),
        ("yinhang", vec![5]),
        ("mingqian", vec![]),
        ("合同", vec![]),
    ] {
        let found = index
            .find(&Query::Sounds(word.into()), Order::Oldest, 10, None)
            .unwrap();
        let hits: Vec<i64> = found.hits.iter().map(|hit| hit.seq.0).collect();
        assert_eq!(hits, seqs, "{word:?}");
    }
    writer.clear(false).unwrap();
    writer.put(&[row("sg_1", 1, "合同")]).unwrap();
    writer.commit(2).unwrap();
    assert_eq!(index.count(&Query::Sounds("hetong".into())).unwrap(), 0);
}

#[test]
fn a_very_long_message_is_found_by_every_part_of_it() {
    let (_folder, index, mut writer) = index();
    let long = "长文本abc ".repeat(40_000) + "针 needle";
    let one_word = "ab0".repeat(100_000);
    writer
        .put(&[row("sg_1", 1, &long), row("sg_1", 2, &one_word)])
        .unwrap();
    writer.commit(1).unwrap();
    for (piece, total) in [
        ("针", 1),
        ("needl", 1),
        ("abc 长文本abc 针", 1),
        ("b0ab0ab0", 1),
        ("0a", 1),
        ("ab", 2),
        ("bc 针 n", 1),
    ] {
        assert_eq!(
            index.count(&Query::contains(piece)).unwrap(),
            total,
            "{piece:?}"
        );
    }
}

/// The texts above, and others put together from pieces of them.
fn corpus(random: &mut fastrand::Rng, size: usize) -> Vec<String> {
    let mut texts: Vec<String> = TEXTS.iter().map(|text| (*text).to_owned()).collect();
    while texts.len() < size {
        let mut text = String::new();
        for _ in 0..random.usize(1..6) {
            text += &random_piece(random, &texts[..TEXTS.len()]);
            text += random.choice(["", "", " ", "，"]).unwrap_or_default();
        }
        texts.push(text);
    }
    texts
}

/// One to eight characters of some text.
fn random_piece(random: &mut fastrand::Rng, texts: &[String]) -> String {
    let text = &texts[random.usize(..texts.len())];
    let count = text.chars().count();
    let start = random.usize(..count.max(1));
    text.chars().skip(start).take(random.usize(1..=8)).collect()
}

/// Every piece of one to eight characters.
fn every_piece(text: &str) -> impl Iterator<Item = String> {
    let text: Vec<char> = text.chars().collect();
    (0..text.len()).flat_map(move |start| {
        let text = text.clone();
        (1..=8)
            .filter_map(move |length| Some(text.get(start..start + length)?.iter().collect()))
            .collect::<Vec<String>>()
    })
}
