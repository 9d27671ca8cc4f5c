//! The charts of time: how much there was, when, and who was there.

use openim_history_client::model::Lang;

use super::buckets::{Bucket, Window, points};
use super::page::Section;
use crate::report::model::Report;
use crate::report::numbers::{as_float, percent, thousands};
use crate::report::svg::{Area, Columns, Frame, Heat, Point};
use crate::report::table::Table;
use crate::report::words::ReportStyle;

/// What a chart is drawn from.
pub(super) struct Charts<'a> {
    pub(super) report: &'a Report,
    pub(super) style: &'a ReportStyle,
    pub(super) tables: &'a [Table],
    /// How many names a chart has at most; the table below it has all.
    pub(super) named: usize,
}

impl Charts<'_> {
    pub(super) fn frame(&self, title: &str, description: String, width: f64, height: f64) -> Frame {
        Frame {
            title: title.to_owned(),
            description,
            width,
            height,
            lang: self.style.lang,
        }
    }

    /// Says how many messages.
    pub(super) fn messages(&self, messages: u64) -> String {
        let number = thousands(messages);
        match self.style.lang {
            Lang::En if messages == 1 => format!("{number} message"),
            Lang::En => format!("{number} messages"),
            Lang::Zh => format!("{number} 条消息"),
        }
    }

    /// Says how many people.
    pub(super) fn people(&self, people: u64) -> String {
        let number = thousands(people);
        match self.style.lang {
            Lang::En if people == 1 => format!("{number} person"),
            Lang::En => format!("{number} people"),
            Lang::Zh => format!("{number} 人"),
        }
    }

    /// Says what happened most: the description of a chart for who does not see it.
    fn peak(&self) -> String {
        let high = &self.report.highlights;
        let Some(day) = high.busiest_day else {
            return self.style.say("No messages", "没有消息").to_owned();
        };
        let (total, most) = (
            self.messages(self.report.totals.messages),
            self.messages(high.busiest_day_messages),
        );
        match self.style.lang {
            Lang::En => format!(
                "{total} in all; the most on {}: {most}",
                self.style.date(day)
            ),
            Lang::Zh => format!("共 {total}；最多的一天是 {}：{most}", self.style.date(day)),
        }
    }

    pub(super) fn activity(&self) -> Section {
        let style = self.style;
        let title = style.say("Messages over time", "消息走势");
        let window = Window::of(&self.report.days);
        let left_out = window.map_or(0, |window| window.left_out);
        let about = if left_out > 0 {
            let left_out = self.messages(left_out);
            match style.lang {
                Lang::En => {
                    format!("{left_out} with dates far away from all others lie outside the chart")
                }
                Lang::Zh => format!("另有 {left_out}的日期与其余相距甚远，未画出"),
            }
        } else {
            self.peak()
        };
        Section::new("days", title, about)
            .wide()
            .chart(None, |width| {
                let frame = self.frame(
                    title,
                    self.peak(),
                    width,
                    if width > 600.0 { 290.0 } else { 220.0 },
                );
                let Some(window) = window else {
                    return empty(frame);
                };
                let bucket = window.bucket(if width > 600.0 { 800 } else { 120 });
                let (points, averages) = points(
                    self.report,
                    &window,
                    bucket,
                    style,
                    |known| as_float(known.messages),
                    |name, known| format!("{name}: {}", self.messages(known.messages)),
                );
                let (series, line) = match bucket {
                    Bucket::Day => (
                        style.say("Messages per day", "每日消息"),
                        style.say("7-day average", "7 日均值"),
                    ),
                    Bucket::Week => (
                        style.say("Messages per week", "每周消息"),
                        style.say("4-week average", "4 周均值"),
                    ),
                    Bucket::Month => (
                        style.say("Messages per month", "每月消息"),
                        style.say("3-month average", "3 个月均值"),
                    ),
                };
                let series = vec![series.to_owned()];
                let line = Some((line.to_owned(), averages));
                Columns {
                    frame,
                    series,
                    points,
                    line,
                }
                .draw()
            })
            .tables(self.tables, &["days"], style)
    }

    pub(super) fn hours(&self) -> Section {
        let style = self.style;
        let title = style.say("Hours of the week", "一周时段分布");
        let high = &self.report.highlights;
        let about = match (high.top_hour, high.top_weekday) {
            (Some(hour), Some(day)) => {
                let day = style.weekday(usize::from(day) - 1);
                match style.lang {
                    Lang::En => format!(
                        "Most between {hour:02}:00 and {:02}:00, and on {day}",
                        (hour + 1) % 24
                    ),
                    Lang::Zh => format!("最活跃：{hour:02}:00–{:02}:00，{day}", (hour + 1) % 24),
                }
            }
            _ => style.say("No messages", "没有消息").to_owned(),
        };
        Section::new("hours", title, about.clone())
            .chart(None, |width| self.heat(title, &about, width))
            .tables(self.tables, &["hours"], style)
    }

    fn heat(&self, title: &str, about: &str, width: f64) -> String {
        let style = self.style;
        let rows = self.report.hours.iter().enumerate().map(|(day, hours)| {
            let day = style.weekday(day);
            let cells = hours.iter().enumerate().map(|(hour, count)| {
                let tip = format!("{day} {hour:02}:00: {}", self.messages(*count));
                (as_float(*count), tip)
            });
            (day.to_owned(), cells.collect())
        });
        Heat {
            frame: self.frame(title, about.to_owned(), width, 0.0),
            rows: rows.collect(),
            columns: (0..24).map(|hour| format!("{hour:02}")).collect(),
            ends: (
                style.say("fewer", "少").to_owned(),
                style.say("more", "多").to_owned(),
            ),
        }
        .draw()
    }

    pub(super) fn active(&self) -> Section {
        let style = self.style;
        let title = style.say("Active people", "活跃人数");
        let window = Window::of(&self.report.days);
        let draw = |bucket: Bucket, name: &str, width: f64| {
            let frame = self.frame(name, self.people(self.report.totals.senders), width, 190.0);
            let Some(mut window) = window else {
                return empty(frame);
            };
            if bucket == Bucket::Day {
                // Of a long history the newest year of days.
                let year_ago = window
                    .last
                    .checked_sub(jiff::ToSpan::days(365))
                    .unwrap_or(window.first);
                window.first = window.first.max(year_ago);
            }
            let (points, _) = points(
                self.report,
                &window,
                bucket,
                style,
                |known| as_float(known.users),
                |name, known| format!("{name}: {}", self.people(known.users)),
            );
            Area {
                frame,
                points,
                class: "s1",
            }
            .draw()
        };
        let day = style.say("Per day, the newest year", "每日（最近一年）");
        let week = style.say("Per week", "每周");
        let month = style.say("Per month", "每月");
        let about = style.say(
            "People who sent at least one message in a day, a week, a month",
            "当天、当周、当月至少发送过一条消息的人数",
        );
        Section::new("active", title, about)
            .beside(3)
            .chart(Some(day), |width| draw(Bucket::Day, day, width))
            .chart(Some(week), |width| draw(Bucket::Week, week, width))
            .chart(Some(month), |width| draw(Bucket::Month, month, width))
            .tables(self.tables, &["weeks", "months"], style)
    }

    pub(super) fn growth(&self) -> Section {
        let style = self.style;
        let title = style.say("Growth", "增长");
        let messages = style.say("Messages so far", "累计消息数");
        let people = style.say("People so far", "累计人数");
        let with_people = self.report.about.scope != "user";
        let about = style.say(
            "Everything up to the end of each month",
            "截至每月月末的累计",
        );
        let section = Section::new("growth", title, about);
        let section = if with_people {
            section.beside(2)
        } else {
            section.wide()
        };
        let mut section = section.chart(Some(messages), |width| {
            let points = self.by_month(
                true,
                |month| vec![month.messages_so_far],
                |name, values| format!("{name}: {}", self.messages(values[0])),
            );
            let frame = self.frame(
                messages,
                self.messages(self.report.totals.messages),
                width,
                190.0,
            );
            Area {
                frame,
                points,
                class: "s1",
            }
            .draw()
        });
        if with_people {
            section = section.chart(Some(people), |width| {
                let points = self.by_month(
                    true,
                    |month| vec![month.users_so_far],
                    |name, values| format!("{name}: {}", self.people(values[0])),
                );
                let frame = self.frame(
                    people,
                    self.people(self.report.totals.senders),
                    width,
                    190.0,
                );
                Area {
                    frame,
                    points,
                    class: "s2",
                }
                .draw()
            });
        }
        section.tables(self.tables, &["months"], style)
    }

    pub(super) fn fates(&self, is_wide: bool) -> Section {
        let style = self.style;
        let title = style.say("Recalled and deleted", "撤回与删除");
        let totals = &self.report.totals;
        let about = match style.lang {
            Lang::En => format!(
                "{} recalled, {} deleted by some for themselves, {} removed from the server; by the month they were sent",
                thousands(totals.revoked),
                thousands(totals.deleted),
                thousands(totals.removed)
            ),
            Lang::Zh => format!(
                "撤回 {}，被部分用户删除 {}，服务器已移除 {}；按发送月份统计",
                thousands(totals.revoked),
                thousands(totals.deleted),
                thousands(totals.removed)
            ),
        };
        let names = ["revoked", "deleted", "removed"].map(|name| style.heading(name));
        let section = Section::new("fates", title, about.clone());
        let section = if is_wide { section.wide() } else { section };
        section
            .chart(None, |width| {
                let points = self.by_month(
                    false,
                    |month| vec![month.revoked, month.deleted, month.removed],
                    |name, values| {
                        let parts = names.iter().zip(values);
                        let parts: Vec<String> = parts
                            .map(|(what, value)| format!("{what} {}", thousands(*value)))
                            .collect();
                        format!("{name}: {}", parts.join(", "))
                    },
                );
                Columns {
                    frame: self.frame(title, about.clone(), width, 230.0),
                    series: names.map(str::to_owned).to_vec(),
                    points,
                    line: None,
                }
                .draw()
            })
            .tables(self.tables, &["months"], style)
    }

    /// Returns a point for each month of the window. Months without messages are as the one before where values
    /// are sums `so_far`, and empty otherwise.
    fn by_month(
        &self,
        so_far: bool,
        values: impl Fn(&crate::report::model::Month) -> Vec<u64>,
        tip: impl Fn(&str, &[u64]) -> String,
    ) -> Vec<Point> {
        let Some(window) = Window::of(&self.report.days) else {
            return Vec::new();
        };
        let mut months = self.report.months.iter().peekable();
        let mut before: Option<Vec<u64>> = None;
        let all = window.first.first_of_month();
        let all = all
            .series(jiff::ToSpan::month(1))
            .take_while(|day| *day <= window.last);
        let points = all.enumerate().map(|(at, date)| {
            let name = format!("{:04}-{:02}", date.year(), date.month());
            let mut here = None;
            while let Some(month) = months.next_if(|month| month.month <= name) {
                let is_this = month.month == name;
                before = so_far.then(|| values(month));
                here = is_this.then(|| values(month));
            }
            let nothing = || vec![0; 3];
            let here = here.or_else(|| before.clone()).unwrap_or_else(nothing);
            Point {
                label: Some(super::buckets::month_label(date, at == 0, self.style)),
                tip: tip(&name, &here),
                values: here.iter().map(|value| as_float(*value)).collect(),
            }
        });
        points.collect()
    }

    /// Says what part of all messages some are.
    pub(super) fn share(&self, messages: u64) -> String {
        percent(messages, self.report.totals.messages)
    }
}

fn empty(frame: Frame) -> String {
    Columns {
        frame,
        series: Vec::new(),
        points: Vec::new(),
        line: None,
    }
    .draw()
}
