//! Servers that fail: what was read stays, what was not is named, and no secret shows.

use insta::assert_snapshot;
use openim_history_standin::faults::{Fault, Rule, When};

use crate::run::{Place, server};

#[test]
fn a_server_that_goes_away_in_the_middle_leaves_what_was_read() {
    let server = server();
    let place = Place::new()
        .server(&server)
        .env("OPENIM_API_RETRIES", "0")
        .env("OPENIM_API_PAGE_LEN", "2")
        .env("OPENIM_API_CONCURRENCY", "1");
    server.faults().add(Rule {
        path: Some("/msg/pull_msg_by_seq".into()),
        when: When::Call(3),
        fault: Fault::DropConnection,
    });
    let shown = place.run(&[
        "messages",
        "--conversation",
        "si_alice_bob",
        "--seq",
        "1..9",
    ]);
    let shown = shown.replace(server.url(), "[server]");
    assert_snapshot!(shown, @r"
    exit 3
    --- stdout
    TIME                 SEQ  SENDER  TEXT
    2026-11-24 10:49:33    1  Alice   [Alice 爱丽丝 recalled this message]
    2026-11-24 10:49:33    2  Bob     Hi Alice! 我们明天开会讨论合同
    2026-11-24 10:49:33    3  Alice   [Picture] 640×480
    2026-11-24 10:49:33    4  Alice   [deleted]
    --- stderr
    4 messages of si_alice_bob, seen as alice, from the REST API
    Error: si_alice_bob 5..7 not read
    Caused by:
      1: [server] cannot be reached
      2: error sending request
      3: client error (SendRequest)
      4: connection closed before message completed
    Hint: what was read is good; ask again for the rest with --seq; is the address right, and the server up? `openim-history doctor` looks at each step
    ");
}

#[test]
fn a_wrong_secret_is_told_with_the_remedy_and_never_shown() {
    let server = server();
    let place = Place::new().server(&server).env("OPENIM_SECRET", "hunter2");
    let shown = place
        .run(&["users", "-vv"])
        .replace(server.url(), "[server]");
    assert!(!shown.contains("hunter2"), "{shown}");
    assert_snapshot!(place.run(&["users"]).replace(server.url(), "[server]"), @r"
    exit 1
    --- stderr
    Error: [server] refused the credentials: NoPermissionError: secret invalid
    Hint: is the secret that of the server's share.yml, and the admin id one of its administrators? `openim-history config show` tells where both come from, `openim-history doctor` tries them
    ");
}

#[test]
fn nobody_listening_is_told_with_the_remedy() {
    let place = Place::new()
        .env("OPENIM_API_URL", "http://127.0.0.1:1")
        .env("OPENIM_SECRET", "hunter2")
        .env("OPENIM_API_RETRIES", "0");
    assert_snapshot!(place.run(&["users"]), @r"
    exit 1
    --- stderr
    Error: http://127.0.0.1:1 cannot be reached
    Caused by:
      1: error sending request
      2: client error (Connect)
      3: tcp connect error
      4: Connection refused (os error 111)
    Hint: is the address right, and the server up? `openim-history doctor` looks at each step
    ");
}

#[test]
fn the_secret_may_come_on_standard_input() {
    let server = server();
    let place = Place::new().env("OPENIM_API_URL", server.url());
    let args = [
        "--secret-file",
        "-",
        "groups",
        "--format",
        "jsonl",
        "--limit",
        "1",
        "--quiet",
    ];
    let shown = place.run_with_input(&args, "openIM123\n");
    assert!(
        shown.starts_with("exit 0\n--- stdout\n{\"group_id\":"),
        "{shown}"
    );
    assert_snapshot!(place.run_with_input(&args, "\n"), @r"
    exit 2
    --- stderr
    Error: --secret-file - found no secret on standard input
    Hint: pipe it in: openim-history --secret-file - users < secret-file
    ");
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_was_read_whole() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::Stdio;
    use std::time::Duration;

    let server = server();
    let place = Place::new()
        .server(&server)
        .env("OPENIM_API_PAGE_LEN", "1")
        .env("OPENIM_API_CONCURRENCY", "1");
    server.faults().add(Rule {
        path: Some("/msg/pull_msg_by_seq".into()),
        when: When::Call(4),
        fault: Fault::Latency(Duration::from_secs(60)),
    });
    let mut child = place
        .command()
        .args(["messages", "--conversation", "si_alice_bob", "--seq", "1.."])
        .args(["--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    // Wait until the server sits on the fourth page.
    while server.calls("/msg/pull_msg_by_seq") < 4 {
        assert_eq!(
            child.try_wait().expect("a child"),
            None,
            "it ended too early"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    let pid = child.id().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(sent.expect("kill is there").success());
    let mut stdout = String::new();
    let mut pipe = child.stdout.take().expect("a pipe");
    pipe.read_to_string(&mut stdout).expect("text");
    let stderr = BufReader::new(child.stderr.take().expect("a pipe"));
    let last = stderr.lines().map_while(Result::ok).last();
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let rows: Vec<serde_json::Value> = serde_json::from_str(&stdout).expect("a whole array");
    assert!(!rows.is_empty() && rows.len() <= 3, "{stdout}");
    assert_eq!(last.as_deref(), Some("interrupted"));
}
