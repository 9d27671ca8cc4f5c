//! Words of the tables and of what is said beside them, in the languages there are.

pub(crate) mod archive;

use openim_history_client::model::Lang;
use openim_history_client::source::Origin;

use crate::numbers::thousands;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    Attachment,
    Conversation,
    Group,
    Member,
    Message,
    User,
}

impl Thing {
    /// Returns the word for one.
    pub(crate) fn one(self, lang: Lang) -> &'static str {
        let (english, _, chinese) = self.words();
        match lang {
            Lang::En => english,
            Lang::Zh => chinese,
        }
    }

    /// Says how many there are: `1 message`, `1,234 messages`, `1,234 条消息`.
    pub(crate) fn count(self, number: u64, lang: Lang) -> String {
        let (english, measure, chinese) = self.words();
        let digits = thousands(number);
        match (lang, number) {
            (Lang::En, 1) => format!("{digits} {english}"),
            (Lang::En, _) => format!("{digits} {english}s"),
            (Lang::Zh, _) => format!("{digits} {measure}{chinese}"),
        }
    }

    /// Says that there are none: `no messages`, `没有消息`.
    pub(crate) fn none(self, lang: Lang) -> String {
        let (english, _, chinese) = self.words();
        match lang {
            Lang::En => format!("no {english}s"),
            Lang::Zh => format!("没有{chinese}"),
        }
    }

    /// The English word, and the Chinese measure word and noun.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Attachment => ("attachment", "个", "附件"),
            Self::Conversation => ("conversation", "个", "会话"),
            Self::Group => ("group", "个", "群组"),
            Self::Member => ("member", "名", "成员"),
            Self::Message => ("message", "条", "消息"),
            Self::User => ("user", "个", "用户"),
        }
    }
}

/// Says where something came from.
pub(crate) fn from(origin: Origin, lang: Lang) -> String {
    match (lang, origin) {
        (Lang::En, _) => format!("from {origin}"),
        (Lang::Zh, Origin::Api) => "来自 REST API".to_owned(),
        (Lang::Zh, Origin::Mongo) => "来自 MongoDB".to_owned(),
        (Lang::Zh, Origin::Memory) => "来自内存".to_owned(),
    }
}

/// Sets a remark behind a statement.
pub(crate) fn with(statement: &str, remark: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{statement}, {remark}"),
        Lang::Zh => format!("{statement}，{remark}"),
    }
}

