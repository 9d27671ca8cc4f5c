//! A real mongod for the tests, one of each kind for the whole run.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use bson::doc;
use mongodb::Client;
use tokio::sync::OnceCell;

static SINGLE: OnceCell<String> = OnceCell::const_new();
static REPLICA: OnceCell<String> = OnceCell::const_new();
static RUNNING: Mutex<Vec<Child>> = Mutex::new(Vec::new());

/// Returns the connection string of a single server.
pub(crate) async fn single() -> &'static str {
    SINGLE.get_or_init(|| start(false)).await
}

/// Returns the connection string of a replica set of one.
pub(crate) async fn replica() -> &'static str {
    REPLICA.get_or_init(|| start(true)).await
}

async fn start(replica: bool) -> String {
    let binary = std::env::var("OPENIM_HISTORY_MONGOD")
        .expect("OPENIM_HISTORY_MONGOD must name a mongod; scripts/test sees to that");
    let folder = tempfile::tempdir().expect("a folder").keep();
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port();
    // The shell waits for the end of its input, which comes when this process ends in whatever
    // way, and then stops the server and clears up.
    let script = r#"dir=$1; shift; "$@" >"$dir/log" 2>&1 & pid=$!; read -r _; kill $pid; wait $pid; rm -rf "$dir""#;
    let mut command = Command::new("sh");
    command
        .args(["-c", script, "sh"])
        .arg(&folder)
        .arg(binary)
        .args(["--bind_ip", "127.0.0.1", "--port"])
        .arg(port.to_string())
        .arg("--dbpath")
        .arg(&folder)
        .args(["--nounixsocket", "--wiredTigerCacheSizeGB", "0.5"])
        .stdin(Stdio::piped());
    if replica {
        command.args(["--replSet", "rs0"]);
    }
    let child = command.spawn().expect("a shell");
    RUNNING.lock().expect("not poisoned").push(child);
    let uri = format!("mongodb://127.0.0.1:{port}/?directConnection=true");
    let client = Client::with_uri_str(&uri).await.expect("a client");
    let admin = client.database("admin");
    if replica {
        let member = doc! { "_id": 0, "host": format!("127.0.0.1:{port}") };
        let set = doc! { "_id": "rs0", "members": [member] };
        admin
            .run_command(doc! { "replSetInitiate": set })
            .await
            .expect("initiated");
        let primary = async {
            loop {
                let hello = admin.run_command(doc! { "hello": 1 }).await.expect("hello");
                if hello
                    .get_bool("isWritablePrimary")
                    .is_ok_and(|primary| primary)
                {
                    break;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), primary)
            .await
            .expect("a primary");
    } else {
        admin.run_command(doc! { "ping": 1 }).await.expect("alive");
    }
    uri
}
