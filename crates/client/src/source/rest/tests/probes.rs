//! What one may want to know of the server itself, and its search.

use serde_json::json;

use super::server::{Answer, Server, everything};
use crate::error::Error;
use crate::model::{PlatformId, SessionType};
use crate::source::PageRequest;
use crate::source::rest::{Dialect, SearchFilter};

#[tokio::test]
async fn the_dialect_shows_in_how_nothing_is_written() {
    for (data, dialect) in [
        (json!({"maxSeqs": null, "minSeqs": null}), Dialect::Release),
        (
            json!({"maxSeqs": {"a": 1}, "minSeqs": null}),
            Dialect::Release,
        ),
        (json!({}), Dialect::Main),
        (json!({"maxSeqs": {"a": 1}}), Dialect::Main),
    ] {
        let server = Server::with_token(move |_| Answer::Data(data.clone())).await;
        assert_eq!(server.source().dialect().await.expect("answers"), dialect);
        assert_eq!(
            server.calls("/msg/newest_seq")[0].body,
            json!({"userID": "imAdmin"})
        );
    }
}

#[tokio::test]
async fn whether_a_call_exists_is_asked_with_a_body_nobody_takes() {
    let server = Server::with_token(|call| match call.path.as_str() {
        "/msg/newest_seq" => Answer::Code(1001, "invalid character", String::new()),
        "/broken" => Answer::text(502, "text/html", "<h1>Bad Gateway</h1>"),
        _ => Answer::text(404, "text/plain", "404 page not found"),
    })
    .await;
    let source = server.source();
    assert!(
        source
            .call_exists("/msg/newest_seq")
            .await
            .expect("answers")
    );
    assert!(
        !source
            .call_exists("/msg/get_max_seq")
            .await
            .expect("answers")
    );
    assert!(source.call_exists("/broken").await.is_err());
    // The body was no JSON.
    assert!(server.calls("/msg/newest_seq")[0].body.is_null());
    for path in ["/restart", "msg", "/a?b", "/a b", ""] {
        let outcome = source.call_exists(path).await;
        assert!(matches!(outcome, Err(Error::Invalid { .. })), "{path}");
    }
    assert!(server.calls("/restart").is_empty());
}

#[tokio::test]
async fn the_token_in_use_is_described() {
    let server = Server::with_token(|call| {
        if call.body["token"] == "token-1" {
            Answer::Data(
                json!({"userID": "imAdmin", "platformID": 10, "expireTimeSeconds": 1_803_293_358}),
            )
        } else {
            Answer::code(1503)
        }
    })
    .await;
    let info = server.source().admin_token_check().await.expect("answers");
    assert_eq!(info.user_id, "imAdmin");
    assert_eq!(info.platform_id, PlatformId::ADMIN);
    let expires = info.expires.expect("is known").to_string();
    assert_eq!(expires, "2027-02-22T10:49:18.000Z");
}

#[tokio::test]
async fn a_token_that_expired_is_checked_after_its_renewal() {
    let given = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let server = Server::start(move |call| {
        if call.path == "/auth/get_admin_token" {
            let n = given.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
            return Answer::Data(json!({"token": format!("token-{n}")}));
        }
        if call.body["token"] == "token-2" {
            Answer::Data(json!({"userID": "imAdmin", "platformID": 10}))
        } else {
            Answer::code(1501)
        }
    })
    .await;
    server.source().admin_token_check().await.expect("answers");
    assert_eq!(server.calls("/auth/get_admin_token").len(), 2);
}

#[tokio::test]
async fn a_user_token_is_asked_for_once_and_never_shown() {
    let server = Server::with_token(|call| match call.body["userID"].as_str() {
        Some("alice") => Answer::Data(json!({"token": "alices-own-token"})),
        Some("ghost") => Answer::code(1004),
        Some("imAdmin") => Answer::Code(1002, "NoPermissionError", "don't get Admin token".into()),
        _ => Answer::code(500),
    })
    .await;
    let source = server.source();
    let path = "/auth/get_user_token";
    let token = source.user_token(&"alice".into(), PlatformId(99)).await;
    let token = token.expect("answers");
    assert_eq!(token.expose(), "alices-own-token");
    assert!(!format!("{token:?}").contains("alice"));
    assert_eq!(
        server.calls(path)[0].body,
        json!({"platformID": 99, "userID": "alice"})
    );
    let error = source.user_token(&"ghost".into(), PlatformId(99)).await;
    assert!(matches!(error, Err(Error::NotFound { what }) if what == "user \"ghost\""));
    let error = source.user_token(&"imAdmin".into(), PlatformId(99)).await;
    assert!(matches!(error, Err(Error::Rejected { code: 1002, .. })));
    let before = server.calls(path).len();
    source
        .user_token(&"other".into(), PlatformId(99))
        .await
        .expect_err("fails");
    assert_eq!(server.calls(path).len(), before + 1);
}

#[tokio::test]
async fn a_stored_file_has_an_address_for_a_while() {
    let server = Server::with_token(|call| match call.body["name"].as_str() {
        Some("alice/a.png") => Answer::Data(
            json!({"url": "http://s3/a.png?sig=confidential", "expireTime": 1_795_517_373_630_i64}),
        ),
        _ => Answer::Code(
            1004,
            "RecordNotFoundError",
            "mongo: no documents in result".into(),
        ),
    })
    .await;
    let source = server.source();
    let object = source.object_url("alice/a.png").await.expect("answers");
    assert_eq!(object.url, "http://s3/a.png?sig=confidential");
    assert!(object.expires.is_some());
    assert!(!format!("{object:?}").contains("confidential"));
    let error = source.object_url("gone").await.expect_err("fails");
    assert!(
        matches!(&error, Error::NotFound { what } if what.contains("gone")),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_search_is_never_unfiltered() {
    let server = Server::with_token(|_| Answer::Data(json!({}))).await;
    let source = server.source();
    let page = PageRequest::first(20);
    let empty = [
        SearchFilter::default(),
        SearchFilter {
            send_id: Some("".into()),
            session_type: Some(SessionType(0)),
            ..SearchFilter::default()
        },
    ];
    for filter in empty {
        let outcome = source.search_messages(&filter, page).await;
        assert!(matches!(outcome, Err(Error::Invalid { .. })));
    }
    let filter = SearchFilter {
        recv_id: Some("grp1".into()),
        day: Some(jiff::civil::date(2026, 11, 4)),
        ..SearchFilter::default()
    };
    source
        .search_messages(&filter, page)
        .await
        .expect("answers");
    let body = &server.calls("/msg/search_msg")[0].body;
    assert_eq!(body["recvID"], "grp1");
    assert_eq!(body["sendTime"], "2026-11-04");
    assert_eq!(
        body["pagination"],
        json!({"pageNumber": 1, "showNumber": 20})
    );
}

#[tokio::test]
async fn an_answer_without_what_it_is_for_is_malformed() {
    let server = Server::with_token(|_| Answer::Data(json!({}))).await;
    let source = server.source();
    let error = source.server_time().await.expect_err("fails");
    assert!(everything(&error).contains("the time is missing"));
    assert!(source.object_url("x").await.is_err());
    assert!(source.admin_token_check().await.is_err());
    let token = source.user_token(&"alice".into(), PlatformId(99)).await;
    assert!(token.is_err());
}
