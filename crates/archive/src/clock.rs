//! What the clocks of a time zone say, for millions of moments.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Tells how far a zone's clocks are ahead. Between two changes of the clocks it is one number, so the zone is
/// only asked once for each such stretch of time.
#[derive(Debug)]
pub(crate) struct Clock {
    zone: TimeZone,
    /// Stretches that were asked for: the first microsecond, the first behind it, how far ahead.
    known: Vec<(i64, i64, i64)>,
    last: usize,
}

impl Clock {
    pub(crate) fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            known: Vec::new(),
            last: 0,
        }
    }

    /// Returns by how many microseconds the clocks are ahead of UTC, at so many since 1970. Outside the calendar
    /// it is what its nearest end has.
    fn offset(&mut self, micros: i64) -> i64 {
        let holds = |(first, behind, _): &(i64, i64, i64)| (*first..*behind).contains(&micros);
        if let Some(known) = self.known.get(self.last).filter(|known| holds(known)) {
            return known.2;
        }
        self.last = match self.known.iter().position(holds) {
            Some(at) => at,
            None => {
                self.known.push(self.ask(micros));
                self.known.len() - 1
            }
        };
        self.known[self.last].2
    }

    /// Returns what the clocks show, in microseconds since they showed the beginning of 1970.
    pub(crate) fn local(&mut self, micros: i64) -> i64 {
        micros.saturating_add(self.offset(micros))
    }

    /// Returns the day the clocks show, counted from 1970-01-01.
    pub(crate) fn day(&mut self, micros: i64) -> i32 {
        let day = self.local(micros).div_euclid(DAY);
        i32::try_from(day).unwrap_or_default()
    }

    #[cold]
    fn ask(&self, micros: i64) -> (i64, i64, i64) {
        let time = Timestamp::from_microsecond(micros).unwrap_or(match micros {
            ..0 => Timestamp::MIN,
            _ => Timestamp::MAX,
        });
        let offset = i64::from(self.zone.to_offset(time).seconds()) * SECOND;
        // `preceding` tells those before a moment, and a change at this very moment holds already.
        let step = jiff::SignedDuration::from_micros(1);
        let just_after = time.checked_add(step).unwrap_or(time);
        let before = self.zone.preceding(just_after).next();
        let behind = self.zone.following(time).next();
        (
            before.map_or(i64::MIN, |change| change.timestamp().as_microsecond()),
            behind.map_or(i64::MAX, |change| change.timestamp().as_microsecond()),
            offset,
        )
    }
}

/// Returns the date of a day counted from 1970-01-01; the nearest there is where a calendar has none.
pub(crate) fn date(day: i32) -> Date {
    let instant = Timestamp::from_second(i64::from(day) * (DAY / SECOND));
    let far = if day < 0 { Date::MIN } else { Date::MAX };
    instant.map_or(far, |time| Offset::UTC.to_datetime(time).date())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_agrees_with_the_zone_around_every_change() {
        for name in [
            "UTC",
            "Asia/Shanghai",
            "Asia/Kathmandu",
            "Europe/Berlin",
            "Australia/Lord_Howe",
            "America/St_Johns",
        ] {
            let zone = TimeZone::get(name).expect("a zone");
            let first: Timestamp = "1985-01-01T00:00:00Z".parse().expect("a time");
            let mut moments = Vec::new();
            for change in zone.following(first).take(80) {
                let at = change.timestamp().as_microsecond();
                moments.extend([at - DAY, at - 1, at, at + 1, at + 3_600 * SECOND]);
            }
            moments.extend([0, -1, i64::MIN, i64::MAX - 1]);
            // Forwards keeps a stretch, backwards and mixed leaves it.
            let mixed: Vec<i64> = moments.iter().rev().chain(&moments).copied().collect();
            let mut clock = Clock::new(zone.clone());
            for micros in mixed {
                let time = Timestamp::from_microsecond(micros).unwrap_or(match micros {
                    ..0 => Timestamp::MIN,
                    _ => Timestamp::MAX,
                });
                let offset = i64::from(zone.to_offset(time).seconds()) * SECOND;
                assert_eq!(clock.offset(micros), offset, "{name} at {time}");
            }
        }
    }
}
