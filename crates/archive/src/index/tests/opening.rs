//! An index that cannot be used is emptied, and says why; it never stands in the way.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use tempfile::TempDir;

use super::super::error::opening_error;
use super::super::schema::FORMAT;
use super::super::{Index, IndexDamage, IndexError, Query};
use super::{index, row, settings};

/// A folder with an index of a few commits in it: a copy of one that is written once.
fn written() -> TempDir {
    static WRITTEN: LazyLock<TempDir> = LazyLock::new(|| {
        let (folder, _index, mut writer) = index();
        for version in 1..=3 {
            let rows: Vec<_> = (1..=50)
                .map(|seq| row("sg_1", version * 100 + seq, "合同 contract"))
                .collect();
            writer.put(&rows).unwrap();
            writer.commit(version as u64).unwrap();
        }
        writer.put(&[row("sg_1", 101, "换了")]).unwrap();
        writer.commit(4).unwrap();
        writer.finish().unwrap();
        folder
    });
    let copy = tempfile::tempdir().unwrap();
    for file in files(WRITTEN.path()) {
        fs::copy(&file, copy.path().join(file.file_name().unwrap())).unwrap();
    }
    copy
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files
}

/// Opens it, expects an empty one that works.
fn heals(folder: &Path) -> IndexDamage {
    let read_only = Index::open(folder, &settings());
    assert!(
        matches!(read_only, Err(IndexError::Unusable { .. })),
        "{read_only:?}"
    );
    let (index, opened) = Index::open_or_create(folder, &settings()).unwrap();
    assert_eq!(opened.covers, None);
    works(&index);
    drop(index);
    let (_, opened) = Index::open_or_create(folder, &settings()).unwrap();
    assert_eq!(opened.covers, Some(9));
    assert!(opened.healed.is_none(), "healed for good");
    // The reason is the first opening's.
    drop(opened);
    match read_only {
        Err(IndexError::Unusable { source, .. }) => source,
        other => panic!("{other:?}"),
    }
}

fn works(index: &Index) {
    assert_eq!(index.len(), 0);
    let mut writer = index.writer().unwrap();
    writer.put(&[row("sg_1", 1, "又好了")]).unwrap();
    writer.commit(9).unwrap();
    assert_eq!(index.count(&Query::contains("好了")).unwrap(), 1);
}

#[test]
fn a_whole_index_is_opened_as_it_is() {
    let folder = written();
    let (index, opened) = Index::open_or_create(folder.path(), &settings()).unwrap();
    assert_eq!(opened.covers, Some(4));
    assert!(opened.healed.is_none());
    assert_eq!(index.len(), 150);
    index.verify().unwrap();
}

#[test]
fn any_missing_file_is_noticed_and_healed() {
    let names: Vec<_> = files(written().path())
        .iter()
        .filter_map(|file| Some(file.extension()?.to_owned()))
        .collect();
    let mut kinds = names;
    kinds.sort();
    kinds.dedup();
    for kind in kinds {
        if kind == "lock" {
            continue;
        }
        let folder = written();
        for file in files(folder.path()) {
            if file.extension() == Some(&kind) && !file.ends_with(".managed.json") {
                fs::remove_file(file).unwrap();
            }
        }
        assert!(
            matches!(heals(folder.path()), IndexDamage::Unreadable(_)),
            "{kind:?}"
        );
    }
}

#[test]
fn any_file_cut_short_or_emptied_is_noticed_and_healed() {
    let count = files(written().path()).len();
    for at in 0..count {
        // Whole thirds, and so few bytes that there is no room for what stands at the end.
        for keep in [|_| 0, |all| all / 3, |all| all * 2 / 3, |_| 5, |_| 7] as [fn(u64) -> u64; 5] {
            let folder = written();
            let file = files(folder.path()).swap_remove(at);
            // Who wrote last is no part of it.
            if file.extension().is_some_and(|kind| kind == "lock") || file.ends_with("writer.json")
            {
                continue;
            }
            let keep = keep(fs::metadata(&file).unwrap().len());
            let half = fs::OpenOptions::new().write(true).open(&file).unwrap();
            half.set_len(keep).unwrap();
            drop(half);
            let (index, opened) = Index::open_or_create(folder.path(), &settings()).unwrap();
            assert!(opened.healed.is_some(), "{file:?} cut to {keep} bytes");
            works(&index);
        }
    }
}

#[test]
fn a_changed_byte_is_found_by_verifying() {
    let folder = written();
    let file = files(folder.path())
        .into_iter()
        .find(|file| file.extension().is_some_and(|kind| kind == "idx"))
        .unwrap();
    let mut bytes = fs::read(&file).unwrap();
    bytes[5] ^= 0xFF;
    fs::write(&file, bytes).unwrap();
    let (index, _) = Index::open(folder.path(), &settings()).unwrap();
    let error = index.verify().unwrap_err();
    assert!(
        matches!(
            error,
            IndexError::Unusable {
                source: IndexDamage::Checksum { .. },
                ..
            }
        ),
        "{error:?}"
    );
}

