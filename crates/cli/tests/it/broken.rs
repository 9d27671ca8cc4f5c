//! Servers that fail: what was read stays, what was not is named, and no secret shows.

use bson::doc;
use insta::assert_snapshot;
use openim_history_standin::faults::{Fault, Rule, When};
use openim_history_standin::recorded;
use openim_history_standin::rest::Server;

use crate::run::{Place, server, server_of};

/// Lets the server go away in the middle of its answer to such a call of a path.
fn break_at(server: &Server, path: &str, call: u64) {
    server.faults().add(Rule {
        path: Some(path.into()),
        when: When::Call(call),
        fault: Fault::DropConnection,
    });
}

/// Returns a place of a program that asks for pages one after the other, and for each once.
fn one_page_at_once(server: &Server, page_len: &str) -> Place {
    Place::new()
        .server(server)
        .env("OPENIM_API_RETRIES", "0")
        .env("OPENIM_API_PAGE_LEN", page_len)
        .env("OPENIM_API_CONCURRENCY", "1")
}

#[test]
fn a_server_that_goes_away_in_the_middle_leaves_what_was_read() {
    let server = server();
    let place = one_page_at_once(&server, "2");
    break_at(&server, "/msg/pull_msg_by_seq", 3);
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
fn the_newest_of_a_user_that_were_found_stay_and_what_was_not_looked_at_is_named() {
    let server = server();
    let place = one_page_at_once(&server, "20");
    break_at(&server, "/msg/pull_msg_by_seq", 3);
    let shown = place.run(&["messages", "--user", "alice"]);
    assert_snapshot!(shown.replace(server.url(), "[server]"), @r"
    exit 3
    --- stdout
    TIME                 CONVERSATION   SEQ  SENDER   TEXT
    2026-11-24 10:52:48  si_alice_dave    1  alice    flush0-1795517568695336672
    2026-11-24 10:52:49  si_alice_dave    2  alice    flush1-1795517569076063661
    2026-11-24 10:52:49  si_alice_dave    3  alice    flush2-1795517569489954836
    2026-11-24 10:52:49  si_alice_dave    4  alice    flush3-1795517569820292234
    2026-11-24 10:52:50  si_alice_dave    5  alice    flush4-1795517570135260689
    2026-11-24 10:59:06  sg_grp3          1  imAdmin  imAdmin created the group 三组 with Alice 爱丽丝, gap1 and gap2
    2026-11-24 10:59:06  sg_grp3          2  alice    g 0
    2026-11-24 10:59:06  sg_grp3          3  alice    g 1
    2026-11-24 10:59:06  sg_grp3          4  alice    g 2
    2026-11-24 10:59:08  sg_grp3          5  imAdmin  imAdmin removed gap2 from the group 三组
    2026-11-24 10:59:10  sg_grp3          6  alice    after kick 0
    2026-11-24 10:59:11  sg_grp3          7  alice    after kick 1
    2026-11-24 10:59:11  sg_grp3          8  alice    after kick 2
    2026-11-24 10:59:13  sg_grp3          9  imAdmin  imAdmin invited gap2 to the group 三组
    2026-11-24 10:59:15  sg_grp3         10  alice    after reinvite
    --- stderr
    15 messages of 6 conversations of alice, seen as alice, from the REST API
    what was not read may hold messages that belong among these
    Error: sg_grp1 1..6, si_alice_bob 1..7, si_alice_tim 1..1, 1 more conversations not read
    Not read: si_alice_tom 1
    Caused by:
      1: [server] cannot be reached
      2: error sending request
      3: client error (SendRequest)
      4: connection closed before message completed
    Hint: what was read is good; ask again for the rest with --seq; is the address right, and the server up? `openim-history doctor` looks at each step
    ");
}

#[test]
fn a_list_that_breaks_off_says_how_far_it_came_and_how_to_go_on() {
    let mut history = recorded::release();
    for at in 0..600 {
        let user = doc! {
            "user_id": format!("extra{at}"), "nickname": format!("Extra {at}"), "face_url": "",
            "ex": "", "app_manger_level": 0, "global_recv_msg_opt": 0,
            "create_time": bson::DateTime::from_millis(1_795_517_358_758),
        };
        history.insert("user", user).expect("well-formed");
    }
    let server = server_of(history);
    let place = Place::new().server(&server).env("OPENIM_API_RETRIES", "0");
    break_at(&server, "/user/get_users", 2);
    let shown = place.run(&["users", "--all", "--format", "jsonl"]);
    let shown = shown.replace(server.url(), "[server]");
    let (rows, said): (Vec<_>, Vec<_>) = shown.lines().partition(|line| line.starts_with('{'));
    assert_eq!(rows.len(), 500);
    assert_snapshot!(said.join("\n"), @r"
    exit 3
    --- stdout
    --- stderr
    500 of 652 users, from the REST API
    Error: 500 of 652 users read
    Caused by:
      1: [server] cannot be reached
      2: error sending request
      3: client error (SendRequest)
      4: connection closed before message completed
    Hint: what was read is good; --limit 500 --page 2 goes on; is the address right, and the server up? `openim-history doctor` looks at each step
    ");
    // What it says shows the very rest.
    let shown = place.run(&[
        "users", "--limit", "500", "--page", "2", "--format", "jsonl",
    ]);
    let rest = shown.lines().filter(|line| line.starts_with('{'));
    assert_eq!(rest.count(), 152);
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
