//! Every call: headers, envelope, retries, limits.

use std::collections::HashSet;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use super::server::{Answer, Server, everything, options, source};
use crate::error::Error;
use crate::source::{Origin, PageRequest, Source};

const TIME: &str = "/msg/get_server_time";

/// Makes one call that is first answered so, and returns the outcome and how often it was tried.
async fn tried(first: impl Fn() -> Answer + Clone + Send + Sync + 'static) -> (bool, usize) {
    let count = Arc::new(AtomicUsize::new(0));
    let server = Server::with_token(move |_| {
        if count.fetch_add(1, Ordering::SeqCst) == 0 {
            first()
        } else {
            Answer::Data(json!({"serverTime": 7}))
        }
    })
    .await;
    let outcome = server.source().server_time().await;
    (outcome.is_ok(), server.calls(TIME).len())
}

#[tokio::test]
async fn passing_trouble_is_tried_again() {
    for code in [4, 14, 429, 500, 90_002, 90_004] {
        assert_eq!(tried(move || Answer::code(code)).await, (true, 2), "{code}");
    }
    for status in [408, 429, 500, 502, 503, 504] {
        let outcome = tried(move || Answer::text(status, "text/html", "<h1>sorry</h1>")).await;
        assert_eq!(outcome, (true, 2), "HTTP {status}");
    }
    assert_eq!(tried(|| Answer::Cut).await, (true, 2));
    let truncated = || Answer::text(200, "application/json", r#"{"errCode":0,"data":{"ser"#);
    assert_eq!(tried(truncated).await, (true, 2));
    let asked_to_wait = || Answer::Raw(429, vec![("retry-after", "1000")], Vec::new());
    assert_eq!(tried(asked_to_wait).await, (true, 2));
}

#[tokio::test]
async fn what_will_not_pass_is_not_tried_again() {
    for code in [1001, 1002, 1003, 1004, 1101, 1201, 1404, 12, 8, 2] {
        let outcome = tried(move || Answer::code(code)).await;
        assert_eq!(outcome, (false, 1), "{code}");
    }
    for status in [301, 307, 400, 401, 403, 404, 413] {
        let outcome = tried(move || Answer::text(status, "text/plain", "no")).await;
        assert_eq!(outcome, (false, 1), "HTTP {status}");
    }
    let page = || Answer::text(200, "text/html", "<!doctype html><title>Log in</title>");
    assert_eq!(tried(page).await, (false, 1));
    let other = || Answer::text(200, "application/json", r#"{"message":"no route"}"#);
    assert_eq!(tried(other).await, (false, 1));
}

#[tokio::test]
async fn retries_are_bounded_and_the_last_word_is_kept() {
    let server = Server::with_token(|_| Answer::text(500, "text/plain", "")).await;
    let mut options = server.options();
    options.retries = 3;
    let error = source(options).server_time().await.expect_err("fails");
    assert_eq!(server.calls(TIME).len(), 4);
    assert!(matches!(&error, Error::Unreachable { what, .. } if *what == server.url));
    assert!(everything(&error).contains("HTTP status 500"), "{error:?}");

    let panic = "Error: 500 panic error runtime error: makeslice: cap out of range \
                 | -> mgo.(*MsgMgo).searchMessage() /src/msg.go:362";
    let server = Server::with_token(move |_| Answer::Code(2, panic, String::new())).await;
    let error = server.source().server_time().await.expect_err("fails");
    assert_eq!(server.calls(TIME).len(), 1);
    assert!(
        matches!(&error, Error::Rejected { code: 2, message, .. }
            if message == "Error: 500 panic error runtime error: makeslice: cap out of range"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("binds");
    let port = free.local_addr().expect("is bound").port();
    drop(free);
    let mut options = options(&format!("http://127.0.0.1:{port}"));
    options.retries = 1;
    let error = source(options).server_time().await.expect_err("fails");
    assert!(error.is_unavailable(), "{error:?}");
}

#[tokio::test]
async fn every_call_says_who_asks_and_has_a_name_of_its_own() {
    let server = Server::with_token(|_| Answer::Data(json!({"serverTime": 7}))).await;
    let source = server.source();
    for _ in 0..3 {
        source.server_time().await.expect("answers");
    }
    let calls = server.calls(TIME);
    let mut names = HashSet::new();
    for call in &calls {
        let name = call.header("operationID");
        assert!(!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()));
        assert!(names.insert(name.to_owned()), "{name} was used twice");
        assert_eq!(call.header("token"), "token-1");
        assert!(call.header("accept-encoding").contains("gzip"));
        assert!(call.header("user-agent").starts_with("openim-history/"));
    }
    let token_call = &server.calls("/auth/get_admin_token")[0];
    assert_eq!(token_call.header("token"), "");
    assert_eq!(
        token_call.body,
        json!({"secret": "openIM123", "userID": "imAdmin"})
    );
}

#[tokio::test]
async fn packed_answers_are_unpacked() {
    let server = Server::with_token(|_| {
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed
            .write_all(br#"{"errCode":0,"errMsg":"","errDlt":"","data":{"serverTime":7}}"#)
            .expect("packs");
        Answer::Raw(
            200,
            vec![
                ("content-encoding", "gzip"),
                ("content-type", "application/json"),
            ],
            packed.finish().expect("packs"),
        )
    })
    .await;
    let time = server.source().server_time().await.expect("answers");
    assert_eq!(time.as_millis(), 7);
}

#[tokio::test]
async fn a_path_prefix_goes_before_every_call() {
    let server = Server::start(|call| match call.path.as_str() {
        "/im/api/auth/get_admin_token" => Answer::Data(json!({"token": "t"})),
        "/im/api/msg/get_server_time" => Answer::Data(json!({"serverTime": 7})),
        _ => Answer::text(404, "text/plain", "404 page not found"),
    })
    .await;
    for base in ["/im/api", "/im/api/"] {
        let source = source(options(&format!("{}{base}", server.url)));
        source.server_time().await.expect("answers");
        assert_eq!(source.url(), format!("{}/im/api", server.url));
    }
    let error = server.source().server_time().await.expect_err("fails");
    assert!(matches!(error, Error::NoSuchCall { call } if call == "/auth/get_admin_token"));
}

#[tokio::test]
async fn a_missing_call_is_told_apart_from_everything_else() {
    // What the release really sends: an empty body that claims to be packed JSON.
    let server = Server::with_token(|_| {
        let headers = vec![
            ("content-encoding", "gzip"),
            ("content-type", "application/json"),
        ];
        Answer::Raw(404, headers, Vec::new())
    })
    .await;
    let error = server.source().server_time().await.expect_err("fails");
    assert!(matches!(error, Error::NoSuchCall { call } if call == TIME));
}

#[tokio::test]
async fn a_web_page_is_malformed_and_quoted_in_short() {
    let page = format!("<html>\n<title>Log in</title>{}</html>", "x".repeat(9000));
    let server = Server::with_token(move |_| Answer::text(200, "text/html", &page)).await;
    let error = server.source().server_time().await.expect_err("fails");
    let Error::Malformed { what, reason, .. } = &error else {
        panic!("{error:?}");
    };
    assert!(what.contains(TIME));
    assert!(reason.contains("Log in") && reason.len() < 300, "{reason}");
}

#[tokio::test]
async fn redirects_are_reported_and_not_followed() {
    let elsewhere = Server::with_token(|_| Answer::Data(json!({"serverTime": 7}))).await;
    let target: &'static str = format!("{}/x?key=k", elsewhere.url).leak();
    let server =
        Server::with_token(move |_| Answer::Raw(307, vec![("location", target)], Vec::new())).await;
    let error = server.source().server_time().await.expect_err("fails");
    assert!(everything(&error).contains(&format!("{}/x", elsewhere.url)));
    assert!(!everything(&error).contains("key=k"));
    assert!(elsewhere.calls("/x").is_empty());
}

#[tokio::test]
async fn no_error_shows_a_token_or_a_secret() {
    let jwt = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJVc2VySUQiOiJ0In0.abc-DEF_123";
    let echo = format!("jwt parse error, token=token-1 {jwt} secret=openIM123");
    for code in [1001, 1002, 1503, 14, 500] {
        let echo = echo.clone();
        let server =
            Server::with_token(move |_| Answer::Code(code, "TokenMalformedError", echo.clone()))
                .await;
        let mut options = server.options();
        options.retries = 0;
        let error = source(options).server_time().await.expect_err("fails");
        let text = everything(&error);
        assert!(text.contains("jwt parse error, token=***"), "{text}");
        for secret in ["token-1", "eyJ", "openIM123"] {
            assert!(!text.contains(secret), "{code}: {text}");
        }
    }
    let body = format!("<p>token-1 {jwt} openIM123");
    for status in [200, 400, 502] {
        let body = body.clone();
        let server = Server::with_token(move |_| Answer::text(status, "text/html", &body)).await;
        let error = server.source().server_time().await.expect_err("fails");
        let text = everything(&error);
        assert!(text.contains("***"), "{text}");
        assert!(!text.contains("token-1") && !text.contains("eyJ"), "{text}");
    }
}

#[tokio::test]
async fn credentials_in_the_url_are_sent_and_never_shown() {
    let server = Server::with_token(|_| Answer::code(14)).await;
    let mut options = server.options();
    options.url.set_username("gate").expect("has a host");
    options
        .url
        .set_password(Some("opensesame"))
        .expect("has a host");
    options.retries = 0;
    let source = source(options);
    let error = source.server_time().await.expect_err("fails");
    assert!(
        server.calls(TIME)[0]
            .header("authorization")
            .starts_with("Basic ")
    );
    for text in [
        everything(&error),
        format!("{source:?}"),
        source.url().into(),
    ] {
        assert!(
            !text.contains("opensesame") && !text.contains("openIM123"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn no_more_calls_are_under_way_than_allowed() {
    let under_way = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let app = {
        let (under_way, most) = (Arc::clone(&under_way), Arc::clone(&most));
        axum::Router::new().fallback(move || {
            let (under_way, most) = (Arc::clone(&under_way), Arc::clone(&most));
            async move {
                most.fetch_max(
                    under_way.fetch_add(1, Ordering::SeqCst) + 1,
                    Ordering::SeqCst,
                );
                tokio::time::sleep(Duration::from_millis(5)).await;
                under_way.fetch_sub(1, Ordering::SeqCst);
                r#"{"errCode":0,"data":{"token":"t","serverTime":7}}"#
            }
        })
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("binds");
    let url = format!("http://{}", listener.local_addr().expect("is bound"));
    let task = tokio::spawn(async move { axum::serve(listener, app).await });
    let mut options = options(&url);
    options.concurrency = 3;
    let source = source(options);
    let calls = (0..30).map(|_| source.server_time());
    let outcomes = futures::future::join_all(calls).await;
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(most.load(Ordering::SeqCst), 3);
    task.abort();
}

#[tokio::test]
async fn calls_keep_their_pace() {
    let server = Server::with_token(|_| Answer::Data(json!({"serverTime": 7}))).await;
    let mut options = server.options();
    options.max_requests_per_second = Some(200.0);
    let source = source(options);
    let started = std::time::Instant::now();
    let calls = (0..10).map(|_| source.server_time());
    futures::future::join_all(calls).await;
    // Eleven calls, the one for the token included, have ten pauses of 5 ms between them. However
    // slow the machine is, it cannot be quicker.
    assert!(started.elapsed() >= Duration::from_millis(50));
}

#[tokio::test]
async fn limits_and_files_that_make_no_sense_are_refused_at_once() {
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let mut options = options("http://127.0.0.1:1");
        options.max_requests_per_second = Some(rate);
        let outcome = crate::source::rest::RestSource::connect(options);
        assert!(matches!(outcome, Err(Error::Invalid { .. })), "{rate}");
    }
    let folder = tempfile::tempdir().expect("makes a folder");
    let file = folder.path().join("ca.pem");
    let mut options = options("http://127.0.0.1:1");
    options.ca_file = Some(file.clone());
    let outcome = crate::source::rest::RestSource::connect(options.clone());
    assert!(matches!(outcome, Err(Error::Io { .. })));
    std::fs::write(&file, "no certificate").expect("writes");
    let outcome = crate::source::rest::RestSource::connect(options);
    assert!(matches!(outcome, Err(Error::Config { .. })));
}

#[tokio::test]
async fn a_proxy_gets_every_call() {
    let proxy = Server::with_token(|call| {
        assert_eq!(call.header("host"), "openim.invalid");
        Answer::Data(json!({"serverTime": 7}))
    })
    .await;
    let mut options = options("http://openim.invalid/api");
    options.proxy = Some(proxy.url.parse().expect("is a URL"));
    options.retries = 0;
    // The proxy's double does not know the prefix, so the token call is what reaches it first.
    let outcome = source(options).server_time().await;
    assert_eq!(proxy.calls("/api/auth/get_admin_token").len(), 1);
    assert!(
        matches!(outcome, Err(Error::Malformed { .. })),
        "{outcome:?}"
    );
}

/// A certificate authority of nobody's.
const AUTHORITY: &str = "\
-----BEGIN CERTIFICATE-----
MIIBiTCCAS+gAwIBAgIULOO00/EOw+prPs3o2HnZC1rCc1IwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOdGVzdCBhdXRob3JpdHkwIBcNMjYxMTI0MTQwMDQwWhgPMjEy
NjEwMzExNDAwNDBaMBkxFzAVBgNVBAMMDnRlc3QgYXV0aG9yaXR5MFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAE2lO7bpX56kXUxKrdQcI4gXtyBOsNFM3rwpm0qVYM
xyvK47uDDJshDNb8BOJaQcKauymHdaEWA1C2dKVRAwYzWqNTMFEwHQYDVR0OBBYE
FChCawh1ldNPW7koEV3AhQst11JWMB8GA1UdIwQYMBaAFChCawh1ldNPW7koEV3A
hQst11JWMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgOrPBnfhx
zPCVhvofvh/bejCWvCAaiMBc8yMM45YQc0ICIQDM3BiHAXzTyneCi16raTlXRO5i
IaVRQEp5rNxMO0X7eQ==
-----END CERTIFICATE-----";

#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_unreachable_over_https() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, format!("{AUTHORITY}\n{AUTHORITY}\n")).expect("writes");
    let server = Server::with_token(|_| Answer::Data(json!({"serverTime": 7}))).await;
    let mut options = options(&server.url.replace("http://", "https://"));
    options.ca_file = Some(file);
    options.retries = 0;
    let error = source(options).server_time().await.expect_err("fails");
    assert!(matches!(&error, Error::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_source_says_what_it_is_without_its_secrets() {
    let source = source(options("http://127.0.0.1:1"));
    assert_eq!(source.origin(), Origin::Api);
    assert_eq!((source.page_len(), source.concurrency()), (500, 4));
    assert!(!format!("{source:?}").contains("openIM123"));
    let outcome = source.users(PageRequest::first(0)).await;
    assert!(matches!(outcome, Err(Error::Invalid { .. })));
}
