//! Days and hours in a time zone, for millions of instants.

use jiff::civil::Date;

use crate::clock::{Clock, date};

const DAY: i64 = 86_400;

/// A local hour of a local day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Local {
    /// Days since 1970-01-01.
    pub(super) day: i32,
    /// 0 to 23.
    pub(super) hour: usize,
}

/// Returns the local hour of an instant in milliseconds since 1970.
pub(super) fn local(clock: &mut Clock, millis: i64) -> Local {
    let micros = millis.saturating_mul(1_000);
    let local = clock.local(micros).div_euclid(1_000_000);
    Local {
        day: i32::try_from(local.div_euclid(DAY)).unwrap_or_default(),
        hour: usize::try_from(local.rem_euclid(DAY) / 3600).unwrap_or_default(),
    }
}

/// Returns the day of the week: 0 for Monday.
pub(super) fn weekday(day: i32) -> usize {
    // 1970-01-01 was a Thursday.
    usize::try_from((i64::from(day) + 3).rem_euclid(7)).unwrap_or_default()
}

/// Returns the Monday of a day's week.
pub(super) fn monday(day: i32) -> i32 {
    day - i32::try_from(weekday(day)).unwrap_or_default()
}

/// Returns a number for a day's month that grows by one from month to month.
pub(super) fn month(day: i32) -> i32 {
    let date = date(day);
    i32::from(date.year()) * 12 + i32::from(date.month()) - 1
}

/// Returns the first day of a month written like `2026-11`.
pub(super) fn first_day(month: &str) -> Option<i32> {
    let (year, month) = month.split_once('-')?;
    let first = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
    let midnight = jiff::tz::Offset::UTC.to_timestamp(first.into()).ok()?;
    i32::try_from(midnight.as_second().div_euclid(DAY)).ok()
}

/// Writes such a number: `2026-11`.
pub(super) fn month_name(month: i32) -> String {
    format!(
        "{:04}-{:02}",
        month.div_euclid(12),
        month.rem_euclid(12) + 1
    )
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn the_clock_agrees_with_the_calendar_around_every_change() {
        for name in [
            "UTC",
            "Asia/Shanghai",
            "America/New_York",
            "Europe/Berlin",
            "Asia/Kathmandu",
            "Australia/Lord_Howe",
            "America/St_Johns",
        ] {
            let zone = TimeZone::get(name).expect("a zone");
            let mut clock = Clock::new(zone.clone());
            // 2026-01-01 on, in odd steps, and each second around the changes.
            let start = 1_767_225_600_i64;
            let mut seconds: Vec<i64> = (0..4_000).map(|step| start + step * 8_011).collect();
            let from = Timestamp::from_second(start).expect("a time");
            for change in zone.following(from).take(4) {
                let at = change.timestamp().as_second();
                seconds.extend([at - 1, at, at + 1]);
            }
            for second in seconds {
                let instant = Timestamp::from_second(second).expect("a time");
                let zoned = instant.to_zoned_datetime(zone.clone());
                let told = local(&mut clock, second * 1000 + 999);
                assert_eq!(date(told.day), zoned.date(), "{name} {zoned}");
                assert_eq!(told.hour, zoned.hour() as usize, "{name} {zoned}");
                let weekday_of = zoned.weekday().to_monday_zero_offset();
                assert_eq!(weekday(told.day), weekday_of as usize, "{name} {zoned}");
            }
        }
    }

    #[test]
    fn times_before_1970_and_the_ends_of_the_calendar_have_days() {
        let mut clock = Clock::new(TimeZone::UTC);
        let told = local(&mut clock, -1);
        assert_eq!(
            (date(told.day).to_string(), told.hour),
            ("1969-12-31".to_owned(), 23)
        );
        for millis in [crate::row::FIRST_MILLIS, crate::row::LAST_MILLIS] {
            let day = local(&mut clock, millis).day;
            assert!(month_name(month(day)).len() == 7, "{day}");
        }
        assert_eq!(month_name(month(0)), "1970-01");
        assert_eq!(first_day("1970-02"), Some(31));
        assert_eq!(first_day("soon"), None);
        assert_eq!(date(monday(0)).to_string(), "1969-12-29");
    }
}
