//! Times as people of one zone tell them.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{Array, Date32Array, TimestampMicrosecondArray};
use arrow_schema::{DataType, TimeUnit};
use deltalake_core::datafusion::common::{Result, exec_err};
use deltalake_core::datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// What of a time is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Told {
    /// Day and time of day, without a zone.
    Time,
    /// The day alone: quicker to group by.
    Date,
}

/// `local_time(t)` and `local_date(t)`: a moment in the zone of the session.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Local {
    told: Told,
    zone: Zone,
    signature: Signature,
}

/// A zone that can be told from another: by its name.
#[derive(Clone, Debug)]
struct Zone(TimeZone);

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Zone {}

impl std::hash::Hash for Zone {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.iana_name().hash(state);
    }
}

impl Local {
    pub(super) fn new(told: Told, zone: TimeZone) -> Self {
        let moment = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        Self {
            told,
            zone: Zone(zone),
            signature: Signature::exact(vec![moment], Volatility::Immutable),
        }
    }
}

impl ScalarUDFImpl for Local {
    fn name(&self) -> &str {
        match self.told {
            Told::Time => "local_time",
            Told::Date => "local_date",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match self.told {
            Told::Time => DataType::Timestamp(TimeUnit::Microsecond, None),
            Told::Date => DataType::Date32,
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let Some(times) = arrays
            .first()
            .and_then(|times| times.as_primitive_opt::<TimestampMicrosecondType>())
        else {
            return exec_err!("{} takes a time", self.name());
        };
        let mut clock = Clock::new(&self.zone.0);
        let local = times
            .values()
            .iter()
            .map(|micros| micros.saturating_add(clock.offset(*micros)));
        let nulls = times.nulls().cloned();
        Ok(ColumnarValue::Array(match self.told {
            Told::Time => Arc::new(TimestampMicrosecondArray::new(local.collect(), nulls)),
            Told::Date => {
                let days =
                    local.map(|local| i32::try_from(local.div_euclid(DAY)).unwrap_or_default());
                Arc::new(Date32Array::new(days.collect(), nulls))
            }
        }))
    }
}

/// Tells how far a zone's clocks are ahead. Between two changes of the clocks it is one number, so the zone is
/// only asked when a time lies outside the stretch of the one before.
struct Clock<'a> {
    zone: &'a TimeZone,
    from: i64,
    to: i64,
    offset: i64,
}

impl<'a> Clock<'a> {
    fn new(zone: &'a TimeZone) -> Self {
        Self {
            zone,
            from: i64::MAX,
            to: i64::MIN,
            offset: 0,
        }
    }

    fn offset(&mut self, micros: i64) -> i64 {
        if micros < self.from || micros >= self.to {
            self.ask(micros);
        }
        self.offset
    }

    #[cold]
    fn ask(&mut self, micros: i64) {
        let time = Timestamp::from_microsecond(micros).unwrap_or(match micros {
            ..0 => Timestamp::MIN,
            _ => Timestamp::MAX,
        });
        self.offset = i64::from(self.zone.to_offset(time).seconds()) * SECOND;
        let begins = self.zone.preceding(time).next();
        let ends = self.zone.following(time).next();
        self.from = begins.map_or(i64::MIN, |change| change.timestamp().as_microsecond());
        self.to = ends.map_or(i64::MAX, |change| change.timestamp().as_microsecond());
        // A change at that very instant is neither before nor behind it.
        if let Ok(before) = time.checked_sub(jiff::SignedDuration::from_micros(1))
            && self.zone.to_offset(before) != self.zone.to_offset(time)
        {
            self.from = micros;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_agrees_with_the_zone_around_every_change() {
        for name in [
            "UTC",
            "Asia/Shanghai",
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
            moments.extend([0, -1, i64::MIN, i64::MAX]);
            // Forwards keeps a stretch, backwards and mixed leaves it.
            let mixed: Vec<i64> = moments.iter().rev().chain(&moments).copied().collect();
            let mut clock = Clock::new(&zone);
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
