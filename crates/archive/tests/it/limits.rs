//! A disk that is full, a user without rights, a clock that jumps.

use std::sync::atomic::{AtomicI64, Ordering};

use bson::doc;
use openim_history_archive::row::RowSource;
use openim_history_archive::sync::{MongoSync, NoProgress, SyncOptions};
use openim_history_archive::{Archive, Error, WriterOptions};
use openim_history_client::model::Timestamp;
use openim_history_client::source::mongo::{MongoOptions, MongoSource};
use openim_history_standin::mongod::{Account, Mode, MongodOptions};

use crate::change::Changer;
use crate::crash::{Role, start};
use crate::places::{assert_same, content, folder, generated, on_server, store, store_named, sync};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_without_space_is_told_and_nothing_is_lost_or_twice() {
    let (_database, options, source) = store_named(Mode::Standalone, &generated(81, 6_000)).await;
    let (_keep, place) = folder();
    let role = Role::Snapshot {
        place: place.to_string(),
        uri: options.uri.expose().to_owned(),
        database: options.database.clone(),
    };
    let whole = on_server(&source).await.len();
    // No file may become larger than this: some can be written, others cannot, as on a full disk.
    for kilobytes in [4, 16, 24, 32, 48] {
        let child = start(&role);
        let mut limited = std::process::Command::new("/bin/sh");
        limited
            .args(["-c", "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\""])
            // In units of 512 bytes.
            .arg((kilobytes * 2).to_string())
            .arg(child.get_program())
            .args(child.get_args());
        for (name, value) in child.get_envs() {
            limited.env(name, value.expect("is set"));
        }
        let output = limited.output().expect("starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success(),
            "{kilobytes} kB were enough: {said}"
        );
        assert!(said.contains("FileTooLarge"), "{kilobytes} kB: {said}");
        if Archive::open(&place).await.is_ok() {
            let archived = content(&place).await.len();
            assert!(archived <= whole);
            let archive = Archive::open(&place).await.expect("opens");
            let (index, _) = archive
                .index(None, Default::default(), &NoProgress)
                .await
                .expect("heals");
            assert_eq!(index.len(), archived as u64, "{kilobytes} kB");
        }
    }
    sync(&place, &source).await;
    assert_same(&place, &source).await;
}

#[tokio::test]
async fn a_user_without_rights_is_told_and_the_archive_stays() {
    let mongod = MongodOptions::new(Mode::Standalone)
        .auth()
        .start()
        .await
        .expect("starts");
    let openim = mongod
        .client_as(Account::OPENIM)
        .await
        .expect("connects")
        .database("openim_v3");
    let collections = generated(82, 500);
    for name in ["msg", "user"] {
        let documents = collections.documents(name);
        openim
            .collection(name)
            .insert_many(documents)
            .await
            .expect("inserts");
    }
    let source =
        |account| MongoSource::connect(MongoOptions::new(mongod.uri_as(account), "openim_v3"));
    let reader = source(Account::READER).await.expect("connects");
    let (_keep, place) = folder();
    sync(&place, &reader).await;
    assert_same(&place, &reader).await;
    let before = content(&place).await;

    let refused = |error: &openim_history_client::Error| {
        matches!(error, openim_history_client::Error::Unauthorized { .. })
    };
    let error = source(Account::STRANGER).await.expect_err("has no rights");
    assert!(refused(&error), "{error:?}");

    // Rights that are taken away later.
    let mut writer = crate::places::writer(&place).await;
    let sync = MongoSync::new(reader, &mut writer, SyncOptions::default())
        .await
        .expect("prepares");
    let root = mongod
        .client()
        .await
        .expect("connects")
        .database("openim_v3");
    let revoke = doc! {
        "revokeRolesFromUser": Account::READER.name,
        "roles": [{"role": "read", "db": "openim_v3"}],
    };
    root.run_command(revoke).await.expect("revokes");
    let error = match sync.plan().await {
        Ok(plan) => sync
            .perform(&plan, &NoProgress)
            .await
            .expect_err("has no rights"),
        Err(error) => error,
    };
    assert!(
        matches!(&error, Error::Source(error) if refused(error)),
        "{error:?}"
    );
    writer.close().await.expect("closes");
    assert_eq!(content(&place).await, before, "nothing counts as gone");
}

#[tokio::test]
async fn a_clock_that_jumps_makes_no_message_twice() {
    static NOW: AtomicI64 = AtomicI64::new(1_780_000_000_000);

    let (database, source) = store(Mode::Standalone, &generated(83, 1_500)).await;
    let (_keep, place) = folder();
    let mut changer = Changer::new(database, 83).await;
    for now in [
        1_780_000_000_000,
        1_500_000_000_000,
        0,
        -1,
        9_000_000_000_000,
        i64::MAX,
        i64::MIN,
    ] {
        NOW.store(now, Ordering::Relaxed);
        let options = WriterOptions {
            clock: || Timestamp::from_millis(NOW.load(Ordering::Relaxed)),
            ..WriterOptions::default()
        };
        let mut writer = Archive::write(&place, "a test", options)
            .await
            .expect("opens");
        let thorough = SyncOptions {
            thorough: true,
            ..SyncOptions::default()
        };
        let sync = MongoSync::new(source.clone(), &mut writer, thorough)
            .await
            .expect("prepares");
        let plan = sync.plan().await.expect("plans");
        sync.perform(&plan, &NoProgress).await.expect("performs");
        writer.close().await.expect("closes");
        assert_same(&place, &source).await;
        changer.change(30).await;
    }
    let rows = content(&place).await;
    assert!(rows.values().all(|row| row.source == RowSource::Mongo));
}
