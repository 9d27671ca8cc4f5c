//! The administrator's token: one for all, renewed once, rotated secrets.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::server::{Answer, Call, Server, everything, source};
use crate::error::Error;
use crate::secret::{Secret, SecretSource};

const ADMIN: &str = "/auth/get_admin_token";
const TIME: &str = "/msg/get_server_time";

/// Gives out `token-1`, `token-2`, … and takes only those from `good` on.
fn numbered(good: Arc<AtomicUsize>, code: i32) -> impl Fn(&Call) -> Answer + Clone {
    let given = Arc::new(AtomicUsize::new(0));
    move |call| {
        if call.path == ADMIN {
            let number = given.fetch_add(1, Ordering::SeqCst) + 1;
            return Answer::Data(json!({"token": format!("token-{number}")}));
        }
        let number = call.header("token").trim_start_matches("token-").parse();
        if number.unwrap_or(0) >= good.load(Ordering::SeqCst) {
            Answer::Data(json!({"serverTime": 7}))
        } else {
            Answer::code(code)
        }
    }
}

#[tokio::test]
async fn twenty_calls_with_a_stale_token_fetch_one_new_one() {
    for code in [1501, 1503, 1505, 1506, 1507] {
        let good = Arc::new(AtomicUsize::new(1));
        let server = Server::start(numbered(Arc::clone(&good), code)).await;
        let mut options = server.options();
        options.concurrency = 20;
        let source = source(options);
        source.server_time().await.expect("answers");
        good.store(2, Ordering::SeqCst);
        let calls = (0..20).map(|_| source.server_time());
        let outcomes = futures::future::join_all(calls).await;
        assert!(outcomes.iter().all(Result::is_ok), "{code}");
        assert_eq!(server.calls(ADMIN).len(), 2, "{code}");
    }
}

#[tokio::test]
async fn a_first_token_is_fetched_once_for_all_who_wait() {
    let server = Server::start(numbered(Arc::new(AtomicUsize::new(1)), 1507)).await;
    let source = server.source();
    let calls = (0..20).map(|_| source.server_time());
    let outcomes = futures::future::join_all(calls).await;
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(server.calls(ADMIN).len(), 1);
}

#[tokio::test]
async fn all_who_wait_for_a_token_are_told_of_one_refusal() {
    let server =
        Server::start(|_| Answer::Code(1002, "NoPermissionError", "secret invalid".into())).await;
    let source = server.source();
    let calls = (0..20).map(|_| source.server_time());
    for outcome in futures::future::join_all(calls).await {
        let error = outcome.expect_err("fails");
        assert!(
            matches!(&error, Error::Unauthorized { by, reason, code: Some(1002) }
                if *by == server.url && reason == "NoPermissionError: secret invalid"),
            "{error:?}"
        );
    }
    assert_eq!(server.calls(ADMIN).len(), 1);
    // Later it is asked anew: the secret may be right by then.
    source.server_time().await.expect_err("fails");
    assert_eq!(server.calls(ADMIN).len(), 2);
}

#[tokio::test]
async fn a_token_refused_even_when_new_is_an_error_and_no_loop() {
    let server = Server::start(numbered(Arc::new(AtomicUsize::new(99)), 1505)).await;
    let error = server.source().server_time().await.expect_err("fails");
    assert!(matches!(
        error,
        Error::Unauthorized {
            code: Some(1505),
            ..
        }
    ));
    // The first token, and three to replace it.
    assert_eq!(server.calls(ADMIN).len(), 4);
    assert_eq!(server.calls(TIME).len(), 4);
}

#[tokio::test]
async fn a_rotated_secret_is_read_again() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let file = folder.path().join("secret");
    std::fs::write(&file, "old\n").expect("writes");
    let rotated = Arc::new(AtomicUsize::new(0));
    let server = {
        let rotated = Arc::clone(&rotated);
        Server::start(move |call| {
            let is_new = rotated.load(Ordering::SeqCst) == 1;
            let secret = if is_new { "new" } else { "old" };
            match call.path.as_str() {
                ADMIN if call.body["secret"] == secret => {
                    Answer::Data(json!({"token": format!("signed-with-{secret}")}))
                }
                ADMIN => Answer::Code(1002, "NoPermissionError", "secret invalid".into()),
                _ if call.header("token") == format!("signed-with-{secret}") => {
                    Answer::Data(json!({"serverTime": 7}))
                }
                _ => Answer::code(1505),
            }
        })
        .await
    };
    let mut options = server.options();
    options.secret = SecretSource::File(file.clone());
    let source = source(options);
    source.server_time().await.expect("answers");
    rotated.store(1, Ordering::SeqCst);
    source
        .server_time()
        .await
        .expect_err("the file is still old");
    std::fs::write(&file, "new\n").expect("writes");
    source.server_time().await.expect("answers");
}

