//! The paths of files: from the template, safe, and never two alike.

use std::collections::{HashMap, HashSet};

use openim_history_client::model::{ConversationId, Lang};

use super::super::folder::{MANIFEST, STAGING, SUMS};
use super::super::html;
use super::super::name::{Values, digest8, fold};
use super::super::writer::Chat;
use super::chats::kind_word;
use super::layout::Layout;
use super::plan::Planned;
use crate::error::{Error, Result};

/// What the export's folder needs itself.
const RESERVED: &[&str] = &[MANIFEST, SUMS, html::INDEX, html::SEARCH];

/// Gives every file of a layout its path. Conversations whose paths would be one get their ids into them; where
/// even those look alike to some file system, eight digits of the id's hash.
pub(crate) fn assign(
    layout: &Layout,
    parts: &mut [Planned],
    chats: &[Chat],
    lang: Lang,
) -> Result<()> {
    let mut distinct: HashMap<ConversationId, u8> = HashMap::new();
    for _ in 0..3 {
        for part in parts.iter_mut() {
            part.stem = stem(layout, part, chats, lang, &distinct);
        }
        let clashing = clashing(layout, parts);
        if clashing.is_empty() {
            return Ok(());
        }
        if !layout.is_per_conversation() {
            break;
        }
        for at in clashing {
            let id = parts[at].from.conversation_id.clone();
            *distinct.entry(id).or_default() += 1;
        }
    }
    let at = clashing(layout, parts)
        .into_iter()
        .next()
        .unwrap_or_default();
    let stem = parts.get(at).map_or("", |part| part.stem.as_str());
    Err(Error::Invalid(format!(
        "template {:?} gives {stem:?} to several files, or to what the export needs itself",
        layout.template.to_string()
    )))
}

/// Returns the parts whose paths are not theirs alone.
fn clashing(layout: &Layout, parts: &[Planned]) -> Vec<usize> {
    let mut owners: HashMap<String, Vec<usize>> = HashMap::new();
    let mut folders: HashSet<String> = HashSet::new();
    for (at, part) in parts.iter().enumerate() {
        let path = fold(&part.stem);
        for (slash, _) in path.match_indices('/') {
            folders.insert(path[..slash].to_owned());
        }
        owners.entry(path).or_default().push(at);
    }
    let mut clashing = Vec::new();
    for (path, of) in owners {
        let is_reserved = layout.formats.iter().any(|format| {
            let whole = format!("{path}.{}", format.extension());
            leads_through_reserved(&path)
                || RESERVED.contains(&whole.as_str())
                || folders.contains(&whole)
                || whole.starts_with("media/")
                || whole.starts_with(STAGING)
        });
        if of.len() > 1 || is_reserved {
            clashing.extend(of);
        }
    }
    clashing.sort_unstable();
    clashing
}

/// Whether a folder on the way to a file has a name that the export's folder needs for a file.
fn leads_through_reserved(path: &str) -> bool {
    let mut folders = path.match_indices('/').map(|(slash, _)| &path[..slash]);
    folders.any(|folder| RESERVED.contains(&folder))
}

fn stem(
    layout: &Layout,
    part: &Planned,
    chats: &[Chat],
    lang: Lang,
    distinct: &HashMap<ConversationId, u8>,
) -> String {
    let chat = part.chats.first().and_then(|at| chats.get(*at));
    let (mut id, mut name) = chat.map_or_else(Default::default, |chat| {
        (chat.conversation_id.to_string(), chat.title.clone())
    });
    match distinct.get(&part.from.conversation_id) {
        None => {}
        Some(1) if !layout.template.has_conversation() => name = format!("{name} {id}"),
        Some(_) => {
            let mark = digest8(&id);
            name = format!("{name} {id}~{mark}");
            id = format!("{id}~{mark}");
        }
    }
    let day = jiff::civil::date(1970, 1, 1)
        .checked_add(jiff::Span::new().days(part.from.period))
        .unwrap_or_default();
    let kind = part.from.conversation_id.kind();
    layout.template.render(&Values {
        conversation: &id,
        name: &name,
        kind: kind_word(kind, lang),
        month: &format!("{:04}-{:02}", day.year(), day.month()),
        day: &day.to_string(),
        part: part.cut,
    })
}
