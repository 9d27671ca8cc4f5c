//! Times as people read them in the export's zone.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use openim_history_client::model::{Lang, Timestamp};

use super::markup::Markup;

/// A point in time, as the clocks of a zone show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Local {
    time: DateTime,
    offset: Offset,
}

impl Local {
    /// Returns what the clocks show; `None` for times that stand on no calendar with years of four digits, which
    /// senders can choose too.
    pub(super) fn of(time: Timestamp, zone: &TimeZone) -> Option<Self> {
        let time = time.to_jiff()?;
        let offset = zone.to_offset(time);
        let local = offset.to_datetime(time);
        (local.year() >= 0).then_some(Self {
            time: local,
            offset,
        })
    }

    /// Returns the day.
    pub(super) fn date(&self) -> Date {
        self.time.date()
    }

    /// Writes hours and minutes.
    pub(super) fn clock(&self, to: &mut Markup) {
        to.two(self.time.hour()).push(":").two(self.time.minute());
    }

    /// Writes the whole of it, as RFC 3339 has it.
    pub(super) fn rfc3339(&self, to: &mut Markup) {
        iso_date(self.date(), to);
        to.push("T");
        self.clock(to);
        to.push(":").two(self.time.second()).push(".");
        let millis = self.time.subsec_nanosecond() / 1_000_000;
        to.number(millis / 100)
            .number(millis / 10 % 10)
            .number(millis % 10);
        let minutes = self.offset.seconds() / 60;
        if minutes == 0 {
            to.push("Z");
            return;
        }
        to.push(if minutes < 0 { "-" } else { "+" });
        let minutes = minutes.unsigned_abs();
        two(minutes / 60, to);
        to.push(":");
        two(minutes % 60, to);
    }
}

fn two(number: u32, to: &mut Markup) {
    to.two(i8::try_from(number).unwrap_or_default());
}

/// Writes a day as `2026-11-24`.
fn iso_date(date: Date, to: &mut Markup) {
    let year = date.year().unsigned_abs();
    two(u32::from(year / 100), to);
    two(u32::from(year % 100), to);
    to.push("-").two(date.month()).push("-").two(date.day());
}

/// Writes a time in full: the day and the minute, or what the number says where no calendar has it.
pub(super) fn full(time: Timestamp, zone: &TimeZone, to: &mut Markup) {
    match Local::of(time, zone) {
        Some(local) => {
            iso_date(local.date(), to);
            to.push(" ");
            local.clock(to);
        }
        None => {
            to.text(&time.to_string());
        }
    }
}

/// Returns a day as `2026-11-24`, or what the number says where no calendar has it.
pub(super) fn day(time: Timestamp, zone: &TimeZone) -> String {
    match Local::of(time, zone) {
        Some(local) => local.date().to_string(),
        None => time.to_string(),
    }
}

/// Returns the days from the first to the last: one, or two with a dash between.
pub(super) fn period(first: Timestamp, last: Timestamp, zone: &TimeZone) -> String {
    let (first, last) = (day(first, zone), day(last, zone));
    if first == last {
        first
    } else {
        format!("{first} – {last}")
    }
}

/// Returns a day as a heading.
pub(super) fn heading(date: Date, lang: Lang) -> String {
    let weekday = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
    let (year, day) = (date.year(), date.day());
    match lang {
        Lang::En => {
            let month = usize::from(date.month().unsigned_abs()).saturating_sub(1);
            let (weekday, month) = (ENGLISH_DAYS[weekday % 7], MONTHS[month % 12]);
            format!("{weekday}, {day} {month} {year}")
        }
        Lang::Zh => format!(
            "{year}年{}月{day}日 星期{}",
            date.month(),
            CHINESE_DAYS[weekday % 7]
        ),
    }
}

const ENGLISH_DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

const CHINESE_DAYS: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn rfc3339(millis: i64, zone: &TimeZone) -> Option<String> {
        let mut markup = Markup::default();
        Local::of(Timestamp::from_millis(millis), zone)?.rfc3339(&mut markup);
        Some(markup.as_str().to_owned())
    }

    #[test]
    fn times_are_those_of_the_zone_and_say_which_it_is() {
        let shanghai = TimeZone::fixed(jiff::tz::offset(8));
        let at = 1_795_517_373_630;
        assert_eq!(
            rfc3339(at, &TimeZone::UTC).as_deref(),
            Some("2026-11-24T10:49:33.630Z")
        );
        assert_eq!(
            rfc3339(at, &shanghai).as_deref(),
            Some("2026-11-24T18:49:33.630+08:00")
        );
        let nepal = Offset::from_seconds(-(5 * 3600 + 45 * 60)).expect("an offset");
        assert_eq!(
            rfc3339(at, &TimeZone::fixed(nepal)).as_deref(),
            Some("2026-11-24T05:04:33.630-05:45")
        );
    }

    #[test]
    fn any_number_has_a_time_or_is_shown_as_it_is() {
        for millis in [i64::MIN, -62_167_219_200_001, i64::MAX] {
            assert_eq!(rfc3339(millis, &TimeZone::UTC), None, "{millis}");
            let time = Timestamp::from_millis(millis);
            assert_eq!(day(time, &TimeZone::UTC), time.to_string());
        }
        assert_eq!(
            rfc3339(-62_135_596_800_000, &TimeZone::UTC).as_deref(),
            Some("0001-01-01T00:00:00.000Z")
        );
    }

    #[test]
    fn days_have_headings_in_both_languages() {
        let date = jiff::civil::date(2026, 11, 24);
        assert_eq!(heading(date, Lang::En), "Tuesday, 24 November 2026");
        assert_eq!(heading(date, Lang::Zh), "2026年11月24日 星期二");
        let (first, last) = (0, 86_400_000);
        assert_eq!(
            period(
                Timestamp::from_millis(first),
                Timestamp::from_millis(last),
                &TimeZone::UTC
            ),
            "1970-01-01 – 1970-01-02"
        );
    }
}
