//! A server on a bad day: what passes is waited out, what does not is said, nothing is lost.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use openim_history_client::Error;
use openim_history_client::client::{Client, MessageQuery, Selection};
use openim_history_client::model::{ConversationId, Slot};
use openim_history_client::read::{ReadOptions, read};
use openim_history_client::source::rest::{RestOptions, RestSource};
use openim_history_client::source::{PageRequest, Source, View};
use openim_history_standin::rest::{Dialect, Fault, Server, ServerOptions, When};

use crate::recorded::{collections, rest_options};

const PULL: &str = "/msg/pull_msg_by_seq";

fn server() -> Server {
    Server::start(collections(Dialect::Release), ServerOptions::default()).expect("a free port")
}

/// Reads the longest recorded conversation in pages of 20; returns what came and what ended it.
async fn pulled(
    server: &Server,
    change: impl FnOnce(&mut RestOptions),
) -> (Vec<Slot>, Option<Error>) {
    let mut options = rest_options(server);
    options.page_len = 20;
    change(&mut options);
    let source: Arc<dyn Source> = Arc::new(RestSource::connect(options).expect("plain options"));
    let view = View::As("carol".into());
    let ids = [ConversationId::new("si_carol_dave")];
    let reading = read(source, view, &ids, ReadOptions::default())
        .await
        .expect("starts");
    let mut slots = Vec::new();
    let mut failure = None;
    let mut stream = reading.slots;
    while let Some(slot) = stream.next().await {
        match slot {
            Ok(slot) => slots.push(slot),
            Err(error) => failure = Some(error),
        }
    }
    (slots, failure)
}

#[tokio::test]
async fn passing_trouble_in_mid_history_costs_nothing() {
    let healthy = server();
    let (whole, failure) = pulled(&healthy, |_| {}).await;
    assert!(failure.is_none());
    assert_eq!(whole.len(), 260);
    let troubles = [
        Fault::Latency(Duration::from_millis(20)),
        Fault::Http(500),
        Fault::Http(502),
        Fault::Code {
            code: 500,
            message: "ServerInternalError".into(),
        },
        Fault::Code {
            code: 14,
            message: "connection refused".into(),
        },
        Fault::DropConnection,
        Fault::Truncate,
        Fault::TooManyRequests { retry_after: 0 },
    ];
    for trouble in troubles {
        let server = server();
        server.faults().on(PULL, When::Every(3), trouble.clone());
        let (slots, failure) = pulled(&server, |_| {}).await;
        assert!(failure.is_none(), "{trouble:?}: {failure:?}");
        assert_eq!(slots, whole, "{trouble:?}");
    }
}

#[tokio::test]
async fn a_token_that_expires_in_mid_history_is_replaced() {
    let server = server();
    for call in [3, 11] {
        server
            .faults()
            .on(PULL, When::Call(call), Fault::ExpireToken);
    }
    let (slots, failure) = pulled(&server, |_| {}).await;
    assert!(failure.is_none(), "{failure:?}");
    assert_eq!(slots.len(), 260);
    // Tokens made within one second are the same string, so a new one can be expired already.
    let tokens = server.calls("/auth/get_admin_token");
    assert!((3..10).contains(&tokens), "{tokens} tokens were taken");
}

#[tokio::test]
async fn a_new_token_that_is_gone_at_once_is_replaced_too() {
    let server = server();
    for call in [3, 4, 5] {
        server
            .faults()
            .on(PULL, When::Call(call), Fault::ExpireToken);
    }
    let (slots, failure) = pulled(&server, |options| options.concurrency = 1).await;
    assert!(failure.is_none(), "{failure:?}");
    assert_eq!(slots.len(), 260);
}

#[tokio::test]
async fn a_server_that_takes_no_token_is_not_asked_for_ever() {
    let server = server();
    server.faults().on(PULL, When::Every(1), Fault::ExpireToken);
    let (slots, failure) = pulled(&server, |options| options.concurrency = 1).await;
    assert!(slots.is_empty(), "{} slots", slots.len());
    assert!(
        matches!(&failure, Some(Error::Incomplete { source, .. }) if matches!(**source, Error::Unauthorized { .. })),
        "{failure:?}"
    );
    assert!(server.calls(PULL) < 10, "{} calls", server.calls(PULL));
}

#[tokio::test]
async fn a_page_that_is_too_large_is_cut_until_it_fits() {
    let limited = ServerOptions {
        answer_limit: 6_000,
        ..ServerOptions::default()
    };
    let server = Server::start(collections(Dialect::Release), limited).expect("a free port");
    let (slots, failure) = pulled(&server, |options| options.page_len = 500).await;
    assert!(failure.is_none(), "{failure:?}");
    assert_eq!(slots.len(), 260);
    assert!(server.calls(PULL) > 10, "{} calls", server.calls(PULL));
}

