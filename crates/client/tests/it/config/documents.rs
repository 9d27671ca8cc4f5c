//! The template and the two documents say what the table of keys says.

use openim_history_client::config::{Config, ConfigInputs, JobKey, Key, job_keys, keys, template};

use super::*;

fn repository(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join(path)).unwrap()
}

fn table(head: [&str; 5], words: fn(&Key) -> &str) -> String {
    let mut table = format!("| {} |\n|---|---|---|---|---|\n", head.join(" | "));
    let code = |text: Option<&str>| text.map_or(String::new(), |text| format!("`{text}`"));
    for key in keys() {
        let cells = [
            code(Some(key.name)),
            code(Some(key.env)),
            code(key.flag),
            code(key.default),
            words(key).to_owned(),
        ];
        table += &format!("| {} |\n", cells.join(" | "));
    }
    table
}

fn between_marks<'a>(document: &'a str, name: &str) -> &'a str {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let (_, rest) = document.split_once(&begin).unwrap();
    rest.split_once(&end).unwrap().0
}

fn jobs(head: [&str; 4], needed: &str, words: fn(&JobKey) -> &str) -> String {
    let mut table = format!("| {} |\n|---|---|---|---|\n", head.join(" | "));
    for key in job_keys() {
        let flag = key.flag.map_or(String::new(), |flag| format!("`{flag}`"));
        let needed = if key.is_needed { needed } else { "" };
        table += &format!(
            "| `{}` | {flag} | `{}` | {}{needed} |\n",
            key.name,
            key.example,
            words(key),
        );
    }
    table
}

#[test]
fn both_documents_list_every_key_of_a_saved_export_and_no_other() {
    let english = jobs(
        ["key", "flag of `export`", "example", "what it does"],
        " Needed.",
        |key| key.english,
    );
    let chinese = jobs(
        ["配置项", "`export` 的参数", "示例", "说明"],
        "必需。",
        |key| key.chinese,
    );
    for (path, expected) in [
        ("docs/configuration.md", english),
        ("docs/configuration.zh-CN.md", chinese),
    ] {
        let document = repository(path);
        let found = between_marks(&document, "export keys");
        assert_eq!(found, expected, "{path} should have:\n{expected}");
    }
}

#[test]
fn the_saved_export_of_the_template_can_be_taken_into_use() {
    let text = template();
    let (_, saved) = text.split_once("#[export.project]\n").unwrap();
    let keys = saved
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .filter(|line| !line.starts_with(' '));
    let used: Vec<&str> = keys.collect();
    let config = load(&format!("[export.project]\n{}\n", used.join("\n"))).unwrap();
    let [job] = config.exports() else {
        panic!("{:?}", config.exports());
    };
    assert_eq!(used.len(), job_keys().len());
    assert_eq!(
        (&*job.name, job.redact, job.bom),
        ("project", true, Some(false))
    );
    assert_eq!(job.memory.as_deref(), Some("512MB"));
}

#[test]
fn the_english_document_lists_every_key_and_no_other() {
    let expected = table(
        ["key", "variable", "flag", "default", "what it does"],
        |key| key.english,
    );
    let document = repository("docs/configuration.md");
    assert_eq!(
        between_marks(&document, "keys"),
        expected,
        "should be:\n{expected}"
    );
}

#[test]
fn the_chinese_document_lists_every_key_and_no_other() {
    let expected = table(
        ["配置项", "环境变量", "参数", "默认值", "说明"],
        |key| key.chinese,
    );
    let document = repository("docs/configuration.zh-CN.md");
    assert_eq!(
        between_marks(&document, "keys"),
        expected,
        "should be:\n{expected}"
    );
}

#[test]
fn the_example_in_the_documents_is_one() {
    for document in ["docs/configuration.md", "docs/configuration.zh-CN.md"] {
        let document = repository(document);
        let (_, rest) = document.split_once("```toml\n").unwrap();
        let example = rest.split_once("```").unwrap().0;
        let example = example.replace("openim_config = \"/opt/openim/config\"\n", "");
        let config = load(&example).unwrap();
        assert!(config.rest_options().unwrap().is_some());
    }
}

#[test]
fn the_template_is_in_the_repository_and_sets_nothing() {
    let expected = template();
    assert_eq!(
        repository("config/openim-history.toml"),
        expected,
        "should be:\n{expected}"
    );
    let config = load(&expected).unwrap();
    let nothing = Config::load(ConfigInputs::default()).unwrap();
    assert_eq!(config.values(), nothing.values());
}

#[test]
fn every_line_of_the_template_can_be_taken_into_use() {
    for key in keys() {
        let mut section = None;
        let lines: Vec<_> = template()
            .lines()
            .map(|line| {
                if let Some(name) = line.trim_start_matches('#').strip_prefix('[') {
                    section = Some(name.trim_end_matches(']').to_owned());
                }
                let ours = section.as_deref() == key.section()
                    && line.starts_with(&format!("#{} = ", key.short_name()));
                if ours {
                    line[1..].to_owned()
                } else {
                    line.to_owned()
                }
            })
            .collect();
        let text = lines.join("\n");
        if key.name == "openim_config" {
            // The folder of the example need not be on this machine.
            assert!(super::text(load(&text)).contains("openim_config names /opt/openim/config"));
            continue;
        }
        let value = shown(&load(&text).unwrap(), key.name);
        assert!(value.origin.to_string().contains("f.toml:"), "{value}");
        if let (Some(default), Some(value)) = (key.default, value.value) {
            let value = value.trim_end_matches('/');
            // A path in a file counts from the file's own folder.
            let is_path = key.name == "archive.place" && value.ends_with(&format!("/{default}"));
            assert!(value == default || is_path, "{value} {default}");
        }
    }
}

fn load(toml: &str) -> Result<Config> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("f.toml");
    std::fs::write(&file, toml).unwrap();
    Config::load(ConfigInputs {
        file: Some(file),
        ..ConfigInputs::default()
    })
}
