//! What a report's forms say, in the languages there are.

use jiff::tz::TimeZone;
use openim_history_client::model::{Kind, Lang, Timestamp};

/// How a report is shown.
#[derive(Clone, Debug)]
pub struct ReportStyle {
    /// The language of headings and explanations.
    pub lang: Lang,
    /// The zone instants are shown in: that of the report.
    pub zone: TimeZone,
    /// What it is called, where that is not what it is about.
    pub title: Option<String>,
}

impl ReportStyle {
    /// Chooses between two ways to say the same.
    pub(super) fn say<'a>(&self, english: &'a str, chinese: &'a str) -> &'a str {
        match self.lang {
            Lang::En => english,
            Lang::Zh => chinese,
        }
    }

    /// Returns the heading of a table, a column or a fact. One that is not known is its own; a test sees to it
    /// that none is.
    pub(super) fn heading(&self, name: &'static str) -> &'static str {
        let known = HEADINGS.iter().find(|(known, ..)| *known == name);
        known.map_or(name, |(_, english, chinese)| match self.lang {
            Lang::En => english,
            Lang::Zh => chinese,
        })
    }

    /// Returns the word for a kind of messages.
    pub(super) fn kind(&self, kind: Kind) -> &'static str {
        let (english, chinese) = match kind {
            Kind::Text => ("Text", "文字"),
            Kind::Picture => ("Pictures", "图片"),
            Kind::Voice => ("Voice", "语音"),
            Kind::Video => ("Videos", "视频"),
            Kind::File => ("Files", "文件"),
            Kind::Merger => ("Forwarded chats", "聊天记录"),
            Kind::Card => ("Cards", "名片"),
            Kind::Location => ("Places", "位置"),
            Kind::Custom => ("Custom", "自定义"),
            Kind::Face => ("Stickers", "表情"),
            Kind::Revoke => ("Recalled unseen", "撤回（未见原文）"),
            _ => ("Other", "其他"),
        };
        match self.lang {
            Lang::En => english,
            Lang::Zh => chinese,
        }
    }

    /// Returns the short name of a day of the week, 0 for Monday.
    pub(super) fn weekday(&self, day: usize) -> &'static str {
        let names = match self.lang {
            Lang::En => ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
            Lang::Zh => ["周一", "周二", "周三", "周四", "周五", "周六", "周日"],
        };
        names.get(day).copied().unwrap_or_default()
    }

    /// Returns the short name of a month, 1 for January.
    pub(super) fn month(&self, month: i8) -> &'static str {
        let names = match self.lang {
            Lang::En => [
                "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
            ],
            Lang::Zh => [
                "1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月",
                "12月",
            ],
        };
        let at = usize::try_from(month - 1).unwrap_or_default();
        names.get(at).copied().unwrap_or_default()
    }

    /// Writes a day: `24 Nov 2026`, `2026年11月24日`.
    pub(super) fn date(&self, date: jiff::civil::Date) -> String {
        let (year, month, day) = (date.year(), date.month(), date.day());
        match self.lang {
            Lang::En => format!("{day} {} {year}", self.month(month)),
            Lang::Zh => format!("{year}年{month}月{day}日"),
        }
    }

    /// Writes a day without its year.
    pub(super) fn day(&self, date: jiff::civil::Date) -> String {
        let (month, day) = (date.month(), date.day());
        match self.lang {
            Lang::En => format!("{day} {}", self.month(month)),
            Lang::Zh => format!("{month}月{day}日"),
        }
    }

    /// Writes an instant to the second, in the report's zone.
    pub(super) fn time(&self, time: Timestamp) -> String {
        match time.to_jiff() {
            Some(instant) => instant
                .to_zoned_datetime(self.zone.clone())
                .strftime("%Y-%m-%d %H:%M:%S")
                .to_string(),
            None => time.to_string(),
        }
    }
}

