//! The file that `config init` writes.

use super::inputs::FILE_VARIABLE;
use super::job_key::job_keys;
use super::key::{KEYS, Key};

const WIDTH: usize = 96;

/// Returns an `openim-history.toml` with every key in it, explained and commented out. It is a
/// valid file that sets nothing.
pub fn template() -> String {
    let mut text = String::new();
    let head = format!(
        "Configuration of openim-history. Every key is here, commented out, with its default or \
         an example. A flag or an environment variable wins over this file; this file wins over \
         OpenIM's own configuration folder. It is looked for in the working folder and in the \
         user's configuration folder, or named by --config or {FILE_VARIABLE}. Relative paths are \
         relative to this file. Durations are written \"500ms\", \"2s\", \"1m\"."
    );
    comment(&mut text, &head);
    let mut section = None;
    for key in KEYS {
        text.push('\n');
        if key.section() != section {
            section = key.section();
            if let Some(section) = section {
                text.push_str(&format!("[{section}]\n"));
            }
        }
        describe(&mut text, key);
    }
    text.push('\n');
    let head = "A saved export, which `openim-history export run project` runs: take the line with its name \
                and the keys it needs into use. There may be several, each with a name of its own.";
    comment(&mut text, head);
    text.push_str("#[export.project]\n");
    for key in job_keys() {
        let needed = if key.is_needed { " Needed." } else { "" };
        comment(&mut text, &format!("{}{needed}", key.english));
        text.push_str(&format!("#{} = {}\n", key.name, key.example));
    }
    text
}

fn describe(text: &mut String, key: &Key) {
    comment(text, key.english);
    let flag = key
        .flag
        .map_or_else(String::new, |flag| format!(" Flag: {flag}."));
    let default = if key.default.is_some() {
        ""
    } else {
        " No default; an example:"
    };
    comment(text, &format!("Environment: {}.{flag}{default}", key.env));
    let value = key.in_toml(key.default.unwrap_or(key.example));
    text.push_str(&format!("#{} = {value}\n", key.short_name()));
}

/// Writes comment lines, broken at spaces.
fn comment(text: &mut String, words: &str) {
    let mut line = String::from("#");
    for word in words.split_whitespace() {
        if line.len() + 1 + word.len() > WIDTH {
            text.push_str(&line);
            text.push('\n');
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    text.push_str(&line);
    text.push('\n');
}
