//! Points and stretches of time, as people write them.

use jiff::civil::{Date, DateTime};
use jiff::{Span, ToSpan, ZonedDateTime};
use openim_history_client::model::Timestamp;

/// The forms that are understood.
pub const FORMS: &str = "write 2026-11-24, 2026-11, 2026, 2026-11-24T18:30, 2026-11-24T18:30:00+08:00, \
                         7d, 12h, 30m, now, today or yesterday";

/// A stretch of time, or a point in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant behind it; `None` for a point.
    pub end: Option<Timestamp>,
}

/// Reads a time as typed.
///
/// What has no zone of its own is taken in the zone of `now`. A date, `today` and `yesterday` are that whole
/// day, `2026-11` a month and `2026` a year. `7d` is the point so long before `now`: weeks and days are
/// those of the calendar, so the hour stays the same where clocks change.
pub fn period(text: &str, now: &ZonedDateTime) -> Result<Period, String> {
    let text = text.trim();
    let out_of_reach = |error: jiff::Error| format!("{text:?} is out of reach: {error}");
    let between = |start: Date, length: Span| -> Result<Period, String> {
        let instant = |date: Date| {
            let zoned = date.to_zoned_datetime(now.time_zone().clone());
            zoned.map(|zoned| zoned.timestamp().into())
        };
        let end = start.checked_add(length);
        Ok(Period {
            start: instant(start).map_err(out_of_reach)?,
            // The last day there is has no end.
            end: end.and_then(instant).ok(),
        })
    };
    let point = |time: jiff::Timestamp| Period {
        start: time.into(),
        end: None,
    };
    let day = 1.day();
    match text.to_ascii_lowercase().as_str() {
        "now" | "现在" => return Ok(point(now.timestamp())),
        "today" | "今天" => return between(now.date(), day),
        "yesterday" | "昨天" => {
            return between(now.date().yesterday().map_err(out_of_reach)?, day);
        }
        _ => {}
    }
    if let Some(ago) = ago(text)? {
        let then = now.checked_sub(ago).map_err(out_of_reach)?;
        return Ok(point(then.timestamp()));
    }
    if let Some((start, length)) = month_or_year(text) {
        return between(start, length);
    }
    // Before the forms without a zone: those would pass over a zone in the text.
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Ok(point(time));
    }
    let is_date = !text.contains([':', 'T', 't', ' ']);
    if is_date && let Ok(date) = text.parse::<Date>() {
        return between(date, day);
    }
    if let Ok(time) = text.parse::<DateTime>() {
        let zoned = time.to_zoned_datetime(now.time_zone().clone());
        return Ok(point(zoned.map_err(out_of_reach)?.timestamp()));
    }
    Err(format!("{text:?} is no point in time; {FORMS}"))
}

/// Reads `2026` and `2026-11`.
fn month_or_year(text: &str) -> Option<(Date, Span)> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (year, month) = match text.split_once('-') {
        Some((year, month)) if month.len() == 2 && digits(month) => (year, Some(month)),
        None => (text, None),
        Some(_) => return None,
    };
    if year.len() != 4 || !digits(year) {
        return None;
    }
    let first = month.map_or(Ok(1), str::parse).ok()?;
    let start = Date::new(year.parse().ok()?, first, 1).ok()?;
    Some((start, if month.is_some() { 1.month() } else { 1.year() }))
}

/// Reads `7d`: a whole number and a unit.
fn ago(text: &str) -> Result<Option<Span>, String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    if number.is_empty() || !matches!(unit, "w" | "d" | "h" | "m" | "s") {
        return Ok(None);
    }
    let too_much = || format!("{text:?} is too long ago");
    let number: i64 = number.parse().map_err(|_| too_much())?;
    let span = Span::new();
    let span = match unit {
        "w" => span.try_weeks(number),
        "d" => span.try_days(number),
        "h" => span.try_hours(number),
        "m" => span.try_minutes(number),
        _ => span.try_seconds(number),
    };
    span.map(Some).map_err(|_| too_much())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let now: ZonedDateTime = "2026-11-24T10:30:00+08:00[Asia/Shanghai]"
            .parse()
            .expect("a time");
        match period(text, &now) {
            Ok(Period { start, end: None }) => start.to_string(),
            Ok(Period {
                start,
                end: Some(end),
            }) => format!("{start} to {end}"),
            Err(error) => error,
        }
    }

    #[test]
    fn a_day_a_month_and_a_year_are_stretches() {
        for (text, means) in [
            (
                "2026-11-24",
                "2026-11-23T16:00:00.000Z to 2026-11-24T16:00:00.000Z",
            ),
            (
                "2026-11",
                "2026-10-31T16:00:00.000Z to 2026-11-30T16:00:00.000Z",
            ),
            (
                "2026",
                "2025-12-31T16:00:00.000Z to 2026-12-31T16:00:00.000Z",
            ),
            (
                "昨天",
                "2026-11-22T16:00:00.000Z to 2026-11-23T16:00:00.000Z",
            ),
            ("7d", "2026-11-17T02:30:00.000Z"),
            ("2026-11-24T18:30", "2026-11-24T10:30:00.000Z"),
        ] {
            assert_eq!(read(text), means, "{text}");
        }
        for text in ["2026-13", "26-11", "2026-1", "11", "0d-1", "morgen"] {
            assert!(read(text).contains("is no point in time"), "{text}");
        }
    }
}
