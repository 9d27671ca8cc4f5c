//! Days and hours in a time zone, for millions of instants.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

const DAY: i64 = 86_400;

/// A local hour of a local day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Local {
    /// Days since 1970-01-01.
    pub(super) day: i32,
    /// 0 to 23.
    pub(super) hour: usize,
}

/// Tells local days and hours. The zone is only asked once for each stretch without a change of its clocks.
#[derive(Debug)]
pub(super) struct Clock {
    zone: TimeZone,
    /// Stretches that were asked for: first second, first second behind it, offset in seconds.
    known: Vec<(i64, i64, i64)>,
    last: usize,
}

impl Clock {
    pub(super) fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            known: Vec::new(),
            last: 0,
        }
    }

    /// Returns the local hour of an instant in milliseconds since 1970.
    pub(super) fn local(&mut self, millis: i64) -> Local {
        let second = millis.div_euclid(1000);
        let local = second + self.offset(second);
        Local {
            day: i32::try_from(local.div_euclid(DAY)).unwrap_or_default(),
            hour: usize::try_from(local.rem_euclid(DAY) / 3600).unwrap_or_default(),
        }
    }

    fn offset(&mut self, second: i64) -> i64 {
        let holds = |(first, behind, _): &(i64, i64, i64)| (*first..*behind).contains(&second);
        if let Some(known) = self.known.get(self.last).filter(|known| holds(known)) {
            return known.2;
        }
        if let Some(at) = self.known.iter().position(holds) {
            self.last = at;
            return self.known[at].2;
        }
        let Ok(instant) = Timestamp::from_second(second) else {
            return 0;
        };
        let offset = i64::from(self.zone.to_offset(instant).seconds());
        // `preceding` tells those before an instant, and a change at this very second holds already.
        let just_after = Timestamp::from_second(second + 1).unwrap_or(instant);
        let before = self.zone.preceding(just_after).next();
        let behind = self.zone.following(instant).next();
        let first = before.map_or(i64::MIN, |change| change.timestamp().as_second());
        let behind = behind.map_or(i64::MAX, |change| change.timestamp().as_second());
        self.last = self.known.len();
        self.known.push((first, behind, offset));
        offset
    }
}

/// Returns the date of a day counted from 1970-01-01; the nearest there is where a calendar has none.
pub(super) fn date(day: i32) -> Date {
    let seconds = i64::from(day) * DAY;
    let instant = Timestamp::from_second(seconds);
    let far = if day < 0 { Date::MIN } else { Date::MAX };
    instant.map_or(far, |time| jiff::tz::Offset::UTC.to_datetime(time).date())
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
                let local = clock.local(second * 1000 + 999);
                assert_eq!(date(local.day), zoned.date(), "{name} {zoned}");
                assert_eq!(local.hour, zoned.hour() as usize, "{name} {zoned}");
                let weekday_of = zoned.weekday().to_monday_zero_offset();
                assert_eq!(weekday(local.day), weekday_of as usize, "{name} {zoned}");
            }
        }
    }

    #[test]
    fn times_before_1970_and_the_ends_of_the_calendar_have_days() {
        let mut clock = Clock::new(TimeZone::UTC);
        let local = clock.local(-1);
        assert_eq!(
            (date(local.day).to_string(), local.hour),
            ("1969-12-31".to_owned(), 23)
        );
        for millis in [crate::row::FIRST_MILLIS, crate::row::LAST_MILLIS] {
            let day = clock.local(millis).day;
            assert!(month_name(month(day)).len() == 7, "{day}");
        }
        assert_eq!(month_name(month(0)), "1970-01");
        assert_eq!(first_day("1970-02"), Some(31));
        assert_eq!(first_day("soon"), None);
        assert_eq!(date(monday(0)).to_string(), "1969-12-29");
    }
}
