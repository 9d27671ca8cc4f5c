//! What is said of an archive, in the languages there are.

use openim_history_archive::sync::State;
use openim_history_archive::verify::DamagedFile;
use openim_history_archive::{Counts, Healed};
use openim_history_client::model::Lang;

use super::Thing;
use crate::numbers::thousands;

/// Returns the word for a follower's state.
pub(crate) fn state(state: State, lang: Lang) -> &'static str {
    let (english, chinese) = match state {
        State::Starting => ("starting", "启动中"),
        State::Snapshot => ("copying what is there", "正在复制已有消息"),
        State::CatchingUp => ("catching up", "追赶中"),
        State::Following => ("following", "跟随中"),
        State::Degraded => ("waiting for the server", "等待服务器恢复"),
        State::Stopped => ("stopped", "已停止"),
    };
    match lang {
        Lang::En => english,
        Lang::Zh => chinese,
    }
}

/// Chooses between two ways to say the same.
pub(crate) fn say<'a>(lang: Lang, english: &'a str, chinese: &'a str) -> &'a str {
    match lang {
        Lang::En => english,
        Lang::Zh => chinese,
    }
}

/// Says which archive is brought up to date from where.
pub(crate) fn heads(place: &str, from: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{place} from {from}"),
        Lang::Zh => format!("{place}，来自 {from}"),
    }
}

/// Says how many messages are new and changed.
pub(crate) fn news(counts: Counts, lang: Lang) -> String {
    let (new, changed) = (thousands(counts.new), thousands(counts.changed));
    match lang {
        Lang::En => format!("{new} new, {changed} changed"),
        Lang::Zh => format!("新增 {new}，更改 {changed}"),
    }
}

/// Says what had to be done to a search index.
pub(crate) fn healed(healed: &Healed, lang: Lang) -> String {
    let messages = Thing::Message.count(healed.messages, lang);
    match lang {
        Lang::En => format!("{messages} put into the index: {}", healed.reason),
        Lang::Zh => format!("已将 {messages}写入索引：{}", healed.reason),
    }
}

/// Says that a damaged file is no longer part of the archive.
pub(crate) fn taken_out(file: &DamagedFile, lang: Lang) -> String {
    let (path, reason) = (&file.path, &file.reason);
    match lang {
        Lang::En => format!("taken out: {path}: {reason}"),
        Lang::Zh => format!("已移出：{path}：{reason}"),
    }
}

/// Says where damaged files are kept.
pub(crate) fn put_aside(folder: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("what is left of them is kept in {folder} of the archive"),
        Lang::Zh => format!("残余部分保存在归档的 {folder} 中"),
    }
}

/// Says how many messages of how many conversations there are.
pub(crate) fn held(messages: u64, conversations: u64, lang: Lang) -> String {
    let messages = Thing::Message.count(messages, lang);
    let conversations = Thing::Conversation.count(conversations, lang);
    match lang {
        Lang::En => format!("{messages} of {conversations}"),
        Lang::Zh => format!("{conversations}，{messages}"),
    }
}

/// Returns the heading and the explanation of a class of numbers.
///
/// An unknown class is its own heading; a test sees to it that none is.
pub(crate) fn class(key: &'static str, lang: Lang) -> (&'static str, &'static str) {
    let known = CLASSES.iter().find(|(known, ..)| *known == key);
    known.map_or((key, ""), |(_, english, chinese)| match lang {
        Lang::En => *english,
        Lang::Zh => *chinese,
    })
}

/// A name of a class, and what it means.
type Words = (&'static str, &'static str);

/// Class, and name and explanation in English and Chinese.
const CLASSES: &[(&str, Words, Words)] = &[
    (
        "normal",
        ("normal", "in the archive, nothing was done to it"),
        ("正常", "已归档，未被改动"),
    ),
    (
        "revoked",
        (
            "revoked",
            "in the archive (its content, if that was seen), recalled on the server",
        ),
        ("已撤回", "已归档，所见原文已保留，服务器上已撤回"),
    ),
    (
        "deleted_for_some",
        (
            "deleted for some",
            "in the archive, deleted by some for themselves",
        ),
        ("部分删除", "已归档，部分用户为自己删除"),
    ),
    (
        "purged",
        ("purged", "in the archive, no longer on the server"),
        ("已清除", "已归档，服务器上已不存在"),
    ),
    (
        "emptied",
        ("emptied", "deleted for everybody before the archive saw it"),
        ("已清空", "归档之前已为所有人删除"),
    ),
    (
        "below_min",
        ("below the first", "older than what the server still has"),
        ("早于起点", "早于服务器保留的最早消息"),
    ),
    (
        "block_removed",
        (
            "block removed",
            "removed from the server with its block before the archive saw it",
        ),
        ("整块移除", "归档之前已随数据块从服务器移除"),
    ),
    (
        "never_arrived",
        ("never arrived", "given out by the server and never stored"),
        ("从未写入", "服务器分配了序号但从未保存"),
    ),
    (
        "placeholder",
        (
            "placeholder",
            "shown to nobody; over REST the reason cannot be told",
        ),
        ("占位", "任何人都看不到；通过 REST 无法得知原因"),
    ),
    (
        "unsettled",
        ("unsettled", "too new to be judged"),
        ("未定", "太新，尚无法判断"),
    ),
    (
        "missing",
        (
            "missing",
            "on the server and not in the archive: a sync brings it",
        ),
        ("缺失", "服务器上有而归档中没有：同步即可补上"),
    ),
    (
        "unknown",
        (
            "unknown",
            "not in the archive; nobody was asked who could tell why",
        ),
        ("未知", "不在归档中；没有可询问原因的对象"),
    ),
    (
        "different",
        (
            "different",
            "the server has something else now: a thorough sync brings it",
        ),
        ("不一致", "服务器上的内容已不同：彻底同步即可更新"),
    ),
    (
        "behind",
        (
            "behind",
            "no longer on the server and not marked so yet: a thorough sync marks it",
        ),
        ("未标记", "服务器上已不存在但尚未标记：彻底同步即可标记"),
    ),
];

#[cfg(test)]
mod tests {
    use openim_history_archive::verify::Classes;

    use super::*;

    #[test]
    fn every_class_is_explained_in_both_languages() {
        let classes = serde_json::to_value(Classes::default()).expect("plain numbers");
        let named = classes.as_object().expect("an object").keys();
        let all: Vec<&str> = named
            .map(String::as_str)
            .chain(["different", "behind"])
            .collect();
        let known: Vec<&str> = CLASSES.iter().map(|(key, ..)| *key).collect();
        assert_eq!(known, all);
        for (key, english, chinese) in CLASSES {
            assert!(
                !english.1.is_empty() && !chinese.0.is_ascii() && !chinese.1.is_ascii(),
                "{key}"
            );
        }
    }
}