#[test]
fn another_format_is_emptied_and_built_again() {
    let folder = written();
    let meta = folder.path().join("meta.json");
    let text = fs::read_to_string(&meta).unwrap();
    let of = |format: u32| format!(r#"{{\"format\":{format}"#);
    let other = text.replace(&of(FORMAT), &of(FORMAT - 1));
    assert_ne!(text, other);
    fs::write(&meta, other).unwrap();
    assert!(matches!(heals(folder.path()), IndexDamage::OtherFormat));

    let folder = written();
    let meta = folder.path().join("meta.json");
    let text = fs::read_to_string(&meta).unwrap();
    fs::write(&meta, text.replace("\"mention\"", "\"another\"")).unwrap();
    assert!(matches!(heals(folder.path()), IndexDamage::OtherFormat));
}

#[test]
fn lists_that_are_no_lists_are_healed() {
    for garbage in ["", "{}", "null", "[1,2", "not json", "\u{0}\u{0}\u{0}"] {
        for name in ["meta.json", ".managed.json"] {
            let folder = written();
            fs::write(folder.path().join(name), garbage).unwrap();
            assert!(
                matches!(heals(folder.path()), IndexDamage::Unreadable(_)),
                "{name} {garbage:?}"
            );
        }
    }
}

#[test]
fn files_of_others_stay() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    fs::write(folder.path().join("0123.idx"), "mine too").unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    let (index, opened) = Index::open_or_create(folder.path(), &settings()).unwrap();
    assert!(opened.healed.is_none());
    works(&index);
    drop(index);
    fs::write(folder.path().join("meta.json"), "").unwrap();
    heals(folder.path());
    for name in ["notes.txt", "0123.idx", "sub"] {
        assert!(folder.path().join(name).exists(), "{name}");
    }
}

#[test]
fn a_reader_changes_nothing_and_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let error = Index::open(&folder.path().join("none"), &settings()).unwrap_err();
    assert!(matches!(
        error,
        IndexError::Unusable {
            source: IndexDamage::Missing,
            ..
        }
    ));
    assert!(files(folder.path()).is_empty());
    let error = Index::open(folder.path(), &settings()).unwrap_err();
    assert!(error.to_string().contains("cannot be used"), "{error}");
    assert!(files(folder.path()).is_empty());
}

#[test]
fn a_damaged_index_that_is_being_written_is_left_alone() {
    let (folder, _index, mut writer) = index();
    writer.put(&[row("sg_1", 1, "合同")]).unwrap();
    writer.commit(1).unwrap();
    fs::write(folder.path().join("meta.json"), "").unwrap();
    let error = Index::open_or_create(folder.path(), &settings()).unwrap_err();
    assert!(matches!(error, IndexError::Busy { .. }), "{error:?}");
}

#[test]
fn a_folder_that_is_a_file_is_an_error_that_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("search");
    fs::write(&file, "").unwrap();
    let error = Index::open_or_create(&file, &settings()).unwrap_err();
    assert!(matches!(error, IndexError::Folder { .. }), "{error:?}");
}

#[test]
fn files_of_a_writer_that_was_killed_do_not_stop_the_next() {
    let folder = written();
    let managed = folder.path().join(".managed.json");
    let mut names: Vec<String> = serde_json::from_slice(&fs::read(&managed).unwrap()).unwrap();
    let parts: Vec<String> = names
        .iter()
        .filter_map(|name| name.strip_suffix(".store"))
        .map(ToOwned::to_owned)
        .collect();
    // Lists of what was replaced, in the names the next commits give, written and never committed.
    for part in parts {
        for number in 1..2_000 {
            let name = format!("{part}.{number}.del");
            if !names.contains(&name) {
                fs::write(folder.path().join(&name), "half").unwrap();
                names.push(name);
            }
        }
    }
    fs::write(&managed, serde_json::to_vec(&names).unwrap()).unwrap();
    let (index, opened) = Index::open_or_create(folder.path(), &settings()).unwrap();
    assert_eq!(opened.covers, Some(4));
    let mut writer = index.writer().unwrap();
    writer.put(&[row("sg_1", 102, "又换了")]).unwrap();
    writer.commit(5).unwrap();
    writer.finish().unwrap();
    index.verify().unwrap();
    assert_eq!(index.len(), 150);
}

#[test]
fn who_writes_is_told_to_who_would_too() {
    let (folder, index, writer) = index();
    let error = index.writer().unwrap_err();
    let IndexError::Busy { holder, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(holder.process, std::process::id());
    assert!(error.to_string().contains(&holder.to_string()), "{error}");
    // One that did not say so is another process.
    fs::remove_file(folder.path().join("writer.json")).unwrap();
    let error = index.writer().unwrap_err();
    assert!(error.to_string().ends_with("by another process"), "{error}");
    drop(writer);
    index.writer().unwrap();
}

#[test]
fn what_the_system_refuses_for_now_is_not_taken_for_damaged() {
    use std::io;

    use tantivy::directory::error::OpenReadError;

    let told = |error: io::Error| {
        let error = OpenReadError::wrap_io_error(error, "a.store".into());
        opening_error(Path::new("search"), error.into())
    };
    let refused = told(io::ErrorKind::PermissionDenied.into());
    let IndexError::Read { source, .. } = &refused else {
        panic!("{refused:?}");
    };
    assert!(source.is::<io::Error>(), "{source:?}");
    if cfg!(unix) {
        let too_many_open_files = told(io::Error::from_raw_os_error(24));
        assert!(matches!(too_many_open_files, IndexError::Read { .. }));
    }
    let cut_short = told(io::ErrorKind::UnexpectedEof.into());
    assert!(matches!(cut_short, IndexError::Unusable { .. }));
}
