//! The charts of people and things: who, where, what, and how long answers took.

use openim_history_client::model::Lang;

use super::charts::Charts;
use super::page::{Section, whose};
use crate::report::numbers::{as_float, bytes, span, thousands};
use crate::report::svg::{Bar, Bars, Columns, Point};

impl Charts<'_> {
    fn bars(&self, title: &str, about: &str, width: f64, bars: Vec<Bar>) -> String {
        Bars {
            frame: self.frame(title, about.to_owned(), width, 0.0),
            bars,
        }
        .draw()
    }

    /// A bar for messages.
    fn bar(&self, name: &str, messages: u64, parts: Vec<f64>) -> Bar {
        let share = self.share(messages);
        Bar {
            name: name.to_owned(),
            value: format!("{} · {share}", thousands(messages)),
            tip: format!("{name}: {} ({share})", self.messages(messages)),
            parts,
        }
    }

    pub(super) fn kinds(&self) -> Section {
        let style = self.style;
        let title = style.say("What was sent", "消息类型");
        let about = style.say("Messages by what they are", "按类型统计的消息数");
        Section::new("kinds", title, about)
            .chart(None, |width| {
                let bars = self.report.kinds.iter().take(self.named).map(|kind| {
                    self.bar(
                        style.kind(kind.kind),
                        kind.messages,
                        vec![as_float(kind.messages)],
                    )
                });
                self.bars(title, about, width, bars.collect())
            })
            .tables(self.tables, &["kinds"], style)
    }

    pub(super) fn senders(&self) -> Section {
        let style = self.style;
        let is_user = self.report.about.scope == "user";
        let (title, about) = if is_user {
            (
                style.say("Who wrote most", "谁发来最多"),
                style.say(
                    "Messages to this user in chats of two",
                    "单聊中发给该用户的消息",
                ),
            )
        } else {
            (
                style.say("Who sent most", "发送最多的人"),
                style.say("Messages, and their part of all", "消息数及占比"),
            )
        };
        Section::new("senders", title, about)
            .chart(None, |width| {
                let bars = self.report.senders.iter().take(self.named).map(|sender| {
                    let mut bar = self.bar(
                        &sender.name,
                        sender.messages,
                        vec![as_float(sender.messages)],
                    );
                    if is_user {
                        bar.value = thousands(sender.messages);
                        bar.tip = format!("{}: {}", sender.name, self.messages(sender.messages));
                    }
                    bar
                });
                self.bars(title, about, width, bars.collect())
            })
            .tables(self.tables, &["senders"], style)
    }

    pub(super) fn groups(&self) -> Section {
        let style = self.style;
        let title = style.say("Busiest groups", "最活跃的群组");
        let about = style.say("Messages, and their part of all", "消息数及占比");
        Section::new("groups", title, about)
            .chart(None, |width| {
                let bars = self.report.groups.iter().take(self.named).map(|group| {
                    let mut bar =
                        self.bar(&group.name, group.messages, vec![as_float(group.messages)]);
                    bar.tip = format!("{}, {}", bar.tip, self.people(group.senders));
                    bar
                });
                self.bars(title, about, width, bars.collect())
            })
            .tables(self.tables, &["groups"], style)
    }

    pub(super) fn pairs(&self) -> Section {
        let style = self.style;
        let is_user = self.report.about.scope == "user";
        let title = style.say("Busiest chats of two", "最活跃的单聊");
        let about = if is_user {
            style.say(
                "On the left from this user, on the right from the other",
                "左：该用户发送；右：对方发送",
            )
        } else {
            style.say(
                "On the left from the first, on the right from the second",
                "左：前者发送；右：后者发送",
            )
        };
        Section::new("pairs", title, about)
            .chart(None, |width| {
                let bars = self.report.pairs.iter().take(self.named).map(|pair| {
                    let name = if is_user {
                        pair.other_name.clone()
                    } else {
                        format!("{} · {}", pair.name, pair.other_name)
                    };
                    let (one, other) = (pair.from_user, pair.from_other);
                    let tip = format!(
                        "{}: {}; {}: {}",
                        pair.name,
                        self.messages(one),
                        pair.other_name,
                        self.messages(other)
                    );
                    Bar {
                        value: format!("{} + {}", thousands(one), thousands(other)),
                        name,
                        tip,
                        parts: vec![as_float(one), as_float(other)],
                    }
                });
                self.bars(title, about, width, bars.collect())
            })
            .tables(self.tables, &["pairs"], style)
    }

    pub(super) fn answers(&self) -> Section {
        let (style, lang) = (self.style, self.style.lang);
        let title = style.say("Answer times", "回复时长");
        let told: Vec<String> = self
            .report
            .answers
            .iter()
            .filter(|answers| answers.count > 0)
            .map(|answers| {
                let of = whose(&answers.of, style);
                let count = thousands(answers.count);
                let median = span(answers.median_seconds.unwrap_or_default(), lang);
                let most = span(answers.p90_seconds.unwrap_or_default(), lang);
                match lang {
                    Lang::En => {
                        format!("{of}: {count} answers, half within {median}, 90 % within {most}")
                    }
                    Lang::Zh => format!("{of}：{count} 次回复，一半在 {median}内，90% 在 {most}内"),
                }
            })
            .collect();
        let about = if told.is_empty() {
            style.say("Nobody answered anybody", "没有回复").to_owned()
        } else {
            told.join(if lang == Lang::En { "; " } else { "；" })
        };
        let names: Vec<String> = self
            .report
            .answers
            .iter()
            .map(|answers| whose(&answers.of, style).to_owned())
            .collect();
        Section::new("answers", title, about.clone())
            .chart(None, |width| {
                let spans = self
                    .report
                    .answers
                    .first()
                    .map(|answers| answers.spread.len());
                let points = (0..spans.unwrap_or_default()).map(|at| {
                    let of = self
                        .report
                        .answers
                        .iter()
                        .filter_map(|answers| answers.spread.get(at));
                    let counts: Vec<u64> = of.clone().map(|span| span.count).collect();
                    let to = of.clone().next().map_or(0, |span| span.to_seconds);
                    let label = format!("≤ {}", span(to, lang));
                    let shown: Vec<String> = counts.iter().map(|count| thousands(*count)).collect();
                    Point {
                        tip: format!("{label}: {}", shown.join(" + ")),
                        label: Some(brief(to, lang)),
                        values: counts.iter().map(|count| as_float(*count)).collect(),
                    }
                });
                Columns {
                    frame: self.frame(title, about.clone(), width, 220.0),
                    series: if names.len() > 1 {
                        names.clone()
                    } else {
                        vec![String::new()]
                    },
                    points: points.collect(),
                    line: None,
                }
                .draw()
            })
            .tables(self.tables, &["answers", "answer_spread"], style)
    }

    pub(super) fn media(&self) -> Section {
        let style = self.style;
        let title = style.say("Attachments", "附件");
        let declared: u64 = self
            .report
            .media
            .iter()
            .map(|media| media.declared_bytes)
            .sum();
        let kept: u64 = self.report.media.iter().map(|media| media.kept_bytes).sum();
        let about = match style.lang {
            Lang::En => format!(
                "{} by what the messages say, {} kept in the archive",
                bytes(declared),
                bytes(kept)
            ),
            Lang::Zh => format!("消息声明共 {}，归档已存 {}", bytes(declared), bytes(kept)),
        };
        Section::new("media", title, about.clone())
            .chart(None, |width| {
                let bars = self.report.media.iter().map(|media| {
                    let name = style.kind(media.kind);
                    let (count, size) = (thousands(media.messages), bytes(media.declared_bytes));
                    let kept = bytes(media.kept_bytes);
                    Bar {
                        name: name.to_owned(),
                        value: format!("{count} · {size}"),
                        tip: match style.lang {
                            Lang::En => format!("{name}: {count}, {size}, {kept} kept"),
                            Lang::Zh => format!("{name}：{count}，{size}，已存 {kept}"),
                        },
                        parts: vec![as_float(media.declared_bytes.max(1))],
                    }
                });
                self.bars(title, &about, width, bars.collect())
            })
            .tables(self.tables, &["media"], style)
    }

    pub(super) fn holes(&self) -> Option<Section> {
        let style = self.style;
        let holes = self.report.holes.as_ref()?;
        let title = style.say("Missing numbers", "空号");
        let (numbers, conversations) = (thousands(holes.numbers), thousands(holes.conversations));
        let about = match style.lang {
            Lang::En => format!(
                "{numbers} numbers in {conversations} conversations have no message; `verify` tells why"
            ),
            Lang::Zh => {
                format!("{conversations} 个会话中共有 {numbers} 个序号没有消息；原因见 verify")
            }
        };
        let section = Section::new("holes", title, about.clone())
            .chart(None, |width| {
                let bars = holes.most.iter().take(self.named).map(|hole| Bar {
                    name: hole.name.clone(),
                    value: thousands(hole.numbers),
                    tip: format!("{}: {}", hole.conversation_id, thousands(hole.numbers)),
                    parts: vec![as_float(hole.numbers)],
                });
                self.bars(title, &about, width, bars.collect())
            })
            .tables(self.tables, &["holes"], style);
        Some(section)
    }
}

/// Writes a span of time in the least space.
fn brief(seconds: u64, lang: Lang) -> String {
    let (number, unit) = match seconds {
        0..60 => (seconds, "s"),
        60..3_600 => (seconds / 60, "m"),
        _ => (seconds / 3_600, "h"),
    };
    match lang {
        Lang::En => format!("{number}{unit}"),
        Lang::Zh => format!(
            "{number}{}",
            match unit {
                "s" => "秒",
                "m" => "分",
                _ => "时",
            }
        ),
    }
}
