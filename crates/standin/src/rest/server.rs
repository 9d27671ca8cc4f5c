//! Listens, and does with a request what OpenIM's middlewares do, in their order.

use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::body::{Body as HttpBody, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use tokio::runtime::Runtime;

use super::answer::{Data, Refusal, envelope};
use super::body::Body;
use super::routes::{self, Call};
use super::tokens::{Claims, Tokens};
use crate::collections::Collections;
use crate::faults::{Fault, Faults};

/// Which OpenIM is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// v3.8.3-patch.16, the release most servers run.
    Release,
    /// The main branch.
    Main,
}

/// How a server is to behave.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Which OpenIM is played.
    pub dialect: Dialect,
    /// `share.yml` `secret`.
    pub secret: String,
    /// The admin users.
    pub admin_ids: Vec<String>,
    /// Rules to start with; more can be added while it runs.
    pub faults: Faults,
    /// The server's clock in milliseconds; nothing means the real one.
    pub clock: Option<Clock>,
    /// Added to every answer.
    pub latency: Duration,
    /// The largest answer in bytes (of the server's inner protocol); larger ones are refused with `errCode` 8.
    pub answer_limit: usize,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            dialect: Dialect::Release,
            secret: "openIM123".to_owned(),
            admin_ids: vec!["imAdmin".to_owned()],
            faults: Faults::new(),
            clock: None,
            latency: Duration::ZERO,
            answer_limit: 4 * 1024 * 1024,
        }
    }
}

/// A clock a test sets.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Mutex<i64>>);

impl Clock {
    /// Returns a clock that stands at a time, in milliseconds.
    pub fn at(milliseconds: i64) -> Self {
        Self(Arc::new(Mutex::new(milliseconds)))
    }

    /// Sets the time, in milliseconds.
    pub fn set(&self, milliseconds: i64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = milliseconds;
    }

    /// Returns the time, in milliseconds.
    pub fn now(&self) -> i64 {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What every request shares.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) dialect: Dialect,
    pub(super) admins: Vec<String>,
    pub(super) answer_limit: usize,
    pub(super) tokens: Mutex<Tokens>,
    pub(super) secret: RwLock<String>,
    collections: Arc<RwLock<Collections>>,
    faults: Faults,
    clock: Option<Clock>,
    latency: Duration,
}

impl Shared {
    /// The server's time in milliseconds.
    pub(super) fn now(&self) -> i64 {
        match &self.clock {
            Some(clock) => clock.now(),
            None => Timestamp::now().as_millisecond(),
        }
    }

    pub(super) fn secret(&self) -> String {
        self.secret
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn check(&self, token: &str) -> Result<Claims, Refusal> {
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.check(
            self.dialect,
            &self.secret(),
            &self.admins,
            token,
            self.now() / 1000,
        )
    }
}

/// A running stand-in on a port of its own. It stops, connections and all, when dropped.
#[derive(Debug)]
pub struct Server {
    url: String,
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
}

impl Server {
    /// Starts a server on a free loopback port.
    pub fn start(collections: Collections, options: ServerOptions) -> io::Result<Self> {
        Self::start_shared(Arc::new(RwLock::new(collections)), options)
    }

    /// Starts a server over collections that others hold as well: two dialects over one database, for example.
    pub fn start_shared(
        collections: Arc<RwLock<Collections>>,
        options: ServerOptions,
    ) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared {
            dialect: options.dialect,
            admins: options.admin_ids,
            answer_limit: options.answer_limit,
            tokens: Mutex::default(),
            secret: RwLock::new(options.secret),
            collections,
            faults: options.faults,
            clock: options.clock,
            latency: options.latency,
        });
        // A runtime of its own: dropping it cuts every connection, as a server that dies does.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("standin")
            .enable_all()
            .build()?;
        let router = Router::new()
            .fallback(answer)
            .layer(axum::extract::DefaultBodyLimit::max(16 * 1024 * 1024))
            .with_state(Arc::clone(&shared));
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(Self {
            url,
            shared,
            runtime: Some(runtime),
        })
    }

    /// Returns the base URL, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the handle on faults and counters.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// Returns how often a path was called.
    pub fn calls(&self, path: &str) -> u64 {
        self.shared.faults.calls(path)
    }

    /// Returns the database, to be read or changed while the server runs.
    pub fn collections(&self) -> &Arc<RwLock<Collections>> {
        &self.shared.collections
    }

    /// Changes the database between two requests.
    pub fn change<T>(&self, change: impl FnOnce(&mut Collections) -> T) -> T {
        let mut collections = self
            .shared
            .collections
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        change(&mut collections)
    }

    /// Replaces the secret: tokens of the old one are refused with 1505, and asking with it with 1002.
    pub fn rotate_secret(&self, secret: &str) {
        *self
            .shared
            .secret
            .write()
            .unwrap_or_else(PoisonError::into_inner) = secret.to_owned();
    }

    /// Forgets every stored token, as when Redis lost its data: 1507, save the release's admin tokens.
    pub fn forget_tokens(&self) {
        self.shared
            .tokens
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .forget();
    }

    /// Stops the server. Dropping it does the same.
    pub async fn stop(mut self) {
        self.shut_down();
        // The port is free once the runtime's threads have let go of the listener.
        tokio::task::yield_now().await;
    }

    fn shut_down(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shut_down();
    }
}

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

async fn answer(
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
                let refusal = Err(too_large(shared.answer_limit + 1, shared.answer_limit));
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

/// The refusal of an answer over the limit of the server's inner protocol.
pub(super) fn too_large(size: usize, limit: usize) -> Refusal {
    /// The sending service has a limit of its own.
    const SEND_LIMIT: usize = 8 * 1024 * 1024;
    let message = if size > SEND_LIMIT {
        format!("trying to send message larger than max ({size} vs. {SEND_LIMIT})")
    } else {
        format!("grpc: received message larger than max ({size} vs. {limit})")
    };
    Refusal::new(8, message, "")
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
