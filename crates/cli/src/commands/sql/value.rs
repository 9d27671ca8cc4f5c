//! Values of an answer, in every form.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMicrosecondType, UInt64Type};
use arrow_array::{Array, ArrayRef};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, DataType, TimeUnit};
use jiff::tz::TimeZone;
use openim_history_client::model::Timestamp;
use serde_json::Value;

use crate::time;

/// One column of a batch, brought into one of few types.
pub(super) struct Values {
    array: ArrayRef,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Whole,
    /// Whole numbers above what a signed one holds.
    Unsigned,
    Broken,
    Truth,
    /// A moment.
    Moment,
    List,
    Null,
    /// Shown as the engine shows it.
    Other,
}

impl Values {
    pub(super) fn of(array: &ArrayRef) -> Result<Self, ArrowError> {
        use DataType::{
            Boolean, Dictionary, Float16, Float32, Float64, Int8, Int16, Int32, Int64, LargeList,
            LargeUtf8, List, Null, UInt8, UInt16, UInt32, UInt64, Utf8, Utf8View,
        };
        let array = match array.data_type() {
            Dictionary(_, value) => &arrow_cast::cast(array, value)?,
            _ => array,
        };
        let (kind, into) = match array.data_type() {
            Utf8 | LargeUtf8 | Utf8View => (Kind::Text, Some(Utf8)),
            Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32 => (Kind::Whole, Some(Int64)),
            UInt64 => (Kind::Unsigned, None),
            Float16 | Float32 | Float64 => (Kind::Broken, Some(Float64)),
            Boolean => (Kind::Truth, None),
            DataType::Timestamp(_, Some(_)) => {
                let micros = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
                (Kind::Moment, Some(micros))
            }
            List(_) => (Kind::List, None),
            LargeList(field) => (Kind::List, Some(List(field.clone()))),
            Null => (Kind::Null, None),
            _ => (Kind::Other, None),
        };
        let array = match into {
            Some(into) if into != *array.data_type() => arrow_cast::cast(array, &into)?,
            _ => ArrayRef::clone(array),
        };
        Ok(Self { array, kind })
    }

    /// Whether a value is a number, a time or a word of ours, and never what somebody wrote.
    pub(super) fn is_own(&self) -> bool {
        !matches!(self.kind, Kind::Text | Kind::List | Kind::Other)
    }

    pub(super) fn json(&self, at: usize) -> Value {
        if self.array.is_null(at) {
            return Value::Null;
        }
        match self.kind {
            Kind::Text => self.array.as_string::<i32>().value(at).into(),
            Kind::Whole => self.array.as_primitive::<Int64Type>().value(at).into(),
            Kind::Unsigned => self.array.as_primitive::<UInt64Type>().value(at).into(),
            // What is no number has no place in JSON.
            Kind::Broken => self.array.as_primitive::<Float64Type>().value(at).into(),
            Kind::Truth => self.array.as_boolean().value(at).into(),
            Kind::Moment => self.moment(at).to_string().into(),
            Kind::List => {
                let items = self.array.as_list::<i32>().value(at);
                match Self::of(&items) {
                    Ok(items) => (0..items.array.len()).map(|at| items.json(at)).collect(),
                    Err(_) => Value::Null,
                }
            }
            Kind::Null => Value::Null,
            Kind::Other => self.shown(at).into(),
        }
    }

    /// Returns the value as a person reads it; `None` where there is none.
    pub(super) fn text(&self, at: usize, zone: &TimeZone) -> Option<String> {
        match self.kind {
            _ if self.array.is_null(at) => None,
            Kind::Moment => Some(time::show(self.moment(at), zone)),
            _ => self.plain(at),
        }
    }

    /// Returns the value as another program reads it; `None` where there is none.
    pub(super) fn plain(&self, at: usize) -> Option<String> {
        match self.json(at) {
            Value::Null => None,
            Value::String(text) => Some(text),
            value => Some(value.to_string()),
        }
    }

    fn moment(&self, at: usize) -> Timestamp {
        let micros = self
            .array
            .as_primitive::<TimestampMicrosecondType>()
            .value(at);
        Timestamp::from_millis(micros.div_euclid(1_000))
    }

    fn shown(&self, at: usize) -> String {
        let options = FormatOptions::default();
        match ArrayFormatter::try_new(&self.array, &options) {
            Ok(formatter) => formatter.value(at).to_string(),
            Err(error) => error.to_string(),
        }
    }
}
