//! The envelope every answer wears, and the refusals.

use serde::Serialize;
use serde_json::Value;

/// The `data` of an answer.
#[derive(Debug)]
pub(super) enum Data {
    /// Absent: the call answers only "ok".
    Absent,
    /// A value already written as JSON.
    Json(String),
}

impl Data {
    pub(super) fn of(value: &impl Serialize) -> Self {
        Self::Json(serde_json::to_string(value).expect("keys are strings, numbers are finite"))
    }
}

impl From<Value> for Data {
    fn from(value: Value) -> Self {
        Self::Json(value.to_string())
    }
}

/// An answer with an `errCode` other than 0. It still travels as HTTP 200.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: i64,
    pub(super) message: String,
    pub(super) detail: String,
}

impl Refusal {
    pub(super) fn new(code: i64, message: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            detail: detail.into(),
        }
    }

    pub(super) fn arguments(detail: impl Into<String>) -> Self {
        Self::new(1001, "ArgsError", detail)
    }

    pub(super) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(1002, "NoPermissionError", detail)
    }

    pub(super) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(1004, "RecordNotFoundError", detail)
    }

    /// A panic inside a service: the real message goes on with a Go stack, of which the first frame is kept.
    pub(super) fn panic(cause: &str, frame: &str) -> Self {
        Self::new(
            2,
            format!("Error: 500 panic error runtime error: {cause} | -> {frame}"),
            "",
        )
    }

    /// The refusal of an answer over the limit of the server's inner protocol.
    pub(super) fn too_large(size: usize, limit: usize) -> Self {
        /// The sending service has a limit of its own.
        const SEND_LIMIT: usize = 8 * 1024 * 1024;
        let message = if size > SEND_LIMIT {
            format!("trying to send message larger than max ({size} vs. {SEND_LIMIT})")
        } else {
            format!("grpc: received message larger than max ({size} vs. {limit})")
        };
        Self::new(8, message, "")
    }
}

/// Writes the envelope.
pub(super) fn envelope(result: &Result<Data, Refusal>) -> String {
    match result {
        Ok(Data::Absent) => r#"{"errCode":0,"errMsg":"","errDlt":""}"#.to_owned(),
        Ok(Data::Json(data)) => {
            format!(r#"{{"errCode":0,"errMsg":"","errDlt":"","data":{data}}}"#)
        }
        Err(refusal) => serde_json::json!({
            "errCode": refusal.code,
            "errMsg": refusal.message,
            "errDlt": refusal.detail,
        })
        .to_string(),
    }
}
