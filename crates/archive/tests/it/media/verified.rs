//! What a verification says of attachments, and what comes back.

use openim_history_archive::media::MediaOptions;
use openim_history_archive::repair::take_out;
use openim_history_archive::verify::{Against, Part};

use super::web::Web;
use super::{fetch, kept, of_picture, options, picture, store};
use crate::places::folder;
use crate::verify::{data_file, verified};

#[tokio::test]
async fn lost_cut_and_changed_attachments_are_told_and_fetched_again() {
    let web = Web::start().await;
    let (_keep, place) = folder();
    let urls = ["one", "two", "three"].map(|name| web.serve(&format!("/{name}"), picture(name)));
    // One address twice, and the same content under another.
    let same = web.serve("/same", picture("one"));
    let named = [&urls[0], &urls[1], &urls[2], &same, &urls[0]];
    let messages = named.iter().map(|url| of_picture(url, 0)).collect();
    store(&place, 1, messages).await;
    assert_eq!(fetch(&place, options()).await.fetched, 4);
    let before = kept(&place);
    assert_eq!(before.len(), 3, "{before:?}");
    assert!(verified(&place, Against::Itself, true).await.is_complete());

    let root = place.local().expect("a folder").to_owned();
    let path = |at: usize| root.join(&before[at].0);
    std::fs::remove_file(path(0)).expect("removes");
    std::fs::write(path(1), &before[1].1[..20]).expect("writes");
    let mut changed = before[2].1.clone();
    *changed.last_mut().expect("bytes") ^= 1;
    std::fs::write(path(2), &changed).expect("writes");
    let told = async |full| {
        let report = verified(&place, Against::Itself, full).await;
        let problems = report.problems.iter().map(|problem| {
            assert_eq!(problem.part, Part::Media);
            (problem.what.clone(), problem.reason.clone())
        });
        let mut problems: Vec<_> = problems.collect();
        problems.sort();
        (problems, report.damaged_files)
    };
    let (quick, _) = told(false).await;
    let lost = (before[0].0.clone(), "it is not there".to_owned());
    let size = before[1].1.len();
    let cut = (
        before[1].0.clone(),
        format!("it has 20 bytes, and was written with {size}"),
    );
    assert_eq!(quick, [lost.clone(), cut.clone()]);
    let (full, damaged) = told(true).await;
    let content = "its checksum is not the one it was written with".to_owned();
    assert_eq!(full, [lost, cut, (before[2].0.clone(), content)]);

    let taken = take_out(&place, &damaged).await.expect("takes out");
    assert_eq!(taken.files.len(), 2, "{taken:?}");
    let aside = root.join(taken.folder.expect("something was there"));
    let put_aside = std::fs::read(aside.join(&before[2].0)).expect("it is kept");
    assert_eq!(put_aside, changed);
    let thorough = MediaOptions {
        thorough: true,
        ..options()
    };
    fetch(&place, thorough).await;
    assert_eq!(kept(&place), before);
    assert!(verified(&place, Against::Itself, true).await.is_complete());
}

#[tokio::test]
async fn addresses_in_a_lost_file_of_their_table_are_found_in_the_messages_again() {
    let web = Web::start().await;
    let (_keep, place) = folder();
    let url = web.serve("/one", picture("one"));
    store(&place, 1, vec![of_picture(&url, 0)]).await;
    fetch(&place, options()).await;
    let before = kept(&place);
    std::fs::remove_file(data_file(&place, "attachments")).expect("removes");
    let report = verified(&place, Against::Itself, false).await;
    let parts: Vec<Part> = report.problems.iter().map(|problem| problem.part).collect();
    assert_eq!(parts, [Part::Attachments]);
    let taken = take_out(&place, &report.damaged_files).await;
    assert_eq!(taken.expect("takes out").files.len(), 1);
    let report = fetch(&place, options()).await;
    assert_eq!((report.found, report.fetched), (1, 1));
    assert_eq!(kept(&place), before);
    assert!(verified(&place, Against::Itself, true).await.is_complete());
}
