//! Asking SQL of an archive as its callers do.

use std::time::Duration;

use arrow_cast::display::{ArrayFormatter, FormatOptions};
use openim_history_archive::search::Directory;
use openim_history_archive::sql::{Finder, Sql, SqlError, SqlOptions, VIEWS};
use openim_history_archive::{Archive, Error};
use openim_history_client::model::{GroupId, UserId};

use crate::places::folder;
use crate::search::stored;

async fn opened(archive: &Archive, options: SqlOptions) -> Sql {
    Sql::open(archive, &options).await.expect("opens")
}

/// The archive that `search` is tested with, its index included.
async fn asked() -> (tempfile::TempDir, Sql) {
    let (folder, place) = folder();
    let (archive, index) = stored(&place).await;
    let users = ["alice", "bob", "carol"].map(|id| (UserId::new(id), id.to_owned()));
    let groups = [(GroupId::new("1"), "项目组".to_owned())];
    let finder = Finder::new(index, Directory::new(users, groups));
    let sql = opened(&archive, SqlOptions::default()).await;
    (folder, sql.with_finder(finder))
}

/// Runs a statement; each row as text.
async fn rows(sql: &Sql, statement: &str) -> Result<Vec<String>, Error> {
    let mut rows = Vec::new();
    for batch in sql.query(statement).await?.collect().await? {
        let options = FormatOptions::default();
        let columns: Vec<_> = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &options).expect("a formatter"))
            .collect();
        for at in 0..batch.num_rows() {
            let cells: Vec<String> = columns.iter().map(|c| c.value(at).to_string()).collect();
            rows.push(cells.join("|"));
        }
    }
    Ok(rows)
}

pub(crate) async fn good(sql: &Sql, statement: &str) -> Vec<String> {
    rows(sql, statement)
        .await
        .unwrap_or_else(|error| panic!("{statement}: {error:?}"))
}

async fn mistake(sql: &Sql, statement: &str) -> SqlError {
    match rows(sql, statement).await {
        Err(Error::Sql(error)) => error,
        other => panic!("{statement}: {other:?}"),
    }
}

#[tokio::test]
async fn every_table_and_view_answers() {
    let (_folder, sql) = asked().await;
    let tables = good(
        &sql,
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
    )
    .await;
    for table in [
        "messages",
        "users",
        "groups",
        "group_members",
        "conversations",
        "read_positions",
        "min_seqs",
        "attachments",
    ] {
        assert!(tables.contains(&table.to_owned()), "{table} in {tables:?}");
    }
    for view in VIEWS {
        assert!(tables.contains(&view.name.to_owned()), "{}", view.name);
    }
    for table in tables {
        good(&sql, &format!("SELECT * FROM {table}")).await;
    }
    assert_eq!(good(&sql, "SELECT count(*) FROM messages").await, ["6"]);
}

#[tokio::test]
async fn the_views_tell_what_was_sent_and_taken_back() {
    let (_folder, sql) = asked().await;
    let history = "SELECT seq, sender_name, group_name, is_revoked FROM history
                   WHERE conversation_id = 'sg_1' ORDER BY seq";
    assert_eq!(
        good(&sql, history).await,
        ["1|alice|1|false", "2|carol|1|false", "3|bob|1|true"]
    );
    let senders = "SELECT send_id, messages, conversations, revoked FROM senders ORDER BY send_id";
    assert_eq!(
        good(&sql, senders).await,
        ["alice|3|2|0", "bob|2|2|1", "carol|1|1|0"]
    );
    let revoked = "SELECT send_id, revoked_by_name, by_another, text FROM revoked";
    assert_eq!(good(&sql, revoked).await, ["bob|bob|false|合同作废"]);
    let holes = "SELECT * FROM holes";
    assert!(good(&sql, holes).await.is_empty());
}

#[tokio::test]
async fn days_begin_at_midnight_of_the_zone() {
    let (_folder, place) = folder();
    let (archive, _) = stored(&place).await;
    // Every message was sent at midnight UTC: in New York that was the evening before.
    for (zone, first) in [
        ("UTC", "2026-11-02|2"),
        ("America/New_York", "2026-11-01|2"),
    ] {
        let options = SqlOptions {
            zone: jiff::tz::TimeZone::get(zone).expect("a zone"),
            ..SqlOptions::default()
        };
        let sql = opened(&archive, options).await;
        let days = good(&sql, "SELECT day, messages FROM daily ORDER BY day").await;
        assert_eq!((days.len(), days[0].as_str()), (3, first), "{zone}");
        let hour = "SELECT DISTINCT date_part('hour', local_time(send_time)) FROM messages";
        let expected = if zone == "UTC" { "0" } else { "19" };
        // Clocks in New York went back on the first of November.
        assert_eq!(good(&sql, hour).await, [expected], "{zone}");
    }
}

