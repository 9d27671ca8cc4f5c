//! From what was typed to whose messages: ids, or names only one has.

use clap::Args;
use openim_history_client::Error;
use openim_history_client::client::{Client, Selection};
use openim_history_client::model::{ConversationId, GroupId, Lang, UserId};
use openim_history_client::source::View;

use crate::error::{CommandError, Result};
use crate::ui::Ui;
use crate::words::Thing;

/// Whose messages, as typed. Exactly one is given.
#[derive(Debug, Args)]
#[group(id = "selection", required = true, multiple = false)]
pub(crate) struct SelectionArgs {
    /// All conversations of a user
    #[arg(
        long,
        value_name = "USER",
        help_heading = "Whose messages (one of these)"
    )]
    pub(crate) user: Option<String>,
    /// The chat of two users
    #[arg(long, num_args = 2, value_names = ["USER", "USER"], help_heading = "Whose messages (one of these)")]
    pub(crate) between: Option<Vec<String>>,
    /// A group's chat
    #[arg(
        long,
        value_name = "GROUP",
        help_heading = "Whose messages (one of these)"
    )]
    pub(crate) group: Option<String>,
    /// One conversation, like si_alice_bob or sg_1234
    #[arg(
        long,
        value_name = "ID",
        help_heading = "Whose messages (one of these)"
    )]
    pub(crate) conversation: Option<String>,
}

impl SelectionArgs {
    /// Finds out who is meant.
    pub(crate) async fn resolve(&self, client: &Client, ui: &Ui) -> Result<Selection> {
        if let Some(name) = &self.user {
            return Ok(Selection::User(user(client, name, ui).await?));
        }
        if let Some([a, b]) = self.between.as_deref() {
            let (a, b) = (user(client, a, ui).await?, user(client, b, ui).await?);
            return Ok(Selection::Between(a, b));
        }
        if let Some(name) = &self.group {
            return Ok(Selection::Group(group(client, name, ui).await?));
        }
        match &self.conversation {
            Some(id) => Ok(Selection::Conversation(ConversationId::new(id))),
            None => Err(CommandError::usage("whose messages is not said")),
        }
    }
}

/// Finds out whose eyes are meant: `full`, or a user.
pub(crate) async fn view(client: &Client, typed: &str, ui: &Ui) -> Result<View> {
    match typed {
        "full" => Ok(View::Full),
        name => Ok(View::As(user(client, name, ui).await?)),
    }
}

/// Finds a user by id, or by a name only one has. One the server does not list is taken for an
/// id: messages outlive accounts.
pub(crate) async fn user(client: &Client, typed: &str, ui: &Ui) -> Result<UserId> {
    match client.find_user(typed).await {
        Ok(found) => {
            let user = found.value;
            say_who(
                Thing::User,
                typed,
                user.user_id.as_str(),
                &user.nickname,
                ui,
            );
            Ok(user.user_id)
        }
        Err(Error::NotFound { .. }) => Ok(UserId::new(typed)),
        Err(error) => Err(error.into()),
    }
}

/// Finds a group by id, or by a name only one has. One the server does not list is taken for an
/// id.
async fn group(client: &Client, typed: &str, ui: &Ui) -> Result<GroupId> {
    match existing_group(client, typed, ui).await {
        Err(CommandError::Library(Error::NotFound { .. })) => Ok(GroupId::new(typed)),
        found => found,
    }
}

/// Finds a group by id, or by a name only one has; it must exist.
pub(crate) async fn existing_group(client: &Client, typed: &str, ui: &Ui) -> Result<GroupId> {
    let group = client.find_group(typed).await?.value;
    say_who(
        Thing::Group,
        typed,
        group.group_id.as_str(),
        &group.group_name,
        ui,
    );
    Ok(group.group_id)
}

/// Says whom a name stands for, so that a part of a name that fits the wrong one is noticed.
pub(crate) fn say_who(what: Thing, typed: &str, id: &str, name: &str, ui: &Ui) {
    if typed != id {
        ui.status(match ui.lang {
            Lang::En => format!("{typed:?} is {} {id} ({name})", what.one(ui.lang)),
            Lang::Zh => format!("{typed:?} 是{} {id}（{name}）", what.one(ui.lang)),
        });
    }
}
