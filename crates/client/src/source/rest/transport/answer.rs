//! Reads one HTTP response: the envelope, or what stands in its place.

use std::time::Duration;

use reqwest::header::{LOCATION, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::failure::Kind;
use super::http;
use super::redact::Redactor;
use crate::source::rest::wire::{Int, lenient};

/// The longest answer that is read, unpacked. A server does not send more than 8 MiB of gRPC in
/// one piece, which is far less than this as JSON.
pub(super) const LONGEST_BODY: usize = 64 << 20;

/// What is around every answer (open-im-server `tools/apiresp`).
#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Envelope<T> {
    /// Always there; what lacks it does not come from OpenIM.
    #[serde(rename = "errCode")]
    code: Option<Int>,
    #[serde(rename = "errMsg", default, deserialize_with = "lenient")]
    message: String,
    #[serde(rename = "errDlt", default, deserialize_with = "lenient")]
    detail: String,
    data: Option<T>,
}

/// Reads the answer. No data is the same as empty data.
pub(super) async fn read<T>(response: Response, redactor: &Redactor) -> Result<T, Kind>
where
    T: DeserializeOwned + Default,
{
    let status = response.status();
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok())
        .map(Duration::from_secs);
    if status.is_redirection() {
        return Err(redirected(&response));
    }
    let body = match body(response).await {
        Ok(body) => body,
        // Some statuses come with a body that is announced as packed and is empty.
        Err(_) if !status.is_success() => Vec::new(),
        Err(kind) => return Err(kind),
    };
    let (envelope, unreadable) = match serde_json::from_slice::<Envelope<T>>(&body) {
        Ok(envelope) => (Some(envelope), None),
        // With an error code, the shape of the data does not matter.
        Err(error) => match serde_json::from_slice::<Envelope<IgnoredAny>>(&body) {
            Ok(outer) if outer.code.is_some_and(|code| code.i64() != 0) => (
                Some(Envelope {
                    code: outer.code,
                    message: outer.message,
                    detail: outer.detail,
                    data: None,
                }),
                None,
            ),
            _ => (None, Some(error)),
        },
    };
    if let Some(Envelope {
        code: Some(code),
        message,
        detail,
        data,
    }) = envelope
    {
        match code.i32() {
            0 if status.is_success() => return Ok(data.unwrap_or_default()),
            0 => {}
            code => {
                return Err(Kind::Code {
                    code,
                    message: words(redactor, &message, &detail),
                    retry_after,
                });
            }
        }
    }
    Err(without_envelope(
        status,
        retry_after,
        &body,
        unreadable,
        redactor,
    ))
}

/// Collects the body, up to a length.
async fn body(mut response: Response) -> Result<Vec<u8>, Kind> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > LONGEST_BODY => {
                return Err(Kind::TooLarge {
                    reason: format!("the answer is longer than {LONGEST_BODY} bytes"),
                });
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => return Err(Kind::Connection(error.without_url().into())),
        }
    }
}

/// Joins the two texts of an envelope. The second has the facts (`adminUserID=[imAdmin]`), the
/// first only the code's name; the release repeats one in the other.
fn words(redactor: &Redactor, message: &str, detail: &str) -> String {
    let message = redactor.clean(message);
    let detail = redactor.clean(detail);
    if detail.is_empty() || message.contains(&detail) {
        message
    } else if message.is_empty() || detail.contains(&message) {
        detail
    } else {
        format!("{message}: {detail}")
    }
}

/// Says what an answer is that does not come from OpenIM's handlers.
fn without_envelope(
    status: StatusCode,
    retry_after: Option<Duration>,
    body: &[u8],
    unreadable: Option<serde_json::Error>,
    redactor: &Redactor,
) -> Kind {
    let excerpt = redactor.excerpt(body);
    if status.is_success() {
        return match unreadable {
            Some(_) if body.trim_ascii_start().starts_with(b"<") => Kind::Malformed {
                reason: format!("it is a web page, not JSON: {excerpt}"),
                passing: false,
            },
            Some(error) => Kind::Malformed {
                reason: redactor.clean(&error.to_string()),
                passing: true,
            },
            None => Kind::Malformed {
                reason: format!("it has no errCode: {excerpt}"),
                passing: false,
            },
        };
    }
    match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Kind::NoSuchCall,
        StatusCode::PAYLOAD_TOO_LARGE => Kind::TooLarge {
            reason: format!("HTTP status {status}"),
        },
        StatusCode::UNAUTHORIZED
        | StatusCode::FORBIDDEN
        | StatusCode::PROXY_AUTHENTICATION_REQUIRED => Kind::Credentials {
            code: None,
            reason: format!("HTTP status {status}"),
        },
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => Kind::Status {
            status: status.as_u16(),
            excerpt,
            retry_after,
        },
        _ if status.is_server_error() => Kind::Status {
            status: status.as_u16(),
            excerpt,
            retry_after,
        },
        _ => Kind::Malformed {
            reason: format!("HTTP status {status}: {excerpt}"),
            passing: false,
        },
    }
}

fn redirected(response: &Response) -> Kind {
    let target = response
        .headers()
        .get(LOCATION)
        .and_then(|value| response.url().join(value.to_str().ok()?).ok());
    Kind::Malformed {
        reason: match target {
            Some(url) => format!("it points to {}, which is not followed", http::shown(&url)),
            None => format!("HTTP status {}", response.status()),
        },
        passing: false,
    }
}
