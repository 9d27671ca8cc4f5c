//! `sql`: an archive of the recorded history, asked without its server.

use std::process::{Command, Stdio};

use openim_history_standin::mongod::Mode;

use crate::archive::{json, recorded_mongod};
use crate::run::Place;

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
    let time = "SELECT to_timestamp_millis(0)::timestamptz AS t";
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
                  duckdb.sql(\"SELECT count(*) FROM 'history.parquet'\").fetchone()[0])";
    let read = Command::new(python)
        .args(["-c", script])
        .current_dir(place.path())
        .stdin(Stdio::null())
        .output()
        .expect("Python runs");
    let read = String::from_utf8_lossy(&read.stdout).into_owned();
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
    assert_eq!(read, format!("{count} {count}\n"));
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

/// The prompt needs a terminal: Python's pty is one.
#[test]
fn a_prompt_asks_again_after_a_mistake_and_remembers() {
    let place = archived();
    let script = r#"
import os, pty, re, select, sys, time
program, *args = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    os.execv(program, [program, *args])
seen = ''
def until(text):
    global seen
    limit = time.time() + 60
    while text not in seen:
        if time.time() > limit:
            sys.exit('never saw ' + text + ' in ' + repr(seen))
        if select.select([terminal], [], [], 1)[0]:
            seen += os.read(terminal, 65536).decode('utf8', 'replace')
    seen = seen[seen.index(text) + len(text):]
def type(text):
    os.write(terminal, text.encode())
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
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
"#;
    let python = std::env::var("OPENIM_HISTORY_PYTHON").expect("scripts/test sets it");
    let output = Command::new(python)
        .args(["-c", script, env!("CARGO_BIN_EXE_openim-history"), "sql"])
        .env("HOME", place.path())
        .env("TERM", "xterm")
        .env("LANG", "C.UTF-8")
        .env_remove("XDG_STATE_HOME")
        .current_dir(place.path())
        .stdin(Stdio::null())
        .output()
        .expect("Python runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let history = place.path().join(".local/state/openim-history/sql-history");
    let history = std::fs::read_to_string(history).expect("it remembers");
    assert!(history.contains("22 AS answer"), "{history}");
}