#[tokio::test]
async fn match_finds_what_a_search_finds_wherever_it_stands() {
    let (_folder, sql) = asked().await;
    for (condition, expected) in [
        ("match(text, '合同')", "4"),
        ("match(text, '合同 from:alice')", "2"),
        ("match(text, 'in:项目组 -is:revoked')", "2"),
        ("match(text, '没有')", "0"),
        ("NOT match(text, '合同')", "2"),
        ("match(text, '合同') AND send_id = 'bob'", "2"),
        ("match(text, '发票') OR match(text, 'contract')", "3"),
    ] {
        for table in ["messages", "history"] {
            let statement = format!("SELECT count(*) FROM {table} WHERE {condition}");
            assert_eq!(good(&sql, &statement).await, [expected], "{statement}");
        }
    }
    let aliased = "SELECT m.seq FROM messages m JOIN messages o
                   ON o.conversation_id = m.conversation_id AND o.seq = m.seq + 1
                   WHERE match(m.text, '合同') AND match(o.text, '发票') ORDER BY 1";
    assert_eq!(good(&sql, aliased).await, ["1"]);
    let nested = "SELECT count(*) FROM (SELECT * FROM messages WHERE match(text, '合同')) x
                  WHERE match(x.text, '发票')";
    assert_eq!(good(&sql, nested).await, ["1"]);
    let subquery = "SELECT count(*) FROM messages WHERE send_id IN
                    (SELECT send_id FROM messages WHERE match(text, '作废'))";
    assert_eq!(good(&sql, subquery).await, ["2"]);
    let projected =
        "SELECT match(text, '合同') AS hit, count(*) FROM messages GROUP BY 1 ORDER BY 1";
    assert_eq!(good(&sql, projected).await, ["false|2", "true|4"]);
    let explained = good(
        &sql,
        "EXPLAIN SELECT * FROM messages WHERE match(text, '合同')",
    )
    .await;
    assert!(
        explained.join("\n").contains("match(合同)"),
        "{explained:?}"
    );
}

#[tokio::test]
async fn what_match_cannot_do_is_said() {
    let (_folder, sql) = asked().await;
    for (condition, said) in [
        ("match(content, 'x')", "column text"),
        ("match(text, send_id)", "written out"),
        ("match(text, 'from:nobody')", "nobody"),
        ("match(text, '\"open')", "character 1"),
    ] {
        let error = mistake(&sql, &format!("SELECT 1 FROM messages WHERE {condition}")).await;
        assert!(
            matches!(error, SqlError::Match(_)),
            "{condition}: {error:?}"
        );
        assert!(error.to_string().contains(said), "{condition}: {error}");
    }
    let without = "SELECT 1 FROM (SELECT text FROM messages) x WHERE match(text, 'x')";
    assert!(
        mistake(&sql, without)
            .await
            .to_string()
            .contains("conversation_id")
    );
}

#[tokio::test]
async fn nothing_is_written() {
    let (folder, sql) = asked().await;
    let file = folder.path().join("out.csv");
    let copy = format!("COPY messages TO '{}'", file.display());
    for statement in [
        "INSERT INTO messages SELECT * FROM messages",
        "DELETE FROM messages",
        "UPDATE messages SET text = 'x'",
        "CREATE TABLE t AS SELECT 1",
        "CREATE VIEW v AS SELECT 1",
        "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'",
        "DROP TABLE messages",
        "SET datafusion.execution.batch_size = 1",
        &copy,
        // Where it is deeper than the first glance.
        "EXPLAIN ANALYZE INSERT INTO messages SELECT * FROM messages",
    ] {
        let error = mistake(&sql, statement).await;
        assert!(
            matches!(error, SqlError::Writes(_)),
            "{statement}: {error:?}"
        );
    }
    assert!(!file.exists());
    assert_eq!(good(&sql, "SELECT count(*) FROM messages").await, ["6"]);
    // Files are no tables.
    let error = mistake(&sql, "SELECT * FROM '/etc/passwd'").await;
    assert!(matches!(error, SqlError::Meaning(_)), "{error:?}");
}

#[tokio::test]
async fn a_mistake_is_told_in_words_of_the_statement() {
    let (_folder, sql) = asked().await;
    let error = mistake(&sql, "SELECT sender_nam FROM history").await;
    assert!(error.to_string().contains("near: sender_name"), "{error}");
    let error = mistake(&sql, "SELEKT 1").await;
    assert!(matches!(error, SqlError::Syntax(_)), "{error:?}");
    assert!(error.to_string().contains("SELEKT"), "{error}");
    let error = mistake(&sql, "SELECT 1; SELECT 2").await;
    assert!(matches!(error, SqlError::Several), "{error:?}");
    let error = mistake(&sql, "SELECT * FROM nothing").await;
    assert!(error.to_string().contains("nothing"), "{error}");
    let error = mistake(&sql, "SELECT 1 / (seq - seq) FROM messages").await;
    assert!(matches!(error, SqlError::Running(_)), "{error:?}");
}

#[tokio::test]
async fn time_and_memory_have_limits() {
    let (_folder, place) = folder();
    let (archive, _) = stored(&place).await;
    let long = "SELECT count(*) FROM generate_series(1, 1000000000000) a";
    let options = SqlOptions {
        timeout: Some(Duration::from_millis(50)),
        ..SqlOptions::default()
    };
    let error = mistake(&opened(&archive, options).await, long).await;
    assert!(matches!(error, SqlError::Timeout(_)), "{error:?}");
    let options = SqlOptions {
        memory: 1 << 20,
        ..SqlOptions::default()
    };
    let large = "SELECT array_length(array_agg(value)) FROM generate_series(1, 10000000)";
    let error = mistake(&opened(&archive, options).await, large).await;
    assert!(matches!(error, SqlError::Memory(_)), "{error:?}");
}

/// The statements of the guide's blocks.
fn statements(guide: &str) -> Vec<&str> {
    let blocks = guide.split("```sql\n").skip(1);
    let blocks = blocks.filter_map(|rest| rest.split("```").next());
    blocks
        .flat_map(|block| block.split(';'))
        .map(str::trim)
        .filter(|statement| !statement.is_empty())
        .collect()
}

#[tokio::test]
async fn every_statement_of_the_guide_runs_in_both_languages() {
    let (_folder, sql) = asked().await;
    let english = statements(include_str!("../../../../docs/guide/sql.md"));
    let chinese = statements(include_str!("../../../../docs/guide/sql.zh-CN.md"));
    assert!(english.len() > 5);
    assert_eq!(english, chinese);
    for statement in english {
        good(&sql, statement).await;
    }
}
