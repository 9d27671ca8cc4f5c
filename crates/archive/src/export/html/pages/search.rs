//! The search page.

use std::path::Path;

use askama::Template;
use openim_history_client::model::Lang;

use super::super::look::{SCRIPT, SEARCH_POLICY, SEARCH_SCRIPT, STYLE};
use super::super::markup::script_string;
use super::super::part::Sink;
use super::super::words::{Words, words};
use super::{INDEX, SEARCH};
use crate::error::{Error, Result};
use crate::export::writer::{Finished, Setting};

/// The page up to the list of the others.
#[derive(Template)]
#[template(path = "search.html", config = "src/export/html/askama.toml")]
struct Page<'a> {
    words: &'static Words,
    policy: &'a str,
    style: &'static str,
    script: &'static str,
    search_script: &'static str,
    title: &'a str,
    contents: &'a str,
}

/// Writes the search page. Which pages there are stands in it as data, which no policy takes for a script.
pub(super) fn write(folder: &Path, setting: &Setting, parts: &[Finished]) -> Result<()> {
    let words = words(setting.lang);
    let head = Page {
        words,
        policy: SEARCH_POLICY.as_str(),
        style: STYLE,
        script: SCRIPT,
        search_script: SEARCH_SCRIPT,
        title: &setting.title,
        contents: INDEX,
    }
    .render()
    .map_err(|source| Error::store(format!("cannot lay out {SEARCH}"), source))?;
    let mut sink = Sink::create(folder, SEARCH)?;
    sink.write(&head)?;
    let mut data = String::from("{");
    let lang = match setting.lang {
        Lang::En => "en-GB",
        Lang::Zh => "zh-CN",
    };
    for (key, word) in [
        ("lang", lang),
        ("zone", setting.zone.iana_name().unwrap_or_default()),
        ("found", words.hits),
        ("none", words.hits_none),
        ("working", words.hits_working),
        ("failed", words.hits_failed),
        ("scanned", words.scanned),
    ] {
        script_string(key, &mut data);
        data.push(':');
        script_string(word, &mut data);
        data.push_str(",\n");
    }
    data.push_str("\"parts\":[");
    for (index, part) in parts.iter().enumerate() {
        data.push_str(if index > 0 { ",\n" } else { "\n" });
        script_string(&part.part.path, &mut data);
        if data.len() > 64 << 10 {
            sink.write(&data)?;
            data.clear();
        }
    }
    data.push_str("\n]}\n</script>\n</body>\n</html>\n");
    sink.write(&data)?;
    sink.close()
}
