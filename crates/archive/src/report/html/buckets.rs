//! Time for charts: each day of a stretch, or weeks or months where days would be too many.

use std::collections::VecDeque;

use jiff::ToSpan;
use jiff::civil::Date;

use crate::report::model::{Day, Report};
use crate::report::numbers::as_float;
use crate::report::svg::Point;
use crate::report::words::ReportStyle;

/// Days without any message after which what follows belongs to another time: clocks of some senders are
/// wrong by years, and would leave a chart empty but for its ends.
const GAP: i32 = 366;

/// What one column stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bucket {
    Day,
    Week,
    Month,
}

impl Bucket {
    /// Over how many of them the line in a chart is the mean: a week, about a month, a quarter.
    pub(super) fn averaged(self) -> usize {
        match self {
            Self::Day => 7,
            Self::Week => 4,
            Self::Month => 3,
        }
    }
}

/// A stretch of time to be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) first: Date,
    pub(super) last: Date,
    /// Messages that lie outside.
    pub(super) left_out: u64,
}

impl Window {
    /// Returns the stretch with most messages among those with more than a year of silence between them.
    pub(super) fn of(days: &[Day]) -> Option<Self> {
        let total: u64 = days.iter().map(|day| day.messages).sum();
        let stretches = days.chunk_by(|a, b| distance(a.date, b.date) <= GAP);
        let messages = |stretch: &[Day]| stretch.iter().map(|day| day.messages).sum::<u64>();
        let most = stretches.max_by_key(|stretch| messages(stretch))?;
        Some(Self {
            first: most.first()?.date,
            last: most.last()?.date,
            left_out: total - messages(most),
        })
    }

    /// Whether a day lies in it.
    pub(super) fn holds(&self, date: Date) -> bool {
        (self.first..=self.last).contains(&date)
    }

    /// Returns how many days it has.
    pub(super) fn days(&self) -> i32 {
        distance(self.first, self.last) + 1
    }

    /// Chooses what a column stands for, so that there are not more of them than `most`.
    pub(super) fn bucket(&self, most: i32) -> Bucket {
        match self.days() {
            days if days <= most => Bucket::Day,
            days if days / 7 <= most => Bucket::Week,
            _ => Bucket::Month,
        }
    }
}

pub(super) fn distance(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// What is known of one column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) messages: u64,
    pub(super) users: u64,
}

/// Returns a point for each day, week or month of a window, those without messages included, and with each the
/// mean of messages over as many of them as [`Bucket::averaged`] says.
pub(super) fn points(
    report: &Report,
    window: &Window,
    bucket: Bucket,
    style: &ReportStyle,
    value: impl Fn(&Known) -> f64,
    tip: impl Fn(&str, &Known) -> String,
) -> (Vec<Point>, Vec<f64>) {
    let nothing = Known {
        messages: 0,
        users: 0,
    };
    let mut points = Vec::new();
    let mut averages = Vec::new();
    let mut newest = VecDeque::from(vec![0_u64; bucket.averaged()]);
    // The first label names the year, and so does each January.
    let mut is_first = true;
    let mut push = |known: &Known, name: String, label: Option<String>| {
        newest.pop_front();
        newest.push_back(known.messages);
        averages.push(as_float(newest.iter().sum()) / as_float(newest.len() as u64));
        points.push(Point {
            label,
            tip: tip(&name, known),
            values: vec![value(known)],
        });
    };
    match bucket {
        Bucket::Day => {
            let mut days = report
                .days
                .iter()
                .skip_while(|day| !window.holds(day.date))
                .peekable();
            let all = window
                .first
                .series(1.day())
                .take_while(|day| *day <= window.last);
            for date in all {
                let day = days.next_if(|day| day.date == date);
                let known = day.map_or(nothing, |day| Known {
                    messages: day.messages,
                    users: day.users,
                });
                let label = label(date, window, is_first, style);
                is_first &= label.is_none();
                push(&known, style.date(date), label);
            }
        }
        Bucket::Week => {
            let monday = |date: Date| {
                let back = i64::from(date.weekday().to_monday_zero_offset());
                date.checked_sub(back.days()).unwrap_or(date)
            };
            let mut weeks = report
                .weeks
                .iter()
                .skip_while(|week| week.monday < monday(window.first))
                .peekable();
            let all = monday(window.first)
                .series(7.days())
                .take_while(|day| *day <= window.last);
            for date in all {
                let week = weeks.next_if(|week| week.monday == date);
                let known = week.map_or(nothing, |week| Known {
                    messages: week.messages,
                    users: week.users,
                });
                let label = (date.day() <= 7).then(|| month_label(date, is_first, style));
                is_first &= label.is_none();
                push(&known, of_week(date, style), label);
            }
        }
        Bucket::Month => {
            let mut months = report.months.iter().peekable();
            let all = window
                .first
                .first_of_month()
                .series(1.month())
                .take_while(|day| *day <= window.last);
            for date in all {
                let name = format!("{:04}-{:02}", date.year(), date.month());
                while months.next_if(|month| month.month < name).is_some() {}
                let known = months.next_if(|month| month.month == name);
                let known = known.map_or(nothing, |month| Known {
                    messages: month.messages,
                    users: month.users,
                });
                push(&known, name, Some(month_label(date, is_first, style)));
                is_first = false;
            }
        }
    }
    (points, averages)
}

