//! The loopback server.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Response, Uri};
use futures::stream;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::error::Error;
use crate::secret::SecretSource;
use crate::source::rest::{Backoff, RestOptions, RestSource};

/// One call that was received.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

impl Call {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("is text"))
    }
}

/// What is answered.
#[derive(Debug)]
pub(super) enum Answer {
    /// The envelope with this data.
    Data(Value),
    /// The envelope with this code and these texts.
    Code(i32, &'static str, String),
    /// Any response.
    Raw(u16, Vec<(&'static str, &'static str)>, Vec<u8>),
    /// A body that is announced whole and breaks off.
    Cut,
}

impl Answer {
    pub(super) fn code(code: i32) -> Self {
        Self::Code(code, "Error", String::new())
    }

    pub(super) fn text(status: u16, content_type: &'static str, body: &str) -> Self {
        Self::Raw(
            status,
            vec![("content-type", content_type)],
            body.as_bytes().to_vec(),
        )
    }

    fn into_response(self) -> Response<Body> {
        let envelope = |value: Value| {
            Response::builder()
                .header("content-type", "application/json")
                .body(Body::from(value.to_string()))
        };
        let response = match self {
            Self::Data(data) => {
                envelope(json!({"errCode": 0, "errMsg": "", "errDlt": "", "data": data}))
            }
            Self::Code(code, message, detail) => {
                envelope(json!({"errCode": code, "errMsg": message, "errDlt": detail}))
            }
            Self::Raw(status, headers, body) => {
                let mut response = Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                response.body(Body::from(body))
            }
            Self::Cut => {
                let parts: [Result<Bytes, std::io::Error>; 2] = [
                    Ok(Bytes::from_static(br#"{"errCode":0,"#)),
                    Err(std::io::Error::other("the test breaks off here")),
                ];
                Response::builder()
                    .header("content-type", "application/json")
                    .header("content-length", "1000")
                    .body(Body::from_stream(stream::iter(parts)))
            }
        };
        response.expect("is a response")
    }
}

/// The server. It stops when it is dropped.
pub(super) struct Server {
    pub(super) url: String,
    calls: Arc<Mutex<Vec<Call>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts a server on a free port of the loopback interface.
    pub(super) async fn start(
        answer: impl Fn(&Call) -> Answer + Clone + Send + Sync + 'static,
    ) -> Self {
        let calls: Arc<Mutex<Vec<Call>>> = Arc::default();
        let kept = Arc::clone(&calls);
        let app = Router::new().fallback(move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let call = Call {
                path: uri.path().to_owned(),
                headers,
                body: serde_json::from_slice(&body).unwrap_or(Value::Null),
            };
            kept.lock().expect("no test panics here").push(call.clone());
            let response = answer(&call).into_response();
            async move { response }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let url = format!("http://{}", listener.local_addr().expect("has an address"));
        let task = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("serves");
        });
        Self { url, calls, task }
    }

    /// Starts a server that gives out the token `token-1` and answers all else as told.
    pub(super) async fn with_token(
        answer: impl Fn(&Call) -> Answer + Clone + Send + Sync + 'static,
    ) -> Self {
        Self::start(move |call| match call.path.as_str() {
            "/auth/get_admin_token" => Answer::Data(json!({"token": "token-1"})),
            _ => answer(call),
        })
        .await
    }

    /// Returns the calls of this path so far.
    pub(super) fn calls(&self, path: &str) -> Vec<Call> {
        let calls = self.calls.lock().expect("no test panics here");
        calls
            .iter()
            .filter(|call| call.path == path)
            .cloned()
            .collect()
    }

    pub(super) fn options(&self) -> RestOptions {
        options(&self.url)
    }

    pub(super) fn source(&self) -> RestSource {
        source(self.options())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Options with a settle time that no test waits for.
pub(super) fn options(url: &str) -> RestOptions {
    let mut options = RestOptions::new(
        url.parse().expect("is a URL"),
        SecretSource::from("openIM123"),
        "imAdmin",
    );
    options.settle = Duration::ZERO;
    options
}

/// A source that does not pause long between its tries.
pub(super) fn source(options: RestOptions) -> RestSource {
    let backoff = Backoff {
        first: Duration::from_millis(1),
        longest: Duration::from_millis(2),
        longest_asked: Duration::from_millis(5),
    };
    RestSource::with_backoff(options, backoff).expect("connects")
}

/// Returns the whole chain of an error's texts, and its `Debug` form.
pub(super) fn everything(error: &Error) -> String {
    let mut text = format!("{error:?}\n{error}");
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(&format!("\n{error}\n{error:?}"));
        cause = error.source();
    }
    text
}
