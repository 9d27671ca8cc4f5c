//! The tables as others read them: delta-rs's own Python package, DuckDB and Polars.

use std::collections::BTreeMap;

use openim_history_archive::{Archive, Place};
use openim_history_client::source::mongo::MongoSource;
use openim_history_standin::mongod::Mode;
use serde_json::Value;

use crate::change::Changer;
use crate::places::{content, folder, generated, on_server, store, sync};
use crate::python::{said_by, script};

fn read(place: &Place) -> Value {
    let folder = place.local().expect("a folder");
    let said = said_by(script("read.py").arg(folder));
    serde_json::from_slice(&said).expect("JSON")
}

async fn assert_all_agree(place: &Place, source: &MongoSource) {
    let rows = content(place).await;
    let gone = rows.values().filter(|row| row.purged_at.is_some()).count();
    let on_server = on_server(source).await;
    let said = read(place);
    for reader in ["delta-rs", "duckdb", "polars"] {
        let said = &said[reader];
        // What the server has, and what it had and we still have.
        assert_eq!(said["count"], on_server.len() + gone, "{reader}: {said}");
        assert_eq!(said["keys"], said["count"], "{reader}: {said}");
    }
    let archive = Archive::open(place).await.expect("opens");
    let info = archive.info().await.expect("counts");
    let delta = &said["delta-rs"];
    assert_eq!(delta["version"], info.version);
    assert_eq!(delta["partitions"], serde_json::json!(["month"]));
    let users = archive.users().await.expect("reads").len();
    let members = archive.group_members().await.expect("reads").len();
    assert!(users > 0 && members > 0);
    assert_eq!(delta["small"]["users"], users);
    assert_eq!(delta["small"]["group_members"], members);
    assert_eq!(
        delta["small"]["groups"],
        archive.groups().await.expect("reads").len()
    );
    assert_eq!(
        delta["small"]["conversations"],
        archive.conversations().await.expect("reads").len()
    );
    assert_eq!(said["polars"]["users"], users);

    let duckdb = &said["duckdb"];
    assert_eq!(duckdb["wrong_months"], 0, "{duckdb}");
    let months: BTreeMap<String, u64> = info
        .months
        .into_iter()
        .map(|month| (month.month, month.messages))
        .collect();
    assert_eq!(duckdb["by_month"], serde_json::json!(months));
    let polars = &said["polars"];
    let month = polars["month"].as_str().expect("a month");
    assert_eq!(polars["of_month"], months[month]);
    let deleted: usize = rows.values().map(|row| row.message.deleted_for.len()).sum();
    let revoked = rows.values().filter(|row| row.message.revoked.is_some());
    assert_eq!(polars["lists"], deleted);
    assert_eq!(polars["revoked"], revoked.count());

    let mut chinese = 0;
    for values in duckdb["rows"].as_array().expect("rows") {
        let key = openim_history_archive::row::Key {
            conversation_id: values[0].as_str().expect("a text").into(),
            seq: openim_history_client::model::Seq(values[1].as_i64().expect("a number")),
        };
        let row = &rows[&key];
        let time: jiff::Timestamp = values[2]
            .as_str()
            .expect("a time")
            .parse()
            .expect("RFC 3339");
        assert_eq!(time.as_millisecond(), row.message.send_time.as_millis());
        assert_eq!(
            values[3].as_str().unwrap_or_default(),
            row.text(),
            "{key:?}"
        );
        assert_eq!(values[4], row.message.content, "{key:?}");
        assert_eq!(
            values[5],
            serde_json::json!(row.message.at_user_ids),
            "{key:?}"
        );
        assert_eq!(
            values[6],
            serde_json::json!(row.message.deleted_for),
            "{key:?}"
        );
        assert_eq!(values[7], row.month(), "{key:?}");
        chinese += usize::from(row.text().chars().any(|c| ('一'..='龥').contains(&c)));
    }
    assert!(chinese > 20, "{chinese} of the rows are Chinese");
}

#[tokio::test]
async fn other_engines_read_the_tables_as_they_are() {
    let (database, source) = store(Mode::Standalone, &generated(51, 4_000)).await;
    let (_keep, place) = folder();
    sync(&place, &source).await;
    assert_all_agree(&place, &source).await;
    // Files are rewritten for what changes, new ones come, and all are put together.
    let mut changer = Changer::new(database, 51).await;
    for _ in 0..3 {
        changer.change(60).await;
        sync(&place, &source).await;
    }
    assert_all_agree(&place, &source).await;
}
