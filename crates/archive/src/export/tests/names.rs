//! The names of files.

use super::{export, request, said, texts};
use crate::export::{ExportFormat, verify};
use crate::sync::NoProgress;

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
