//! The search index of an archive: looked at, built anew, stopped, and found by sound.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use openim_history_archive::index::{Index, IndexSettings, Query};
use openim_history_archive::row::{RowSource, Seen};
use openim_history_archive::search::{Context, Directory, parse, resolve};
use openim_history_archive::sync::{NoProgress, Progress};
use openim_history_archive::{Archive, Error, Healed, Place, WriterOptions};
use openim_history_client::model::{Slot, Timestamp};

use crate::places::folder;
use crate::search::{START, said, stored};
use crate::verify::walk;

/// Remembers what it is told, and stops once so much is done.
#[derive(Default)]
struct Told {
    stages: Mutex<Vec<(String, Option<u64>)>>,
    done: Mutex<u64>,
    stops_at: Option<u64>,
}

impl Told {
    fn stopping_at(done: u64) -> Self {
        Self {
            stops_at: Some(done),
            ..Self::default()
        }
    }
}

impl Progress for Told {
    fn begin(&self, what: &str, total: Option<u64>) {
        let mut stages = self.stages.lock().expect("whole");
        stages.push((what.to_owned(), total));
    }

    fn advance(&self, done: u64) {
        *self.done.lock().expect("whole") += done;
    }

    fn stops(&self) -> bool {
        let done = *self.done.lock().expect("whole");
        self.stops_at.is_some_and(|stops_at| done >= stops_at)
    }
}

fn search_folder(place: &Place) -> PathBuf {
    place.local().expect("a folder").join("search")
}

/// Returns every file under a folder with what is in it.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).expect("reads");
        (path, bytes)
    };
    walk(folder).into_iter().map(read).collect()
}

async fn rebuild(
    archive: &Archive,
    pinyin: Option<bool>,
    progress: &dyn Progress,
) -> Result<Healed, Error> {
    archive
        .rebuild_index(None, IndexSettings::default(), pinyin, progress)
        .await
}

async fn opened(archive: &Archive) -> (Index, Option<Healed>) {
    archive
        .index(None, IndexSettings::default(), &NoProgress)
        .await
        .expect("opens")
}

/// Returns how many messages a query of the language finds.
fn count(index: &Index, query: &str) -> u64 {
    let directory = Directory::default();
    let context = Context {
        query,
        directory: &directory,
        index,
        now: "2026-11-24T10:30:00Z[UTC]".parse().expect("a time"),
    };
    let query = resolve(&parse(query).expect("well-formed"), &context).expect("resolves");
    index.count(&query).expect("counts")
}

/// Writes one more message, which the index is not told of.
async fn behind(place: &Place) {
    let options = WriterOptions {
        index: None,
        ..WriterOptions::default()
    };
    let mut writer = Archive::write(place, "a test", options)
        .await
        .expect("opens");
    let seen = Seen {
        source: RowSource::Mongo,
        at: Timestamp::from_millis(START),
    };
    let slot = Slot::Message(said("sg_1", 4, "carol", "合同归档"));
    writer.take(vec![slot], seen).await.expect("takes");
    writer.commit_rows().await.expect("commits");
    writer.close().await.expect("closes");
}

#[tokio::test]
async fn building_and_healing_tell_how_far_they_are() {
    let (_folder, place) = folder();
    let (archive, _) = stored(&place).await;
    let told = Told::default();
    let healed = rebuild(&archive, None, &told).await.expect("rebuilds");
    assert_eq!(healed.reason, "it was asked for");
    let stages = |total| {
        vec![
            ("indexing messages".to_owned(), Some(total)),
            ("tidying the index".to_owned(), None),
        ]
    };
    assert_eq!(*told.stages.lock().expect("whole"), stages(6));
    assert_eq!(*told.done.lock().expect("whole"), 6);
    behind(&place).await;
    let told = Told::default();
    let archive = Archive::open(&place).await.expect("opens");
    let index = archive.index(None, IndexSettings::default(), &told).await;
    let (index, healed) = index.expect("opens");
    assert_eq!(healed.expect("it was behind").messages, 1);
    assert_eq!((index.len(), count(&index, "归档")), (7, 1));
    assert_eq!(*told.stages.lock().expect("whole"), stages(1));
    assert_eq!(*told.done.lock().expect("whole"), 1);
}

#[tokio::test]
async fn what_is_told_to_stop_leaves_the_index_as_it_was() {
    let (_folder, place) = folder();
    let (archive, _) = stored(&place).await;
    let before = archive.index_status(None).await.expect("reads");
    assert_eq!((before.messages, before.outdated.as_deref()), (6, None));
    // Before the first message, and when all are in and nothing is committed.
    for stops_at in [0, 6] {
        let stopped = rebuild(&archive, Some(true), &Told::stopping_at(stops_at)).await;
        assert!(matches!(stopped, Err(Error::Stopped)), "{stopped:?}");
        assert_eq!(archive.index_status(None).await.expect("reads"), before);
        let (index, healed) = opened(&archive).await;
        assert_eq!(healed, None, "nothing is wished of it any more");
        assert_eq!((count(&index, "合同"), count(&index, "hetong")), (4, 0));
    }
    // One that is behind stays behind, and one that is not there is made by the next.
    behind(&place).await;
    let archive = Archive::open(&place).await.expect("opens");
    let stopping = Told::stopping_at(0);
    let heal = || archive.index(None, IndexSettings::default(), &stopping);
    assert!(matches!(heal().await, Err(Error::Stopped)));
    let status = archive.index_status(None).await.expect("reads");
    assert_eq!((status.messages, status.version), (6, before.version));
    std::fs::remove_dir_all(search_folder(&place)).expect("removes");
    assert!(matches!(heal().await, Err(Error::Stopped)));
    let (index, healed) = opened(&archive).await;
    assert_eq!(healed.expect("it was missing").messages, 7);
    assert_eq!(count(&index, "合同"), 5);
}

