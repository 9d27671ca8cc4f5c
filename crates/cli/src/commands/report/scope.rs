//! Whose messages, as typed.

use openim_history_archive::Archive;
use openim_history_archive::report::Scope;
use openim_history_archive::search::Directory;
use openim_history_client::model::{ConversationId, ConversationKind};

use crate::error::{CommandError, Result};

/// Whose messages, as typed. Without any of them everybody's.
#[derive(Clone, Debug, clap::Args)]
#[group(multiple = false)]
pub(super) struct ScopeArgs {
    /// Only those of this group, by id or name
    #[arg(long, value_name = "GROUP")]
    group: Option<String>,
    /// Only those this user sent, by id or name; what others sent the user in chats of two is counted
    /// apart
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Only those of this conversation: an id like si_alice_bob
    #[arg(long, value_name = "ID")]
    conversation: Option<String>,
}

impl ScopeArgs {
    /// Finds out who is meant.
    pub(super) async fn resolve(&self, archive: &Archive) -> Result<Scope> {
        if let Some(text) = &self.conversation {
            let id = ConversationId::new(text);
            return match id.kind() {
                ConversationKind::Single
                | ConversationKind::Group
                | ConversationKind::WriteGroup => Ok(Scope::Conversation(id)),
                _ => Err(CommandError::usage_with_hint(
                    format!("--conversation: {text:?} is no chat of two and no group"),
                    "write an id like si_alice_bob or sg_1024; `openim-history search --count` \
                     counts notices",
                )),
            };
        }
        if self.group.is_none() && self.user.is_none() {
            return Ok(Scope::Server);
        }
        let directory = Directory::open(archive).await?;
        if let Some(text) = &self.group {
            let found = one("group", text, &directory.groups(text), &directory)?;
            return Ok(Scope::Group(found));
        }
        let text = self.user.as_deref().unwrap_or_default();
        let found = one("user", text, &directory.users(text), &directory)?;
        Ok(Scope::User(found))
    }
}

/// Returns the one that is meant.
fn one<I: Clone + AsRef<str>>(
    what: &str,
    text: &str,
    found: &[I],
    directory: &Directory,
) -> Result<I> {
    match found {
        [one] => Ok(one.clone()),
        [] => {
            let near = directory.near(text, what == "group", what == "user");
            let problem = format!("--{what}: the archive has no {what} {text:?}");
            Err(if near.is_empty() {
                CommandError::usage(problem)
            } else {
                CommandError::usage_with_hint(problem, format!("near it are: {}", near.join(", ")))
            })
        }
        several => {
            const NAMED: usize = 10;
            let ids: Vec<&str> = several.iter().take(NAMED).map(AsRef::as_ref).collect();
            let more = if several.len() > NAMED { ", …" } else { "" };
            Err(CommandError::usage_with_hint(
                format!("--{what}: {} {what}s are called {text:?}", several.len()),
                format!("name one by its id: {}{more}", ids.join(", ")),
            ))
        }
    }
}
