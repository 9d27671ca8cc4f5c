//! What fits best comes first, whatever the script: how often, in how long a text, and how rare.

use super::super::{Hit, Order, Query};
use super::{index, row};

/// Fills texts into several parts of an index, and returns their numbers, from 1 on, with what fits best first.
fn best(texts: &[&str], query: &Query) -> Vec<i64> {
    let (_folder, index, mut writer) = index();
    for (seq, text) in (1..).zip(texts) {
        writer.put(&[row("sg_1", seq, text)]).unwrap();
        if seq % 3 == 0 {
            writer.commit(1).unwrap();
        }
    }
    writer.commit(1).unwrap();
    let seqs = |hits: &[Hit]| hits.iter().map(|hit| hit.seq.0).collect::<Vec<_>>();
    let all = index.find(query, Order::Relevance, 100, None).unwrap();
    let order = seqs(&all.hits);
    assert_eq!(all.total, order.len() as u64);
    // One after the other, they are the same: a score does not hang on how it was asked for.
    let (mut paged, mut after) = (Vec::new(), None);
    while let Some(last) = {
        let page = index.find(query, Order::Relevance, 1, after.as_ref());
        page.unwrap().hits.pop()
    } {
        paged.push(last.seq.0);
        after = Some(last);
    }
    assert_eq!(paged, order);
    // And what is newest has nothing to do with it.
    let newest = index.find(query, Order::Newest, 100, None).unwrap();
    let mut sorted = order.clone();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(seqs(&newest.hits), sorted);
    order
}

#[test]
fn a_word_fits_better_the_more_often_it_stands_in_the_shorter_text() {
    let texts = [
        "contract contract contract",
        "the contract",
        "we talked about the weather, the holidays, the new office and at last about a contract",
        "Contracts, contract, CONTRACT and more contracts",
        "nothing of that",
        "the contract",
        "weather",
    ];
    let order = best(&texts, &Query::contains("contract"));
    assert_eq!(order, [1, 4, 6, 2, 3], "{order:?}");
    // Of several words, and a part of one at each end.
    let texts = [
        "my dear world, hello to you and to all others that listen",
        "hello world, hello world",
        "well, hello world, and so on and on and on until the evening comes",
        "hello world",
    ];
    assert_eq!(best(&texts, &Query::contains("llo wor")), [2, 4, 3]);
}

#[test]
fn a_single_character_fits_better_the_more_often_it_stands_in_the_shorter_text() {
    let texts = [
        "签，签，签",
        "今天开会，别的事情以后再说，最后大家一起签",
        "签吧",
        "天气很好",
        "签",
    ];
    assert_eq!(best(&texts, &Query::contains("签")), [1, 5, 3, 2]);
}

#[test]
fn two_characters_fit_better_the_more_often_they_stand_in_a_text_of_a_length() {
    let texts = ["合同合同合同合", "今天合同又寄了", "发票发票发票发"];
    assert_eq!(best(&texts, &Query::contains("合同")), [1, 2]);
}

#[test]
fn a_rare_word_weighs_more_than_a_frequent_one() {
    let mut texts = vec!["the lease"; 30];
    texts.extend(["the annex", "lease"]);
    let query = Query::Or(vec![Query::contains("annex"), Query::contains("lease")]);
    assert_eq!(best(&texts, &query)[0], 31);
    let mut texts = vec!["天晴"; 30];
    texts.extend(["签了", "天"]);
    let query = Query::Or(vec![Query::contains("签"), Query::contains("天")]);
    assert_eq!(best(&texts, &query)[0], 31);
}
