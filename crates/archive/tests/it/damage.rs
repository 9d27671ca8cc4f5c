//! Places that are no archive, archives that are damaged, and what is said of them.

use openim_history_archive::index::{Index, IndexSettings};
use openim_history_archive::sync::{MongoSync, NoProgress, SyncOptions};
use openim_history_archive::{Archive, Error, Place, WriterOptions};
use openim_history_standin::mongod::Mode;

use crate::places::{assert_same, folder, generated, store, sync, writer};
use crate::verify::walk;

#[tokio::test]
async fn a_folder_that_is_no_archive_is_not_written_to() {
    let (_keep, place) = folder();
    let error = Archive::open(&place).await.expect_err("nothing is there");
    assert!(matches!(error, Error::NotAnArchive { .. }), "{error:?}");
    let root = place.local().expect("a folder");
    std::fs::create_dir_all(root).expect("creates");
    std::fs::write(root.join("letters.txt"), "private").expect("writes");
    let error = Archive::write(&place, "a test", WriterOptions::default())
        .await
        .expect_err("a foreign folder");
    assert!(
        matches!(&error, Error::Foreign { found, .. } if found == "letters.txt"),
        "{error:?}"
    );
    assert_eq!(std::fs::read_dir(root).expect("reads").count(), 1);
}

