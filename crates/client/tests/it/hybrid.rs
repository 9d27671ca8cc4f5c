//! One client over both ways: which of them answers, and that it says so.

use futures::StreamExt;
use openim_history_client::Error;
use openim_history_client::client::{Client, MessageQuery, Selection};
use openim_history_client::model::{Message, Slot};
use openim_history_client::source::mongo::MongoOptions;
use openim_history_client::source::rest::RestOptions;
use openim_history_client::source::{Origin, PageRequest, View};
use openim_history_standin::rest::{Dialect, Server};

use crate::recorded::{collections, rest_options, serve, store};

/// Returns a server, how to reach its database, and a client over both.
async fn both() -> (Server, MongoOptions, Client) {
    let collections = collections(Dialect::Release);
    let (_, mongo) = store(&collections).await;
    let (server, _) = serve(collections, Dialect::Release);
    let client = Client::auto(Some(rest_options(&server)), Some(mongo.clone()));
    (server, mongo, client.expect("is configured"))
}

/// Returns options for a database that does not answer.
fn no_database() -> MongoOptions {
    MongoOptions::new(
        "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100",
        "openim_v3",
    )
}

/// Returns options for a server that does not answer.
fn nobody() -> RestOptions {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let url = format!("http://127.0.0.1:{port}").parse().expect("a URL");
    RestOptions {
        retries: 0,
        ..RestOptions::new(url, "openIM123", "imAdmin")
    }
}

async fn messages(client: &Client, query: &MessageQuery) -> (Origin, Option<String>, Vec<Message>) {
    let answer = client.messages(query).await.expect("reads");
    let slots: Vec<Slot> = answer
        .value
        .slots
        .map(|slot| slot.expect("reads"))
        .collect()
        .await;
    (
        answer.origin,
        answer.passed_over,
        slots.into_iter().filter_map(Slot::into_message).collect(),
    )
}

#[tokio::test]
async fn rest_is_asked_first_and_mongodb_where_rest_cannot() {
    let (server, _, client) = both().await;
    assert_eq!(
        client
            .users(PageRequest::first(5))
            .await
            .expect("users")
            .origin,
        Origin::Api
    );

    let query = MessageQuery::new(Selection::Group("grp1".into()));
    let (origin, passed_over, as_member) = messages(&client, &query).await;
    assert_eq!((origin, passed_over), (Origin::Api, None));
    let revoked = as_member
        .iter()
        .find(|message| message.seq.0 == 3)
        .expect("is listed");
    assert!(
        !revoked.content.contains("群消息"),
        "over REST the original is gone: {}",
        revoked.content
    );

    let query = query.view(View::Full);
    let (origin, passed_over, in_full) = messages(&client, &query).await;
    assert_eq!(origin, Origin::Mongo);
    assert!(passed_over.expect("REST was asked").contains("full view"));
    let revoked = in_full
        .iter()
        .find(|message| message.seq.0 == 3)
        .expect("is listed");
    assert!(
        revoked.content.contains("群消息") && revoked.revoked.is_some(),
        "the original, with its label"
    );

    server.stop().await;
    let (origin, passed_over, _) =
        messages(&client, &MessageQuery::new(Selection::User("alice".into()))).await;
    assert_eq!(origin, Origin::Mongo);
    assert!(
        passed_over
            .expect("REST was asked")
            .contains("cannot be reached")
    );
}

#[tokio::test]
async fn a_database_that_is_not_needed_is_left_alone() {
    let (server, _) = serve(collections(Dialect::Main), Dialect::Main);
    let client =
        Client::auto(Some(rest_options(&server)), Some(no_database())).expect("is configured");
    let (origin, ..) = messages(&client, &MessageQuery::new(Selection::User("alice".into()))).await;
    assert_eq!(origin, Origin::Api);
}

#[tokio::test]
async fn where_neither_answers_the_first_reason_is_told() {
    let client = Client::auto(Some(nobody()), Some(no_database())).expect("is configured");
    let error = client
        .users(PageRequest::first(1))
        .await
        .expect_err("nobody answers");
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains("http://127.0.0.1"), "{error}");
}

#[tokio::test]
async fn a_refused_secret_is_an_error_and_no_reason_to_look_elsewhere() {
    let collections = collections(Dialect::Release);
    let (_, mongo) = store(&collections).await;
    let (server, _) = serve(collections, Dialect::Release);
    let wrong = RestOptions {
        secret: "wrong".into(),
        ..rest_options(&server)
    };
    let client = Client::auto(Some(wrong), Some(mongo)).expect("is configured");
    let error = client
        .users(PageRequest::first(1))
        .await
        .expect_err("is refused");
    assert!(matches!(error, Error::Unauthorized { .. }), "{error:?}");
}

#[tokio::test]
async fn both_ways_answer_every_selection_alike() {
    let (server, mongo, _) = both().await;
    let rest = Client::rest(rest_options(&server)).expect("is configured");
    let mongo = Client::mongo(mongo);
    let selections = [
        Selection::User("alice".into()),
        Selection::Between("frank".into(), "erin".into()),
        Selection::Between("frank".into(), "sysnotice".into()),
        Selection::Group("grp2".into()),
        Selection::Conversation("si_frank_grace".into()),
    ];
    for selection in selections {
        for newest_first in [false, true] {
            let viewer = match &selection {
                Selection::User(user) => user.as_str(),
                Selection::Conversation(_) => "frank",
                Selection::Between(user, _) => user.as_str(),
                Selection::Group(_) => "erin",
            };
            for last in [None, Some(4)] {
                let mut query = MessageQuery::new(selection.clone()).view(View::As(viewer.into()));
                query.options.newest_first = newest_first;
                query.options.last = last;
                let (_, _, over_rest) = messages(&rest, &query).await;
                let (_, _, from_mongo) = messages(&mongo, &query).await;
                assert!(!over_rest.is_empty(), "{selection:?}");
                assert_eq!(
                    over_rest, from_mongo,
                    "{selection:?} {newest_first} {last:?}"
                );
            }
        }
    }
    let unknown = MessageQuery::new(Selection::Group("nogroup".into()));
    for client in [&rest, &mongo] {
        let error = client
            .messages(&unknown)
            .await
            .map(|_| ())
            .expect_err("is not there");
        assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    }
}
