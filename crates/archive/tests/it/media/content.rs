//! What is kept, and where.

use futures::TryStreamExt;
use openim_history_archive::Archive;
use openim_history_archive::media::{FailureKind, MediaFiles, Role};
use openim_history_archive::row::Row;

use super::web::{Web, silent, whole};
use super::{fetch, kept, of_file, of_picture, options, picture, plan, store};
use crate::places::folder;

#[tokio::test]
async fn the_same_content_under_two_addresses_is_kept_once_and_messages_lead_to_it() {
    let web = Web::start().await;
    let (_folder, place) = folder();
    let bytes = picture("same");
    let one = web.serve("/one.png", bytes.clone());
    let two = web.serve("/two.png", bytes.clone());
    store(
        &place,
        1,
        vec![of_picture(&one, bytes.len()), of_picture(&two, 0)],
    )
    .await;
    let report = fetch(&place, options()).await;
    assert_eq!(
        (report.found, report.fetched, report.same_content),
        (2, 2, 1)
    );
    let files = kept(&place);
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(files[0].1, bytes);

    let archive = Archive::open(&place).await.expect("opens");
    let files = MediaFiles::open(&archive).await.expect("reads");
    assert_eq!(files.len(), 2);
    let rows: Vec<Row> = archive.rows().try_concat().await.expect("reads");
    for row in &rows {
        let [(attachment, Some(file))] = &files.of(row)[..] else {
            panic!("{row:?} has one picture");
        };
        assert_eq!(attachment.role, Role::Source);
        assert_eq!(file.size, bytes.len() as u64);
        assert_eq!(file.content_type, "image/png");
        let path = place.local().expect("a folder").join(&file.path);
        assert_eq!(std::fs::read(path).expect("is there"), bytes);
    }
}

#[tokio::test]
async fn hostile_addresses_and_names_never_shape_a_path() {
    let web = Web::start().await;
    let (_folder, place) = folder();
    let mut messages = Vec::new();
    for (index, path) in [
        "/%2e%2e/%2e%2e/etc/passwd",
        "/x.exe",
        "/a%00b.php",
        "/CON",
        "/long.png",
    ]
    .iter()
    .enumerate()
    {
        let text = format!("#!/bin/sh\necho {index}\n").into_bytes();
        let size = text.len();
        let url = web.url(path);
        let asked = url::Url::parse(&url).expect("a URL").path().to_owned();
        web.on(&asked, move |_| {
            whole("application/x-../../sh", text.clone())
        });
        messages.push(of_file(&url, "../../../../etc/cron.d/x\0", size));
    }
    let count = messages.len();
    store(&place, 1, messages).await;
    let report = fetch(&place, options()).await;
    assert_eq!(report.fetched, count as u64, "{report:?}");
    let files = kept(&place);
    assert_eq!(files.len(), count);
    for (path, _) in files {
        let name = path.strip_prefix("media/").expect("in its folder");
        let (first, rest) = name.split_once('/').expect("two parts");
        assert_eq!((first.len(), rest.len()), (2, 62), "{path}");
        let hex = |c: char| c.is_ascii_hexdigit();
        assert!(first.chars().chain(rest.chars()).all(hex), "{path}");
    }
}

#[tokio::test]
async fn a_page_or_nothing_in_place_of_a_picture_is_a_failure() {
    let web = Web::start().await;
    let (_folder, place) = folder();
    let page = b"<!DOCTYPE html><html><body>please log in</body></html>".to_vec();
    let html = web.on("/html", {
        let page = page.clone();
        move |_| whole("text/html", page.clone())
    });
    let hidden = web.on("/hidden", {
        let page = page.clone();
        move |_| whole("image/png", page.clone())
    });
    let json = web.on("/json", |_| {
        whole("application/json", b"{\"errCode\":1}".to_vec())
    });
    let empty = web.serve("/empty", Vec::new());
    let empty_file = web.on("/file", |_| whole("text/plain", Vec::new()));
    let cut_file = web.on("/cut", |_| whole("text/plain", Vec::new()));
    let sent_page = web.on("/page.html", {
        let page = page.clone();
        move |_| whole("text/html", page.clone())
    });
    let messages = vec![
        of_picture(&html, 0),
        of_picture(&hidden, 0),
        of_picture(&json, 0),
        of_picture(&empty, 0),
        of_file(&empty_file, "empty.txt", 0),
        of_file(&cut_file, "cut.txt", 5),
        of_file(&sent_page, "page.html", page.len()),
    ];
    store(&place, 1, messages).await;
    let report = fetch(&place, options()).await;
    assert_eq!(report.failed[&FailureKind::WrongType], 3, "{report:?}");
    assert_eq!(report.failed[&FailureKind::Empty], 2, "{report:?}");
    assert_eq!(report.fetched, 2);
    let mut files: Vec<Vec<u8>> = kept(&place).into_iter().map(|(_, bytes)| bytes).collect();
    files.sort();
    assert_eq!(files, [Vec::new(), page]);
}

#[tokio::test]
async fn a_stop_keeps_what_was_fetched_and_the_next_run_takes_the_rest() {
    let web = Web::start().await;
    let (_folder, place) = folder();
    let good = picture("good");
    let first = web.serve("/first", good.clone());
    let (begun, stop) = tokio::sync::oneshot::channel();
    let begun = std::sync::Mutex::new(Some(begun));
    let slow = web.on("/slow", move |_| {
        if let Some(begun) = begun.lock().expect("not poisoned").take() {
            let _ = begun.send(());
        }
        silent(picture("slow"))
    });
    store(
        &place,
        1,
        vec![of_picture(&first, good.len()), of_picture(&slow, 0)],
    )
    .await;
    let one_by_one = openim_history_archive::media::MediaOptions {
        concurrency: 1,
        ..options()
    };
    let planned = plan(&place, one_by_one).await;
    let stop = Box::pin(async { stop.await.expect("is begun") });
    let report = planned
        .perform(&openim_history_archive::sync::NoProgress, stop)
        .await
        .expect("performs");
    assert!(report.stopped);
    assert_eq!(report.fetched, 1);
    web.serve("/slow", picture("at last"));
    let report = fetch(&place, options()).await;
    assert_eq!((report.there, report.fetched, report.found), (1, 1, 0));
    assert_eq!(web.hits("/first").len(), 1);
}
