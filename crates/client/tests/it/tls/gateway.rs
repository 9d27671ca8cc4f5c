//! What stands before an OpenIM in the field: a gateway with a certificate and a path prefix.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, Uri};
use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::server::TlsStream;

use super::authority::Authority;

/// A running gateway; calls under `/api` reach the server behind it, without the prefix.
pub(super) struct Gateway {
    pub(super) port: u16,
    task: JoinHandle<io::Result<()>>,
}

impl Gateway {
    /// Starts a gateway that shows a certificate for `name`, whatever it is called by.
    pub(super) async fn start(authority: &Authority, name: &str, behind: &str) -> Self {
        let tcp = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = tcp.local_addr().expect("an address").port();
        let listener = Tls {
            tcp,
            acceptor: acceptor(authority, name),
        };
        let api = Router::new()
            .fallback(forward)
            .with_state(behind.to_owned());
        let router = Router::new().nest("/api", api);
        let task = tokio::spawn(async move { axum::serve(listener, router).await });
        Self { port, task }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn acceptor(authority: &Authority, name: &str) -> TlsAcceptor {
    let (certificate, key) = authority.certificate(name);
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key);
    TlsAcceptor::from(Arc::new(config.expect("a certificate with its key")))
}

async fn forward(
    State(behind): State<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let client = reqwest::Client::builder().no_proxy().no_gzip().build();
    let mut request = client
        .expect("a client")
        .post(format!("{behind}{}", uri.path()))
        .body(body);
    for name in ["content-type", "operationid", "token"] {
        if let Some(value) = headers.get(name) {
            request = request.header(name, value);
        }
    }
    let answer = request.send().await.expect("the server behind answers");
    let mut response = Response::builder().status(answer.status());
    if let Some(kind) = answer.headers().get("content-type") {
        response = response.header("content-type", kind);
    }
    let body = answer.bytes().await.expect("a whole answer");
    response.body(body.into()).expect("a response")
}

struct Tls {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = Listener::accept(&mut self.tcp).await;
            // A caller that does not like the certificate hangs up.
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}
