//! `doctor`: each thing that can be wrong has a check of its own that says what to do.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;

use insta::assert_snapshot;
use openim_history_standin::faults::{Fault, When};
use openim_history_standin::mongod::{Account, Mode, Mongod, MongodOptions};
use openim_history_standin::recorded;
use openim_history_standin::rest::{Dialect, Server, ServerOptions};
use serde_json::Value;

use crate::mongo::{fill, runtime};
use crate::run::{Place, server};

/// The checks of a run, and how it ended.
struct Report {
    code: String,
    checks: Vec<Value>,
}

impl Report {
    fn of(place: &Place) -> Self {
        Self::with(place, &[])
    }

    fn with(place: &Place, args: &[&str]) -> Self {
        let output = place
            .command()
            .args(["doctor", "--json", "--quiet"])
            .args(args)
            .output();
        let output = output.expect("the program runs");
        let (out, err) = (&output.stdout, String::from_utf8_lossy(&output.stderr));
        let checks = serde_json::from_slice(out);
        Self {
            code: format!("exit {}", output.status.code().unwrap_or(-1)),
            checks: checks.unwrap_or_else(|error| {
                let out = String::from_utf8_lossy(out);
                panic!("a JSON array and nothing else: {error}\n{out}\n--- stderr\n{err}")
            }),
        }
    }

    /// Returns outcome, what was found, and the remedy of a check.
    fn told(&self, name: &str) -> String {
        let check = self.checks.iter().find(|check| check["name"] == name);
        let check = check.unwrap_or_else(|| panic!("no {name} in {:#?}", self.checks));
        let text = |key: &str| check[key].as_str().unwrap_or_default();
        format!(
            "{}: {} → {}",
            text("outcome"),
            text("found"),
            text("remedy")
        )
    }

    #[track_caller]
    fn expect(&self, name: &str, outcome: &str, words: &[&str]) {
        let told = self.told(name);
        assert!(told.starts_with(outcome), "{name}: {told}");
        for word in words {
            assert!(told.contains(word), "{word:?} is not in {name}: {told}");
        }
    }

    /// Returns the names of the checks with this outcome.
    fn names(&self, outcome: &str) -> Vec<&str> {
        let of = self
            .checks
            .iter()
            .filter(|check| check["outcome"] == outcome);
        of.filter_map(|check| check["name"].as_str()).collect()
    }
}

fn started(dialect: Dialect) -> Server {
    let history = match dialect {
        Dialect::Release => recorded::release(),
        Dialect::Main => recorded::main(),
    };
    let options = ServerOptions {
        dialect,
        ..ServerOptions::default()
    };
    Server::start(history, options).expect("a free port")
}

fn at(url: &str) -> Place {
    Place::new()
        .env("OPENIM_API_URL", url)
        .env("OPENIM_SECRET", "openIM123")
        .env("OPENIM_API_RETRIES", "0")
}

#[test]
fn a_release_in_good_health_has_nothing_but_good_checks() {
    let server = started(Dialect::Release);
    let report = Report::of(&Place::new().server(&server));
    assert_eq!(report.code, "exit 0");
    assert_eq!(report.names("skipped"), ["mongo"]);
    assert_eq!(report.names("warning"), [""; 0]);
    report.expect("api.secret", "ok", &["environment OPENIM_SECRET"]);
    report.expect("api.admin_id", "ok", &["imAdmin is an administrator"]);
    report.expect("api.dialect", "ok", &["release"]);
    report.expect("api.paths", "ok", &["/msg/get_max_seq"]);
    report.expect("api.conversations", "ok", &["conversations"]);
    report.expect("api.bounds", "ok", &["begin 1, end", "(end - begin + 1)"]);
    report.expect("api.pull", "ok", &["messages"]);
    // The shape is for programs: no remedy where there is nothing to do.
    for check in &report.checks {
        let check = check.as_object().expect("an object");
        let keys: Vec<_> = check.keys().map(String::as_str).collect();
        assert_eq!(keys.len(), if check.contains_key("remedy") { 4 } else { 3 });
        assert!(
            ["name", "outcome", "found"]
                .iter()
                .all(|key| keys.contains(key))
        );
    }
}

