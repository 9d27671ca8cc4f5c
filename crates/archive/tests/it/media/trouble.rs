//! Servers that do not do what they should.

use std::time::Duration;

use openim_history_archive::media::{FailureKind, MediaOptions};

use super::web::{Web, broken_off, ranged, redirect, silent, status, streamed, whole};
use super::{fetch, kept, of_picture, options, picture, store};
use crate::places::folder;

#[tokio::test]
async fn a_broken_off_answer_is_gone_on_with_and_not_begun_anew() {
    let web = Web::start().await;
    let (_folder, place) = folder();
    let bytes = picture("a picture that comes in two parts");
    let served = bytes.clone();
    let url = web.on("/cut", move |hit| match hit.before {
        0 => broken_off(&served[..20], served.len()),
        _ => ranged(hit, &served),
    });
    store(&place, 1, vec![of_picture(&url, bytes.len())]).await;
    let report = fetch(&place, options()).await;
    assert_eq!(report.fetched, 1, "{report:?}");
    assert_eq!(kept(&place)[0].1, bytes);
    let hits = web.hits("/cut");
    assert_eq!(hits.len(), 2);
    assert_eq!(hits[1].headers["if-range"], "\"one\"");
    assert!(hits[1].headers.contains_key("range"));
}

#[tokio::test]
async fn a_later_run_goes_on_with_what_an_earlier_one_left() {
    let web = Web::start().await;
    let (_folder, place) = folder();
    let bytes = picture(&"a picture ".repeat(20_000));
    let served = bytes.clone();
    let url = web.on("/cut", move |hit| match hit.before {
        0 => broken_off(&served[..150_000], served.len()),
        _ => ranged(hit, &served),
    });
    store(&place, 1, vec![of_picture(&url, bytes.len())]).await;
    let once = MediaOptions {
        retries: 0,
        ..options()
    };
    let report = fetch(&place, once).await;
    assert_eq!(report.failed[&FailureKind::BrokenOff], 1, "{report:?}");
    // What was written behind the last sync may be anything after a power cut.
    let left = kept(&place);
    let (part, begun) = left
        .iter()
        .find(|(path, _)| !path.ends_with(".json"))
        .expect("a part");
    assert!(!begun.is_empty());
    let mut damaged = begun.clone();
    damaged.extend_from_slice(&[0; 1000]);
    std::fs::write(place.local().expect("a folder").join(part), damaged).expect("writes");
    let again = MediaOptions {
        again: true,
        ..options()
    };
    let report = fetch(&place, again).await;
    assert_eq!(report.fetched, 1, "{report:?}");
    let range = format!("bytes={}-", begun.len());
    assert_eq!(web.hits("/cut")[1].headers["range"], range.as_str());
    let files = kept(&place);
    assert_eq!(files.len(), 1);
    assert!(files[0].1 == bytes);
}

#[tokio::test]
async fn what_changed_meanwhile_is_begun_anew() {
    let web = Web::start().await;
    let (_folder, place) = folder();
    let bytes = picture("the newer one");
    let served = bytes.clone();
    let url = web.on("/cut", move |hit| match hit.before {
        0 => broken_off(&picture("the older one")[..30], 46),
        // The tag is another one: the range does not hold.
        _ => whole("image/png", served.clone()),
    });
    store(&place, 1, vec![of_picture(&url, 0)]).await;
    assert_eq!(fetch(&place, options()).await.fetched, 1);
    assert_eq!(kept(&place)[0].1, bytes);
}

#[tokio::test]
async fn passing_trouble_is_tried_again_and_lasting_trouble_is_not() {
    let web = Web::start().await;
    let (_folder, place) = folder();
    let twice = web.on("/twice", |hit| match hit.before {
        0 | 1 => status(500),
        _ => whole("image/png", picture("third time")),
    });
    let always = web.on("/always", |_| status(503));
    let denied = web.on("/denied", |_| status(403));
    let gone = web.url("/gone");
    let urls = [&twice, &always, &denied, &gone];
    store(&place, 1, urls.map(|url| of_picture(url, 0)).to_vec()).await;
    let report = fetch(&place, options()).await;
    assert_eq!(report.fetched, 1, "{report:?}");
    assert_eq!(report.failed[&FailureKind::ServerError], 1);
    assert_eq!(report.failed[&FailureKind::Denied], 1);
    assert_eq!(report.failed[&FailureKind::Gone], 1);
    let counts = ["/twice", "/always", "/denied", "/gone"].map(|path| web.hits(path).len());
    assert_eq!(counts, [3, 4, 1, 1]);
}

