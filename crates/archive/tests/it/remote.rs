//! An archive in a bucket, against a real server of the S3 protocol.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use object_store::aws::AmazonS3Builder;
use object_store::{ObjectStore, ObjectStoreExt};
use openim_history_archive::row::{RowSource, Seen};
use openim_history_archive::sync::{
    FollowOptions, MongoSync, NoProgress, State, SyncOptions, SyncReport, follow_mongo,
};
use openim_history_archive::verify::{Against, VerifyOptions, verify};
use openim_history_archive::{Archive, Error, Place, Writer, WriterOptions};
use openim_history_client::model::{Message, Seq, Slot, Timestamp};
use openim_history_client::source::mongo::MongoSource;
use openim_history_standin::mongod::Mode;

use crate::change::Changer;
use crate::crash::Quiet;
use crate::places::{assert_same, content, generated, store};
use crate::python::script;

/// A server of the S3 protocol that ends with this value.
struct Bucket {
    server: Child,
    url: String,
}

impl Bucket {
    fn start() -> Self {
        let mut server = script("s3.py")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        let mut url = String::new();
        let output = server.stdout.take().expect("piped");
        BufReader::new(output)
            .read_line(&mut url)
            .expect("says its address");
        let url = url.trim().to_owned();
        assert!(url.starts_with("http://"), "{url}");
        Self { server, url }
    }

    fn place(&self, name: &str) -> Place {
        let options = [
            ("AWS_ENDPOINT_URL", self.url.as_str()),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ];
        let options = options.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Place::new(&format!("s3://history/{name}"), &options).expect("a plain URL")
    }

    /// The bucket as somebody else uses it.
    fn store(&self) -> impl ObjectStore {
        AmazonS3Builder::new()
            .with_endpoint(&self.url)
            .with_allow_http(true)
            .with_region("us-east-1")
            .with_bucket_name("history")
            .with_access_key_id("test")
            .with_secret_access_key("test")
            .build()
            .expect("plain options")
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        let _ = self.server.wait();
    }
}

fn options(index: Option<&std::path::Path>) -> WriterOptions {
    WriterOptions {
        index_folder: index.map(Into::into),
        ..WriterOptions::default()
    }
}

async fn write(place: &Place, options: WriterOptions) -> openim_history_archive::Result<Writer> {
    Archive::write(place, "a test", options).await
}

async fn sync(place: &Place, source: &MongoSource, options: WriterOptions) -> SyncReport {
    let mut writer = write(place, options).await.expect("opens");
    let sync = MongoSync::new(source.clone(), &mut writer, SyncOptions::default()).await;
    let sync = sync.expect("prepares");
    let plan = sync.plan().await.expect("plans");
    let report = sync.perform(&plan, &NoProgress).await.expect("performs");
    writer.close().await.expect("closes");
    report
}

fn message(seq: i64) -> (Vec<Slot>, Seen) {
    let message = Message {
        conversation_id: "si_a_b".into(),
        seq: Seq(seq),
        content: format!("{{\"content\":\"第 {seq} 条\"}}"),
        ..Message::default()
    };
    let seen = Seen {
        source: RowSource::Mongo,
        at: Timestamp::from_millis(1_780_000_000_000),
    };
    (vec![Slot::Message(message)], seen)
}

