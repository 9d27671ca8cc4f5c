//! The page of a year: to be shown around, made for a phone.

use askama::Template;
use openim_history_client::model::{Lang, one_line};

use super::charts::Charts;
use super::page::{Card, NARROW, Page, Section};
use crate::report::model::{Highlights, Report, Year};
use crate::report::numbers::{as_float, percent, span, thousands};
use crate::report::svg::{Calendar, Columns, Point};
use crate::report::table::tables;
use crate::report::words::ReportStyle;

#[derive(Debug, Template)]
#[template(path = "report/year.html")]
pub(super) struct YearPage {
    page: Page,
    big: String,
    of: String,
    persona: Option<String>,
    cards: Vec<Card>,
    quote: Option<Quoted>,
    sections: Vec<Section>,
    words_title: String,
    words: Vec<Word>,
    emoji_title: String,
    emoji: Vec<Word>,
    notes: Vec<String>,
}

#[derive(Debug)]
struct Quoted {
    label: String,
    text: String,
    by: String,
    time: String,
}

/// A word or emoji, how often it was used, and how large it is shown: 1 is largest.
#[derive(Debug)]
struct Word {
    text: String,
    count: String,
    rank: u8,
}

/// Words and emoji on the page; the report has more.
const WORDS: usize = 16;
const EMOJI: usize = 10;

pub(super) fn view(report: &Report, year: &Year, style: &ReportStyle) -> YearPage {
    let tables = tables(report);
    let charts = Charts {
        report,
        style,
        tables: &tables,
        named: 5,
    };
    let mut page = Page::new(
        report,
        style,
        include_str!("../../../templates/report/year.css"),
    );
    page.over = match style.lang {
        Lang::En => format!("{} in messages", year.year),
        Lang::Zh => format!("{} 年度消息报告", year.year),
    };
    let is_user = report.about.scope == "user";
    let mut sections = vec![calendar(&charts, year), hours(&charts)];
    if is_user || report.about.scope == "server" {
        sections.extend([charts.pairs(), charts.groups()]);
    }
    if !is_user {
        sections.push(charts.senders());
    }
    sections.retain(|section| !section.tables.is_empty());
    YearPage {
        big: thousands(report.totals.messages),
        of: of(report, style),
        persona: persona(&report.highlights, report.totals.messages, style),
        cards: cards(&charts),
        quote: year.first_message.as_ref().map(|quote| Quoted {
            label: style
                .say("The first message of the year", "今年的第一条消息")
                .to_owned(),
            text: one_line(&quote.text),
            by: one_line(&quote.name),
            time: style.time(quote.time),
        }),
        sections,
        words_title: style.say("Words of the year", "年度常用词").to_owned(),
        words: (0..)
            .zip(year.words.iter().take(WORDS))
            .map(|(at, word)| Word {
                text: one_line(&word.text),
                count: charts.messages(word.count),
                rank: match at {
                    0..2 => 1,
                    2..5 => 2,
                    5..10 => 3,
                    _ => 4,
                },
            })
            .collect(),
        emoji_title: style.say("Emoji of the year", "年度表情").to_owned(),
        emoji: year
            .emoji
            .iter()
            .take(EMOJI)
            .map(|emoji| Word {
                text: one_line(&emoji.text),
                count: thousands(emoji.count),
                rank: 1,
            })
            .collect(),
        notes: notes(report, style),
        page,
    }
}

/// What the large number counts.
fn of(report: &Report, style: &ReportStyle) -> String {
    let totals = &report.totals;
    let days = thousands(totals.active_days);
    match (style.lang, totals.received) {
        (Lang::En, Some(received)) => {
            format!(
                "messages sent on {days} days, and {} received",
                thousands(received)
            )
        }
        (Lang::Zh, Some(received)) => {
            format!("条消息，发送于 {days} 天，收到 {} 条", thousands(received))
        }
        (Lang::En, None) => {
            format!(
                "messages by {} people on {days} days",
                thousands(totals.senders)
            )
        }
        (Lang::Zh, None) => format!("条消息，{} 人，{days} 天", thousands(totals.senders)),
    }
}

/// A word for when most was sent. Nothing is said of too few messages.
fn persona(high: &Highlights, messages: u64, style: &ReportStyle) -> Option<String> {
    if messages < 20 {
        return None;
    }
    let is_part = |part: u64, percent: u64| part * 100 >= messages * percent;
    let (sign, english, chinese) = match high.top_hour {
        _ if is_part(high.night, 25) => ("🦉", "Night owl", "夜猫子"),
        Some(5..9) => ("🐓", "Early bird", "早起的鸟儿"),
        _ if is_part(high.weekend, 40) => ("🏖️", "Weekender", "周末达人"),
        Some(9..12) => ("☕", "Morning person", "上午最忙"),
        Some(12..14) => ("🍜", "Lunch-break chatter", "午休聊天家"),
        Some(14..18) => ("📈", "Afternoon powerhouse", "下午主力"),
        _ => ("🌆", "Evening talker", "傍晚话匣子"),
    };
    Some(format!("{sign} {}", style.say(english, chinese)))
}