/// Name, English and Chinese of every table, column and fact.
pub(super) const HEADINGS: &[(&str, &str, &str)] = &[
    ("active_days", "Days with messages", "有消息的天数"),
    ("answer_spread", "Answer times in spans", "回复时长分布"),
    ("answers", "Answer times", "回复时长"),
    ("average", "7-day average", "7 日均值"),
    ("busiest_day", "Busiest day", "最忙的一天"),
    ("busiest_day_messages", "Messages on that day", "当天消息数"),
    ("chats", "Chats of two", "单聊数"),
    ("conversation_id", "Conversation ID", "会话ID"),
    ("count", "Count", "数量"),
    ("date", "Date", "日期"),
    ("days", "Days", "按天"),
    ("declared_bytes", "Bytes, as declared", "声明字节数"),
    ("deleted", "Deleted by some", "被部分用户删除"),
    ("emoji", "Emoji", "表情符号"),
    ("fact", "Fact", "项目"),
    ("facts", "Facts", "概况"),
    ("first", "First", "最早"),
    ("first_message", "First message", "第一条消息"),
    ("format", "Format", "格式"),
    ("from_other", "From the other", "对方发送"),
    ("from_seconds", "From seconds", "起（秒）"),
    ("from_user", "From the user", "用户发送"),
    ("group_id", "Group ID", "群组ID"),
    ("groups", "Groups", "群组"),
    ("holes", "Missing numbers", "空号"),
    ("hours", "Hours", "时段"),
    ("id", "ID", "ID"),
    ("kept", "Contents kept", "已存内容数"),
    ("kept_bytes", "Bytes kept", "已存字节数"),
    ("kind", "Kind", "类型"),
    ("kinds", "Kinds", "消息类型"),
    ("last", "Last", "最晚"),
    ("made", "Made", "生成时间"),
    ("media", "Attachments", "附件"),
    ("median_seconds", "Median, seconds", "中位数（秒）"),
    ("messages", "Messages", "消息数"),
    ("messages_so_far", "Messages so far", "累计消息数"),
    ("monday", "Monday", "周一日期"),
    ("month", "Month", "月份"),
    ("months", "Months", "按月"),
    ("name", "Name", "名称"),
    ("new_users", "New people", "新增人数"),
    ("night", "Messages at night", "深夜消息数"),
    ("not_counted", "Not counted", "未计入"),
    ("numbers", "Missing numbers", "空号数"),
    ("of", "Whose", "范围"),
    ("other_id", "The other's ID", "对方ID"),
    ("other_name", "The other", "对方"),
    ("p90_seconds", "90 %, seconds", "90 分位（秒）"),
    ("pairs", "Pairs", "单聊"),
    ("received", "Received", "收到"),
    ("removed", "Removed from the server", "服务器已移除"),
    ("revoked", "Recalled", "已撤回"),
    ("scope", "About", "对象"),
    ("senders", "Senders", "发送者"),
    ("seq", "Number", "序号"),
    ("since", "Since", "起始时间"),
    ("streak_days", "Longest run of days", "最长连续天数"),
    ("streak_first", "Its first day", "连续首日"),
    ("streak_last", "Its last day", "连续末日"),
    ("text", "Text", "内容"),
    ("time", "Time", "时间"),
    ("to_seconds", "To seconds", "止（秒）"),
    ("top_hour", "Busiest hour", "最活跃时段"),
    ("top_weekday", "Busiest weekday", "最活跃星期"),
    ("undeclared", "Without a size", "未声明大小"),
    ("until", "Until", "截止时间"),
    ("user_id", "User ID", "用户ID"),
    ("users", "Active people", "活跃人数"),
    ("users_so_far", "People so far", "累计人数"),
    ("value", "Value", "值"),
    ("version", "Version", "版本"),
    ("week", "Week", "周"),
    ("weekday", "Weekday", "星期"),
    ("weekend", "Messages on weekends", "周末消息数"),
    ("weeks", "Weeks", "按周"),
    ("word", "Word", "词语"),
    ("words", "Words", "常用词"),
    ("zone", "Time zone", "时区"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::tables;

    #[test]
    fn headings_are_sorted_and_every_table_and_column_has_one() {
        assert!(HEADINGS.is_sorted_by(|a, b| a.0 < b.0));
        let report = crate::report::tests::empty();
        let is_known = |name: &str| HEADINGS.iter().any(|(known, ..)| *known == name);
        for table in tables(&report) {
            assert!(is_known(table.name), "{}", table.name);
            for column in &table.columns {
                let is_hour = column.name.starts_with('h') && column.name.len() == 3;
                assert!(is_hour || is_known(column.name), "{}", column.name);
            }
            if table.name == "facts" {
                for row in &table.rows {
                    let crate::report::Cell::Word(name) = &row[0] else {
                        panic!("{row:?}");
                    };
                    assert!(is_known(name), "{name}");
                }
            }
        }
    }
}
