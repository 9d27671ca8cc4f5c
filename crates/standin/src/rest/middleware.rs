//! Does with a request what OpenIM's middlewares do, in their order, and misbehaves as told.

use std::io::{self, Write as _};
use std::sync::{Arc, PoisonError};

use axum::body::{Body as HttpBody, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::answer::{Data, Refusal, envelope};
use super::body::Body;
use super::routes::{self, Call};
use super::server::Shared;
use crate::faults::Fault;

/// A body with its status and kind, before compression.
struct Plain {
    status: StatusCode,
    kind: &'static str,
    text: String,
    extra: Vec<(HeaderName, HeaderValue)>,
}

impl Plain {
    fn json(result: &Result<Data, Refusal>) -> Self {
        Self {
            status: StatusCode::OK,
            // Without a charset: the CORS middleware sets it before gin would.
            kind: "application/json",
            text: envelope(result),
            extra: Vec::new(),
        }
    }

    /// gin's own 404. Under its gzip writer the text is lost and the content type stays JSON.
    fn not_found(headers: &HeaderMap) -> Self {
        let zipped = wants_gzip(headers);
        Self {
            status: StatusCode::NOT_FOUND,
            kind: if zipped {
                "application/json"
            } else {
                "text/plain"
            },
            text: if zipped { "" } else { "404 page not found" }.to_owned(),
            extra: Vec::new(),
        }
    }

    fn text(status: StatusCode, text: &str) -> Self {
        Self {
            status,
            kind: "text/plain",
            text: text.to_owned(),
            extra: Vec::new(),
        }
    }
}

pub(super) async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (_in_flight, faults) = shared.faults.enter(uri.path());
    tokio::time::sleep(shared.latency).await;
    let token = header(&headers, "token");
    let mut cut = None;
    for fault in faults {
        match fault {
            Fault::Latency(time) => tokio::time::sleep(time).await,
            Fault::Http(status) => {
                let status =
                    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                return compress(&headers, Plain::text(status, ""), None);
            }
            Fault::Code { code, message } => {
                let refusal = Err(Refusal::new(code, message.clone(), message));
                return compress(&headers, Plain::json(&refusal), None);
            }
            Fault::TooLarge => {
                let refusal = Err(Refusal::too_large(
                    shared.answer_limit + 1,
                    shared.answer_limit,
                ));
                return compress(&headers, Plain::json(&refusal), None);
            }
            Fault::TooManyRequests { retry_after } => {
                let refusal = Err(Refusal::new(429, "too many requests", ""));
                let mut plain = Plain::json(&refusal);
                plain.status = StatusCode::TOO_MANY_REQUESTS;
                plain
                    .extra
                    .push((header::RETRY_AFTER, HeaderValue::from(retry_after)));
                return compress(&headers, plain, None);
            }
            Fault::ExpireToken => {
                if let Some(token) = token {
                    let mut tokens = shared.tokens.lock().unwrap_or_else(PoisonError::into_inner);
                    tokens.expire(token);
                }
            }
            Fault::DropConnection | Fault::Truncate => cut = Some(fault),
        }
    }
    let plain = plain(&shared, &method, uri.path(), &headers, &body);
    compress(&headers, plain, cut.as_ref())
}

/// Answers without faults and compression.
fn plain(shared: &Shared, method: &Method, path: &str, headers: &HeaderMap, body: &Bytes) -> Plain {
    if method == Method::POST && routes::find(path, shared.dialect).is_none() {
        // gin redirects before any middleware runs.
        if let Some(right) = path.strip_suffix('/')
            && routes::find(right, shared.dialect).is_some()
        {
            let mut plain = Plain::text(StatusCode::TEMPORARY_REDIRECT, "");
            if let Ok(location) = HeaderValue::from_str(right) {
                plain.extra.push((header::LOCATION, location));
            }
            return plain;
        }
    }
    if method == Method::OPTIONS {
        let mut plain = Plain::json(&Ok(Data::Absent));
        plain.text = "\"Options Request!\"".to_owned();
        return plain;
    }
    if method != Method::POST {
        return Plain::not_found(headers);
    }
    let Some(operation_id) = header(headers, "operationID") else {
        return Plain::json(&Err(Refusal::arguments("header must have operationID")));
    };
    let open = ["/auth/get_admin_token", "/auth/parse_token"]
        .iter()
        .any(|prefix| path.starts_with(prefix));
    let mut caller = None;
    if !open {
        let Some(token) = header(headers, "token") else {
            return Plain::json(&Err(Refusal::arguments("header must have token")));
        };
        match shared.check(token) {
            Ok(claims) => caller = Some(claims.user_id),
            Err(refusal) => return Plain::json(&Err(refusal)),
        }
    }
    let Some(route) = routes::find(path, shared.dialect) else {
        return Plain::not_found(headers);
    };
    tracing::debug!(path, operation_id, "answering");
    let result = Body::parse(body, route.request).and_then(|body| {
        let collections = shared
            .collections
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let call = Call {
            shared,
            collections: &collections,
            body: &body,
            caller: caller.as_deref().unwrap_or_default(),
        };
        (route.handler)(&call)
    });
    Plain::json(&result)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .filter(|value| !value.is_empty())
}

fn wants_gzip(headers: &HeaderMap) -> bool {
    header(headers, "accept-encoding").is_some_and(|kinds| kinds.contains("gzip"))
}

fn compress(headers: &HeaderMap, plain: Plain, cut: Option<&Fault>) -> Response {
    let mut text = plain.text;
    if cut == Some(&Fault::Truncate) {
        let mut half = text.len() / 2;
        while !text.is_char_boundary(half) {
            half -= 1;
        }
        text.truncate(half);
    }
    let zipped = wants_gzip(headers);
    let bytes = if zipped {
        zip(text.as_bytes())
    } else {
        text.into_bytes()
    };
    let mut response = Response::builder()
        .status(plain.status)
        .header(header::CONTENT_TYPE, plain.kind);
    if zipped {
        response = response
            .header(header::CONTENT_ENCODING, "gzip")
            .header(header::VARY, "Accept-Encoding");
    }
    for (name, value) in plain.extra {
        response = response.header(name, value);
    }
    let body = if cut == Some(&Fault::DropConnection) {
        response = response.header(header::CONTENT_LENGTH, bytes.len());
        let half = Bytes::copy_from_slice(&bytes[..bytes.len() / 2]);
        let pieces = [
            Ok(half),
            Err(io::Error::new(
                io::ErrorKind::ConnectionReset,
                "a fault cut the connection",
            )),
        ];
        HttpBody::from_stream(futures::stream::iter(pieces))
    } else {
        HttpBody::from(bytes)
    };
    response
        .body(body)
        .expect("status and headers were made from valid parts")
}

fn zip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 4), Compression::fast());
    encoder
        .write_all(text)
        .and_then(|()| encoder.finish())
        .expect("writing to memory")
}