/// Returns the heading of a column.
///
/// An unknown key is its own heading, so that a table can always be written; a test sees to it
/// that none is.
pub(crate) fn heading(key: &'static str, lang: Lang) -> &'static str {
    let known = HEADINGS.iter().find(|(known, ..)| *known == key);
    known.map_or(key, |(_, english, chinese)| match lang {
        Lang::En => english,
        Lang::Zh => chinese,
    })
}

/// Key, English and Chinese of every heading and field label.
pub(crate) const HEADINGS: &[(&str, &str, &str)] = &[
    ("admin", "ADMIN", "管理级别"),
    ("at_user_ids", "MENTIONS", "提及"),
    ("attached_info", "ATTACHED INFO", "附加信息"),
    ("attachments", "ATTACHMENTS", "附件"),
    ("blocks", "BLOCKS", "数据块"),
    ("bytes", "SIZE", "大小"),
    ("changed", "CHANGED", "已更改"),
    ("class", "CLASS", "类别"),
    ("client_msg_id", "CLIENT ID", "客户端消息ID"),
    ("content", "CONTENT", "原始内容"),
    ("content_type", "CONTENT TYPE", "内容类型"),
    ("conversation", "CONVERSATION", "会话"),
    ("conversations", "CONVERSATIONS", "会话数"),
    ("count", "COUNT", "数量"),
    ("create_time", "CREATED", "创建时间"),
    ("created", "MADE", "创建于"),
    ("deleted_for", "DELETED FOR", "已为其删除"),
    ("ex", "EX", "扩展字段"),
    ("files", "FILES", "文件数"),
    ("first", "FIRST", "起"),
    ("format", "FORMAT", "格式"),
    ("gone", "GONE", "已消失"),
    ("group", "GROUP", "群组"),
    ("head", "HEAD", "最新序号"),
    ("holes", "NO MESSAGE", "空号"),
    ("invited_by", "INVITED BY", "邀请人"),
    ("is_read", "READ", "已读"),
    ("joined", "JOINED", "加入时间"),
    ("key", "KEY", "配置项"),
    ("kind", "KIND", "类型"),
    ("lag", "LAG", "延迟"),
    ("last", "LAST", "止"),
    ("last_commit", "LAST COMMIT", "最近提交"),
    ("meaning", "MEANING", "含义"),
    ("members", "MEMBERS", "成员数"),
    ("messages", "MESSAGES", "消息数"),
    ("month", "MONTH", "月份"),
    ("name", "NAME", "名称"),
    ("new", "NEW", "新增"),
    ("newest", "NEWEST", "最新消息时间"),
    ("newest_message", "NEWEST", "最新消息"),
    ("oldest_message", "OLDEST", "最早消息"),
    ("origin", "FROM", "来源"),
    ("owner", "OWNER", "群主"),
    ("part", "PART", "部分"),
    ("pinyin", "PINYIN", "拼音"),
    ("place", "PLACE", "位置"),
    ("platform", "DEVICE", "设备"),
    ("problem", "PROBLEM", "问题"),
    ("rate", "EVENTS/S", "事件/秒"),
    ("recv_id", "TO", "接收者"),
    ("removed", "REMOVED", "已移除"),
    ("revoked", "RECALLED BY", "撤回者"),
    ("role", "ROLE", "角色"),
    ("send_time", "SENT", "发送时间"),
    ("sender", "SENDER", "发送者"),
    ("seq", "SEQ", "序号"),
    ("server", "SERVER", "服务器"),
    ("server_msg_id", "SERVER ID", "服务端消息ID"),
    ("state", "STATE", "运行状态"),
    ("status", "STATUS", "状态"),
    ("table", "TABLE", "表"),
    ("text", "TEXT", "内容"),
    ("time", "TIME", "时间"),
    ("to_read", "TO READ", "待读取"),
    ("took", "TOOK", "用时"),
    ("trouble", "TROUBLE", "故障"),
    ("unchanged", "UNCHANGED", "未变"),
    ("unread", "UNREAD", "未读"),
    ("user", "USER", "用户"),
    ("value", "VALUE", "值"),
    ("version", "VERSION", "版本"),
    ("writer", "WRITER", "写入进程"),
];

/// Says that somebody took a message back, in the words of its summary.
pub(crate) fn revoked_by(who: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("[recalled by {who}]"),
        Lang::Zh => format!("[已被 {who} 撤回]"),
    }
}

/// Says for whom a message is deleted.
pub(crate) fn deleted_for(whom: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("[deleted for {whom}]"),
        Lang::Zh => format!("[已为 {whom} 删除]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_sorted_and_in_both_languages() {
        assert!(HEADINGS.is_sorted_by(|a, b| a.0 < b.0));
        for (key, english, chinese) in HEADINGS {
            assert!(!english.is_empty() && !chinese.is_ascii(), "{key}");
        }
        assert_eq!(heading("seq", Lang::Zh), "序号");
    }

    #[test]
    fn things_are_counted_in_both_languages() {
        let said = |number| [Lang::En, Lang::Zh].map(|lang| Thing::Message.count(number, lang));
        assert_eq!(said(1), ["1 message", "1 条消息"]);
        assert_eq!(said(2000), ["2,000 messages", "2,000 条消息"]);
        assert_eq!(Thing::User.none(Lang::En), "no users");
        assert_eq!(Thing::User.none(Lang::Zh), "没有用户");
    }
}
