//! From what was typed to what an export is asked for.

use jiff::tz::TimeZone;
use openim_history_archive::export::{Asked, Resolved};
use openim_history_archive::index::{Index, Query};
use openim_history_archive::search::{Context, Directory, Field, Node, parse, resolve};
use openim_history_client::model::{ConversationId, ConversationKind};

use crate::commands::search::malformed;
use crate::error::Result;

/// Reads a query. Its names are looked up once, and what they were taken to mean is kept for the manifest.
pub(super) fn ask(
    text: &str,
    zone: &TimeZone,
    index: &Index,
    directory: &Directory,
) -> Result<(Query, Asked)> {
    let node = parse(text).map_err(|error| malformed(text, &error))?;
    let context = Context {
        query: text,
        directory,
        index,
        now: jiff::Timestamp::now().to_zoned_datetime(zone.clone()),
    };
    let query = resolve(&node, &context).map_err(|error| malformed(text, &error))?;
    let mut names = Vec::new();
    resolved(&node, directory, &mut names);
    let asked = Asked {
        query: text.to_owned(),
        names,
        by: None,
    };
    Ok((query, asked))
}

/// Collects what the names of a query stand for. What no table has is the id of somebody, of a group or of a
/// conversation: [`resolve`] refuses everything else.
fn resolved(node: &Node, directory: &Directory, names: &mut Vec<Resolved>) {
    let (field, value) = match node {
        Node::And(parts) | Node::Or(parts) => {
            return parts
                .iter()
                .for_each(|part| resolved(part, directory, names));
        }
        Node::Not(part) => return resolved(part, directory, names),
        Node::Text(_) | Node::Word(_) => return,
        Node::Field { field, value, .. } => (*field, value),
    };
    let users = || {
        directory
            .users(value)
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    let groups = || {
        directory
            .groups(value)
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    let is_conversation = ConversationId::new(value).kind() != ConversationKind::Other;
    let mut ids = match field {
        // Everybody is no name.
        Field::Mentions if value.eq_ignore_ascii_case("all") || value == "所有人" => return,
        Field::From | Field::With | Field::Mentions => users(),
        Field::Group => groups(),
        Field::In if is_conversation => Vec::new(),
        Field::In => match groups() {
            none if none.is_empty() => users(),
            groups => groups,
        },
        _ => return,
    };
    if ids.is_empty() {
        ids.push(value.clone());
    }
    names.push(Resolved {
        written: format!("{}:{value}", field.name()),
        ids,
    });
}
