//! Pages in a real browser, without scripts and without a network.

use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::tz::TimeZone;
use openim_history_archive::report::{Report, ReportKind, ReportRequest, ReportStyle, html};
use openim_history_client::model::{Lang, Timestamp};

use super::history::{START, computed, made_up, said, stored};
use crate::places::folder;

/// Returns the browser that scripts/browser names, or one of the machine.
fn chromium() -> PathBuf {
    if let Some(named) = std::env::var_os("OPENIM_HISTORY_CHROMIUM") {
        return named.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .flat_map(|folder| {
            ["chromium", "chromium-browser", "google-chrome"].map(|name| folder.join(name))
        })
        .find(|path| path.is_file());
    found.expect("no chromium: install Debian's package, or name one in OPENIM_HISTORY_CHROMIUM")
}

/// Runs the browser on a page, and returns what it prints and complains about.
fn browse(page: &Path, arguments: &[&str]) -> (String, String) {
    let profile = tempfile::tempdir().expect("a folder");
    let output = Command::new(chromium())
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
            "--v=0",
        ])
        // Whatever would be fetched fails at once, and is complained about.
        .args([
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--disable-background-networking",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(arguments)
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("chromium starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

async fn reports() -> Vec<(&'static str, Report)> {
    let (_folder, place) = folder();
    let mut messages = made_up(11, 1_200);
    let hostile = "<script>document.title='run'</script>";
    messages.push(said("si_a_b", 1, hostile, "b", START));
    let archive = stored(&place, &messages).await;
    let overview = ReportRequest {
        zone: TimeZone::get("Asia/Shanghai").expect("a zone"),
        ..ReportRequest::new(Timestamp::from_millis(START))
    };
    let year = ReportRequest {
        kind: ReportKind::Year(2026),
        ..overview.clone()
    };
    vec![
        ("overview", computed(&archive, &overview).await),
        ("year", computed(&archive, &year).await),
    ]
}

#[tokio::test]
async fn a_browser_shows_every_page_and_runs_and_fetches_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, report) in reports().await {
        for lang in [Lang::En, Lang::Zh] {
            let style = ReportStyle {
                lang,
                zone: TimeZone::UTC,
                title: None,
            };
            let path = folder.path().join(format!("{name}-{lang:?}.html"));
            std::fs::write(&path, html(&report, &style).expect("renders")).expect("is written");
            let (shown, said) = browse(&path, &["--dump-dom"]);
            assert!(!shown.contains("<title>run</title>"), "a script ran");
            assert!(shown.contains("&lt;script&gt;document.title"), "{name}");
            assert!(shown.matches("<svg").count() > 3, "{name}");
            for complaint in ["Refused", "violates", "ERR_", "CONSOLE"] {
                assert!(!said.contains(complaint), "{name}: {said}");
            }
            let picture = folder.path().join("shot.png");
            for size in ["--window-size=1280,1600", "--window-size=500,1600"] {
                let shot = format!("--screenshot={}", picture.display());
                browse(&path, &[&shot, size]);
                let bytes = std::fs::read(&picture).expect("a picture");
                assert!(
                    bytes.starts_with(b"\x89PNG") && bytes.len() > 20_000,
                    "{name} {}",
                    bytes.len()
                );
            }
        }
    }
}
