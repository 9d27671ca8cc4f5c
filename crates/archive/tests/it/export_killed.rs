//! An export that is killed at any instant: what lies there is the old one or the new one, whole, and the next run
//! ends what is left.

use std::path::Path;
use std::time::{Duration, Instant};

use openim_history_archive::Place;
use openim_history_archive::export::{ExportFormat, ExportRequest, Split, Trouble, export, verify};
use openim_history_archive::sync::NoProgress;
use openim_history_client::model::Message;

use crate::crash::{Role, start};
use crate::export::{open, request, said, write};
use crate::places::folder;
use crate::search::START;

/// How often it is killed at some time, and how often while files get their names.
const AT_ANY_TIME: usize = 40;
const IN_THE_SWITCH: usize = 15;

/// Many files, so that a kill finds it in the midst of them.
fn asked(folder: &Path) -> ExportRequest {
    ExportRequest {
        template: Some("{conversation}/{name} {part}".to_owned()),
        split: Some(Split::Count(40)),
        ..request(folder, &[ExportFormat::Jsonl, ExportFormat::Html])
    }
}

fn messages(round: i64) -> Vec<Message> {
    let seqs = round * 30 + 1..=(round + 1) * 30;
    let conversations = ["si_alice_bob", "sg_1", "sg_2", "sg_3"];
    let said = |conversation: &'static str| {
        let one = move |seq| said(conversation, seq, "alice", &format!("第 {seq} 条合同"));
        seqs.clone().map(one)
    };
    conversations.into_iter().flat_map(said).collect()
}

/// What the process that is killed does.
pub(crate) async fn play(place: &str, folder: &str) {
    let (archive, _) = open(&Place::new(place, &[]).expect("a plain path")).await;
    let request = asked(Path::new(folder));
    let done = export(&archive, None, &request, &NoProgress).await;
    done.expect("exports");
}

/// Returns path and sum of every file of an export.
fn files(folder: &Path) -> Vec<(String, String)> {
    let manifest = std::fs::read(folder.join("out/manifest.json")).expect("reads");
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
    let files = manifest["files"].as_array().expect("files").iter();
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let files = files.map(|file| (text(&file["path"]), text(&file["sha256"])));
    files.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_is_killed_again_and_again_is_always_the_old_one_or_the_new_one() {
    let (keep, place) = folder();
    let out = keep.path().join("killed");
    std::fs::create_dir(&out).expect("makes");
    let (journal, staged) = (
        out.join("out/.openim-history-export/journal.json"),
        out.join("out/.openim-history-export/new"),
    );
    let role = Role::Export {
        place: place.to_string(),
        folder: out.display().to_string(),
    };
    let mut random = fastrand::Rng::with_seed(5);
    write(&place, messages(0), START).await;
    let began = Instant::now();
    assert!(start(&role).status().expect("starts").success());
    let whole = began.elapsed();
    let (mut killed, mut in_midst, mut in_switch) = (0, 0, 0);
    for round in 1..=AT_ANY_TIME + IN_THE_SWITCH {
        let at = i64::try_from(round).expect("few");
        write(&place, messages(at), START + at).await;
        let mut child = start(&role).spawn().expect("starts");
        if round <= AT_ANY_TIME {
            std::thread::sleep(whole.mul_f64(random.f64() * 1.2));
        } else {
            while !journal.exists() && child.try_wait().expect("can be asked").is_none() {
                std::thread::sleep(Duration::from_micros(100));
            }
            std::thread::sleep(Duration::from_micros(random.u64(..3_000)));
        }
        child.kill().expect("can be killed");
        let status = child.wait().expect("ends");
        killed += usize::from(!status.success());
        in_midst += usize::from(staged.exists());
        let check = verify(&out.join("out"), &NoProgress)
            .await
            .expect("has a manifest");
        if journal.exists() {
            in_switch += 1;
            let is_told = |trouble: &Trouble| matches!(trouble, Trouble::Unfinished);
            let mut problems = check.problems.iter();
            assert!(
                problems.any(|problem| is_told(&problem.trouble)),
                "{check:?}"
            );
        } else {
            assert!(check.is_whole(), "{check:?}");
        }
    }
    assert!(killed > AT_ANY_TIME / 2, "{killed}");
    assert!(in_midst > 5 && in_switch > 2, "{in_midst} {in_switch}");
    play(&place.to_string(), &out.display().to_string()).await;
    let check = verify(&out.join("out"), &NoProgress)
        .await
        .expect("verifies");
    assert!(check.is_whole(), "{check:?}");
    assert!(!journal.exists() && !staged.exists());
    let anew = keep.path().join("anew");
    std::fs::create_dir(&anew).expect("makes");
    play(&place.to_string(), &anew.display().to_string()).await;
    assert_eq!(files(&out), files(&anew));
}
