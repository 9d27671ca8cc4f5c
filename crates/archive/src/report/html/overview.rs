//! The page with all numbers.

use askama::Template;
use openim_history_client::model::Lang;

use super::charts::Charts;
use super::notes::notes;
use super::page::{Card, Page, Section};
use crate::report::model::Report;
use crate::report::numbers::{bytes, span, thousands};
use crate::report::table::tables;
use crate::report::words::ReportStyle;

#[derive(Debug, Template)]
#[template(path = "report/overview.html")]
pub(super) struct Overview {
    page: Page,
    cards: Vec<Card>,
    sections: Vec<Section>,
    notes: Vec<String>,
}

pub(super) fn view(report: &Report, style: &ReportStyle) -> Overview {
    let tables = tables(report);
    let charts = Charts {
        report,
        style,
        tables: &tables,
        named: 10,
    };
    let mut page = Page::new(
        report,
        style,
        include_str!("../../../templates/report/report.css"),
    );
    page.over = over(report, style);
    page.about = about(report, style);
    let is_user = report.about.scope == "user";
    let mut sections = vec![
        charts.activity(),
        charts.hours(),
        charts.answers(),
        charts.kinds(),
        charts.senders(),
    ];
    if matches!(report.about.scope.as_str(), "server" | "user") {
        sections.extend([charts.groups(), charts.pairs()]);
    }
    if !is_user {
        sections.push(charts.active());
    }
    sections.push(charts.growth());
    match charts.holes() {
        Some(holes) => sections.extend([charts.fates(true), charts.media(), holes]),
        None => sections.extend([charts.fates(false), charts.media()]),
    }
    Overview {
        page,
        cards: cards(&charts),
        sections,
        notes: notes(report, style),
    }
}

/// Says what the report is about: the server, a group and its id, …
pub(super) fn over(report: &Report, style: &ReportStyle) -> String {
    let what = match report.about.scope.as_str() {
        "group" => style.say("Group", "群组"),
        "user" => style.say("User", "用户"),
        "conversation" => style.say("Conversation", "会话"),
        _ => {
            return style
                .say("Message history of a server", "服务器消息统计")
                .to_owned();
        }
    };
    let id = openim_history_client::model::one_line(&report.about.id);
    format!("{what} {id}")
}

fn about(report: &Report, style: &ReportStyle) -> String {
    let (about, totals) = (&report.about, &report.totals);
    let from = about.since.or(totals.first).map(|time| style.time(time));
    let to = about.until.or(totals.last).map(|time| style.time(time));
    match (from, to) {
        (Some(from), Some(to)) => format!("{from} – {to} · {}", about.zone),
        _ => about.zone.clone(),
    }
}

fn cards(charts: &Charts<'_>) -> Vec<Card> {
    let (report, style) = (charts.report, charts.style);
    let (totals, high, lang) = (&report.totals, &report.highlights, style.lang);
    let active = totals.active_days;
    let per_day = thousands(
        (totals.messages + active / 2)
            .checked_div(active)
            .unwrap_or_default(),
    );
    let mut cards = vec![Card::new(
        style.heading("messages"),
        thousands(totals.messages),
        match lang {
            Lang::En => format!("{per_day} on a day with messages"),
            Lang::Zh => format!("有消息的日子平均每天 {per_day} 条"),
        },
    )];
    match totals.received {
        Some(received) => cards.push(Card::new(
            style.heading("received"),
            thousands(received),
            style.say("from others in chats of two", "单聊中他人发来"),
        )),
        None => cards.push(charts.speakers()),
    }
    cards.push(match report.about.scope.as_str() {
        "server" | "user" => charts.conversations(),
        _ => charts.attachments(),
    });
    cards.push(Card::new(
        style.heading("active_days"),
        thousands(active),
        match lang {
            Lang::En => format!("{} in a row at most", thousands(high.streak_days)),
            Lang::Zh => format!("最长连续 {} 天", thousands(high.streak_days)),
        },
    ));
    cards.push(Card::new(
        style.heading("busiest_day"),
        high.busiest_day.map_or_else(none, |day| style.date(day)),
        charts.messages(high.busiest_day_messages),
    ));
    let answers = report.answers.first();
    let median = answers.and_then(|answers| answers.median_seconds);
    cards.push(Card::new(
        style.say("Half of the answers within", "半数回复用时"),
        median.map_or_else(none, |seconds| span(seconds, lang)),
        match answers.and_then(|answers| answers.p90_seconds) {
            Some(seconds) if lang == Lang::En => format!("90 % within {}", span(seconds, lang)),
            Some(seconds) => format!("90% 在 {}内", span(seconds, lang)),
            None => style.say("nobody answered", "没有回复").to_owned(),
        },
    ));
    cards.push(Card::new(
        style.say("At night", "深夜"),
        charts.share(high.night),
        style.say("sent from 23:00 to 05:00", "23:00 至 05:00 发送"),
    ));
    cards.push(Card::new(
        style.say("Recalled", "撤回"),
        charts.share(totals.revoked),
        charts.messages(totals.revoked),
    ));
    cards
}

impl Charts<'_> {
    /// How many conversations there are, by what they are.
    pub(super) fn conversations(&self) -> Card {
        let totals = &self.report.totals;
        let (chats, groups) = (thousands(totals.chats), thousands(totals.groups));
        Card::new(
            self.style.say("Conversations", "会话"),
            thousands(totals.chats + totals.groups),
            match self.style.lang {
                Lang::En => format!("{chats} chats of two, {groups} groups"),
                Lang::Zh => format!("单聊 {chats}，群组 {groups}"),
            },
        )
    }

    /// How many people spoke.
    pub(super) fn speakers(&self) -> Card {
        Card::new(
            self.style.say("People", "人数"),
            thousands(self.report.totals.senders),
            self.style.say("who sent any", "发送过消息"),
        )
    }

    /// How much there is of attachments.
    fn attachments(&self) -> Card {
        let media = &self.report.media;
        let count: u64 = media.iter().map(|media| media.messages).sum();
        let size: u64 = media.iter().map(|media| media.declared_bytes).sum();
        Card::new(
            self.style.say("Attachments", "附件"),
            bytes(size),
            self.messages(count),
        )
    }
}

fn none() -> String {
    "–".to_owned()
}
