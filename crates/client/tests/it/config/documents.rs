//! The template and the two documents say what the table of keys says.

use openim_history_client::config::{Config, ConfigInputs, Key, keys, template};

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

fn between_marks(document: &str) -> &str {
    let (_, rest) = document.split_once("<!-- keys -->\n").unwrap();
    rest.split_once("<!-- /keys -->").unwrap().0
}

#[test]
fn the_english_document_lists_every_key_and_no_other() {
    let expected = table(
        ["key", "variable", "flag", "default", "what it does"],
        |key| key.english,
    );
    let document = repository("docs/configuration.md");
    assert_eq!(between_marks(&document), expected, "should be:\n{expected}");
}

#[test]
fn the_chinese_document_lists_every_key_and_no_other() {
    let expected = table(
        ["配置项", "环境变量", "参数", "默认值", "说明"],
        |key| key.chinese,
    );
    let document = repository("docs/configuration.zh-CN.md");
    assert_eq!(between_marks(&document), expected, "should be:\n{expected}");
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
                if let Some(name) = line.strip_prefix('[') {
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
