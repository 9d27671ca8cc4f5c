//! Points in time as typed, and as shown.

use jiff::ZonedDateTime;
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::TimeZone;
use openim_history_archive::search::period;
use openim_history_client::model::Timestamp;

/// Parses a point in time as typed; of a day, a month or a year its first instant.
///
/// What has no zone of its own is taken in the zone of `now`.
pub(crate) fn parse(text: &str, now: &ZonedDateTime) -> Result<Timestamp, String> {
    Ok(period(text, now)?.start)
}

/// Parses the name of a time zone (`Asia/Shanghai`, `UTC`) or an offset (`+08:00`).
pub(crate) fn parse_zone(name: &str) -> Result<TimeZone, String> {
    let offset = || DateTimeParser::new().parse_time_zone(name);
    TimeZone::get(name).or_else(|_| offset()).map_err(|_| {
        format!(
            "{name:?} is no time zone; write a name like Asia/Shanghai or an offset like +08:00"
        )
    })
}

/// Writes a point in time in a zone, to the second.
pub(crate) fn show(time: Timestamp, zone: &TimeZone) -> String {
    match time.to_jiff() {
        Some(instant) => instant
            .to_zoned_datetime(zone.clone())
            .strftime("%Y-%m-%d %H:%M:%S")
            .to_string(),
        None => time.to_string(),
    }
}

/// Writes a point in time in a zone with everything known about it: milliseconds and offset.
pub(crate) fn show_exactly(time: Timestamp, zone: &TimeZone) -> String {
    match time.to_jiff() {
        Some(instant) => instant
            .to_zoned_datetime(zone.clone())
            .strftime("%Y-%m-%d %H:%M:%S.%3f %:z")
            .to_string(),
        None => time.to_string(),
    }
}

/// Returns the instant one millisecond later, the smallest step there is.
pub(crate) fn just_after(time: Timestamp) -> Timestamp {
    Timestamp::from_millis(time.as_millis().saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> ZonedDateTime {
        "2026-11-24T10:30:00+08:00[Asia/Shanghai]"
            .parse()
            .expect("a time")
    }

    fn parsed(text: &str) -> String {
        match parse(text, &now()) {
            Ok(time) => time.to_string(),
            Err(error) => error,
        }
    }

    #[test]
    fn every_form_means_one_instant() {
        for (text, instant) in [
            ("2026-11-24T10:00:00Z", "2026-11-24T10:00:00.000Z"),
            ("2026-11-24T10:00:00+02:00", "2026-11-24T08:00:00.000Z"),
            ("2026-11-24", "2026-11-23T16:00:00.000Z"),
            ("2026-11-24T18:30", "2026-11-24T10:30:00.000Z"),
            ("2026-11-24 18:30:01.5", "2026-11-24T10:30:01.500Z"),
            ("today", "2026-11-23T16:00:00.000Z"),
            ("Yesterday", "2026-11-22T16:00:00.000Z"),
            ("now", "2026-11-24T02:30:00.000Z"),
            ("7d", "2026-11-17T02:30:00.000Z"),
            ("2w", "2026-11-10T02:30:00.000Z"),
            ("12h", "2026-11-23T14:30:00.000Z"),
            ("30m", "2026-11-24T02:00:00.000Z"),
            ("90s", "2026-11-24T02:28:30.000Z"),
        ] {
            assert_eq!(parsed(text), instant, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused_with_the_forms() {
        for text in [
            "",
            "soon",
            "7",
            "7y",
            "d",
            "2026-13-01",
            "-7d",
            "2026-11-24T25:00",
        ] {
            let error = parsed(text);
            assert!(
                error.contains("is no point in time; write"),
                "{text:?}: {error}"
            );
        }
        assert!(parsed("99999999999999999999d").contains("too long ago"));
        assert!(
            parsed("9999999d").contains("too long ago"),
            "{}",
            parsed("9999999d")
        );
        assert!(parsed("7000000d").contains("out of reach"));
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        // Berlin's clocks went back on 2026-10-25; the hour of the day stays.
        let now: ZonedDateTime = "2026-10-26T12:00:00[Europe/Berlin]"
            .parse()
            .expect("a time");
        let time = parse("2d", &now).map(|time| time.to_string());
        assert_eq!(time.as_deref(), Ok("2026-10-24T10:00:00.000Z"));
    }

    #[test]
    fn zones_have_names_or_offsets() {
        let time = Timestamp::from_millis(1_795_517_373_630);
        let shown = |zone| parse_zone(zone).map(|zone| show(time, &zone));
        assert_eq!(shown("UTC").as_deref(), Ok("2026-11-24 10:49:33"));
        assert_eq!(shown("Asia/Shanghai").as_deref(), Ok("2026-11-24 18:49:33"));
        assert_eq!(shown("-03:30").as_deref(), Ok("2026-11-24 07:19:33"));
        assert!(shown("Mars/Olympus").is_err());
        let zone = parse_zone("+08:00").expect("a zone");
        assert_eq!(show_exactly(time, &zone), "2026-11-24 18:49:33.630 +08:00");
    }

    #[test]
    fn a_time_no_calendar_holds_is_shown_as_its_number() {
        let zone = TimeZone::UTC;
        assert_eq!(
            show(Timestamp::from_millis(i64::MAX), &zone),
            "ms:9223372036854775807"
        );
    }
}
