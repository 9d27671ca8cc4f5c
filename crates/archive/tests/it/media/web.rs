//! A web server on this machine, whose answers a test chooses by path.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response};
use futures::stream;

/// What a request was.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    /// How often the path was asked for before.
    pub(crate) before: usize,
}

type Answer = Box<dyn Fn(&Hit) -> Response<Body> + Send + Sync>;

#[derive(Default)]
struct Shared {
    answers: Mutex<HashMap<String, Answer>>,
    hits: Mutex<Vec<Hit>>,
}

pub(crate) struct Web {
    url: String,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Web {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Web {
    pub(crate) async fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let app = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&shared));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let task = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("serves");
        });
        Self { url, shared, task }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Sets what a path answers.
    pub(crate) fn on(
        &self,
        path: &str,
        answer: impl Fn(&Hit) -> Response<Body> + Send + Sync + 'static,
    ) -> String {
        let mut answers = self.shared.answers.lock().expect("not poisoned");
        answers.insert(path.to_owned(), Box::new(answer));
        self.url(path)
    }

    /// Sets that a path answers with a picture.
    pub(crate) fn serve(&self, path: &str, bytes: Vec<u8>) -> String {
        self.on(path, move |_| whole("image/png", bytes.clone()))
    }

    /// Returns the requests for a path.
    pub(crate) fn hits(&self, path: &str) -> Vec<Hit> {
        let hits = self.shared.hits.lock().expect("not poisoned");
        hits.iter()
            .filter(|hit| hit.path == path)
            .cloned()
            .collect()
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    request: Request,
) -> Result<Response<Body>, Infallible> {
    let path = request.uri().path().to_owned();
    let mut hits = shared.hits.lock().expect("not poisoned");
    let hit = Hit {
        headers: request.headers().clone(),
        before: hits.iter().filter(|hit| hit.path == path).count(),
        path,
    };
    hits.push(hit.clone());
    drop(hits);
    let answers = shared.answers.lock().expect("not poisoned");
    Ok(match answers.get(&hit.path) {
        Some(answer) => answer(&hit),
        None => status(404),
    })
}

pub(crate) fn whole(content_type: &str, bytes: Vec<u8>) -> Response<Body> {
    Response::builder()
        .header("content-type", content_type)
        .header("etag", "\"one\"")
        .body(Body::from(bytes))
        .expect("a response")
}

pub(crate) fn status(code: u16) -> Response<Body> {
    Response::builder()
        .status(code)
        .header("content-type", "text/html")
        .body(Body::from("<html><body>an error</body></html>"))
        .expect("a response")
}

pub(crate) fn redirect(to: &str) -> Response<Body> {
    Response::builder()
        .status(302)
        .header("location", to)
        .body(Body::empty())
        .expect("a response")
}

/// An answer that says its length and breaks off before.
pub(crate) fn broken_off(bytes: &[u8], length: usize) -> Response<Body> {
    use futures::StreamExt;
    let begin = stream::iter([Ok(bytes.to_vec())]);
    let end = stream::once(async {
        // Lets the server send what it has first.
        tokio::task::yield_now().await;
        Err(io::Error::other("the server went away"))
    });
    Response::builder()
        .header("content-type", "image/png")
        .header("content-length", length)
        .header("etag", "\"one\"")
        .body(Body::from_stream(begin.chain(end)))
        .expect("a response")
}

/// An answer without a length.
pub(crate) fn streamed(chunk: Vec<u8>, count: usize) -> Response<Body> {
    let chunks = stream::iter((0..count).map(move |_| Ok::<_, Infallible>(chunk.clone())));
    Response::builder()
        .header("content-type", "image/png")
        .body(Body::from_stream(chunks))
        .expect("a response")
}

/// An answer that begins and never goes on.
pub(crate) fn silent(bytes: Vec<u8>) -> Response<Body> {
    use futures::StreamExt;
    let begin = stream::iter([Ok::<_, Infallible>(bytes)]);
    Response::builder()
        .header("content-type", "image/png")
        .body(Body::from_stream(begin.chain(stream::pending())))
        .expect("a response")
}

/// Answers with what a range asks for, or with everything.
pub(crate) fn ranged(hit: &Hit, bytes: &[u8]) -> Response<Body> {
    let range = hit
        .headers
        .get("range")
        .and_then(|range| range.to_str().ok());
    let from = range.and_then(|range| {
        range
            .strip_prefix("bytes=")?
            .strip_suffix('-')?
            .parse::<usize>()
            .ok()
    });
    let Some(from) = from else {
        return whole("image/png", bytes.to_vec());
    };
    let last = bytes.len() - 1;
    Response::builder()
        .status(206)
        .header("content-type", "image/png")
        .header(
            "content-range",
            format!("bytes {from}-{last}/{}", bytes.len()),
        )
        .header("etag", "\"one\"")
        .body(Body::from(bytes[from..].to_vec()))
        .expect("a response")
}