#[tokio::test]
async fn a_writer_that_is_told_to_stop_while_it_brings_the_index_up_to_date_leaves_all_as_it_was() {
    let (_folder, place) = folder();
    let (archive, _) = stored(&place).await;
    let before = archive.index_status(None).await.expect("reads");
    behind(&place).await;
    let write = async |told: &Told| {
        Archive::write_with_progress(&place, "a test", WriterOptions::default(), told).await
    };
    let told = Told::stopping_at(0);
    let stopped = write(&told).await;
    assert!(matches!(stopped, Err(Error::Stopped)), "{stopped:?}");
    let stages = vec![("indexing messages".to_owned(), Some(1))];
    assert_eq!(*told.stages.lock().expect("whole"), stages);
    let archive = Archive::open(&place).await.expect("opens");
    let status = archive.index_status(None).await.expect("reads");
    assert_eq!((status.messages, status.version), (6, before.version));
    // Nobody holds it, and the next one does what was left.
    let writer = write(&Told::default()).await.expect("opens");
    assert_eq!(writer.healed().expect("it was behind").messages, 1);
    writer.close().await.expect("closes");
}

#[tokio::test]
async fn its_status_is_told_and_nothing_is_done_about_it() {
    let (_folder, place) = folder();
    stored(&place).await;
    behind(&place).await;
    let archive = Archive::open(&place).await.expect("opens");
    let folder = search_folder(&place);
    let before = files(&folder);
    let status = archive.index_status(None).await.expect("reads");
    assert_eq!(status.messages, 6);
    assert_eq!(
        status.outdated.as_deref(),
        Some("behind: at version 1 of the table, which is at 2")
    );
    assert_eq!(files(&folder), before);
    // Damaged.
    std::fs::write(folder.join("meta.json"), "{").expect("writes");
    let status = archive.index_status(None).await.expect("reads");
    assert_eq!((status.version, status.messages), (None, 0));
    assert_eq!(status.outdated.as_deref(), Some("its files are damaged"));
    assert_eq!(
        std::fs::read(folder.join("meta.json")).expect("reads"),
        b"{"
    );
    // Gone.
    std::fs::remove_dir_all(&folder).expect("removes");
    let status = archive.index_status(None).await.expect("reads");
    assert_eq!((status.version, status.table_version), (None, 2));
    assert_eq!(status.outdated.as_deref(), Some("there is none yet"));
    assert!(!folder.exists());
    opened(&archive).await;
    let status = archive.index_status(None).await.expect("reads");
    assert_eq!((status.version, status.outdated), (Some(2), None));
}

#[tokio::test]
async fn an_index_that_is_ahead_of_an_archive_opened_before_is_not_built_anew() {
    let (_folder, place) = folder();
    let (archive, _) = stored(&place).await;
    behind(&place).await;
    let later = Archive::open(&place).await.expect("opens");
    opened(&later).await;
    let (index, healed) = opened(&archive).await;
    assert_eq!(healed, None);
    assert_eq!(index.len(), 7);
}

#[tokio::test]
async fn chinese_is_found_by_its_sound_once_that_is_wished_and_stays_so() {
    let (_folder, place) = folder();
    let (archive, index) = stored(&place).await;
    let found = |index: &Index| {
        let queries = ["hetong", "HT", "\"hetong\"", "\"ht\"", "合同", "contract"];
        queries.map(|query| count(index, query))
    };
    assert_eq!(found(&index), [0, 1, 0, 1, 4, 1]);
    rebuild(&archive, Some(true), &NoProgress)
        .await
        .expect("rebuilds");
    let (index, healed) = opened(&archive).await;
    assert_eq!(healed, None, "it is as it is wished already");
    // A word of letters is both, what is in quotes only what is written.
    let by_sound = [4, 5, 0, 1, 4, 1];
    assert_eq!(found(&index), by_sound);
    // A rebuild that says nothing about it, damage, and a loss of all but the wish.
    rebuild(&archive, None, &NoProgress)
        .await
        .expect("rebuilds");
    assert_eq!(found(&opened(&archive).await.0), by_sound);
    let folder = search_folder(&place);
    let is_part = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "term");
    let part = walk(&folder).into_iter().find(is_part).expect("a part");
    std::fs::write(part, "damaged").expect("writes");
    let (index, healed) = opened(&archive).await;
    assert_eq!(healed.expect("built anew").reason, "its files are damaged");
    assert_eq!(found(&index), by_sound);
    drop(index);
    for file in walk(&folder) {
        if file.file_name().is_some_and(|name| name != "wish.json") {
            std::fs::remove_file(file).expect("removes");
        }
    }
    let (index, healed) = opened(&archive).await;
    assert_eq!(healed.expect("built anew").reason, "there is none yet");
    assert_eq!(found(&index), by_sound);
    rebuild(&archive, Some(false), &NoProgress)
        .await
        .expect("rebuilds");
    let (index, healed) = opened(&archive).await;
    assert_eq!((healed, found(&index)), (None, [0, 1, 0, 1, 4, 1]));
    // A wish that no longer fits what lies there is fulfilled on opening.
    std::fs::write(folder.join("wish.json"), r#"{"pinyin":true}"#).expect("writes");
    let status = archive.index_status(None).await.expect("reads");
    assert_eq!(status.outdated.as_deref(), Some("it has no pinyin"));
    let (index, healed) = opened(&archive).await;
    assert_eq!(healed.expect("built anew").reason, "it has no pinyin");
    assert_eq!(found(&index), by_sound);
    let all = index.count(&Query::And(Vec::new())).expect("counts");
    assert_eq!(all, 6);
}