#[tokio::test]
async fn trouble_that_does_not_pass_keeps_what_was_read_and_names_the_rest() {
    let server = server();
    // Some pages are answered before the server breaks for good.
    for call in 6..1_000 {
        server.faults().on(PULL, When::Call(call), Fault::Http(500));
    }
    let (slots, failure) = pulled(&server, |options| {
        options.retries = 1;
        options.concurrency = 1;
    })
    .await;
    assert!(
        !slots.is_empty() && slots.len() < 260,
        "{} slots",
        slots.len()
    );
    let Some(Error::Incomplete { missing, source }) = failure else {
        panic!("{failure:?}")
    };
    assert_eq!(missing.len(), 1);
    assert_eq!(
        missing[0].range.first.0,
        slots.len() as i64 + 1,
        "right behind what was read"
    );
    assert_eq!(missing[0].range.last.0, 260);
    assert!(matches!(*source, Error::Unreachable { .. }), "{source:?}");
}

#[tokio::test]
async fn the_newest_of_a_user_found_before_the_server_breaks_are_kept() {
    let server = server();
    for call in 3..1_000 {
        server.faults().on(PULL, When::Call(call), Fault::Http(500));
    }
    let mut options = rest_options(&server);
    // One conversation a call, one call after the other.
    (options.page_len, options.concurrency, options.retries) = (20, 1, 0);
    let source = RestSource::connect(options).expect("plain options");
    let query = MessageQuery::new(Selection::User("alice".into())).last(50);
    let reading = Client::over(source).messages(&query).await;
    let reading = reading.expect("starts").value;
    let bounds = reading.bounds;
    let slots: Vec<_> = reading.slots.collect().await;
    let Some((Err(Error::Incomplete { missing, source }), read)) = slots.split_last() else {
        panic!("{slots:?}")
    };
    assert!(matches!(**source, Error::Unreachable { .. }), "{source:?}");
    let read: Vec<_> = read
        .iter()
        .map(|slot| slot.as_ref().expect("read"))
        .collect();
    assert!(
        read.is_sorted_by_key(|slot| slot.message().expect("a message").send_time),
        "{read:?}"
    );
    let kept: HashSet<_> = read.iter().map(|slot| slot.conversation_id()).collect();
    let named: HashSet<_> = missing.iter().map(|b| &b.conversation_id).collect();
    assert_eq!(kept.len(), 2);
    assert!(kept.is_disjoint(&named), "{kept:?} {named:?}");
    assert_eq!(kept.len() + named.len(), bounds.len());
    assert!(missing.iter().all(|missing| bounds.contains(missing)));
}

#[tokio::test]
async fn a_rotated_secret_is_read_again_without_a_restart() {
    let server = server();
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), "openIM123\n").expect("written");
    let mut options = rest_options(&server);
    options.secret = openim_history_client::SecretSource::File(file.path().to_owned());
    let source = RestSource::connect(options).expect("plain options");
    source
        .users(PageRequest::first(1))
        .await
        .expect("the old secret");
    server.rotate_secret("another");
    let refused = source
        .users(PageRequest::first(1))
        .await
        .expect_err("the file has the old one");
    assert!(matches!(refused, Error::Unauthorized { .. }), "{refused:?}");
    assert!(!format!("{refused:?} {refused}").contains("openIM123"));
    std::fs::write(file.path(), "another").expect("written");
    source
        .users(PageRequest::first(1))
        .await
        .expect("the new secret");
}

#[tokio::test]
async fn no_more_calls_are_under_way_than_allowed() {
    let server = server();
    server
        .faults()
        .on(PULL, When::Always, Fault::Latency(Duration::from_millis(5)));
    let (slots, _) = pulled(&server, |options| options.concurrency = 3).await;
    assert_eq!(slots.len(), 260);
    assert!(
        server.faults().most_in_flight() <= 3,
        "{} at once",
        server.faults().most_in_flight()
    );
}

#[tokio::test]
async fn no_user_is_logged_out_by_reading() {
    let server = server();
    let source = RestSource::connect(rest_options(&server)).expect("plain options");
    crate::conformance::all(&source).await;
    assert_eq!(server.calls("/auth/get_user_token"), 0);
    assert_eq!(server.calls("/auth/force_logout"), 0);
    assert_eq!(
        server.calls("/auth/get_admin_token"),
        1,
        "one token serves everything"
    );
}
