//! Files that are lost or damaged: what a sync says of them, and what taking them out brings.

use openim_history_archive::index::IndexSettings;
use openim_history_archive::repair::{TakenOut, take_out};
use openim_history_archive::sync::{MongoSync, NoProgress, SyncOptions};
use openim_history_archive::verify::{Against, DamagedFile, Part, VerifyOptions, verify};
use openim_history_archive::{Archive, Error, Place, WriterOptions};
use openim_history_standin::mongod::Mode;
use openim_history_standin::rest::Dialect;

use crate::places::{
    assert_same, content, folder, generated, serve, store, sync, sync_views, sync_with, writer,
};
use crate::verify::{assert_classed, data_file, data_files, verified};

/// The same place as another process sees it: nothing is remembered of its files.
fn anew(place: &Place) -> Place {
    Place::folder(place.local().expect("a folder")).expect("a plain path")
}

/// What is damaged.
async fn damaged(place: &Place, full: bool) -> Vec<DamagedFile> {
    let report = verified(place, Against::Itself, full).await;
    assert!(!report.is_complete());
    report.damaged_files
}

async fn thorough(place: &Place, source: &openim_history_client::source::mongo::MongoSource) {
    let options = SyncOptions {
        thorough: true,
        ..SyncOptions::default()
    };
    sync_with(place, source, options).await;
}

/// The names of the files that were put aside, by the end of their path.
fn aside(place: &Place, taken: &TakenOut) -> Vec<String> {
    let folder = taken.folder.as_ref().expect("something was taken out");
    let folder = place.local().expect("a folder").join(folder);
    if !folder.exists() {
        return Vec::new();
    }
    let files = crate::verify::walk(&folder).into_iter();
    let names = files.map(|file| {
        let inside = file.strip_prefix(&folder).expect("inside");
        inside.to_string_lossy().into_owned()
    });
    names.collect()
}

#[tokio::test]
async fn a_lost_file_and_a_cut_one_are_taken_out_and_their_messages_come_back() {
    let (_database, source) = store(Mode::Standalone, &generated(41, 4_000)).await;
    let (_keep, place) = folder();
    sync(&place, &source).await;
    let before = content(&place).await;
    let index_elsewhere = tempfile::tempdir().expect("a temporary folder");
    let elsewhere = || Some(index_elsewhere.path().to_owned());
    let archive = Archive::open(&place).await.expect("opens");
    let opened = archive
        .index(elsewhere(), IndexSettings::default(), &NoProgress)
        .await;
    let (index, _) = opened.expect("opens");
    assert_eq!(index.len(), before.len() as u64);
    drop((index, archive));

    let files = data_files(&place, "messages");
    assert!(files.len() > 2, "{files:?}");
    std::fs::remove_file(&files[0]).expect("removes");
    let half = std::fs::read(&files[1]).expect("reads");
    std::fs::write(&files[1], &half[..half.len() / 2]).expect("writes");
    let place = anew(&place);
    let error = Archive::write(&place, "a test", WriterOptions::default()).await;
    let error = error.expect_err("files cannot be read");
    assert!(matches!(error, Error::DamagedFile { .. }), "{error:?}");
    assert!(error.to_string().contains("messages/month="), "{error}");

    let found = damaged(&place, false).await;
    assert_eq!(found.len(), 2, "{found:?}");
    let taken = take_out(&place, &found).await.expect("takes out");
    assert_eq!(taken.files, found);
    // What is left of the cut one is kept.
    let [kept] = &*aside(&place, &taken) else {
        panic!("{:?}", aside(&place, &taken));
    };
    let root = place.local().expect("a folder");
    let record = root.join("damaged/1.json");
    let record = std::fs::read_to_string(record).expect("it is written down");
    assert!(record.contains(&found[0].path) && record.contains("not there"));
    assert!(found.iter().any(|file| file.path == *kept), "{kept}");

    // Nothing is known of these messages any more, in the index neither; the next sync brings them.
    let report = verified(&place, Against::Mongo(&source), false).await;
    assert_classed(&report);
    let lost: u64 = found.iter().map(|file| file.rows).sum();
    assert!((1..=lost).contains(&report.classes.missing));
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let archive = Archive::open(&place).await.expect("opens");
    let opened = archive
        .index(elsewhere(), IndexSettings::default(), &NoProgress)
        .await;
    let (index, healed) = opened.expect("opens");
    let healed = healed.expect("it had messages too many");
    assert!(healed.reason.contains("taken out"), "{healed:?}");
    assert_eq!(index.len(), before.len() as u64 - lost);
    drop((index, archive));
    sync(&place, &source).await;
    assert_same(&place, &source).await;
    let after = content(&place).await;
    for (key, row) in &before {
        if row.purged_at.is_none() {
            assert_eq!(after[key].message, row.message, "{key:?}");
        }
    }
    let report = verified(&place, Against::Mongo(&source), true).await;
    assert!(report.is_complete(), "{:?}", report.problems);
    let archive = Archive::open(&place).await.expect("opens");
    let opened = archive
        .index(elsewhere(), IndexSettings::default(), &NoProgress)
        .await;
    drop(opened.expect("opens"));
    let options = VerifyOptions {
        index_folder: elsewhere(),
        full: true,
        ..VerifyOptions::default()
    };
    let report = verify(&archive, Against::Itself, &options, &NoProgress).await;
    let report = report.expect("verifies");
    assert!(report.is_complete(), "{:?}", report.problems);
}

