//! The keys of a saved export, for whoever reads, explains or documents them.

/// A key of the sections `[export.NAME]` of `openim-history.toml`.
#[derive(Debug)]
#[non_exhaustive]
pub struct JobKey {
    /// Its name in the section.
    pub name: &'static str,
    /// The flag of `export` that says the same; the query has none.
    pub flag: Option<&'static str>,
    /// Whether a saved export needs it.
    pub is_needed: bool,
    /// A value as it stands in the file.
    pub example: &'static str,
    /// What it does, in English.
    pub english: &'static str,
    /// What it does, in Chinese.
    pub chinese: &'static str,
}

/// Returns every key, in the order of the documentation.
pub fn job_keys() -> &'static [JobKey] {
    KEYS
}

const PLAIN: JobKey = JobKey {
    name: "",
    flag: None,
    is_needed: false,
    example: "",
    english: "",
    chinese: "",
};

pub(super) const KEYS: &[JobKey] = &[
    JobKey {
        name: "to",
        flag: Some("--to"),
        is_needed: true,
        example: "\"/srv/export/project\"",
        english: "The folder, which is this export's alone.",
        chinese: "目标目录，只属于这一个导出。",
        ..PLAIN
    },
    JobKey {
        name: "format",
        flag: Some("--format"),
        is_needed: true,
        example: "[\"html\", \"jsonl\"]",
        english: "One format, or a list of them: `html`, `jsonl`, `csv`, `xlsx`, `parquet`, `txt`, `sqlite`.",
        chinese: "一种格式，或多种格式的列表：`html`、`jsonl`、`csv`、`xlsx`、`parquet`、`txt`、`sqlite`。",
        ..PLAIN
    },
    JobKey {
        name: "query",
        example: "\"group:项目组 after:2026-01-01\"",
        english: "Which messages, in the language of `search`; not set: all of them.",
        chinese: "导出哪些消息，使用 `search` 的查询语言；不设置则为全部。",
        ..PLAIN
    },
    JobKey {
        name: "template",
        flag: Some("--template"),
        example: "\"{kind}/{name}\"",
        english: "How files are named; not set: each format's own way.",
        chinese: "文件如何命名；不设置则用各格式自己的方式。",
        ..PLAIN
    },
    JobKey {
        name: "split",
        flag: Some("--split"),
        example: "\"month\"",
        english: "Begins another file with each `day` or `month`, or behind a number of messages (`10000`) or a size (`\"50MB\"`).",
        chinese: "按 `day`、`month`、消息数（`10000`）或大小（`\"50MB\"`）另起文件。",
        ..PLAIN
    },
    JobKey {
        name: "title",
        flag: Some("--title"),
        example: "\"Project\"",
        english: "What it is called; not set: the query.",
        chinese: "导出的标题；不设置则为查询。",
        ..PLAIN
    },
    JobKey {
        name: "by",
        flag: Some("--by"),
        example: "\"the auditors\"",
        english: "Who asked for it, for the manifest; not set: the user who runs it, but nobody where people become tokens.",
        chinese: "由谁要求导出，写入清单；不设置则为运行它的系统用户，使用化名时则不写。",
        ..PLAIN
    },
    JobKey {
        name: "language",
        flag: Some("--lang"),
        example: "\"en\"",
        english: "Language of labels and summaries in the files, `en` or `zh`, whatever the flags and the locale say; not set: theirs.",
        chinese: "文件中标签和摘要的语言，`en` 或 `zh`，不受参数和系统语言影响；不设置则随它们。",
        ..PLAIN
    },
    JobKey {
        name: "time_zone",
        flag: Some("--tz"),
        example: "\"Asia/Shanghai\"",
        english: "Zone of times, days and months in the files and the query, whatever the flags and the system say; not set: theirs.",
        chinese: "文件和查询中时间、日、月的时区，不受参数和系统时区影响；不设置则随它们。",
        ..PLAIN
    },
    JobKey {
        name: "media",
        flag: Some("--media"),
        example: "true",
        english: "Takes along the attachments that the archive has.",
        chinese: "带上归档中已有的附件。",
        ..PLAIN
    },
    JobKey {
        name: "logs",
        flag: Some("--logs"),
        example: "true",
        english: "Takes along the logs beside chats (`n_…`).",
        chinese: "带上会话旁的日志（`n_…`）。",
        ..PLAIN
    },
    JobKey {
        name: "redact",
        flag: Some("--redact"),
        example: "true",
        english: "Blackens numbers of phones, identity cards and bank cards, and addresses of mail.",
        chinese: "遮盖电话号码、身份证号、银行卡号和邮箱。",
        ..PLAIN
    },
    JobKey {
        name: "pseudonyms_file",
        flag: Some("--pseudonyms-file"),
        example: "\"pseudonyms-key\"",
        english: "People become tokens, made with the key in this file.",
        chinese: "用该文件中的密钥把人变为化名。",
        ..PLAIN
    },
    JobKey {
        name: "bom",
        flag: Some("--no-bom"),
        example: "false",
        english: "`false` leaves out the mark by which Excel takes a CSV for UTF-8.",
        chinese: "`false` 不写 Excel 据以识别 UTF-8 的 CSV 标记。",
        ..PLAIN
    },
    JobKey {
        name: "memory",
        flag: Some("--memory"),
        example: "\"512MB\"",
        english: "Lets sorting take so much memory before it goes on from the disk; not set: 192MiB.",
        chinese: "排序最多使用的内存，超出后借助磁盘；不设置则为 192MiB。",
        ..PLAIN
    },
    JobKey {
        name: "archive",
        flag: Some("--archive"),
        example: "\"/srv/openim-archive\"",
        english: "Another archive than `archive.place`.",
        chinese: "不用 `archive.place` 而用另一个归档。",
        ..PLAIN
    },
];
