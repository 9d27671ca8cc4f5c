//! Switches that are broken off.

use openim_history_client::model::Timestamp;

use super::super::check::check;
use super::super::manifest::{ArchiveRecord, AskedRecord, FileKind, FileRecord};
use super::super::{file_sums, listed};
use super::*;
use crate::progress::NoProgress;

fn manifest(root: &Path, files: &[(&Path, &str)]) -> ExportManifest {
    let asked = AskedRecord {
        asked: crate::export::Asked::default(),
        title: "a test".to_owned(),
        formats: Vec::new(),
        templates: std::collections::BTreeMap::new(),
        split: None,
        language: "en".to_owned(),
        zone: "UTC".to_owned(),
        pseudonyms: None,
        redact: false,
        media: false,
        logs: false,
        csv_bom: true,
    };
    let archive = ArchiveRecord {
        id: "x".to_owned(),
        server: "a test".to_owned(),
        table_version: 1,
    };
    let mut manifest = ExportManifest::new(asked, archive, Timestamp::default());
    for (full, path) in files {
        let sums = file_sums(&root.join(full)).expect("reads");
        manifest.files.push(FileRecord {
            path: (*path).to_owned(),
            kind: FileKind::Page,
            bytes: sums.bytes,
            sha256: sums.sha256,
            format: None,
            of: None,
            holds: None,
        });
    }
    manifest.files.sort_by(|a, b| a.path.cmp(&b.path));
    manifest
}

/// Stages files with this text, and returns how they are to be switched.
fn staged(folder: &mut Folder, texts: &[(&str, &str)]) -> (Vec<(PathBuf, String)>, ExportManifest) {
    let stage = folder.stage().expect("stages");
    let mut moves = Vec::new();
    for (at, (path, text)) in texts.iter().enumerate() {
        let full = stage.join(at.to_string());
        fs::write(&full, text).expect("writes");
        moves.push((full, (*path).to_owned()));
    }
    let files: Vec<(&Path, &str)> = moves
        .iter()
        .map(|(full, path)| (&**full, path.as_str()))
        .collect();
    let manifest = manifest(folder.root(), &files);
    (moves, manifest)
}

fn first(root: &Path) {
    let mut folder = Folder::open(root).expect("opens");
    let (moves, manifest) = staged(&mut folder, &[("a.txt", "old a"), ("sub/b.txt", "old b")]);
    folder
        .switch(moves, Vec::new(), &manifest)
        .expect("switches");
}

fn is_whole(root: &Path) -> bool {
    check(root, &NoProgress).expect("verifies").is_whole()
}

#[test]
fn a_switch_that_was_broken_off_anywhere_is_finished_by_the_next_run() {
    // How many of the steps of the switch were done before the power went.
    for done in 0..=5 {
        let keep = tempfile::tempdir().expect("a folder");
        let root = keep.path();
        first(root);
        let mut folder = Folder::open(root).expect("opens");
        let (moves, next) = staged(&mut folder, &[("a.txt", "new a"), ("c/c.txt", "new c")]);
        let journal = folder
            .put_down(moves, vec!["sub/b.txt".to_owned()], &next)
            .expect("puts down");
        let staging = root.join(STAGING);
        if done > 0 {
            folder.remove("sub/b.txt").expect("removes");
        }
        let own = [(MANIFEST, MANIFEST), (SUMS, SUMS)].map(|(a, b)| (a.to_owned(), b.to_owned()));
        for (from, to) in journal.moves.iter().chain(&own).take(done.max(1) - 1) {
            let to = root.join(to);
            fs::create_dir_all(to.parent().expect("a parent")).expect("makes");
            fs::rename(staging.join(from), to).expect("renames");
        }
        drop(folder);
        assert!(!is_whole(root), "{done}: it says that it is not through");
        Folder::open(root)
            .expect("recovers")
            .discard()
            .expect("clears");
        assert!(is_whole(root), "{done}");
        let files = ["a.txt", "c/c.txt", MANIFEST, SUMS];
        assert_eq!(listed(root).expect("lists"), files, "{done}");
        assert_eq!(
            fs::read_to_string(root.join("a.txt")).expect("reads"),
            "new a"
        );
        assert!(!staging.exists());
    }
}

#[test]
fn before_the_journal_nothing_has_happened() {
    let keep = tempfile::tempdir().expect("a folder");
    let root = keep.path();
    first(root);
    let mut folder = Folder::open(root).expect("opens");
    staged(&mut folder, &[("a.txt", "new a")]);
    drop(folder);
    assert!(is_whole(root));
    Folder::open(root)
        .expect("opens")
        .discard()
        .expect("clears");
    assert!(is_whole(root));
    assert_eq!(
        fs::read_to_string(root.join("a.txt")).expect("reads"),
        "old a"
    );
}

#[test]
fn two_runs_do_not_write_to_one_folder() {
    let keep = tempfile::tempdir().expect("a folder");
    let _held = Folder::open(keep.path()).expect("opens");
    let other = Folder::open(keep.path());
    assert!(matches!(other, Err(Error::Locked { .. })), "{other:?}");
}

#[test]
fn a_folder_that_is_no_export_is_left_alone() {
    let keep = tempfile::tempdir().expect("a folder");
    fs::write(keep.path().join("thesis.doc"), "x").expect("writes");
    let opened = Folder::open(keep.path());
    let error = opened.expect_err("refused").to_string();
    assert!(error.contains("holds thesis.doc"), "{error}");
    assert_eq!(listed(keep.path()).expect("lists"), ["thesis.doc"]);
}