#[tokio::test]
async fn another_size_than_the_message_says_is_fetched_twice_and_told() {
    let web = Web::start().await;
    let (_folder, place) = folder();
    let steady = web.serve("/steady", picture("steady"));
    let wavering = web.on("/wavering", |hit| {
        whole("image/png", picture(&format!("wavering {}", hit.before)))
    });
    let healed = web.on("/healed", |hit| match hit.before {
        0 => whole("image/png", picture("")),
        _ => whole("image/png", picture("healed")),
    });
    let messages = vec![
        of_picture(&steady, 1),
        of_picture(&wavering, 1),
        of_picture(&healed, picture("healed").len()),
    ];
    store(&place, 1, messages).await;
    let report = fetch(&place, options()).await;
    assert_eq!((report.fetched, report.size_differs), (2, 1), "{report:?}");
    assert_eq!(report.failed[&FailureKind::WrongSize], 1);
    let counts = ["/steady", "/wavering", "/healed"].map(|path| web.hits(path).len());
    assert_eq!(counts, [2, 2, 2]);
    assert_eq!(kept(&place).len(), 2);
}

#[tokio::test]
async fn what_is_too_large_is_not_read_to_its_end() {
    let web = Web::start().await;
    let (_folder, place) = folder();
    let endless = web.on("/endless", |_| {
        streamed(picture(&"x".repeat(1000)), usize::MAX)
    });
    let said = web.serve("/said", picture(&"x".repeat(20_000)));
    let declared = web.serve("/declared", picture("small"));
    let messages = vec![
        of_picture(&endless, 0),
        of_picture(&said, 0),
        of_picture(&declared, 20_000),
    ];
    store(&place, 1, messages).await;
    let small = MediaOptions {
        max_size: 10_000,
        ..options()
    };
    let report = fetch(&place, small).await;
    assert_eq!(report.failed[&FailureKind::TooLarge], 2, "{report:?}");
    assert_eq!(web.hits("/declared").len(), 0);
    assert_eq!(kept(&place), []);
}

#[tokio::test]
async fn redirects_are_followed_but_not_in_circles_nor_out_of_the_web() {
    let web = Web::start().await;
    let (_folder, place) = folder();
    web.serve("/good", picture("behind a redirect"));
    let once = web.on("/once", |_| redirect("/good"));
    let circle = web.on("/circle", |_| redirect("/circle"));
    let file = web.on("/file", |_| redirect("file:///etc/passwd"));
    let inside = web.on("/inside", |_| redirect("http://127.0.0.2:1/"));
    let urls = [&once, &circle, &file, &inside];
    store(&place, 1, urls.map(|url| of_picture(url, 0)).to_vec()).await;
    let report = fetch(&place, options()).await;
    assert_eq!(report.fetched, 1, "{report:?}");
    assert_eq!(report.failed[&FailureKind::Redirects], 1);
    assert_eq!(report.failed[&FailureKind::Refused], 2);
    assert_eq!(web.hits("/circle").len(), 6);
    assert_eq!(kept(&place).len(), 1);
}

#[tokio::test]
async fn a_silent_server_is_not_waited_for_without_end() {
    let web = Web::start().await;
    let (_folder, place) = folder();
    let url = web.on("/silent", |_| silent(picture("begins")));
    store(&place, 1, vec![of_picture(&url, 0)]).await;
    let impatient = MediaOptions {
        idle_timeout: Duration::from_millis(100),
        retries: 1,
        ..options()
    };
    let report = fetch(&place, impatient).await;
    assert_eq!(report.failed[&FailureKind::TimedOut], 1, "{report:?}");
    assert_eq!(web.hits("/silent").len(), 2);
    assert_eq!(kept(&place), []);
}

#[tokio::test]
async fn this_machine_is_not_reached_unless_it_is_named() {
    let web = Web::start().await;
    let (_folder, place) = folder();
    let number = web.serve("/number", picture("number"));
    let name = number.replace("127.0.0.1", "localhost");
    store(
        &place,
        1,
        vec![of_picture(&number, 0), of_picture(&name, 0)],
    )
    .await;
    let any = MediaOptions {
        hosts: Vec::new(),
        ..options()
    };
    let report = fetch(&place, any.clone()).await;
    // The number is refused by the plan, the name once it is looked up.
    assert_eq!((report.fetched, report.failures()), (0, 1), "{report:?}");
    assert_eq!(web.hits("/number").len(), 0);
    let api = Some(web.url("/api").parse().expect("a URL"));
    let report = fetch(&place, MediaOptions { api, ..any }).await;
    assert_eq!(report.fetched, 1, "{report:?}");
}
