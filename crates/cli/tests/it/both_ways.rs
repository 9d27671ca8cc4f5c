//! `--via api` and `--via mongo` show the same to the same user.

use insta::assert_snapshot;
use openim_history_standin::collections::Collections;
use openim_history_standin::corpus::create_indexes;
use openim_history_standin::mongod::{Mode, Mongod};
use openim_history_standin::recorded;
use openim_history_standin::rest::{Dialect, Server, ServerOptions};

use crate::run::Place;

/// Puts a recording into a real mongod.
async fn store(collections: &Collections) -> Mongod {
    let mongod = Mongod::start(Mode::Standalone)
        .await
        .expect("mongod starts");
    let database = mongod
        .client()
        .await
        .expect("connects")
        .database("openim_v3");
    create_indexes(&database).await.expect("indexes");
    for name in Collections::names() {
        let documents = collections.documents(name);
        if !documents.is_empty() {
            database
                .collection(name)
                .insert_many(documents)
                .await
                .expect("inserts");
        }
    }
    mongod
}

/// Returns stdout; anything but success is an error with stderr.
fn data(place: &Place, args: &[&str]) -> Result<String, String> {
    let output = place
        .command()
        .args(args)
        .output()
        .expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("only UTF-8 is written");
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(text(&output.stderr))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_recorded_conversation_looks_the_same_to_each_of_its_owners() {
    for (dialect, collections, least) in [
        (Dialect::Release, recorded::release(), 40),
        (Dialect::Main, recorded::main(), 7),
    ] {
        let mongod = store(&collections).await;
        let owned: Vec<(String, String)> = collections
            .documents("conversation")
            .iter()
            .map(|row| {
                let text = |key: &str| row.get_str(key).expect("a text").to_owned();
                (text("owner_user_id"), text("conversation_id"))
            })
            .collect();
        let options = ServerOptions {
            dialect,
            ..ServerOptions::default()
        };
        let server = Server::start(collections, options).expect("a free port");
        let place = Place::new()
            .server(&server)
            .env("OPENIM_MONGO_URI", &mongod.uri());
        let mut equal = 0;
        for (at, (owner, conversation)) in owned.iter().enumerate() {
            // Every form at some conversation, every conversation in some form.
            let format = ["jsonl", "table", "csv", "json"][at % 4];
            let shown = |via| {
                data(
                    &place,
                    &[
                        "messages",
                        "--conversation",
                        conversation,
                        "--seq",
                        "1..1000000",
                        "--view",
                        owner,
                        "--via",
                        via,
                        "--format",
                        format,
                    ],
                )
            };
            let (over_rest, from_mongo) = (shown("api"), shown("mongo"));
            assert_eq!(
                over_rest, from_mongo,
                "{owner} in {conversation} as {format}"
            );
            equal += usize::from(over_rest.is_ok());
        }
        assert!(
            equal >= least,
            "{dialect:?}: only {equal} of {} could be read",
            owned.len()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_full_view_comes_from_mongodb_and_says_why() {
    let collections = recorded::release();
    let mongod = store(&collections).await;
    let server = Server::start(collections, ServerOptions::default()).expect("a free port");
    let place = Place::new()
        .server(&server)
        .env("OPENIM_MONGO_URI", &mongod.uri());
    let shown = place.run(&[
        "messages", "--group", "grp1", "--seq", "3", "--view", "full",
    ]);
    assert!(shown.starts_with("exit 0\n"), "{shown}");
    assert!(shown.contains("群消息 0"), "the original is there: {shown}");
    assert!(
        shown.contains("recalled by"),
        "and who recalled it: {shown}"
    );
    assert!(shown.contains("from MongoDB"), "{shown}");
    let shown = place.run(&[
        "messages", "--group", "grp1", "--seq", "3", "--view", "full", "--via", "api",
    ]);
    assert!(
        shown.starts_with("exit 1\n") && shown.contains("full view"),
        "{shown}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_come_newest_first_from_mongodb_too() {
    let collections = recorded::release();
    let mongod = store(&collections).await;
    let place = Place::new().env("OPENIM_MONGO_URI", &mongod.uri());
    assert_snapshot!(place.run(&["conversations", "--user", "alice", "--limit", "4"]), @r"
    exit 0
    --- stdout
    CONVERSATION   NAME  HEAD  UNREAD  NEWEST
    sg_grp3        三组    10       0  2026-11-24 10:59:15
    si_alice_dave  Dave     5       0  2026-11-24 10:52:50
    si_alice_tim   tim      1       0  2026-11-24 10:51:46
    si_alice_tom   tom      1       0  2026-11-24 10:51:46
    --- stderr
    4 of 6 conversations of alice, from MongoDB
    --limit 4 --page 2 goes on, --all shows all
    ");
}
