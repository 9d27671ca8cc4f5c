//! `sql`: an archive of the recorded history, asked without its server.

use std::process::{Command, Stdio};

use openim_history_standin::mongod::Mode;

use crate::archive::{json, recorded_mongod};
use crate::run::Place;
use crate::terminal::on_a_terminal;

/// A folder with an archive of the recorded history; the server is gone.
fn archived() -> Place {
    let (_mongod, place) = recorded_mongod(Mode::Standalone);
    assert!(place.run(&["sync", "--quiet"]).starts_with("exit 0"));
    place
}

#[test]
fn a_statement_answers_in_every_form() {
    let place = archived();
    let statement = "SELECT sender_name, count(*) AS messages FROM history
                     WHERE match(text, '群消息') GROUP BY sender_name ORDER BY 2 DESC";
    let shown = place.run(&["sql", statement]);
    assert!(shown.starts_with("exit 0"), "{shown}");
    let mut lines = shown.lines().skip(2);
    assert_eq!(lines.next(), Some("sender_name  messages"), "{shown}");
    assert!(shown.contains("3\n"), "{shown}");
    let (found, code) = json(&place, &["sql", statement, "--format", "json"]);
    assert_eq!(
        (code, &found[0]["messages"]),
        (Some(0), &3.into()),
        "{found}"
    );
    let jsonl = place.run_with_input(
        &["sql", "--format", "jsonl", "--quiet"],
        "SELECT 1 AS one, NULL AS n",
    );
    assert_eq!(jsonl, "exit 0\n--- stdout\n{\"one\":1,\"n\":null}\n");
    place.file("ask.sql", "SELECT '=1+1' AS t, -1 AS n, [1,2] AS l");
    let csv = place.run(&["sql", "--file", "ask.sql", "--format", "csv", "--quiet"]);
    assert_eq!(csv, "exit 0\n--- stdout\nt,n,l\n'=1+1,-1,\"[1,2]\"\n");
    // Times are those of the zone for people, and exact for programs.
    let time = "SELECT arrow_cast(0, 'Timestamp(Millisecond, Some(\"UTC\"))') AS t";
    let shown = place.run(&["sql", time, "--tz", "Asia/Shanghai", "--quiet"]);
    assert!(shown.contains("1970-01-01 08:00:00"), "{shown}");
    let (found, _) = json(
        &place,
        &["sql", time, "--format", "json", "--tz", "Asia/Shanghai"],
    );
    assert_eq!(found[0]["t"], "1970-01-01T00:00:00.000Z");
}

#[test]
fn a_parquet_file_is_read_by_others_and_never_overwrites() {
    let place = archived();
    let args = [
        "sql",
        "SELECT * FROM history",
        "--format",
        "parquet",
        "--to",
        "history.parquet",
    ];
    let shown = place.run(&args);
    assert!(shown.starts_with("exit 0"), "{shown}");
    let python = std::env::var("OPENIM_HISTORY_PYTHON").expect("scripts/test sets it");
    let script = "import duckdb, pyarrow.parquet as p\n\
                  print(p.read_table('history.parquet').num_rows, \
                  duckdb.sql(\"SELECT count(*) FROM 'history.parquet'\").fetchall()[0][0])";
    let read = Command::new(python)
        .args(["-c", script])
        .current_dir(place.path())
        .stdin(Stdio::null())
        .output()
        .expect("Python runs");
    let trouble = String::from_utf8_lossy(&read.stderr);
    let read = String::from_utf8_lossy(&read.stdout);
    let (count, _) = json(
        &place,
        &[
            "sql",
            "SELECT count(*) AS n FROM history",
            "--format",
            "json",
        ],
    );
    let count = &count[0]["n"];
    assert_eq!(read, format!("{count} {count}\n"), "{trouble}");
    let again = place.run(&args);
    assert!(
        again.starts_with("exit 2") && again.contains("is there already"),
        "{again}"
    );
    let nowhere = place.run(&["sql", "SELECT 1", "--format", "parquet"]);
    assert!(
        nowhere.starts_with("exit 2") && nowhere.contains("--to"),
        "{nowhere}"
    );
    let broken = place.run(&[
        "sql",
        "SELECT 1 / (seq - seq) FROM messages",
        "--format",
        "csv",
        "--to",
        "x.csv",
    ]);
    assert!(broken.starts_with("exit 1"), "{broken}");
    assert!(!place.path().join("x.csv").exists());
}

#[cfg(unix)]
#[test]
fn a_link_in_the_way_of_an_answer_is_left_alone() {
    let place = archived();
    let link = place.path().join("answer.csv");
    std::os::unix::fs::symlink("nowhere", &link).expect("links");
    let shown = place.run(&["sql", "SELECT 1", "--format", "csv", "--to", "answer.csv"]);
    assert!(
        shown.starts_with("exit 2") && shown.contains("is there already"),
        "{shown}"
    );
    assert!(link.symlink_metadata().is_ok(), "the link is still there");
}

#[test]
fn mistakes_are_told_and_nothing_is_written() {
    let place = archived();
    for (statement, said) in [
        ("SELEKT 1", "SELEKT"),
        ("SELECT sender_nam FROM history", "near: sender_name"),
        ("DROP TABLE messages", "only statements that read"),
        ("SELECT 1; SELECT 2", "one statement at a time"),
        (
            "SELECT 1 FROM messages WHERE match(text, 'from:alicee')",
            "alice",
        ),
        ("  ", "there is no statement"),
    ] {
        let shown = place.run(&["sql", statement]);
        assert!(
            shown.starts_with("exit 2") && shown.contains(said),
            "{statement}: {shown}"
        );
    }
    let shown = place.run(&[
        "sql",
        "SELECT count(*) FROM generate_series(1, 1000000000000)",
        "--timeout",
        "0.1s",
    ]);
    assert!(
        shown.starts_with("exit 1") && shown.contains("was stopped after 100ms"),
        "{shown}"
    );
    let shown = place.run(&["sql", "--tables"]);
    for table in ["messages", "history", "holes", "read_positions"] {
        assert!(shown.contains(table), "{shown}");
    }
}

#[test]
fn a_prompt_asks_again_after_a_mistake_and_remembers() {
    let place = archived();
    let script = r"
until('sql>')
type('SELEKT;\r')
until('Error:')
until('sql>')
type('SELECT 20 +\r')
type('22 AS answer;\r')
until('42')
until('sql>')
type('SELECT count(*) FROM hist\t WHERE false;\r')
until('history')
until('1 row')
until('sql>')
type('SELECT count(*) FROM generate_series(1, 1000000000000);\r')
time.sleep(0.5)
type('\x03')
until('stopped')
until('sql>')
type('\\q\r')
end()
";
    let output = on_a_terminal(&place, &["sql"], script);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let history = place.path().join(".local/state/openim-history/sql-history");
    let history = std::fs::read_to_string(history).expect("it remembers");
    assert!(history.contains("22 AS answer"), "{history}");
}

#[test]
fn one_file_is_not_offered_to_many_statements() {
    let place = archived();
    let script = r"
until('takes the answer of one statement')
end()
";
    let output = on_a_terminal(
        &place,
        &["sql", "--format", "csv", "--to", "answer.csv"],
        script,
    );
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(!place.path().join("answer.csv").exists());
}
