//! How the server answers: every command the source sends is explained.

use bson::{Bson, Document, doc};
use futures::TryStreamExt;
use mongodb::Database;
use openim_history_client::model::{ConversationId, SeqRange, TimeRange, Timestamp};
use openim_history_client::source::mongo::MongoSource;
use openim_history_client::source::{Newest, Source, View};
use openim_history_standin::mongod::Mode;

use super::fixture::block;

/// More than the source asks for at once, so that long lists are seen to be cut.
const CONVERSATIONS: i64 = 2_600;

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

// Making so many documents would keep the driver from watching the server if it had no thread of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_question_of_the_source_scans_a_collection() {
    let (database, options) = crate::mongod::database(Mode::Standalone).await;
    let user = View::As("u0".into());
    let mut ids: Vec<ConversationId> = Vec::new();
    let (mut blocks, mut rows, mut seqs) = (Vec::new(), Vec::new(), Vec::new());
    for at in 0..CONVERSATIONS {
        let id = format!("si_p{at}_u0");
        let last = 1_700_000_000_000 + at * 60_000;
        blocks.push(block(&id, 0, 3 + at % 90, last));
        rows.push(doc! { "owner_user_id": "u0", "conversation_id": &id, "min_seq": 0_i64, "max_seq": 0_i64 });
        if at % 10 != 0 {
            let reserved = if at % 7 == 0 { 700_i64 } else { 101 };
            seqs.push(doc! { "conversation_id": &id, "min_seq": 0_i64, "max_seq": reserved });
        }
        ids.push(id.as_str().into());
    }
    for (name, documents) in [("msg", blocks), ("conversation", rows), ("seq", seqs)] {
        for documents in documents.chunks(50) {
            let inserted = database
                .collection::<Document>(name)
                .insert_many(documents)
                .await;
            inserted.expect("inserted");
        }
    }
    let source = MongoSource::connect(options).await.expect("connected");
    // As large as all questions together, or the first would be pushed out.
    database
        .run_command(doc! { "create": "system.profile", "capped": true, "size": 64_i64 << 20 })
        .await
        .expect("a place for the profile");
    database
        .run_command(doc! { "profile": 2 })
        .await
        .expect("profiling");
    let newest = async |view: &View| {
        let newest = source.newest(view, &ids, 50).await;
        newest.and_then(Newest::whole).expect("newest")
    };
    let (newest, full) = (newest(&user).await, newest(&View::Full).await);
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
    assert_eq!(Some(&newest[0].conversation_id), ids.last());

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
    let (mut explained, mut long) = (0, 0);
    for entry in profiled {
        let command = entry.get_document("command").expect("a command");
        let summary = entry.get_str("planSummary").unwrap_or_default();
        let stages = if command.contains_key("$truncated") {
            // The profile keeps no longer commands, but always how they were answered.
            assert!(summary.contains("IXSCAN"), "{summary}: {entry}");
            long += 1;
            Vec::new()
        } else if command.contains_key("find") || command.contains_key("aggregate") {
            stages(&database, command).await
        } else {
            continue;
        };
        let scans = summary.contains("COLLSCAN") || stages.iter().any(|stage| stage == "COLLSCAN");
        assert!(!scans, "{summary} {stages:?}: {command}");
        explained += 1;
    }
    assert!(
        explained > 40 && long < explained / 2,
        "{explained}, {long}"
    );
}
