//! The launcher, on real servers.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bson::{Document, doc};
use futures::StreamExt as _;
use mongodb::Client;
use mongodb::error::ErrorKind;
use openim_history_standin::mongod::{Account, Mode, Mongod, MongodOptions};

/// Whether somebody listens at the port.
fn answers(port: u16) -> bool {
    std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
}

fn code(error: &mongodb::error::Error) -> Option<i32> {
    match error.kind.as_ref() {
        ErrorKind::Command(error) => Some(error.code),
        _ => None,
    }
}

#[tokio::test]
async fn a_standalone_server_answers_and_is_gone_after_drop() {
    let mongod = Mongod::start(Mode::Standalone).await.expect("starts");
    let client = mongod.client().await.expect("connects");
    let hello = client
        .database("admin")
        .run_command(doc! { "hello": 1 })
        .await
        .expect("answers");
    assert!(!hello.contains_key("setName"), "{hello}");
    let options = client
        .database("admin")
        .run_command(doc! { "getCmdLineOpts": 1 })
        .await
        .expect("answers");
    let storage = options
        .get_document("parsed")
        .and_then(|parsed| parsed.get_document("storage"))
        .expect("mongod knows where its data are");
    let folder = storage.get_str("dbPath").expect("a path").to_owned();
    assert!(std::path::Path::new(&folder).exists());

    let port = mongod.port();
    drop(mongod);
    assert!(!answers(port));
    assert!(!std::path::Path::new(&folder).exists());
}

#[tokio::test]
async fn a_replica_set_sends_change_events() {
    let mongod = Mongod::start(Mode::ReplicaSet).await.expect("starts");
    let client = mongod.client().await.expect("connects");
    let collection = client.database("openim_v3").collection::<Document>("msg");
    let mut changes = collection.watch().await.expect("can be watched");
    collection
        .insert_one(doc! { "doc_id": "si_a_b:0" })
        .await
        .expect("inserts");
    let event = tokio::time::timeout(Duration::from_secs(30), changes.next())
        .await
        .expect("an event comes")
        .expect("the stream is open")
        .expect("the event can be read");
    let inserted = event.full_document.expect("an insert carries its document");
    assert_eq!(inserted.get_str("doc_id").ok(), Some("si_a_b:0"));
}

#[tokio::test]
async fn accounts_may_do_what_their_names_say() {
    for mode in [Mode::Standalone, Mode::ReplicaSet] {
        let mongod = MongodOptions::new(mode)
            .auth()
            .start()
            .await
            .expect("starts");
        let collection =
            |client: &Client| client.database("openim_v3").collection::<Document>("msg");
        let document = doc! { "doc_id": "si_a_b:0" };

        let server = mongod.client_as(Account::OPENIM).await.expect("connects");
        collection(&server)
            .insert_one(&document)
            .await
            .expect("the server's own account writes");

        let reader = mongod.client_as(Account::READER).await.expect("connects");
        let found = collection(&reader).find_one(doc! {}).await;
        assert!(found.expect("a reader reads").is_some());
        let refused = collection(&reader).insert_one(&document).await;
        assert_eq!(code(&refused.expect_err("a reader writes")), Some(13));

        let stranger = mongod.client_as(Account::STRANGER).await.expect("connects");
        let refused = collection(&stranger).find_one(doc! {}).await;
        assert_eq!(code(&refused.expect_err("a stranger reads")), Some(13));

        let wrong = Account {
            password: "wrong",
            ..Account::READER
        };
        let client = mongod.client_as(wrong).await.expect("connects lazily");
        let refused = collection(&client).find_one(doc! {}).await;
        let refused = refused.expect_err("a wrong password is accepted");
        assert!(
            matches!(*refused.kind, ErrorKind::Authentication { .. }),
            "{refused}"
        );
    }
}

/// This test runs itself once more, as the process that starts a server and is then killed.
#[tokio::test]
async fn a_server_ends_with_the_process_that_started_it() {
    const CHILD: &str = "STANDIN_TEST_CHILD";
    if std::env::var_os(CHILD).is_some() {
        let mongod = Mongod::start(Mode::Standalone).await.expect("starts");
        // Past the test harness, which keeps what is printed.
        writeln!(std::io::stdout(), "\nport {}", mongod.port()).expect("the parent listens");
        return std::future::pending::<()>().await;
    }
    let mut child = Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", "--nocapture"])
        .arg("mongod::a_server_ends_with_the_process_that_started_it")
        .env(CHILD, "1")
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let output = BufReader::new(child.stdout.take().expect("piped"));
    let port: u16 = output
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("port ")?.parse().ok())
        .expect("the child says its port");
    assert!(answers(port));

    child.kill().expect("can be killed");
    child.wait().expect("ends");
    let deadline = Instant::now() + Duration::from_secs(30);
    while answers(port) {
        assert!(Instant::now() < deadline, "mongod survived its process");
        std::thread::sleep(Duration::from_millis(20));
    }
}
