//! What is said of an export, in the languages there are.

use std::path::Path;

use bytesize::ByteSize;
use openim_history_archive::export::{ExportReport, FileCounts};
use openim_history_client::model::Lang;

use crate::numbers::thousands;
use crate::ui::Ui;
use crate::words::Thing;
use crate::words::archive::{held, say};

/// Says what came of an export, or would.
pub(super) fn summary(ui: &Ui, report: &ExportReport, is_dry: bool, folder: &Path) {
    let lang = ui.lang;
    let totals = &report.totals;
    let included = held(totals.included, totals.conversations, lang);
    let size = ByteSize(report.bytes).display().iec().to_string();
    let folder = folder.display();
    ui.status(match (is_dry, lang) {
        (false, Lang::En) => format!("{included} in {folder}, {size}"),
        (false, Lang::Zh) => format!("{included}，位于 {folder}，{size}"),
        (true, Lang::En) => format!("{included} would be in {folder}"),
        (true, Lang::Zh) => format!("{included}将写入 {folder}"),
    });
    ui.status(files(report.files, lang));
    for left in totals.left_out.iter().filter(|left| left.messages > 0) {
        let messages = Thing::Message.count(left.messages, lang);
        let why = match left.why.as_str() {
            "log" => say(lang, "in logs beside chats", "属于会话旁的日志"),
            _ => say(lang, "not asked for", "不在所选范围内"),
        };
        ui.status(match lang {
            Lang::En => format!("{messages} left out: {why}"),
            Lang::Zh => format!("未导出 {messages}：{why}"),
        });
    }
    for (what, count) in &totals.redacted {
        let what = match what.as_str() {
            "phone" => say(lang, "phone numbers", "电话号码"),
            "id_card" => say(lang, "ID card numbers", "身份证号"),
            "bank_card" => say(lang, "bank card numbers", "银行卡号"),
            _ => say(lang, "e-mail addresses", "邮箱"),
        };
        let count = thousands(*count);
        ui.status(match lang {
            Lang::En => format!("{count} {what} blackened"),
            Lang::Zh => format!("已遮盖 {count} 个{what}"),
        });
    }
    if let Some(missing) = totals.media_missing.filter(|missing| *missing > 0) {
        let attachments = Thing::Attachment.count(missing, lang);
        ui.warning(match lang {
            Lang::En => format!(
                "{attachments} not in the archive: `openim-history sync --media` fetches them"
            ),
            Lang::Zh => format!("{attachments}不在归档中：`openim-history sync --media` 可获取"),
        });
    }
    if report.cut_cells > 0 {
        let cells = thousands(report.cut_cells);
        ui.warning(match lang {
            Lang::En => format!("{cells} cells of xlsx were too long and are cut off with a remark; other formats have them whole"),
            Lang::Zh => format!("{cells} 个 xlsx 单元格过长，已截断并注明；其他格式保留全文"),
        });
    }
}

/// Says what became of the files, in a line of its own.
fn files(files: FileCounts, lang: Lang) -> String {
    match (lang, files == FileCounts::default()) {
        (Lang::En, false) => format!("files: {}", counts(files, lang)),
        (Lang::Zh, false) => format!("文件：{}", counts(files, lang)),
        (_, true) => say(lang, "no files", "没有文件").to_owned(),
    }
}

/// Says how many files became what; nothing where there are none.
pub(super) fn counts(files: FileCounts, lang: Lang) -> String {
    let parts = [
        (files.new, "new", "新增"),
        (files.updated, "updated", "更新"),
        (files.reused, "reused", "复用"),
        (files.repaired, "repaired", "修复"),
        (files.removed, "removed", "移除"),
    ];
    let shown: Vec<String> = parts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, english, chinese)| match lang {
            Lang::En => format!("{} {english}", thousands(count)),
            Lang::Zh => format!("{chinese} {}", thousands(count)),
        })
        .collect();
    shown.join(say(lang, ", ", "，"))
}

/// Says that an export was broken off.
pub(super) fn stopped(ui: &Ui) {
    ui.status(say(
        ui.lang,
        "broken off: the folder is as it was before",
        "已中止：目录保持原样",
    ));
}