#[cfg(unix)]
#[test]
fn a_secret_file_everybody_may_read_is_told_by_doctor_and_not_before_every_answer() {
    use std::os::unix::fs::PermissionsExt as _;

    let server = started(Dialect::Release);
    let place = Place::new()
        .env("OPENIM_API_URL", server.url())
        .env("OPENIM_SECRET_FILE", "secret");
    place.file("secret", "openIM123\n");
    let path = place.path().join("secret");
    let allow = |mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&path, permissions).expect("it is ours");
    };
    allow(0o644);
    let report = Report::of(&place);
    assert_eq!(report.code, "exit 0");
    let warned: Vec<_> = report
        .checks
        .iter()
        .filter(|check| check["outcome"] == "warning")
        .collect();
    let [warning] = warned[..] else {
        panic!("{warned:#?}")
    };
    let found = warning["found"].as_str().unwrap_or_default();
    assert!(
        found.contains("secret holds a secret and everybody"),
        "{found}"
    );
    let answer = place.run(&["users"]);
    assert!(
        answer.starts_with("exit 0") && !answer.contains("Warning"),
        "{answer}"
    );

    allow(0o600);
    assert_eq!(Report::of(&place).names("warning"), [""; 0]);
}

#[test]
fn on_main_a_shared_administrator_is_warned_about() {
    let server = started(Dialect::Main);
    let report = Report::of(&Place::new().server(&server));
    assert_eq!(report.code, "exit 0");
    report.expect("api.dialect", "warning", &["main line", "OPENIM_ADMIN_ID"]);
    report.expect("api.pull", "ok", &[]);
}

#[test]
fn a_user_is_named_by_id_or_by_a_name_only_one_has() {
    let server = started(Dialect::Release);
    let place = at(server.url());
    let of = |user| Report::with(&place, &["--user", user]);
    for user in ["alice", "Alice"] {
        let report = of(user);
        assert_eq!(report.code, "exit 0");
        report.expect("api.conversations", "ok", &["alice has"]);
        report.expect("api.bounds", "ok", &["alice may see"]);
        report.expect("api.pull", "ok", &["messages"]);
    }

    let nobody = of("nobody");
    assert_eq!(nobody.code, "exit 1");
    nobody.expect(
        "api.conversations",
        "failed",
        &["no such user: \"nobody\"", "users --name"],
    );
    nobody.expect("api.bounds", "skipped", &[]);
    nobody.expect("api.pull", "skipped", &[]);

    // Of many it must be said which.
    let many = of("a");
    assert_eq!(many.code, "exit 1");
    many.expect(
        "api.conversations",
        "failed",
        &["alice (Alice 爱丽丝)", "by id"],
    );

    // It exists and takes part in nothing.
    let admin = of("imAdmin");
    assert_eq!(admin.code, "exit 0");
    admin.expect(
        "api.conversations",
        "warning",
        &["imAdmin has no conversations", "doctor --user"],
    );
    admin.expect("api.bounds", "skipped", &[]);
}

#[test]
fn a_user_whose_bounds_are_empty_is_told_that_any_range_is_outside() {
    let server = started(Dialect::Release);
    server.change(|history| {
        let rows = [
            (
                "user",
                r#"{"user_id":"zoe","nickname":"Zoe","app_manger_level":0}"#,
            ),
            (
                "conversation",
                r#"{"owner_user_id":"zoe","conversation_id":"si_alice_zoe","conversation_type":1,"user_id":"alice"}"#,
            ),
        ];
        for (collection, row) in rows {
            history.load(collection, row).expect("a row");
        }
    });
    let report = Report::with(&at(server.url()), &["--user", "zoe"]);
    assert_eq!(report.code, "exit 0");
    report.expect("api.conversations", "ok", &["zoe has 1 conversation"]);
    report.expect(
        "api.bounds",
        "warning",
        &["may see no number", "out of bounds", "without an error"],
    );
    report.expect("api.pull", "skipped", &[]);
}

