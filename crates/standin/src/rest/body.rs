//! A request body, read with the types and complaints of the Go structs it fills.

use serde_json::{Map, Value};

use super::answer::Refusal;
use super::go_json;

/// Where the complaint is raised; the real message goes on with the rest of the Go stack.
const FRAME: &str = " | -> jsonutil.JsonUnmarshal() /src/utils/jsonutil/json.go:28";

/// A request's fields. Keys match whatever their case, unknown ones are ignored, as Go does.
#[derive(Debug)]
pub(super) struct Body {
    fields: Map<String, Value>,
    request: &'static str,
}

/// `pagination` of a list call.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pagination {
    pub(super) page: i64,
    pub(super) show: i64,
}

impl Pagination {
    /// Cuts the page out of a list; page 0 is page 1, and without a size there is none.
    pub(super) fn page<T>(self, mut list: Vec<T>) -> Vec<T> {
        let Ok(show) = usize::try_from(self.show) else {
            return Vec::new();
        };
        let before = usize::try_from(self.page.max(1) - 1)
            .unwrap_or(usize::MAX)
            .saturating_mul(show);
        if before >= list.len() {
            return Vec::new();
        }
        list.drain(..before);
        list.truncate(show);
        list
    }
}

impl Body {
    /// Reads a body for the named Go request struct.
    pub(super) fn parse(text: &[u8], request: &'static str) -> Result<Self, Refusal> {
        if let Some(complaint) = go_json::syntax_error(text) {
            return Err(malformed(&complaint));
        }
        let fields = match serde_json::from_slice(text) {
            Ok(Value::Object(fields)) => fields,
            Ok(Value::Null) => Map::new(),
            Ok(other) => {
                let kind = kind_of(&other);
                return Err(malformed(&format!(
                    "json: cannot unmarshal {kind} into Go value of type {request}"
                )));
            }
            Err(error) => return Err(malformed(&error.to_string())),
        };
        Ok(Self { fields, request })
    }

    fn field(&self, name: &str) -> Option<&Value> {
        self.fields
            .get(name)
            .or_else(|| {
                self.fields
                    .iter()
                    .find(|(key, _)| key.eq_ignore_ascii_case(name))
                    .map(|(_, value)| value)
            })
            .filter(|value| !value.is_null())
    }

    fn mistyped(&self, value: &Value, field: &str, kind: &str) -> Refusal {
        malformed(&format!(
            "json: cannot unmarshal {} into Go struct field {}.{field} of type {kind}",
            kind_of(value),
            self.request
        ))
    }

    /// Reads a text, empty when absent.
    pub(super) fn text(&self, name: &str) -> Result<&str, Refusal> {
        match self.field(name) {
            None => Ok(""),
            Some(Value::String(text)) => Ok(text),
            Some(other) => Err(self.mistyped(other, name, "string")),
        }
    }

    /// Reads a text that must not be empty.
    pub(super) fn required(&self, name: &str) -> Result<&str, Refusal> {
        let text = self.text(name)?;
        if text.is_empty() {
            return Err(Refusal::arguments(format!("{name} is empty")));
        }
        Ok(text)
    }

    /// Reads a list of texts, empty when absent.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<&str>, Refusal> {
        match self.field(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) => list
                .iter()
                .map(|value| {
                    value
                        .as_str()
                        .ok_or_else(|| self.mistyped(value, name, "string"))
                })
                .collect(),
            Some(other) => Err(self.mistyped(other, name, "[]string")),
        }
    }

    /// Reads an integer, 0 when absent.
    pub(super) fn integer(&self, name: &str, kind: &str) -> Result<i64, Refusal> {
        match self.field(name) {
            None => Ok(0),
            Some(value) => self.as_integer(value, name, kind),
        }
    }

    fn as_integer(&self, value: &Value, name: &str, kind: &str) -> Result<i64, Refusal> {
        match value {
            Value::Number(number) => number.as_i64().ok_or_else(|| {
                malformed(&format!(
                    "json: cannot unmarshal number {number} into Go struct field {}.{name} of type {kind}",
                    self.request
                ))
            }),
            other => Err(self.mistyped(other, name, kind)),
        }
    }

    /// Reads an unsigned hash, 0 when absent.
    pub(super) fn hash(&self, name: &str) -> Result<u64, Refusal> {
        match self.field(name) {
            None => Ok(0),
            Some(value) => value
                .as_u64()
                .ok_or_else(|| self.mistyped(value, name, "uint64")),
        }
    }

    /// Reads a truth value, false when absent.
    pub(super) fn truth(&self, name: &str) -> Result<bool, Refusal> {
        match self.field(name) {
            None => Ok(false),
            Some(Value::Bool(truth)) => Ok(*truth),
            Some(other) => Err(self.mistyped(other, name, "bool")),
        }
    }

    /// Reads `pagination`; absent means no page at all.
    pub(super) fn pagination(&self) -> Result<Pagination, Refusal> {
        match self.field("pagination") {
            None => Ok(Pagination::default()),
            Some(Value::Object(fields)) => {
                let inner = Self {
                    fields: fields.clone(),
                    request: self.request,
                };
                Ok(Pagination {
                    page: inner.integer("pageNumber", "int32")?,
                    show: inner.integer("showNumber", "int32")?,
                })
            }
            Some(other) => Err(self.mistyped(other, "pagination", "sdkws.RequestPagination")),
        }
    }

    /// Reads a list of objects, empty when absent.
    pub(super) fn objects(&self, name: &str) -> Result<Vec<Self>, Refusal> {
        match self.field(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) => list
                .iter()
                .filter(|value| !value.is_null())
                .map(|value| match value {
                    Value::Object(fields) => Ok(Self {
                        fields: fields.clone(),
                        request: self.request,
                    }),
                    other => Err(self.mistyped(other, name, "msg.SeqRange")),
                })
                .collect(),
            Some(other) => Err(self.mistyped(other, name, "[]*msg.SeqRange")),
        }
    }
}

fn malformed(complaint: &str) -> Refusal {
    Refusal::new(1001, format!("Error: Error: {complaint}{FRAME}"), "")
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_number_for_a_text_is_refused_as_go_refuses_it() {
        let body = Body::parse(br#"{"sendTime":1}"#, "SearchMessageReq").unwrap();
        let refusal = body.text("sendTime").unwrap_err();
        assert!(refusal.message.starts_with(
            "Error: Error: json: cannot unmarshal number into Go struct field SearchMessageReq.sendTime of type string | -> "
        ));
    }

    #[test]
    fn keys_match_in_any_case_and_nothing_values_are_absent() {
        let body = Body::parse(br#"{"USERID":"a","order":null}"#, "X").unwrap();
        assert_eq!(body.text("userID").unwrap(), "a");
        assert_eq!(body.integer("order", "int32").unwrap(), 0);
    }

    #[test]
    fn a_page_past_the_end_is_empty_and_page_zero_is_the_first() {
        let page = |page, show| Pagination { page, show }.page(vec![1, 2, 3]);
        assert_eq!(page(0, 2), [1, 2]);
        assert_eq!(page(2, 2), [3]);
        assert!(page(9, 2).is_empty());
        assert!(page(1, -1).is_empty());
    }
}
