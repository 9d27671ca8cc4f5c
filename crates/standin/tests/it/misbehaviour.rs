//! What a server does besides answering: middlewares, limits, and faults on demand.

use std::time::{Duration, Instant};

use openim_history_standin::collections::Collections;
use openim_history_standin::recorded;
use openim_history_standin::rest::{Dialect, Fault, Server, ServerOptions, When};
use serde_json::{Value, json};

const PULL: &str = "/msg/pull_msg_by_seq";
const NEWEST: &str = "/msg/newest_seq";

struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Client {
    async fn new(server: &Server) -> Self {
        let mut client = Self {
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            url: server.url().to_owned(),
            token: String::new(),
        };
        client.renew("openIM123").await.unwrap();
        client
    }

    async fn renew(&mut self, secret: &str) -> Result<(), i64> {
        let body = json!({"secret": secret, "userID": "imAdmin"});
        let answer = self.json("/auth/get_admin_token", &body).await;
        match answer["errCode"].as_i64().unwrap() {
            0 => {
                self.token = answer["data"]["token"].as_str().unwrap().to_owned();
                Ok(())
            }
            code => Err(code),
        }
    }

    async fn send(&self, path: &str, body: &Value) -> reqwest::Result<reqwest::Response> {
        self.http
            .post(format!("{}{path}", self.url))
            .header("operationID", "test")
            .header("token", &self.token)
            .body(body.to_string())
            .send()
            .await
    }

    async fn json(&self, path: &str, body: &Value) -> Value {
        let text = self.send(path, body).await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    }

    async fn code(&self) -> i64 {
        let answer = self.json(NEWEST, &json!({"userID": "alice"})).await;
        answer["errCode"].as_i64().unwrap()
    }
}

fn server() -> Server {
    Server::start(recorded::release(), ServerOptions::default()).unwrap()
}

#[tokio::test]
async fn faults_strike_on_the_wire_and_go_away() {
    let server = server();
    let client = Client::new(&server).await;
    let faults = server.faults();
    let body = json!({"userID": "alice"});

    faults.on(NEWEST, When::Next(1), Fault::Http(500));
    assert_eq!(client.send(NEWEST, &body).await.unwrap().status(), 500);
    faults.on(
        NEWEST,
        When::Next(1),
        Fault::TooManyRequests { retry_after: 7 },
    );
    let answer = client.send(NEWEST, &body).await.unwrap();
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.headers()["retry-after"], "7");
    faults.on(NEWEST, When::Next(1), Fault::Truncate);
    let text = client.send(NEWEST, &body).await.unwrap().text().await;
    assert!(serde_json::from_str::<Value>(&text.unwrap()).is_err());
    faults.on(NEWEST, When::Next(1), Fault::DropConnection);
    let answer = client.send(NEWEST, &body).await;
    let failed = match answer {
        Ok(answer) => answer.text().await.is_err(),
        Err(_) => true,
    };
    assert!(failed, "the body was cut");
    faults.on(NEWEST, When::Next(1), Fault::TooLarge);
    assert_eq!(client.code().await, 8);
    let message = "ServerInternalError".to_owned();
    faults.on(NEWEST, When::Next(1), Fault::Code { code: 500, message });
    assert_eq!(client.code().await, 500);
    faults.on(
        NEWEST,
        When::Next(1),
        Fault::Latency(Duration::from_millis(50)),
    );
    let started = Instant::now();
    assert_eq!(client.code().await, 0);
    assert!(started.elapsed() >= Duration::from_millis(50));
    faults.clear();
    assert_eq!(client.code().await, 0);
    assert_eq!(server.calls(NEWEST), 8);
    server.stop().await;
}

#[tokio::test]
async fn a_token_can_expire_between_two_calls_and_be_renewed() {
    let server = server();
    let mut client = Client::new(&server).await;
    server
        .faults()
        .on(NEWEST, When::Call(2), Fault::ExpireToken);
    assert_eq!(client.code().await, 0);
    assert_eq!(client.code().await, 1501);
    assert_eq!(client.code().await, 1501);
    client.renew("openIM123").await.unwrap();
    assert_eq!(client.code().await, 0);
}

#[tokio::test]
async fn a_rotated_secret_refuses_old_tokens_and_the_old_secret() {
    let server = server();
    let mut client = Client::new(&server).await;
    server.rotate_secret("new");
    assert_eq!(client.code().await, 1505);
    assert_eq!(client.renew("openIM123").await, Err(1002));
    client.renew("new").await.unwrap();
    assert_eq!(client.code().await, 0);
}

