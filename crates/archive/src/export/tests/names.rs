//! The names of files.

use super::{export, request, said, texts};
use crate::export::{ExportFormat, verify};
use crate::progress::NoProgress;

#[tokio::test]
async fn conversations_of_one_name_get_their_ids_and_none_leads_out_of_the_folder() {
    let keep = tempfile::tempdir().expect("a folder");
    let mut request = request(keep.path(), &[ExportFormat::Txt]);
    request.template = Some("{name}".to_owned());
    let rows = vec![
        said("sg_1", 1, "alice", "a"),
        said("sg_2", 1, "alice", "b"),
        said("sg_3", 1, "alice", "c"),
        said("si_CON_x", 1, "CON", "d"),
        said("sg_con", 1, "alice", "e"),
        said("sg_Team", 1, "alice", "f"),
        said("sg_team", 1, "alice", "g"),
        said("sg_manifest", 1, "alice", "h"),
    ];
    export(rows, &request).await.expect("exports");
    let mut names: Vec<String> = texts(keep.path()).into_keys().collect();
    names.sort();
    assert_eq!(
        names,
        [
            "CON, x.txt",
            "Team sg_Team~f4bc94c0.txt",
            "_.._x.txt",
            "_con.txt",
            "manifest.json",
            "manifest.sha256",
            "manifest.txt",
            "team sg_team~2f96396a.txt",
            "项目组 sg_1.txt",
            "项目组 sg_2.txt",
        ]
    );
    assert!(
        verify(keep.path(), &NoProgress)
            .await
            .expect("verifies")
            .is_whole()
    );
}

#[tokio::test]
async fn ids_that_differ_only_in_case_are_told_apart() {
    let keep = tempfile::tempdir().expect("a folder");
    let mut request = request(keep.path(), &[ExportFormat::Jsonl]);
    request.template = Some("{conversation}".to_owned());
    let rows = vec![
        said("sg_a/b", 1, "alice", "a"),
        said("sg_a_b", 1, "alice", "b"),
        said("sg_A_B", 1, "alice", "c"),
    ];
    export(rows, &request).await.expect("exports");
    let names: Vec<String> = texts(keep.path()).into_keys().collect();
    let files: Vec<&String> = names
        .iter()
        .filter(|name| name.ends_with(".jsonl"))
        .collect();
    assert_eq!(files.len(), 3, "{names:?}");
    let folded: std::collections::HashSet<String> =
        files.iter().map(|name| name.to_lowercase()).collect();
    assert_eq!(folded.len(), 3, "{names:?}");
}

#[tokio::test]
async fn what_the_folder_needs_itself_is_the_name_of_no_file_and_no_folder() {
    let keep = tempfile::tempdir().expect("a folder");
    for (format, template) in [
        (ExportFormat::Html, "index"),
        (ExportFormat::Html, "Search"),
        (ExportFormat::Html, "index.html/{name}"),
        (ExportFormat::Html, "search.HTML/{month}"),
        (ExportFormat::Jsonl, "manifest.json/{name}"),
        (ExportFormat::Csv, "manifest.sha256/a/{name}"),
        (ExportFormat::Jsonl, "media/{name}"),
        (ExportFormat::Txt, "Media/x"),
    ] {
        let mut request = request(keep.path(), &[format]);
        request.template = Some(template.to_owned());
        let error = export(vec![said("sg_1", 1, "alice", "a")], &request).await;
        let error = error.expect_err(template).to_string();
        assert!(
            error.contains(template) && error.contains("what the export needs itself"),
            "{error}"
        );
        assert!(texts(keep.path()).is_empty(), "{template}");
    }
}

#[tokio::test]
async fn a_conversation_that_is_called_like_what_the_folder_needs_gets_its_id() {
    let keep = tempfile::tempdir().expect("a folder");
    let rows = || {
        ["sg_index", "sg_search", "sg_manifest.json", "sg_a"].map(|id| said(id, 1, "alice", "a"))
    };
    for (format, template, paths) in [
        (
            ExportFormat::Html,
            "{name}",
            ["a.html", "index sg_index.html", "search sg_search.html"],
        ),
        (
            ExportFormat::Jsonl,
            "{name}/{month}",
            [
                "a/2026-11.jsonl",
                "index/2026-11.jsonl",
                "manifest.json sg_manifest.json/2026-11.jsonl",
            ],
        ),
    ] {
        let folder = keep.path().join(format.name());
        let mut request = request(&folder, &[format]);
        request.template = Some(template.to_owned());
        export(rows().into(), &request).await.expect("exports");
        let texts = texts(&folder);
        for path in paths {
            assert!(texts.contains_key(path), "{path} in {:?}", texts.keys());
        }
        let check = verify(&folder, &NoProgress).await.expect("verifies");
        assert!(check.is_whole(), "{check:?}");
    }
}

#[tokio::test]
async fn files_of_one_name_are_told_apart_by_their_parts() {
    let keep = tempfile::tempdir().expect("a folder");
    let mut request = request(keep.path(), &[ExportFormat::Jsonl]);
    request.split = Some(crate::export::Split::Count(1));
    // One name for all of them, and a conversation that is called like the second part of another.
    for (template, paths) in [
        ("all", ["all-2.jsonl", "all-3.jsonl", "all.jsonl"]),
        (
            "{name}",
            ["a sg_a-2.jsonl", "a sg_a.jsonl", "a-2 sg_a-2.jsonl"],
        ),
    ] {
        request.folder = keep.path().join(template.trim_matches(['{', '}']));
        request.template = Some(template.to_owned());
        let rows = vec![
            said("sg_a", 1, "alice", "a"),
            said("sg_a", 2, "alice", "b"),
            said("sg_a-2", 1, "alice", "c"),
        ];
        export(rows, &request).await.expect("exports");
        let mut files: Vec<String> = texts(&request.folder).into_keys().collect();
        files.retain(|path| path.ends_with(".jsonl"));
        files.sort();
        assert_eq!(files, paths, "{template}");
    }
}

#[tokio::test]
async fn a_template_that_takes_the_folders_own_names_is_refused() {
    let keep = tempfile::tempdir().expect("a folder");
    let mut request = request(keep.path(), &[ExportFormat::Jsonl]);
    for (template, said) in [
        ("{nmae}", "did you mean {name}?"),
        ("../x", "no name of a folder"),
    ] {
        request.template = Some(template.to_owned());
        let error = export(vec![super::said("sg_1", 1, "alice", "a")], &request).await;
        let error = error.expect_err("refused").to_string();
        assert!(error.contains(said), "{error}");
    }
}