#[test]
fn how_long_the_server_keeps_messages_is_told_from_its_own_configuration() {
    let server = started(Dialect::Release);
    let place = at(server.url()).env("OPENIM_CONFIG", "config");
    let folder = place.path().join("config");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(folder.join("share.yml"), "secret: openIM123\n").expect("written");
    let keeps = |days: &str| {
        let text = format!("cronExecuteTime: 0 2 * * *\nretainChatRecords: {days}\n");
        std::fs::write(folder.join("openim-crontask.yml"), text).expect("written");
        Report::of(&place)
    };
    let year = keeps("365");
    assert_eq!(year.code, "exit 0");
    year.expect(
        "retention",
        "warning",
        &["after 365 days", "openim-crontask.yml:2", "before that"],
    );
    for ever in ["0", "-1"] {
        keeps(ever).expect("retention", "ok", &["for ever", "openim-crontask.yml:2"]);
    }
    // Where the server's configuration is not at hand, nothing is said of it.
    let without = Report::of(&at(server.url()));
    assert!(
        !without
            .checks
            .iter()
            .any(|check| check["name"] == "retention")
    );
}

#[test]
fn what_is_known_is_shown_while_the_next_check_still_waits() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let mut child = at(&url)
        .command()
        .arg("doctor")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut line = || lines.next().map(|line| line.expect("text"));
    for name in ["config", "api.tls"] {
        let shown = line().expect("a line");
        assert!(shown.starts_with(&format!("ok      {name} ")), "{shown}");
    }
    // Only now does the server answer: who shows all at the end has given up on it before. Ends
    // with the test's process.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            not_found(stream.expect("a caller"));
        }
    });
    let shown = line().expect("a line");
    assert!(
        shown.starts_with("failed  api.reachable") && shown.contains("does not exist"),
        "{shown}"
    );
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
}

/// Takes a whole request and answers that there is nothing of that name.
fn not_found(mut stream: TcpStream) {
    let mut request = BufReader::new(stream.try_clone().expect("a stream"));
    let (mut line, mut length) = (String::new(), 0);
    while request.read_line(&mut line).is_ok_and(|read| read > 2) {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a number");
        }
        line.clear();
    }
    let _ = request.read_exact(&mut vec![0; length]);
    let head = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close";
    let _ = write!(stream, "{head}\r\n\r\n");
}