async fn commit(writer: &mut Writer, seq: i64) -> openim_history_archive::Result<()> {
    let (slots, seen) = message(seq);
    writer.take(slots, seen).await?;
    writer.commit_rows().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_archive_in_a_bucket_is_the_same_archive() {
    let bucket = Bucket::start();
    let place = bucket.place("some/archive");
    let index = tempfile::tempdir().expect("a temporary folder");
    let here = || options(Some(index.path()));
    let (database, source) = store(Mode::ReplicaSet, &generated(71, 1_500)).await;
    let first = sync(&place, &source, here()).await;
    assert!(first.messages.new > 700, "{first:?}");
    assert_same(&place, &source).await;
    let second = sync(&place, &source, here()).await;
    assert_eq!((second.read, second.messages.new), (0, 0), "{second:?}");

    let mut changer = Changer::new(database, 71).await;
    changer.change(40).await;
    sync(&place, &source, here()).await;
    assert_same(&place, &source).await;

    let mut writer = write(&place, here()).await.expect("opens");
    let quick = FollowOptions {
        commit: Duration::from_millis(50),
        gather: Duration::from_millis(200),
        ..FollowOptions::default()
    };
    let (sender, stop) = tokio::sync::oneshot::channel::<()>();
    let stop = Box::pin(async move {
        let _ = stop.await;
    });
    let happening = async {
        // Stopped in the copy it begins with, it would leave the rest to the next run.
        loop {
            let archive = Archive::open(&place).await.expect("opens");
            let status = archive.follow_status().await.expect("reads");
            if status.is_some_and(|status| status.state == State::Following) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        changer.change(40).await;
        changer.add().await;
        let (conversation, last) = changer.added();
        let key = openim_history_archive::row::Key {
            conversation_id: conversation.into(),
            seq: Seq(last),
        };
        while Archive::open(&place)
            .await
            .expect("opens")
            .get(std::slice::from_ref(&key))
            .await
            .expect("reads")
            .is_empty()
        {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        sender.send(()).expect("follows");
    };
    let (followed, ()) = tokio::join!(
        follow_mongo(&source, &mut writer, &quick, &Quiet, stop),
        happening
    );
    followed.expect("follows");
    writer.close().await.expect("closes");
    assert_same(&place, &source).await;

    let archive = Archive::open(&place).await.expect("opens");
    let full = VerifyOptions {
        full: true,
        ..VerifyOptions::default()
    };
    let report = verify(&archive, Against::Mongo(&source), &full, &NoProgress).await;
    let report = report.expect("verifies");
    assert!(
        report.is_complete(),
        "{:?} {:?}",
        report.classes,
        report.problems
    );
    let (found, _) = archive
        .index(
            Some(index.path().to_owned()),
            Default::default(),
            &NoProgress,
        )
        .await
        .expect("opens");
    assert_eq!(found.len(), content(&place).await.len() as u64);
    // Without a folder of its own there is none.
    let error = archive
        .index(None, Default::default(), &NoProgress)
        .await
        .expect_err("nowhere");
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_writer_is_told_who_has_the_bucket_and_takes_over_what_was_left_behind() {
    let bucket = Bucket::start();
    let place = bucket.place("leased");
    let short = || WriterOptions {
        lease: Duration::from_secs(3),
        ..options(None)
    };
    let mut first = write(&place, short()).await.expect("opens");
    commit(&mut first, 1).await.expect("commits");
    let error = write(&place, short()).await.expect_err("is leased");
    let process = format!("process {}", std::process::id());
    assert!(
        matches!(&error, Error::Locked { holder, .. } if holder.contains(&process)),
        "{error:?}"
    );
    // Readers are always allowed.
    Archive::open(&place).await.expect("opens");
    // Let go of, it is free at once.
    first.close().await.expect("closes");
    let second = write(&place, short()).await.expect("is free");
    // Left behind, as by a process that was killed, it runs out.
    drop(second);
    assert!(matches!(
        write(&place, short()).await,
        Err(Error::Locked { .. })
    ));
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut third = loop {
        match write(&place, short()).await {
            Ok(writer) => break writer,
            Err(Error::Locked { .. }) => assert!(Instant::now() < deadline, "never runs out"),
            Err(error) => panic!("{error:?}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    commit(&mut third, 2).await.expect("commits");
    third.close().await.expect("closes");
    assert_eq!(content(&place).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_that_lost_its_lease_stops_before_its_next_commit() {
    let bucket = Bucket::start();
    let place = bucket.place("lost");
    let short = WriterOptions {
        lease: Duration::from_secs(2),
        ..options(None)
    };
    let mut first = write(&place, short).await.expect("opens");
    commit(&mut first, 1).await.expect("commits");
    // Another takes over, as after a long pause of this process.
    let lock = object_store::path::Path::from("lost/sync/lock");
    let other = r#"{"process": 7, "host": "elsewhere", "since": "2026-11-24T00:00:00Z"}"#;
    bucket.store().put(&lock, other.into()).await.expect("puts");
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut seq = 1;
    let error = loop {
        seq += 1;
        match commit(&mut first, seq).await {
            Ok(()) => assert!(Instant::now() < deadline, "never noticed"),
            Err(error) => break error,
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(matches!(error, Error::Locked { .. }), "{error:?}");
    // It does not take the other's lease away, and what it had committed stays.
    first.close().await.expect("closes");
    let left = bucket.store().get(&lock).await.expect("is there");
    assert_eq!(left.bytes().await.expect("reads"), other);
    assert_eq!(content(&place).await.len() as i64, seq - 1);
    let error = write(&place, options(None)).await.expect_err("is leased");
    assert!(
        error.to_string().contains("process 7 on elsewhere"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn even_two_writers_at_once_do_not_overwrite_each_other() {
    let bucket = Bucket::start();
    let place = bucket.place("two");
    let mut first = write(&place, options(None)).await.expect("opens");
    commit(&mut first, 1).await.expect("commits");
    // The first does not know yet that its lease is gone.
    let lock = object_store::path::Path::from("two/sync/lock");
    bucket.store().put(&lock, "".into()).await.expect("puts");
    let mut second = write(&place, options(None)).await.expect("is free");
    commit(&mut second, 2).await.expect("commits");
    let cursors = || async {
        let store = bucket.store();
        let mut files: Vec<_> =
            futures::TryStreamExt::try_collect::<Vec<_>>(store.list(Some(&"two/sync".into())))
                .await
                .expect("lists")
                .into_iter()
                .filter(|file| file.location.extension() == Some("json"))
                .map(|file| (file.location, file.e_tag))
                .collect();
        files.sort();
        files
    };
    let before = cursors().await;
    let error = commit(&mut first, 3)
        .await
        .expect_err("somebody else committed");
    assert!(matches!(error, Error::Store { .. }), "{error:?}");
    let error = commit(&mut first, 3).await.expect_err("it failed before");
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
    // Not even the cursor of the other's commit, which is written before a commit.
    let after = cursors().await;
    assert!(
        before.iter().all(|file| after.contains(file)),
        "{before:?} {after:?}"
    );
    commit(&mut second, 4).await.expect("commits");
    second.close().await.expect("closes");
    first.close().await.expect("closes");
    let seqs: Vec<i64> = content(&place).await.keys().map(|key| key.seq.0).collect();
    assert_eq!(seqs, [1, 2, 4]);
    write(&place, options(None))
        .await
        .expect("is free")
        .close()
        .await
        .expect("closes");
}