#[tokio::test]
async fn a_newer_format_is_refused_and_a_damaged_one_is_told() {
    let (_keep, place) = folder();
    writer(&place).await.close().await.expect("closes");
    let manifest = place.local().expect("a folder").join("archive.json");
    std::fs::write(&manifest, r#"{"format": 99, "shape": "unknown"}"#).expect("writes");
    let error = Archive::open(&place).await.expect_err("newer");
    assert!(matches!(error, Error::Newer { found: 99, .. }), "{error:?}");
    std::fs::write(&manifest, "{").expect("writes");
    let error = Archive::open(&place).await.expect_err("damaged");
    assert!(matches!(error, Error::Damaged { .. }), "{error:?}");
    assert!(error.to_string().contains("archive.json"), "{error}");
}

#[tokio::test]
async fn two_writers_do_not_meet() {
    let (_keep, place) = folder();
    let first = writer(&place).await;
    let error = Archive::write(&place, "a test", WriterOptions::default())
        .await
        .expect_err("locked");
    let process = format!("process {}", std::process::id());
    assert!(
        matches!(&error, Error::Locked { holder, .. } if holder.contains(&process)),
        "{error:?}"
    );
    // Readers are always allowed.
    Archive::open(&place).await.expect("opens");
    first.close().await.expect("closes");
    writer(&place).await.close().await.expect("closes");
}

#[tokio::test]
async fn who_writes_the_search_index_is_named_to_who_would_write_the_archive() {
    let (_keep, place) = folder();
    writer(&place).await.close().await.expect("closes");
    let search = place.local().expect("a folder").join("search");
    let (index, _) = Index::open(&search, &IndexSettings::default()).expect("opens");
    // As a search does that brings it up to date.
    let healing = index.writer().expect("nobody writes");
    let error = Archive::write(&place, "a test", WriterOptions::default())
        .await
        .expect_err("is held");
    let process = format!("process {}", std::process::id());
    assert!(
        matches!(&error, Error::Locked { place, holder }
            if holder.contains(&process) && place.contains("search index")),
        "{error:?}"
    );
    // Searching goes on with what is there.
    let archive = Archive::open(&place).await.expect("opens");
    let (found, healed) = archive
        .index(None, Default::default(), &NoProgress)
        .await
        .expect("opens");
    assert!(found.is_empty() && healed.is_none());
    drop(healing);
    writer(&place).await.close().await.expect("closes");
}

#[tokio::test]
async fn a_damaged_cursor_or_note_costs_only_time() {
    let (_database, source) = store(Mode::Standalone, &generated(21, 1_000)).await;
    let (_keep, place) = folder();
    sync(&place, &source).await;
    for file in walk(&place.local().expect("a folder").join("sync")) {
        std::fs::write(&file, "{ half").expect("writes");
    }
    let report = sync(&place, &source).await;
    assert_eq!(
        report.messages.new + report.messages.changed,
        0,
        "{report:?}"
    );
    assert!(
        report.messages.unchanged > 0,
        "everything was compared: {report:?}"
    );
    assert_same(&place, &source).await;
}

#[tokio::test]
async fn a_truncated_log_is_told_by_its_name() {
    let (_database, source) = store(Mode::Standalone, &generated(22, 500)).await;
    let (_keep, place) = folder();
    sync(&place, &source).await;
    let logs = place.local().expect("a folder").join("messages/_delta_log");
    let last = walk(&logs)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
        .max()
        .expect("a commit");
    let text = std::fs::read_to_string(&last).expect("reads");
    std::fs::write(&last, &text[..text.len() / 2]).expect("writes");
    let error = Archive::open(&place).await.expect_err("damaged");
    assert!(error.to_string().contains("messages"), "{error}");
}

#[tokio::test]
async fn a_half_written_file_is_named_by_whoever_needs_it_and_nothing_is_lost() {
    let (_database, source) = store(Mode::Standalone, &generated(24, 500)).await;
    let (_keep, place) = folder();
    sync(&place, &source).await;
    let root = place.local().expect("a folder").to_owned();
    std::fs::remove_dir_all(root.join("search")).expect("removes");
    for table in ["messages", "users", "read_positions"] {
        let file = walk(&root.join(table))
            .into_iter()
            .find(|path| path.extension().is_some_and(|kind| kind == "parquet"))
            .expect("a file");
        let name = file.file_name().expect("a name").to_string_lossy();
        let whole = std::fs::read(&file).expect("reads");
        for keep in [0, 1, whole.len() / 2, whole.len() - 1] {
            std::fs::write(&file, &whole[..keep]).expect("writes");
            let is_told = |error: &Error| {
                assert!(matches!(error, Error::DamagedFile { .. }), "{error:?}");
                assert!(error.to_string().contains(&*name), "{error}");
            };
            let options = WriterOptions {
                index: None,
                ..WriterOptions::default()
            };
            // Opening reads the logs alone, so that the other tables can still be had.
            let archive = Archive::open(&place).await.expect("opens");
            if table == "messages" {
                let read = futures::TryStreamExt::try_concat(archive.rows()).await;
                is_told(&read.expect_err("half a file"));
                let index = archive.index(None, Default::default(), &NoProgress).await;
                is_told(&index.expect_err("half a file"));
                let opened = Archive::write(&place, "a test", options).await;
                is_told(&opened.expect_err("half a file"));
            } else {
                let mut writer = Archive::write(&place, "a test", options)
                    .await
                    .expect("opens");
                let sync = MongoSync::new(source.clone(), &mut writer, SyncOptions::default());
                let sync = sync.await.expect("prepares");
                let plan = sync.plan().await.expect("plans");
                let synced = sync.perform(&plan, &NoProgress).await;
                is_told(&synced.expect_err("half a file"));
                writer.close().await.expect("closes");
            }
            assert_eq!(std::fs::read(&file).expect("is there").len(), keep);
        }
        std::fs::write(&file, &whole).expect("writes");
        sync(&place, &source).await;
        assert_same(&place, &source).await;
    }
}

#[tokio::test]
async fn a_disk_that_cannot_be_written_is_told_and_nothing_is_lost() {
    use openim_history_archive::row::{RowSource, Seen};
    use openim_history_client::model::{Message, Slot, Timestamp};
    use std::os::unix::fs::PermissionsExt;

    let (_keep, place) = folder();
    let mut writer = writer(&place).await;
    let seen = Seen {
        source: RowSource::Mongo,
        at: Timestamp::from_millis(1),
    };
    let message = |seq| {
        Slot::Message(Message {
            conversation_id: "si_a_b".into(),
            seq: openim_history_client::model::Seq(seq),
            ..Message::default()
        })
    };
    writer.take(vec![message(1)], seen).await.expect("takes");
    writer.commit_rows().await.expect("commits");
    writer.take(vec![message(2)], seen).await.expect("takes");
    // A file where a folder must be: what root may not do either.
    let root = place.local().expect("a folder").to_owned();
    let (sync, aside) = (root.join("sync"), root.join("aside"));
    std::fs::rename(&sync, &aside).expect("moves");
    std::fs::write(&sync, "in the way").expect("writes");
    let error = writer.commit_rows().await.expect_err("cannot be written");
    assert!(matches!(error, Error::Store { .. }), "{error:?}");
    let error = writer.commit_rows().await.expect_err("failed before");
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
    drop(writer);
    std::fs::remove_file(&sync).expect("removes");
    std::fs::rename(&aside, &sync).expect("moves");
    let left = crate::places::content(&place).await;
    assert_eq!(
        left.len(),
        1,
        "what was committed is there, the rest is not half there"
    );
    let mode = std::fs::metadata(&root)
        .expect("there")
        .permissions()
        .mode();
    assert_ne!(mode & 0o700, 0);
    let opened = Place::new(&root.display().to_string(), &[]).expect("a plain path");
    Archive::open(&opened).await.expect("opens");
}

#[tokio::test]
async fn what_a_killed_writer_left_behind_is_removed() {
    let (_database, source) = store(Mode::Standalone, &generated(23, 500)).await;
    let (_keep, place) = folder();
    sync(&place, &source).await;
    let messages = place.local().expect("a folder").join("messages");
    let file = walk(&messages)
        .into_iter()
        .find(|path| path.extension().is_some_and(|kind| kind == "parquet"))
        .expect("a file of messages");
    let stray = file.with_file_name("part-00000000-0000-0000-0000-000000000000.parquet");
    std::fs::copy(&file, &stray).expect("copies");
    let at_once = WriterOptions {
        retention: std::time::Duration::ZERO,
        ..WriterOptions::default()
    };
    // Not before its time: it may be another's who is about to commit it.
    let mut patient = writer(&place).await;
    patient.vacuum().await.expect("cleans");
    patient.close().await.expect("closes");
    assert!(stray.exists());
    let mut writer = Archive::write(&place, "a test", at_once)
        .await
        .expect("opens");
    writer.vacuum().await.expect("cleans");
    writer.close().await.expect("closes");
    assert!(!stray.exists());
    assert_same(&place, &source).await;
}