#[tokio::test]
async fn paths_and_methods_are_handled_as_gin_does() {
    let server = server();
    let client = Client::new(&server).await;
    let answer = client.send("/msg/newest_seq/", &json!({})).await.unwrap();
    assert_eq!(answer.status(), 307);
    assert_eq!(answer.headers()["location"], NEWEST);
    let plain = reqwest::Client::builder().no_gzip().build().unwrap();
    let answer = plain
        .get(format!("{}{NEWEST}", server.url()))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.headers()["content-type"], "text/plain");
    assert_eq!(answer.text().await.unwrap(), "404 page not found");
    let answer = plain
        .post(format!("{}/no/such", server.url()))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200, "operationID is asked for first");
}

#[tokio::test]
async fn an_answer_over_the_limit_fails_as_a_whole() {
    for (limit, code) in [(4 * 1024 * 1024, 0), (20_000, 8)] {
        let options = ServerOptions {
            answer_limit: limit,
            ..ServerOptions::default()
        };
        let server = Server::start(recorded::release(), options).unwrap();
        let client = Client::new(&server).await;
        let range = json!({"conversationID": "si_carol_dave", "begin": 1, "end": 260, "num": 260});
        let body = json!({"userID": "carol", "seqRanges": [range]});
        let answer = client.json(PULL, &body).await;
        assert_eq!(answer["errCode"], code);
        if code == 8 {
            let message = answer["errMsg"].as_str().unwrap();
            assert!(message.starts_with("grpc: received message larger than max ("));
            assert!(message.ends_with(" vs. 20000)"));
        }
    }
}

#[tokio::test]
async fn a_spoiled_seq_is_a_placeholder_until_the_cache_forgets_it() {
    let server = server();
    let client = Client::new(&server).await;
    let range = json!({"conversationID": "si_alice_bob", "begin": 3, "end": 3, "num": 1});
    let body = json!({"userID": "alice", "seqRanges": [range]});
    let pointer = "/data/msgs/si_alice_bob/Msgs/0/clientMsgID";
    let before = client.json(PULL, &body).await;
    server.change(|collections| {
        let spoiled = &mut collections.redis.spoiled;
        spoiled
            .entry("si_alice_bob".to_owned())
            .or_default()
            .insert(3);
    });
    assert_eq!(
        client.json(PULL, &body).await.pointer(pointer),
        Some(&"".into())
    );
    server.change(|collections| collections.redis.spoiled.clear());
    assert_eq!(client.json(PULL, &body).await, before);
}

#[tokio::test]
async fn main_and_release_differ_in_what_a_user_may_pull() {
    for (dialect, code) in [(Dialect::Release, 0), (Dialect::Main, 1002)] {
        let options = ServerOptions {
            dialect,
            ..ServerOptions::default()
        };
        let server = Server::start(recorded::main(), options).unwrap();
        let mut client = Client::new(&server).await;
        let body = json!({"userID": "dave", "platformID": 99});
        let answer = client.json("/auth/get_user_token", &body).await;
        client.token = answer["data"]["token"].as_str().unwrap().to_owned();
        let range = json!({"conversationID": "si_alice_bob", "begin": 1, "end": 1, "num": 1});
        let body = json!({"userID": "alice", "seqRanges": [range]});
        assert_eq!(client.json(PULL, &body).await["errCode"], code);
    }
}

#[test]
fn messages_inserted_one_by_one_make_whole_blocks() {
    let mut collections = Collections::new();
    for seq in 1..=101_i64 {
        let message = bson::doc! {"send_id": "a", "seq": seq, "send_time": seq, "content": "x"};
        collections.insert_message("si_a_b", &message).unwrap();
    }
    let blocks = collections.documents("msg");
    assert_eq!(blocks.len(), 2);
    for (block, id) in blocks.iter().zip(["si_a_b:0", "si_a_b:1"]) {
        assert_eq!(block.get_str("doc_id").unwrap(), id);
        assert_eq!(block.get_array("msgs").unwrap().len(), 100);
    }
    assert_eq!(collections.head("si_a_b"), 101);
    let mut copy = Collections::new();
    for block in blocks.clone() {
        copy.insert("msg", block).unwrap();
    }
    assert_eq!(copy.documents("msg"), blocks);
}
