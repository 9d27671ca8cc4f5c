//! Running again.

use openim_history_archive::media::{FailureKind, MediaKind, MediaOptions};
use openim_history_client::model::Timestamp;

use super::web::{Web, status, whole};
use super::{fetch, kept, of_file, of_picture, options, picture, plan, store};
use crate::places::folder;

const NOON: i64 = 1_800_000_000_000;
const HOUR: i64 = 60 * 60 * 1000;

fn noon() -> Timestamp {
    Timestamp::from_millis(NOON)
}

fn soon() -> Timestamp {
    Timestamp::from_millis(NOON + HOUR / 2)
}

fn later() -> Timestamp {
    Timestamp::from_millis(NOON + HOUR)
}

fn later_still() -> Timestamp {
    Timestamp::from_millis(NOON + 2 * HOUR)
}

#[tokio::test]
async fn a_second_run_only_fetches_what_is_new() {
    let web = Web::start().await;
    let (_folder, place) = folder();
    let one = web.serve("/one", picture("one"));
    let two = web.serve("/two", picture("two"));
    store(&place, 1, vec![of_picture(&one, 0)]).await;
    assert_eq!(fetch(&place, options()).await.fetched, 1);
    let planned = plan(&place, options()).await;
    assert_eq!(
        (planned.found, planned.due.count, planned.there.count),
        (0, 0, 1)
    );
    store(&place, 2, vec![of_picture(&one, 0), of_picture(&two, 0)]).await;
    let report = fetch(&place, options()).await;
    assert_eq!((report.found, report.fetched, report.there), (1, 1, 1));
    assert_eq!(web.hits("/one").len(), 1);
}

#[tokio::test]
async fn what_failed_is_tried_again_after_a_time_that_grows_and_what_is_gone_only_when_asked_for() {
    let web = Web::start().await;
    let (_folder, place) = folder();
    let denied = web.on("/denied", |hit| match hit.before {
        0 | 1 => status(403),
        _ => whole("image/png", picture("at last")),
    });
    let gone = web.url("/gone");
    store(
        &place,
        1,
        vec![of_picture(&denied, 0), of_picture(&gone, 0)],
    )
    .await;
    let at = |clock| MediaOptions { clock, ..options() };
    assert_eq!(fetch(&place, at(noon)).await.failures(), 2);
    let planned = plan(&place, at(soon)).await;
    assert_eq!(
        (planned.due.count, planned.waiting.count, planned.gone.count),
        (0, 1, 1)
    );
    let report = fetch(&place, at(later)).await;
    assert_eq!(report.failed[&FailureKind::Denied], 1);
    // Two runs failed: now it is two hours.
    assert_eq!(plan(&place, at(later_still)).await.waiting.count, 1);
    let asked = MediaOptions {
        again: true,
        ..at(later_still)
    };
    let report = fetch(&place, asked).await;
    assert_eq!((report.fetched, report.failures()), (1, 1), "{report:?}");
    assert_eq!(web.hits("/gone").len(), 2);
}

#[tokio::test]
async fn what_the_options_left_out_is_fetched_once_they_allow_it() {
    let web = Web::start().await;
    let (_folder, place) = folder();
    let small = web.serve("/small", picture("small"));
    let large = web.serve("/large", picture(&"large".repeat(1000)));
    let unsaid = web.serve("/unsaid", picture(&"unsaid".repeat(1000)));
    let file = web.on("/file", |_| whole("text/plain", b"text".to_vec()));
    let messages = vec![
        of_picture(&small, 0),
        of_picture(&large, picture(&"large".repeat(1000)).len()),
        of_picture(&unsaid, 0),
        of_file(&file, "a.txt", 4),
    ];
    store(&place, 1, messages).await;
    let narrow = MediaOptions {
        max_size: 1000,
        types: [MediaKind::Picture].into(),
        ..options()
    };
    let report = fetch(&place, narrow.clone()).await;
    assert_eq!((report.fetched, report.failures()), (1, 1), "{report:?}");
    let planned = plan(&place, narrow).await;
    assert_eq!(
        (
            planned.due.count,
            planned.too_large.count,
            planned.skipped.count
        ),
        (0, 2, 1)
    );
    let elsewhere = MediaOptions {
        hosts: vec!["cdn.example".to_owned()],
        ..options()
    };
    assert_eq!(plan(&place, elsewhere).await.refused.count, 3);
    let report = fetch(&place, options()).await;
    assert_eq!((report.found, report.fetched), (0, 3), "{report:?}");
}

#[tokio::test]
async fn a_file_that_was_lost_or_cut_is_fetched_anew_when_the_files_are_compared() {
    let web = Web::start().await;
    let (_folder, place) = folder();
    let bytes = picture("to be cut");
    let url = web.serve("/one", bytes.clone());
    store(&place, 1, vec![of_picture(&url, bytes.len())]).await;
    assert_eq!(fetch(&place, options()).await.fetched, 1);
    let path = place.local().expect("a folder").join(&kept(&place)[0].0);
    std::fs::write(&path, b"").expect("writes");
    assert_eq!(plan(&place, options()).await.due.count, 0);
    let thorough = MediaOptions {
        thorough: true,
        ..options()
    };
    assert_eq!(fetch(&place, thorough.clone()).await.fetched, 1);
    assert_eq!(std::fs::read(&path).expect("reads"), bytes);
    assert_eq!(plan(&place, thorough).await.due.count, 0);
}

#[tokio::test]
async fn thousands_of_attachments_are_fetched_once_each() {
    let web = Web::start().await;
    let (_folder, place) = folder();
    let urls: Vec<String> = (0..4_500)
        .map(|number| {
            web.serve(
                &format!("/{number}"),
                picture(&format!("{}", number % 4_000)),
            )
        })
        .collect();
    let messages = urls.iter().map(|url| of_picture(url, 0)).collect();
    store(&place, 1, messages).await;
    let report = fetch(&place, options()).await;
    assert_eq!((report.fetched, report.failures()), (4_500, 0));
    assert_eq!(kept(&place).len(), 4_000);
    let planned = plan(&place, options()).await;
    assert_eq!((planned.there.count, planned.due.count), (4_500, 0));
    assert!(
        urls.iter()
            .enumerate()
            .all(|(at, _)| web.hits(&format!("/{at}")).len() == 1)
    );
}