#[tokio::test]
async fn what_is_whole_is_not_taken_out_whoever_says_so() {
    let (_database, source) = store(Mode::Standalone, &generated(42, 800)).await;
    let (_keep, place) = folder();
    sync(&place, &source).await;
    let before = content(&place).await;
    let file = data_file(&place, "messages");
    let whole = std::fs::read(&file).expect("reads");
    let mut flipped = whole.clone();
    flipped[100] ^= 0xff;
    std::fs::write(&file, &flipped).expect("writes");
    let found = damaged(&place, true).await;
    assert_eq!(found.len(), 1, "{found:?}");
    // It was only out of reach.
    std::fs::write(&file, &whole).expect("writes");
    let taken = take_out(&place, &found).await.expect("looks again");
    assert_eq!((taken.files, taken.folder), (Vec::new(), None));
    assert_eq!(content(&place).await, before);
    // Nor while somebody writes.
    std::fs::write(&file, &flipped).expect("writes");
    let place = anew(&place);
    let writing = writer(&place).await;
    let error = take_out(&place, &found).await.expect_err("locked");
    assert!(matches!(error, Error::Locked { .. }), "{error:?}");
    writing.close().await.expect("closes");
    let taken = take_out(&place, &found).await.expect("takes out");
    assert_eq!(aside(&place, &taken), [found[0].path.clone()]);
    thorough(&place, &source).await;
    assert_same(&place, &source).await;
}

#[tokio::test]
async fn a_damaged_file_that_a_sync_meets_on_the_way_is_named_by_it() {
    let (_database, source) = store(Mode::Standalone, &generated(43, 1_500)).await;
    let (_keep, place) = folder();
    sync(&place, &source).await;
    // The footer is whole: which messages there are can be told, and what they say cannot.
    for file in data_files(&place, "messages") {
        let mut bytes = std::fs::read(&file).expect("reads");
        let pages = bytes.len() / 10;
        bytes[4..pages].fill(0xff);
        std::fs::write(&file, &bytes).expect("writes");
    }
    let place = anew(&place);
    let mut writer = writer(&place).await;
    let options = SyncOptions {
        thorough: true,
        ..SyncOptions::default()
    };
    let sync = MongoSync::new(source.clone(), &mut writer, options).await;
    let sync = sync.expect("prepares");
    let error = match sync.plan().await {
        Ok(plan) => sync.perform(&plan, &NoProgress).await.map(drop),
        Err(error) => Err(error),
    };
    let error = error.expect_err("messages cannot be read");
    assert!(matches!(error, Error::DamagedFile { .. }), "{error:?}");
    writer.close().await.expect("closes");
    let found = damaged(&place, true).await;
    take_out(&place, &found).await.expect("takes out");
    thorough(&place, &source).await;
    assert_same(&place, &source).await;
    let report = verified(&place, Against::Mongo(&source), true).await;
    assert!(report.is_complete(), "{:?}", report.problems);
}

#[tokio::test]
async fn a_lost_small_table_is_written_anew() {
    let (_database, source) = store(Mode::Standalone, &generated(44, 500)).await;
    let (_keep, place) = folder();
    sync(&place, &source).await;
    let members = async || {
        let archive = Archive::open(&place).await.expect("opens");
        let read = archive.group_members().await.expect("reads");
        let mut members: Vec<_> = read.into_iter().map(|stored| stored.entity).collect();
        members.sort_by_key(|member| (member.group_id.clone(), member.user_id.clone()));
        members
    };
    let before = members().await;
    assert!(!before.is_empty());
    std::fs::remove_file(data_file(&place, "group_members")).expect("removes");
    let mut writer = writer(&place).await;
    let prepared = MongoSync::new(source.clone(), &mut writer, SyncOptions::default()).await;
    let prepared = prepared.expect("prepares");
    let plan = prepared.plan().await.expect("plans");
    let error = prepared.perform(&plan, &NoProgress).await;
    let error = error.expect_err("members cannot be read");
    assert!(matches!(error, Error::DamagedFile { .. }), "{error:?}");
    writer.close().await.expect("closes");
    let found = damaged(&place, false).await;
    assert!(matches!(&*found, [file] if file.part == Part::SmallTable));
    take_out(&place, &found).await.expect("takes out");
    sync(&place, &source).await;
    assert_eq!(members().await, before);
    let report = verified(&place, Against::Mongo(&source), true).await;
    assert!(report.is_complete(), "{:?}", report.problems);
}

#[tokio::test]
async fn over_rest_the_messages_of_a_lost_file_come_back_too() {
    let (_server, rest) = serve(generated(45, 1_500), Dialect::Main);
    let (_keep, place) = folder();
    sync_views(&place, &rest).await;
    let before = content(&place).await;
    std::fs::remove_file(data_file(&place, "messages")).expect("removes");
    let found = damaged(&place, false).await;
    take_out(&place, &found).await.expect("takes out");
    let report = verified(&place, Against::Views(&rest), false).await;
    assert_eq!(report.classes.missing, found[0].rows);
    assert_classed(&report);
    sync_views(&place, &rest).await;
    let after = content(&place).await;
    assert!(before.keys().eq(after.keys()));
    for (key, row) in &before {
        assert_eq!(after[key].message, row.message, "{key:?}");
    }
}
