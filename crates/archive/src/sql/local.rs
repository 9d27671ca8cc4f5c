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
use jiff::tz::TimeZone;

use crate::clock::Clock;

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
        let mut clock = Clock::new(self.zone.0.clone());
        let nulls = times.nulls().cloned();
        let times = times.values().iter();
        Ok(ColumnarValue::Array(match self.told {
            Told::Time => {
                let local = times.map(|micros| clock.local(*micros));
                Arc::new(TimestampMicrosecondArray::new(local.collect(), nulls))
            }
            Told::Date => {
                let days = times.map(|micros| clock.day(*micros));
                Arc::new(Date32Array::new(days.collect(), nulls))
            }
        }))
    }
}
