//! What a verification found, for people.

use openim_history_archive::verify::{ConversationReport, Finding, Part, VerifyReport};
use openim_history_client::model::Lang;
use serde::Serialize;

use super::report::table;
use crate::error::Result;
use crate::numbers::thousands;
use crate::run::App;
use crate::table::{Cell, Column, Look};
use crate::words::archive::{class, held, say};
use crate::words::heading;

/// Findings that are listed where no conversation was asked for.
const LISTED: usize = 20;

/// A verification, and what the archive was compared with.
#[derive(Debug, Serialize)]
pub(crate) struct Checked {
    /// `mongo`, `api` or `itself`.
    pub(crate) against: &'static str,
    /// Whether everything is there and is what it should be.
    pub(crate) complete: bool,
    #[serde(flatten)]
    pub(crate) report: VerifyReport,
}

impl Checked {
    /// Whether something is wrong with such a part of the archive itself.
    pub(crate) fn has(&self, part: Part) -> bool {
        let report = &self.report;
        let mut named = report.problems.iter().map(|problem| problem.part);
        let mut files = report.damaged_files.iter().map(|file| file.part);
        named.any(|it| it == part) || files.any(|it| it == part)
    }

    /// Says in a line how it stands.
    pub(crate) fn sum(&self, lang: Lang) -> String {
        let report = &self.report;
        let conversations = report.conversations.len() as u64;
        let held = held(report.classes.archived(), conversations, lang);
        if self.complete {
            return format!("{}{held}", say(lang, "complete: ", "完整："));
        }
        let problems = report.problems_found;
        let wrong = [
            (report.classes.missing, class("missing", lang).0),
            (report.different, class("different", lang).0),
            (report.behind, class("behind", lang).0),
            (problems, say(lang, "damaged", "损坏")),
        ];
        let parts = wrong
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, what)| format!("{} {what}", thousands(number)));
        let parts = parts.collect::<Vec<_>>();
        match lang {
            Lang::En => format!("not complete: {}; {held}", parts.join(", ")),
            Lang::Zh => format!("不完整：{}；{held}", parts.join("，")),
        }
    }
}

/// Whether numbers of this class can be brought by a sync.
fn is_wrong(class: &str) -> bool {
    matches!(class, "missing" | "different" | "behind")
}

/// Writes classes, problems and findings; all findings where `everything` is asked for.
pub(crate) fn show(app: &mut App, checked: &Checked, everything: bool) -> Result {
    let lang = app.ui.lang;
    let report = &checked.report;
    let columns = vec![
        Column::whole(heading("class", lang)),
        Column::number(heading("count", lang)),
        Column::text(heading("meaning", lang)),
    ];
    let rows = classes(report)
        .into_iter()
        .filter(|(_, number)| *number > 0)
        .map(|(key, number)| {
            let (name, meaning) = class(key, lang);
            let look = if is_wrong(key) {
                Look::Bad
            } else {
                Look::Plain
            };
            vec![
                Cell::new(name).look(look),
                Cell::new(thousands(number)),
                Cell::new(meaning),
            ]
        });
    let rows: Vec<_> = rows.collect();
    let mut is_first = rows.is_empty();
    table(&mut app.out, columns, rows, true)?;
    let columns = vec![
        Column::text(heading("part", lang)),
        Column::text(heading("problem", lang)),
    ];
    let problems: Vec<_> = report
        .problems
        .iter()
        .map(|problem| {
            vec![
                Cell::new(&problem.what).look(Look::Bad),
                Cell::new(&problem.reason),
            ]
        })
        .collect();
    let listed = !problems.is_empty();
    table(&mut app.out, columns, problems, is_first)?;
    is_first &= !listed;
    findings(app, report, everything, is_first, lang)
}

fn findings(
    app: &mut App,
    report: &VerifyReport,
    everything: bool,
    is_first: bool,
    lang: Lang,
) -> Result {
    let all = report
        .conversations
        .iter()
        .flat_map(|of| of.holes.iter().map(move |finding| (of, finding)))
        .filter(|(_, finding)| everything || is_wrong(finding.class));
    let all: Vec<(&ConversationReport, &Finding)> = all.collect();
    let shown = if everything {
        all.len()
    } else {
        LISTED.min(all.len())
    };
    let columns = vec![
        Column::text(heading("conversation", lang)),
        Column::number(heading("first", lang)),
        Column::number(heading("last", lang)),
        Column::whole(heading("class", lang)),
    ];
    let rows = all[..shown].iter().map(|(of, finding)| {
        vec![
            Cell::new(of.conversation_id.as_str()),
            Cell::new(finding.first.to_string()),
            Cell::new(finding.last.to_string()),
            Cell::new(class(finding.class, lang).0),
        ]
    });
    table(&mut app.out, columns, rows.collect(), is_first)?;
    let left = report.findings - report.findings_named;
    let named = thousands(report.findings_named);
    if left > 0 {
        let all = thousands(report.findings);
        app.ui.status(match lang {
            Lang::En => format!("the first {named} of {all} findings were kept; --json names all"),
            Lang::Zh => format!("共 {all} 处，仅保留前 {named} 处；--json 列出所有"),
        });
    } else if shown < all.len() {
        let all = thousands(all.len() as u64);
        app.ui.status(match lang {
            Lang::En => format!(
                "{shown} of {all} findings named; --conversation ID names all of one, --json all"
            ),
            Lang::Zh => format!(
                "共 {all} 处，列出了 {shown} 处；--conversation ID 列出某会话的全部，--json 列出所有"
            ),
        });
    }
    Ok(())
}

fn classes(report: &VerifyReport) -> [(&'static str, u64); 14] {
    let of = &report.classes;
    [
        ("normal", of.normal),
        ("revoked", of.revoked),
        ("deleted_for_some", of.deleted_for_some),
        ("purged", of.purged),
        ("emptied", of.emptied),
        ("below_min", of.below_min),
        ("block_removed", of.block_removed),
        ("never_arrived", of.never_arrived),
        ("placeholder", of.placeholder),
        ("unsettled", of.unsettled),
        ("missing", of.missing),
        ("unknown", of.unknown),
        ("different", report.different),
        ("behind", report.behind),
    ]
}
