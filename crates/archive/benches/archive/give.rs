//! How fast history is given out: exports, and a report of everything.

use std::path::Path;
use std::time::Instant;

use openim_history_archive::export::{Asked, ExportFormat, ExportRequest, FormatOptions, export};
use openim_history_archive::report::{ReportRequest, report};
use openim_history_archive::sync::NoProgress;
use openim_history_archive::{Archive, Place};
use openim_history_client::model::{Lang, Timestamp};

use crate::{child, line, most, peer, rate, server, wanted};

/// Messages a second that were seen of `mongoexport` elsewhere, for where it is not there. It writes documents of a
/// hundred slots as they are.
const MONGOEXPORT: f64 = 50_000.0;

pub(crate) fn measure() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    println!("{:<52}{:>10}{:>14}{:>10}", "", "seconds", "a second", "MB");
    let mut peer = MONGOEXPORT;
    {
        let server = server::Server::start();
        if let Some(took) = peer::mongoexport(&server) {
            peer = rate(server.messages, took);
            line("mongoexport", server.messages, took, None);
        }
        let copied = child::sync(&server, &at("archive"), true);
        line(
            "sync, with the index",
            copied.rows,
            copied.elapsed,
            Some(copied.peak),
        );
    }
    let mut peak = 0;
    let mut rates = Vec::new();
    for format in ExportFormat::ALL {
        let name = format.name();
        let given = child::timed(&["export", &at("archive"), name, &at(name)]);
        line(
            &format!("export, {name}"),
            given.rows,
            given.elapsed,
            Some(given.peak),
        );
        peak = given.peak.max(peak);
        rates.push((name, rate(given.rows, given.elapsed)));
    }
    let again = child::timed(&["export", &at("archive"), "html", &at("html")]);
    line(
        "export again, html, nothing new",
        again.rows,
        again.elapsed,
        Some(again.peak),
    );
    let told = child::timed(&["report", &at("archive")]);
    line(
        "report of everything",
        told.rows,
        told.elapsed,
        Some(told.peak),
    );
    peak = told.peak.max(peak);
    println!();
    for (name, rate) in rates {
        match name {
            "jsonl" => wanted("jsonl against mongoexport", rate / peer, 4.0),
            "html" => wanted("html against 40,000 a second", rate / 40_000.0, 1.0),
            _ => {}
        }
    }
    most("MB resident", peak as f64 / 1e6, 600.0);
}

/// Exports everything in one format, in a process of its own.
pub(crate) async fn export_here(place: &str, format: &str, folder: &str) {
    let archive = Archive::open(&Place::new(place, &[]).expect("a folder"))
        .await
        .expect("opens");
    let begin = Instant::now();
    let format = ExportFormat::named(format).expect("a format");
    let request = ExportRequest {
        folder: Path::new(folder).to_owned(),
        query: None,
        asked: Asked::default(),
        formats: vec![format],
        options: FormatOptions::default(),
        template: None,
        split: None,
        lang: Lang::Zh,
        zone: jiff::tz::TimeZone::get("Asia/Shanghai").expect("a zone"),
        title: "bench".to_owned(),
        now: Timestamp::from(jiff::Timestamp::now()),
        pseudonyms: None,
        redact: false,
        media: false,
        logs: true,
        memory: 192 << 20,
    };
    let report = export(&archive, None, &request, &NoProgress)
        .await
        .expect("exports");
    let took = begin.elapsed().as_micros();
    println!("{} {took} {}", report.totals.included, child::peak());
}

/// Makes a report of everything, in a process of its own.
pub(crate) async fn report_here(place: &str) {
    let archive = Archive::open(&Place::new(place, &[]).expect("a folder"))
        .await
        .expect("opens");
    let begin = Instant::now();
    let request = ReportRequest::new(Timestamp::from(jiff::Timestamp::now()));
    report(&archive, &request, &NoProgress)
        .await
        .expect("reports");
    let took = begin.elapsed().as_micros();
    println!("{} {took} {}", archive.len(), child::peak());
}