fn cards(charts: &Charts<'_>) -> Vec<Card> {
    let (report, style) = (charts.report, charts.style);
    let (high, totals, lang) = (&report.highlights, &report.totals, style.lang);
    let none = || "–".to_owned();
    let streak = match (high.streak_first, high.streak_last) {
        (Some(first), Some(last)) => format!("{} – {}", style.day(first), style.day(last)),
        _ => none(),
    };
    let days = |days: u64| match lang {
        Lang::En if days == 1 => "1 day".to_owned(),
        Lang::En => format!("{} days", thousands(days)),
        Lang::Zh => format!("{} 天", thousands(days)),
    };
    let answers = report.answers.first();
    let median = answers.and_then(|answers| answers.median_seconds);
    vec![
        Card::new(
            style.heading("busiest_day"),
            high.busiest_day.map_or_else(none, |day| style.day(day)),
            charts.messages(high.busiest_day_messages),
        ),
        Card::new(style.heading("streak_days"), days(high.streak_days), streak),
        Card::new(
            style.say("Favourite hour", "最爱的时段"),
            high.top_hour
                .map_or_else(none, |hour| format!("{hour:02}:00")),
            high.top_weekday.map_or_else(none, |day| {
                let day = style.weekday(usize::from(day) - 1);
                match lang {
                    Lang::En => format!("and mostly on {day}"),
                    Lang::Zh => format!("{day}最多"),
                }
            }),
        ),
        Card::new(
            style.say("Night owl", "深夜消息"),
            percent(high.night, totals.messages),
            style.say("sent from 23:00 to 05:00", "23:00 至 05:00 发送"),
        ),
        Card::new(
            style.say("Answers", "回复"),
            median.map_or_else(none, |seconds| span(seconds, lang)),
            style.say("half of them within", "半数在此时间内"),
        ),
        if totals.received.is_some() || report.about.scope == "server" {
            charts.conversations()
        } else {
            charts.speakers()
        },
    ]
}

fn calendar(charts: &Charts<'_>, year: &Year) -> Section {
    let (report, style) = (charts.report, charts.style);
    let title = style.say("Every day of the year", "一年的每一天");
    let active = report.totals.active_days;
    let about = match style.lang {
        Lang::En => format!("{} days with messages", thousands(active)),
        Lang::Zh => format!("{} 天有消息", thousands(active)),
    };
    let days = report.days.iter().map(|day| {
        let tip = format!(
            "{}: {}",
            style.date(day.date),
            charts.messages(day.messages)
        );
        (day.date, (as_float(day.messages), tip))
    });
    let days: std::collections::HashMap<_, _> = days.collect();
    Section::new("days", title, about.clone())
        .chart(None, |_| {
            Calendar {
                frame: charts.frame(title, about.clone(), WIDTH, 0.0),
                year: year.year,
                days: days.clone(),
                months: std::array::from_fn(|month| {
                    style.month(i8::try_from(month + 1).unwrap_or_default())
                }),
                ends: (
                    style.say("fewer", "少").to_owned(),
                    style.say("more", "多").to_owned(),
                ),
            }
            .draw()
        })
        .tables(charts.tables, &["days"], style)
}

/// The width of a chart on this page.
const WIDTH: f64 = NARROW;

fn hours(charts: &Charts<'_>) -> Section {
    let (report, style) = (charts.report, charts.style);
    let title = style.say("Around the clock", "一天二十四小时");
    let about = style.say("Messages by the hour of the day", "按小时统计的消息数");
    Section::new("hours", title, about)
        .chart(None, |_| {
            let points = (0..24_usize).map(|hour| {
                let count: u64 = report.hours.iter().map(|day| day[hour]).sum();
                Point {
                    label: hour.is_multiple_of(3).then(|| format!("{hour:02}")),
                    tip: format!("{hour:02}:00: {}", charts.messages(count)),
                    values: vec![as_float(count)],
                }
            });
            Columns {
                frame: charts.frame(title, about.to_owned(), WIDTH, 170.0),
                series: vec![String::new()],
                points: points.collect(),
                line: None,
            }
            .draw()
        })
        .tables(charts.tables, &["hours"], style)
}

fn notes(report: &Report, style: &ReportStyle) -> Vec<String> {
    let mut notes = vec![style.say(
        "Counted is what people sent in chats of two and groups; words are counted once in a message, and nothing that was recalled or deleted is quoted.",
        "统计人们在单聊和群聊中发送的消息；同一消息中的词只计一次；已撤回或删除的内容不会被引用。",
    )];
    if report.about.scope == "user" {
        notes.push(style.say("Received counts chats of two only.", "“收到”只统计单聊。"));
    }
    notes.into_iter().map(str::to_owned).collect()
}