#[tokio::test]
async fn a_secret_that_changes_between_reading_and_asking_is_tried_once_more() {
    let server = Server::start(|call| match call.path.as_str() {
        ADMIN if call.body["secret"] == "second" => Answer::Data(json!({"token": "t"})),
        ADMIN => Answer::Code(1002, "NoPermissionError", "secret invalid".into()),
        _ => Answer::Data(json!({"serverTime": 7})),
    })
    .await;
    let reads = Arc::new(AtomicUsize::new(0));
    let mut options = server.options();
    options.secret = {
        let reads = Arc::clone(&reads);
        SecretSource::Ask(Arc::new(move || {
            Ok(Secret::new(match reads.fetch_add(1, Ordering::SeqCst) {
                0 => "first",
                _ => "second",
            }))
        }))
    };
    source(options).server_time().await.expect("answers");
    assert_eq!(server.calls(ADMIN).len(), 2);
    assert_eq!(reads.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_says_why() {
    let server = Server::start(|_| Answer::code(0)).await;
    let mut options = server.options();
    options.secret = SecretSource::File("/nowhere/at/all".into());
    let error = source(options).server_time().await.expect_err("fails");
    assert!(everything(&error).contains("/nowhere/at/all"), "{error:?}");
    let mut options = server.options();
    options.secret = SecretSource::Ask(Arc::new(|| panic!("the embedder's own trouble")));
    let error = source(options).server_time().await.expect_err("fails");
    assert!(matches!(error, Error::Config { .. }), "{error:?}");
    assert!(server.calls(ADMIN).is_empty());
}

#[tokio::test]
async fn a_wrong_administrator_is_told_the_right_ones() {
    let server = Server::start(|_| {
        let detail = "userID is error., userID=nobody, adminUserID=[imAdmin]";
        Answer::Code(1001, "ArgsError", detail.into())
    })
    .await;
    let error = server.source().server_time().await.expect_err("fails");
    let Error::Unauthorized { reason, code, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(*code, Some(1001));
    assert!(reason.contains("adminUserID=[imAdmin]"), "{reason}");
}

#[tokio::test]
async fn servers_up_to_3_8_0_are_asked_their_way() {
    let missing: [fn() -> Answer; 2] = [
        || Answer::text(404, "text/plain", "404 page not found"),
        || Answer::Code(1001, "ArgsError", "header must have token".into()),
    ];
    for missing in missing {
        let good = Arc::new(AtomicUsize::new(1));
        let server = {
            let good = Arc::clone(&good);
            Server::start(move |call| match call.path.as_str() {
                ADMIN => missing(),
                "/auth/user_token" => {
                    let number = good.load(Ordering::SeqCst);
                    Answer::Data(json!({"token": format!("old-{number}"), "expireTimeSeconds": 1}))
                }
                _ if call.header("token") == format!("old-{}", good.load(Ordering::SeqCst)) => {
                    Answer::Data(json!({"serverTime": 7}))
                }
                _ => Answer::code(1505),
            })
            .await
        };
        let source = server.source();
        source.server_time().await.expect("answers");
        let call = &server.calls("/auth/user_token")[0];
        assert_eq!(
            call.body,
            json!({"secret": "openIM123", "platformID": 10, "userID": "imAdmin"})
        );
        good.store(2, Ordering::SeqCst);
        source.server_time().await.expect("answers");
        // It is remembered that the newer call is missing.
        assert_eq!(server.calls(ADMIN).len(), 1);
    }
}

#[tokio::test]
async fn a_server_without_either_token_call_is_no_openim() {
    let server = Server::start(|_| Answer::text(404, "text/html", "<h1>404</h1>")).await;
    let error = server.source().server_time().await.expect_err("fails");
    assert!(matches!(error, Error::NoSuchCall { call } if call == ADMIN));
}

#[tokio::test]
async fn a_token_that_fits_no_header_is_malformed() {
    for token in ["", "a\nb", "é"] {
        let server = Server::start(move |_| Answer::Data(json!({"token": token}))).await;
        let error = server.source().server_time().await.expect_err("fails");
        assert!(matches!(error, Error::Malformed { .. }), "{error:?}");
    }
}
