//! A real mongod that takes callers over TLS only.

use std::time::Duration;

use futures::StreamExt as _;
use openim_history_client::Error;
use openim_history_client::config::{Config, ConfigInputs};
use openim_history_client::doctor::{DoctorOptions, Outcome, examine};
use openim_history_client::model::{SeqRange, Timestamp};
use openim_history_client::source::mongo::{MongoOptions, MongoSource};
use openim_history_client::source::{Source, View};
use openim_history_standin::mongod::{Account, Mode, Mongod, MongodOptions};

use super::authority::Authority;
use crate::config::chain;
use crate::mongo::fixture::block;

/// A mongod with a certificate for its address, and who signed that.
async fn mongod() -> (Mongod, Authority) {
    let authority = Authority::new();
    let mongod = MongodOptions::new(Mode::Standalone)
        .auth()
        .tls(
            authority.certificate_and_key("127.0.0.1"),
            authority.ca_file(),
        )
        .start()
        .await
        .expect("mongod starts");
    let client = mongod.client().await.expect("connects");
    client
        .database("openim_v3")
        .collection("msg")
        .insert_one(block("si_a_b", 0, 3, 1))
        .await
        .expect("inserted");
    (mongod, authority)
}

fn config(env: Vec<(&str, String)>) -> Config {
    let env = env.into_iter().map(|(name, value)| (name.into(), value));
    Config::load(ConfigInputs {
        env: env.collect(),
        ..ConfigInputs::default()
    })
    .expect("a configuration")
}

fn options(config: &Config) -> MongoOptions {
    let mut options = config.mongo_options().expect("complete").expect("set");
    options.server_selection_timeout = Duration::from_secs(60);
    options
}

async fn count(options: MongoOptions) -> usize {
    let source = MongoSource::connect(options).await.expect("connected");
    let range = SeqRange::new(1, 100);
    let slots = source.slots(&View::Full, &"si_a_b".into(), range).await;
    slots.expect("read").len()
}

/// Looks no longer than it must for a server that will not be taken.
async fn refused(mut options: MongoOptions) -> Error {
    options.server_selection_timeout = Duration::from_millis(500);
    MongoSource::connect(options).await.expect_err("refused")
}

/// The fields of mongodb.yml, which know nothing of TLS.
fn mongodb_yml(mongod: &Mongod) -> String {
    let Account {
        name,
        password,
        auth_source,
    } = Account::READER;
    format!(
        "uri:\naddress: [ 127.0.0.1:{} ]\ndatabase: openim_v3\nusername: {name}\n\
         password: {password}\nauthSource: {auth_source}\n",
        mongod.port()
    )
}

#[tokio::test]
async fn a_server_that_wants_tls_is_read_by_uri_and_by_the_fields_of_mongodb_yml() {
    let (mongod, authority) = mongod().await;
    let ca_file = authority.ca_file().display().to_string();

    let uri = mongod.uri_as(Account::READER);
    assert!(uri.contains("tlsCAFile="), "{uri}");
    let by_uri = config(vec![("OPENIM_MONGO_URI", uri.clone())]);
    assert_eq!(count(options(&by_uri)).await, 3);

    let (plain_uri, _) = uri.split_once("&tls=true").expect("at its end");
    let with_file = config(vec![
        ("OPENIM_MONGO_URI", plain_uri.to_owned()),
        ("OPENIM_MONGO_CA_FILE", ca_file.clone()),
    ]);
    assert_eq!(count(options(&with_file)).await, 3);

    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("mongodb.yml"), mongodb_yml(&mongod)).expect("written");
    let by_fields = config(vec![
        ("OPENIM_CONFIG", folder.path().display().to_string()),
        ("OPENIM_MONGO_CA_FILE", ca_file),
    ]);
    assert_eq!(count(options(&by_fields)).await, 3);
}

#[tokio::test]
async fn without_its_authority_a_server_is_refused_and_the_error_says_why() {
    let (mongod, authority) = mongod().await;
    let address = format!("127.0.0.1:{}", mongod.port());
    let expected = format!(
        "MongoDB {address}/openim_v3 cannot be reached: its certificate is refused: no authority \
         trusted here has signed it"
    );
    let trusting_nobody = format!("mongodb://{address}/?tls=true");
    let error = refused(MongoOptions::new(&trusting_nobody, "openim_v3")).await;
    assert!(error.is_untrusted(), "{error:?}");
    assert_eq!(chain(&error), expected);

    let other = Authority::named("another authority");
    let mut wrong = MongoOptions::new(&trusting_nobody, "openim_v3");
    wrong.ca_file = Some(other.ca_file());
    assert_eq!(chain(&refused(wrong).await), expected);

    // By a name it is not made out for.
    let mut misnamed = MongoOptions::new(
        format!("mongodb://localhost:{}/", mongod.port()),
        "openim_v3",
    );
    misnamed.ca_file = Some(authority.ca_file());
    let error = refused(misnamed).await;
    assert!(error.is_untrusted(), "{error:?}");
    let text = chain(&error);
    assert!(text.contains("not valid for name \"localhost\""), "{text}");

    let patience = Duration::from_secs(60);
    let now = || Timestamp::from_millis(0);
    let uri = format!("{trusting_nobody}&serverSelectionTimeoutMS=500");
    let config = config(vec![("OPENIM_MONGO_URI", uri)]);
    let checks = examine(&config, None, DoctorOptions { now, patience });
    let checks: Vec<_> = checks.collect().await;
    let reachable = checks.iter().find(|check| check.name == "mongo.reachable");
    let reachable = reachable.expect("checked");
    assert_eq!(reachable.outcome, Outcome::Failed);
    let remedy = reachable.remedy.as_deref().expect("a remedy");
    assert!(remedy.contains("OPENIM_MONGO_CA_FILE"), "{remedy}");
}

#[tokio::test]
async fn tls_is_turned_on_by_its_key_alone() {
    let (mongod, authority) = mongod().await;
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("mongodb.yml"), mongodb_yml(&mongod)).expect("written");
    let folder = folder.path().display().to_string();
    let by_key = || {
        vec![
            ("OPENIM_CONFIG", folder.clone()),
            ("OPENIM_MONGO_TLS", "true".to_owned()),
        ]
    };
    // No public authority has signed for 127.0.0.1: that its certificate is looked at is the proof.
    let error = refused(options(&config(by_key()))).await;
    assert!(error.is_untrusted(), "{error:?}");

    let mut trusting = by_key();
    trusting.push((
        "OPENIM_MONGO_CA_FILE",
        authority.ca_file().display().to_string(),
    ));
    let trusting = config(trusting);
    assert_eq!(count(options(&trusting)).await, 3);
    let doctor = DoctorOptions {
        now: || Timestamp::from_millis(0),
        patience: Duration::from_secs(60),
    };
    let checks: Vec<_> = examine(&trusting, None, doctor).collect().await;
    let tls = checks.iter().find(|check| check.name == "mongo.tls");
    let tls = tls.expect("checked");
    assert_eq!(tls.outcome, Outcome::Ok);
    assert!(tls.found.contains("over TLS"), "{tls:?}");
}

#[tokio::test]
async fn a_server_that_wants_tls_and_is_called_without_is_unreachable_in_plain_words() {
    let (mongod, _authority) = mongod().await;
    let uri = format!("mongodb://127.0.0.1:{}/", mongod.port());
    let error = refused(MongoOptions::new(uri, "openim_v3")).await;
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    let text = chain(&error);
    for word in ["Kind", "labels", "Topology"] {
        assert!(!text.contains(word), "{text}");
    }
}
