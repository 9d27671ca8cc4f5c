//! The words of the pages, in each language.

use openim_history_client::model::{Kind, Lang};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $english:literal, $chinese:literal;)*) => {
        /// The words of the pages in one language.
        #[derive(Debug)]
        pub(super) struct Words {
            $($(#[$doc])* pub(super) $name: &'static str,)*
        }

        static ENGLISH: Words = Words { $($name: $english,)* };
        static CHINESE: Words = Words { $($name: $chinese,)* };
    };
}

words! {
    /// The language's own tag.
    tag: "en", "zh-CN";
    skip: "Skip to the messages", "跳到消息";
    contents: "Contents", "目录";
    search: "Search", "搜索";
    search_what: "Words to look for", "要查找的文字";
    search_hint: "Finds parts of words in any language. Several words must all be there; \"quotes\" keep words together.",
        "可查找任意语言的部分文字。多个词须同时出现；用\"引号\"可查找完整词句。";
    search_needs_script: "Searching needs JavaScript, which this browser does not run.",
        "搜索需要 JavaScript，但此浏览器未启用。";
    previous: "Previous", "上一页";
    next: "Next", "下一页";
    pages: "Pages", "页面";
    theme: "Switch between light and dark", "切换浅色与深色";
    part: "Part", "第";
    part_after: "", " 部分";
    conversations: "Conversations", "会话";
    several: "Pages with several conversations", "包含多个会话的页面";
    messages: "Messages", "消息";
    span: "Period", "时间范围";
    size: "Size", "大小";
    files: "Pages", "页数";
    filter: "Filter conversations", "筛选会话";
    none_match: "No conversation matches.", "没有匹配的会话。";
    group: "group", "群聊";
    made: "Exported", "导出时间";
    manifest: "What was asked for, what was left out and why, and a checksum of every file are in ",
        "导出条件、未包含的内容及原因、每个文件的校验和，见";
    permalink: "Link to this message", "此消息的链接";
    message: "Message", "消息";
    picture: "Picture", "图片";
    voice: "Voice message", "语音";
    video: "Video", "视频";
    file: "File", "文件";
    location: "Location", "位置";
    card: "Contact card", "名片";
    custom: "Custom message", "自定义消息";
    business: "Business data", "业务数据";
    face: "Sticker", "表情";
    reaction: "Reaction", "回应";
    notice: "Notice", "通知";
    merger: "Chat history", "聊天记录";
    empty: "No content", "无内容";
    not_exported: "not in this export", "未包含在此导出中";
    not_linked: "Not linked, for a browser would run what is in it. It lies at", "为安全起见不提供链接（浏览器可能执行其内容），文件位于";
    show_all: "Show all", "显示全部";
    data: "Data", "数据";
    verbatim: "verbatim", "原始内容";
    unknown_type: "Unknown message type", "未知消息类型";
    unreadable: "Unreadable content", "无法解析的内容";
    recalled: "Taken back", "已撤回";
    by: "by ", "撤回人：";
    recalled_unknown: "What it said is not known.", "原内容未知。";
    deleted_for: "Deleted for ", "已被以下用户删除：";
    emptied: "Deleted for everybody; no longer on the server", "已为所有人删除，服务器上已不存在";
    block_removed: "Removed by retention; no longer on the server", "已被保留策略清除，服务器上已不存在";
    purged: "No longer on the server", "服务器上已不存在";
    seen: "seen", "发现于";
    earlier: "Earlier version", "早期版本";
    replaced: "replaced; seen", "已被替换，发现于";
    too_deep: "Forwarded within forwarded messages more than 6 levels deep: shown as one line each",
        "转发嵌套超过 6 层，以下各显示为一行";
    too_many: "More forwarded messages than are laid out here; the rest is verbatim",
        "转发的消息过多，其余部分以原始内容显示";
    quoted: "Quoted message", "引用的消息";
    everybody: "everyone", "所有人";
    unnamed: "unknown", "未知";
    hits: "found", "条结果";
    hits_more: "Go on searching", "继续搜索";
    hits_none: "Nothing found.", "没有找到结果。";
    hits_working: "Searching", "正在搜索";
    hits_failed: "Some pages could not be searched", "部分页面无法搜索";
    scanned: "pages searched", "个页面已搜索";
}

/// Returns the words of a language.
pub(super) fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::En => &ENGLISH,
        Lang::Zh => &CHINESE,
    }
}

impl Words {
    /// Returns what a kind of message is called.
    pub(super) fn kind(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Picture => self.picture,
            Kind::Voice => self.voice,
            Kind::Video => self.video,
            Kind::File => self.file,
            Kind::Merger => self.merger,
            Kind::Card => self.card,
            Kind::Location => self.location,
            Kind::Custom => self.custom,
            Kind::Face => self.face,
            Kind::Reaction => self.reaction,
            Kind::Notice => self.notice,
            Kind::Business => self.business,
            _ => self.message,
        }
    }
}

/// Returns how many messages there are, in words.
pub(super) fn count(messages: u64, lang: Lang) -> String {
    let number = grouped(messages);
    match (lang, messages) {
        (Lang::En, 1) => "1 message".to_owned(),
        (Lang::En, _) => format!("{number} messages"),
        (Lang::Zh, _) => format!("{number} 条消息"),
    }
}

/// Returns a number with its thousands apart: `1,234,567`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Returns a size as people read it, in steps of 1024; `None` where nobody said it.
pub(super) fn size(bytes: i64) -> Option<String> {
    let bytes = u128::try_from(bytes).ok().filter(|bytes| *bytes > 0)?;
    // In tenths, so that no float is needed. What would be shown as 1024.0 belongs to the next unit.
    let (mut unit, mut tenths) = (0, bytes * 10);
    while tenths >= 10_240 && unit < 6 {
        unit += 1;
        tenths = (bytes * 10 + (1 << (10 * unit - 1))) >> (10 * unit);
    }
    let name = ["B", "KB", "MB", "GB", "TB", "PB", "EB"][unit];
    Some(match unit {
        0 => format!("{bytes} B"),
        _ => format!("{}.{} {name}", tenths / 10, tenths % 10),
    })
}

/// Returns how long something plays: `0:07`, `1:02:03`; `None` where nobody said it.
pub(super) fn playing(seconds: i64) -> Option<String> {
    if seconds <= 0 {
        return None;
    }
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    Some(match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sizes_and_lengths_read_well() {
        assert_eq!(count(1, Lang::En), "1 message");
        assert_eq!(count(1_234_567, Lang::En), "1,234,567 messages");
        assert_eq!(count(999, Lang::Zh), "999 条消息");
        for (bytes, expected) in [
            (-1, None),
            (0, None),
            (1023, Some("1023 B")),
            (1536, Some("1.5 KB")),
            (1_048_576, Some("1.0 MB")),
            (1_048_575, Some("1.0 MB")),
            (i64::MAX, Some("8.0 EB")),
        ] {
            assert_eq!(size(bytes).as_deref(), expected, "{bytes}");
        }
        assert_eq!(playing(0), None);
        assert_eq!(playing(7).as_deref(), Some("0:07"));
        assert_eq!(playing(3723).as_deref(), Some("1:02:03"));
    }
}
