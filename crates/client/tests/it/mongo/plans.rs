//! How the server answers: every command the source sends is explained.

use bson::{Bson, Document, doc};
use futures::TryStreamExt;
use mongodb::Database;
use openim_history_client::model::{ConversationId, SeqRange, TimeRange, Timestamp};
use openim_history_client::source::mongo::MongoSource;
use openim_history_client::source::{Source, View};
use openim_history_standin::mongod::Mode;

use super::fixture::block;

/// The stages of every plan of a command, by the server's own explanation.
async fn stages(database: &Database, command: &Document) -> Vec<String> {
    let mut command = command.clone();
    for foreign in [
        "$db",
        "lsid",
        "$clusterTime",
        "$readPreference",
        "cursor",
        "txnNumber",
    ] {
        command.remove(foreign);
    }
    if command.contains_key("aggregate") {
        command.insert("cursor", doc! {});
    }
    let explained = database
        .run_command(doc! { "explain": command, "verbosity": "queryPlanner" })
        .await
        .expect("explained");
    fn collect(value: &Bson, out: &mut Vec<String>) {
        match value {
            Bson::Document(document) => {
                for (key, value) in document {
                    match value {
                        Bson::String(stage) if key == "stage" => out.push(stage.clone()),
                        value => collect(value, out),
                    }
                }
            }
            Bson::Array(values) => values.iter().for_each(|value| collect(value, out)),
            _ => {}
        }
    }
    let mut out = Vec::new();
    collect(&explained.into(), &mut out);
    out
}

#[tokio::test]
async fn no_question_of_the_source_scans_a_collection() {
    let (database, options) = crate::mongod::database(Mode::Standalone).await;
    let user = View::As("u0".into());
    let mut ids: Vec<ConversationId> = Vec::new();
    for at in 0..1_200_i64 {
        let id = format!("si_p{at}_u0");
        let last = 1_700_000_000_000 + at * 60_000;
        database
            .collection("msg")
            .insert_one(block(&id, 0, 3 + at % 90, last))
            .await
            .expect("inserted");
        database
            .collection("conversation")
            .insert_one(doc! { "owner_user_id": "u0", "conversation_id": &id, "min_seq": 0_i64, "max_seq": 0_i64 })
            .await
            .expect("inserted");
        if at % 10 != 0 {
            let reserved = if at % 7 == 0 { 700_i64 } else { 101 };
            database
                .collection("seq")
                .insert_one(doc! { "conversation_id": &id, "min_seq": 0_i64, "max_seq": reserved })
                .await
                .expect("inserted");
        }
        ids.push(id.as_str().into());
    }
    let source = MongoSource::connect(options).await.expect("connected");
    database
        .run_command(doc! { "profile": 2 })
        .await
        .expect("profiling");
    let newest = source.newest(&user, &ids, 50).await.expect("newest");
    let full = source.newest(&View::Full, &ids, 50).await.expect("newest");
    let id = &ids[700];
    for view in [&user, &View::Full] {
        source.bounds(view, &ids).await.expect("bounds");
        source
            .slots(view, id, SeqRange::new(1, 500))
            .await
            .expect("slots");
    }
    let span = TimeRange {
        since: Some(Timestamp::from_millis(1)),
        until: None,
    };
    source
        .seqs_in_time(id, SeqRange::new(1, 500), span)
        .await
        .expect("ranges");
    source.viewers(id).await.expect("viewers");
    source
        .read_positions(&"u0".into(), &ids)
        .await
        .expect("positions");
    source.conversations(&"u0".into()).await.expect("rows");
    source.users_by_id(&["u0".into()]).await.expect("users");
    source.groups_by_id(&["g".into()]).await.expect("groups");
    database
        .run_command(doc! { "profile": 0 })
        .await
        .expect("no profiling");

    assert_eq!(newest.len(), 50);
    assert!(newest == full);
    assert!(
        newest
            .windows(2)
            .all(|pair| pair[0].send_time >= pair[1].send_time)
    );
    assert_eq!(newest[0].conversation_id, ids[1_199]);

    let profiled: Vec<Document> = database
        .collection::<Document>("system.profile")
        .find(
            doc! { "op": { "$in": ["query", "command"] }, "command.profile": { "$exists": false } },
        )
        .await
        .expect("profile")
        .try_collect()
        .await
        .expect("profile");
    let mut explained = 0;
    for entry in profiled {
        let command = entry.get_document("command").expect("a command");
        if !command.contains_key("find") && !command.contains_key("aggregate") {
            continue;
        }
        let summary = entry.get_str("planSummary").unwrap_or_default();
        let stages = stages(&database, command).await;
        let scans = summary.contains("COLLSCAN") || stages.iter().any(|stage| stage == "COLLSCAN");
        assert!(!scans, "{summary} {stages:?}: {command}");
        explained += 1;
    }
    assert!(explained > 20, "{explained}");
}
