//! Attachments that are given out with an export.

use openim_history_archive::Archive;
use openim_history_archive::export::{
    ExportFormat, ExportManifest, ExportRequest, FileKind, Pseudonyms, export, verify,
};
use openim_history_archive::sync::NoProgress;

use super::web::Web;
use super::{fetch, of_picture, options, picture, store};
use crate::export::request;
use crate::places::folder;

#[tokio::test]
async fn an_export_without_names_has_the_pictures_and_not_where_they_came_from() {
    let web = Web::start().await;
    let bytes = picture("of a contract");
    let url = web.serve("/object/alice/contract.png", bytes.clone());
    let (_keep, place) = folder();
    store(&place, 1, vec![of_picture(&url, bytes.len())]).await;
    assert_eq!(fetch(&place, options()).await.fetched, 1);
    let archive = Archive::open(&place).await.expect("opens");
    let out = tempfile::tempdir().expect("a folder");
    let formats = [ExportFormat::Html, ExportFormat::Jsonl, ExportFormat::Csv];
    let request = ExportRequest {
        media: true,
        pseudonyms: Some(Pseudonyms::new(b"the key of this test").expect("long enough")),
        ..request(out.path(), &formats)
    };
    export(&archive, None, &request, &NoProgress)
        .await
        .expect("exports");
    assert!(
        verify(&request.folder, &NoProgress)
            .await
            .expect("verifies")
            .is_whole()
    );

    let manifest = ExportManifest::read(&request.folder).expect("reads");
    let files = manifest.expect("a manifest").files;
    let (media, texts): (Vec<_>, Vec<_>) =
        files.iter().partition(|file| file.kind == FileKind::Media);
    let [kept] = media[..] else {
        panic!("one picture: {media:?}");
    };
    assert_eq!(
        std::fs::read(request.folder.join(&kept.path)).expect("reads"),
        bytes
    );
    let read = |path: &str| std::fs::read_to_string(request.folder.join(path)).expect("a text");
    for file in &texts {
        let text = read(&file.path);
        assert!(
            !text.contains("alice") && !text.contains(&web.url("")),
            "{}: {text}",
            file.path
        );
    }
    assert!(read("messages.html").contains(&kept.path));
}