/// Days are named by their month where there are many, and by themselves where there are few.
fn label(date: Date, window: &Window, is_first: bool, style: &ReportStyle) -> Option<String> {
    if window.days() <= 62 {
        return Some(style.day(date));
    }
    (date.day() == 1).then(|| month_label(date, is_first, style))
}

/// The year stands where it begins, and at the first.
pub(super) fn month_label(date: Date, is_first: bool, style: &ReportStyle) -> String {
    if date.month() == 1 || is_first {
        let month = style.month(date.month());
        return match style.lang {
            openim_history_client::model::Lang::En => format!("{month} {}", date.year()),
            openim_history_client::model::Lang::Zh => format!("{}年{month}", date.year()),
        };
    }
    style.month(date.month()).to_owned()
}

fn of_week(monday: Date, style: &ReportStyle) -> String {
    let sunday = monday.checked_add(6.days()).unwrap_or(monday);
    format!("{} – {}", style.date(monday), style.date(sunday))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::Week;
    use crate::report::tests::{empty, month};

    fn day(date: &str, messages: u64) -> Day {
        Day {
            date: date.parse().expect("a date"),
            messages,
            average: 0.0,
            users: 1,
        }
    }

    #[test]
    fn a_clock_that_is_wrong_by_years_does_not_stretch_the_chart() {
        let days = [
            day("1970-01-01", 3),
            day("2026-01-01", 5),
            day("2026-11-24", 5),
            day("2099-01-01", 1),
        ];
        let window = Window::of(&days).expect("days");
        assert_eq!(window.first.to_string(), "2026-01-01");
        assert_eq!(
            (window.last.to_string(), window.left_out),
            ("2026-11-24".to_owned(), 4)
        );
        assert_eq!(window.bucket(400), Bucket::Day);
        assert_eq!(window.bucket(100), Bucket::Week);
        assert_eq!(window.bucket(20), Bucket::Month);
        assert_eq!(Window::of(&[]), None);
    }
    #[test]
    fn the_line_is_the_mean_of_the_columns_up_to_each() {
        let style = ReportStyle {
            lang: openim_history_client::model::Lang::En,
            zone: jiff::tz::TimeZone::UTC,
            title: None,
        };
        let mut report = empty();
        // Mondays of 2026 with the first day of a month now and then, and weeks of nothing between them.
        let told = [("2026-01-05", 7), ("2026-01-12", 14), ("2026-02-02", 21)];
        report.days = told.map(|(date, messages)| day(date, messages)).into();
        report.weeks = told
            .map(|(date, messages)| Week {
                week: String::new(),
                monday: date.parse().expect("a date"),
                messages,
                users: 1,
            })
            .into();
        report.months = [("2026-01", 21), ("2026-02", 21)]
            .map(|(name, messages)| month(name, messages))
            .into();
        let window = Window::of(&report.days).expect("days");
        let line = |bucket| {
            let drawn = points(
                &report,
                &window,
                bucket,
                &style,
                |known| as_float(known.messages),
                |name, _| name.to_owned(),
            );
            assert_eq!(drawn.0.len(), drawn.1.len());
            drawn.1
        };
        assert_eq!(line(Bucket::Week), [1.75, 5.25, 5.25, 5.25, 8.75]);
        assert_eq!(line(Bucket::Month), [7.0, 14.0]);
        let days = line(Bucket::Day);
        assert_eq!(days[..8], [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0]);
        assert_eq!(days.last(), Some(&3.0));
    }
}