#[test]
fn people_get_a_line_for_each_check_and_the_sum_on_stderr() {
    let server = started(Dialect::Release);
    let shown = Place::new()
        .server(&server)
        .env("OPENIM_ADMIN_ID", "nobody");
    let shown = shown.run(&["doctor"]).replace(server.url(), "[server]");
    assert_snapshot!(shown, @r"
    exit 1
    --- stdout
    ok      config             no file read, only flags and environment variables
    ok      api.tls            no TLS, but the API is on this machine
    ok      api.reachable      [server] answers
    skipped api.secret         not reached
    failed  api.admin_id       [server] refused the credentials: ArgsError: userID is error., userID=nobody, adminUserID=[imAdmin]
                               → set api.admin_id (OPENIM_ADMIN_ID) to one of the ids the server lists
    skipped api.token          not reached
    skipped api.clock          no token
    skipped api.dialect        no token
    skipped api.paths          no token
    skipped api.conversations  no token
    skipped api.bounds         no token
    skipped api.pull           no token
    skipped mongo              MongoDB is not configured (OPENIM_MONGO_URI)
    --- stderr
    3 ok, 0 with a warning, 1 failed
    ");
}

#[test]
fn the_sum_stands_behind_the_checks_where_both_go_to_one_place() {
    let place = at("http://127.0.0.1:1");
    let (mut both, stream) = std::io::pipe().expect("a pipe");
    let mut command = place.command();
    command
        .arg("doctor")
        .stdout(stream.try_clone().expect("the pipe again"))
        .stderr(stream);
    let mut child = command.spawn().expect("the program runs");
    // The command holds the pipe's writing ends, and the end of input only comes without them.
    drop(command);
    let mut shown = String::new();
    both.read_to_string(&mut shown).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
    assert!(
        shown.ends_with("\n2 ok, 0 with a warning, 1 failed\n"),
        "{shown}"
    );
}

#[test]
fn a_wrong_secret_says_where_it_came_from() {
    let server = started(Dialect::Release);
    let place = Place::new().server(&server).env("OPENIM_SECRET", "hunter2");
    let report = Report::of(&place);
    assert_eq!(report.code, "exit 1");
    report.expect("api.reachable", "ok", &[]);
    report.expect(
        "api.secret",
        "failed",
        &["environment OPENIM_SECRET", "share.yml"],
    );
    report.expect("api.token", "skipped", &[]);
    assert!(!report.told("api.secret").contains("hunter2"));
}

#[test]
fn a_wrong_admin_id_lists_the_right_ones() {
    for dialect in [Dialect::Release, Dialect::Main] {
        let server = started(dialect);
        let report = Report::of(&at(server.url()).env("OPENIM_ADMIN_ID", "nobody"));
        assert_eq!(report.code, "exit 1");
        report.expect("api.admin_id", "failed", &["imAdmin", "OPENIM_ADMIN_ID"]);
    }
}

#[test]
fn a_token_that_is_not_accepted_is_not_a_wrong_secret() {
    let server = started(Dialect::Release);
    let fault = Fault::Code {
        code: 1505,
        message: "TokenUnknownError".into(),
    };
    server.faults().everywhere(When::Always, fault);
    let report = Report::of(&at(server.url()));
    assert_eq!(report.code, "exit 1");
    report.expect("api.token", "failed", &["different secrets"]);
    report.expect("api.reachable", "ok", &[]);
}

#[test]
fn a_token_lost_between_runs_is_replaced() {
    let server = started(Dialect::Release);
    let place = at(server.url());
    assert_eq!(Report::of(&place).code, "exit 0");
    server.forget_tokens();
    assert_eq!(Report::of(&place).code, "exit 0");
}

#[test]
fn nobody_listening_asks_about_address_and_network() {
    let report = Report::of(&at("http://127.0.0.1:1"));
    assert_eq!(report.code, "exit 1");
    report.expect(
        "api.reachable",
        "failed",
        &["refused", "is the address right"],
    );
    report.expect("api.pull", "skipped", &["no token"]);
}

#[test]
fn a_wrong_prefix_is_told_from_a_wrong_token() {
    let server = started(Dialect::Release);
    let words = ["prefix", "the token is not the trouble"];
    // OpenIM itself asks for a token at every path it does not know; a gateway answers 404.
    let report = Report::of(&at(&format!("{}/nowhere", server.url())));
    assert_eq!(report.code, "exit 1");
    report.expect("api.reachable", "failed", &words);
    server.faults().everywhere(When::Always, Fault::Http(404));
    let report = Report::of(&at(server.url()));
    assert_eq!(report.code, "exit 1");
    report.expect("api.reachable", "failed", &words);
}

#[test]
fn a_website_at_the_address_is_noticed() {
    const PAGE: &str = "<!doctype html><title>Welcome</title>";
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    // Ends with the test's process.
    std::thread::spawn(move || {
        for stream in listener.incoming().take(20) {
            let mut stream = stream.expect("a caller");
            let _ = stream.read(&mut [0; 4096]);
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close";
            let _ = write!(
                stream,
                "{head}\r\ncontent-length: {}\r\n\r\n{PAGE}",
                PAGE.len()
            );
        }
    });
    let report = Report::of(&at(&url));
    assert_eq!(report.code, "exit 1");
    report.expect("api.reachable", "failed", &["something other than OpenIM"]);
}

#[test]
fn tls_to_a_plain_port_is_a_failure_to_reach_it() {
    let server = started(Dialect::Release);
    let report = Report::of(&at(&server.url().replace("http://", "https://")));
    assert_eq!(report.code, "exit 1");
    report.expect("api.tls", "ok", &[]);
    report.expect("api.reachable", "failed", &["is the address right"]);
}

#[test]
fn a_clock_that_is_off_is_warned_about() {
    let report = Report::of(&at(server().url()));
    // The stand-in of the other tests stands still at a fixed time.
    report.expect("api.clock", "warning", &["the server's clock is", "NTP"]);
    assert_eq!(report.code, "exit 0");
}

#[test]
fn nothing_but_placeholders_is_warned_about() {
    let server = started(Dialect::Release);
    server.change(|history| {
        let spoiled: Vec<_> = (1..=100).collect();
        history
            .redis
            .spoiled
            .insert("si_alice_bob".into(), spoiled.iter().copied().collect());
        history
            .redis
            .spoiled
            .insert("sg_grp3".into(), spoiled.iter().copied().collect());
    });
    let report = Report::of(&at(server.url()));
    assert_eq!(report.code, "exit 0");
    report.expect("api.pull", "warning", &["only placeholders", "24 hours"]);
}

#[test]
fn a_single_mongod_cannot_be_followed_and_must_be_the_servers() {
    let runtime = runtime();
    let mongod = runtime
        .block_on(Mongod::start(Mode::Standalone))
        .expect("a mongod");
    let place = Place::new().env("OPENIM_MONGO_URI", &mongod.uri());
    let report = Report::of(&place);
    assert_eq!(report.code, "exit 0");
    assert!(report.names("skipped").contains(&"api"));
    report.expect("mongo.history", "warning", &["mongo.database"]);
    report.expect(
        "mongo.changes",
        "warning",
        &["a single server", "--replSet"],
    );
    report.expect("mongo.rights", "warning", &["anybody may change"]);
    report.expect("mongo.tls", "ok", &["on this machine"]);

    runtime.block_on(fill(&mongod, None, &recorded::release()));
    let server = started(Dialect::Release);
    let over_mongo = Report::with(&place, &["--user", "nobody"]);
    assert_eq!(over_mongo.code, "exit 1");
    over_mongo.expect("mongo.conversations", "failed", &["no such user"]);
    let over_mongo = Report::with(&place, &["--user", "Alice"]);
    assert_eq!(over_mongo.code, "exit 0");
    over_mongo.expect("mongo.conversations", "ok", &["alice has"]);

    let place = place.server(&server);
    let report = Report::of(&place);
    assert_eq!(report.code, "exit 0");
    report.expect("mongo.history", "ok", &["blocks"]);
    report.expect("both.agree", "ok", &["over the API"]);

    // Somebody pulled too early: the server remembers nothing where MongoDB has the message.
    server.change(|history| {
        let last = [10].into_iter().collect();
        history.redis.spoiled.insert("sg_grp3".into(), last);
    });
    Report::of(&place).expect("both.agree", "warning", &["sg_grp3 10", "--via mongo"]);

    let other = Report::of(&place.env("OPENIM_MONGO_DATABASE", "another"));
    assert_eq!(other.code, "exit 1");
    other.expect(
        "both.agree",
        "failed",
        &["not in this database", "different servers"],
    );
}

#[test]
fn accounts_of_a_replica_set_are_told_apart() {
    let runtime = runtime();
    let options = MongodOptions::new(Mode::ReplicaSet).auth();
    let mongod = runtime.block_on(options.start()).expect("a mongod");
    runtime.block_on(fill(&mongod, Some(Account::ROOT), &recorded::release()));
    let report_of = |account: Account| {
        Report::of(&Place::new().env("OPENIM_MONGO_URI", &mongod.uri_as(account)))
    };

    let reader = report_of(Account::READER);
    assert_eq!(reader.code, "exit 0");
    reader.expect("mongo.rights", "ok", &["read and not write"]);
    reader.expect("mongo.changes", "ok", &["rs0", "followed live"]);
    reader.expect("mongo.oplog", "skipped", &["local"]);
    reader.expect("mongo.history", "ok", &["blocks"]);

    let writer = report_of(Account::OPENIM);
    assert_eq!(writer.code, "exit 0");
    writer.expect("mongo.rights", "warning", &["could change the history"]);

    let root = report_of(Account::ROOT);
    root.expect("mongo.oplog", "", &["hours back"]);

    let wrong = report_of(Account {
        password: "hunter2",
        ..Account::READER
    });
    assert_eq!(wrong.code, "exit 1");
    wrong.expect("mongo.credentials", "failed", &["authSource"]);
    assert!(!wrong.told("mongo.credentials").contains("hunter2"));

    let stranger = report_of(Account::STRANGER);
    assert_eq!(stranger.code, "exit 1");
    let failed = stranger.names("failed");
    assert!(
        !failed.is_empty()
            && failed
                .iter()
                .all(|name| stranger.told(name).contains("grant"))
    );
}

#[test]
fn a_mongod_that_is_not_there_asks_about_port_and_network() {
    let place = Place::new()
        .env(
            "OPENIM_MONGO_URI",
            "mongodb://127.0.0.1:1/?directConnection=true",
        )
        .env("OPENIM_MONGO_SERVER_SELECTION_TIMEOUT", "500ms");
    let report = Report::of(&place);
    assert_eq!(report.code, "exit 1");
    report.expect(
        "mongo.reachable",
        "failed",
        &["37017", "directConnection=true"],
    );
}
