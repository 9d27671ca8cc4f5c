//! Which conversations: ids, patterns of ids, or names of users and groups.

use std::collections::BTreeSet;
use std::sync::Arc;

use openim_history_archive::sync::{Chosen, Filter};
use openim_history_client::Error;
use openim_history_client::client::Client;
use openim_history_client::config::Config;
use openim_history_client::model::{ConversationId, ConversationKind, UserId};
use openim_history_client::source::PageRequest;

use super::way::Way;
use crate::connect;
use crate::error::{CommandError, Result};
use crate::select::say_who;
use crate::ui::Ui;
use crate::words::Thing;

/// Users asked for at once.
const PAGE: u32 = 500;

/// Which conversations, as typed.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct FilterArgs {
    /// Only these conversations: an id like si_alice_bob, a pattern like 'sg_*', or a user or group by
    /// id or name; can be given several times
    #[arg(long, value_name = "PATTERN")]
    only: Vec<String>,
    /// Leaves these conversations out; typed as for --only
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
}

impl FilterArgs {
    /// Finds out what is meant. The log beside a conversation goes with it. The server is only asked
    /// about what is neither an id nor a pattern.
    pub(crate) async fn resolve(&self, config: &Config, ui: &Ui) -> Result<Filter> {
        Ok(Filter {
            only: chosen(&self.only, config, ui).await?,
            exclude: chosen(&self.exclude, config, ui).await?,
        })
    }
}

async fn chosen(typed: &[String], config: &Config, ui: &Ui) -> Result<Vec<Chosen>> {
    let mut chosen: Vec<Chosen> = Vec::new();
    for text in typed {
        let id = ConversationId::new(text);
        if text.contains(['*', '?']) {
            chosen.push(text.clone().into());
        } else if id.kind() != ConversationKind::Other {
            chosen.push(text.clone().into());
            chosen.extend(id.log().map(|log| log.to_string().into()));
        } else if Way::is_configured(config)? {
            let client = connect::client(config)?;
            chosen.extend(named(&client, text, ui).await?);
        } else {
            return Err(CommandError::usage_with_hint(
                format!("{text:?} is neither a conversation's id nor a pattern"),
                "names of users and groups need a server to ask: configure one, or write an id like \
                 si_alice_bob or a pattern like 'sg_*'",
            ));
        }
    }
    Ok(chosen)
}

/// Finds the conversations of whoever or whatever has that id or name; it must be one.
async fn named(client: &Client, text: &str, ui: &Ui) -> Result<Vec<Chosen>> {
    let group = match client.find_group(text).await {
        Ok(group) => Some(group.value),
        Err(Error::NotFound { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let user = match client.find_user(text).await {
        Ok(user) => Some(user.value),
        Err(Error::NotFound { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    match (user, group) {
        (Some(user), Some(group)) => Err(CommandError::usage_with_hint(
            format!(
                "{text:?} is both user {} ({}) and group {} ({})",
                user.user_id, user.nickname, group.group_id, group.group_name
            ),
            format!(
                "write sg_{} for the group, or 'si_{id}_*' and 'si_*_{id}' for the user's chats",
                group.group_id,
                id = user.user_id
            ),
        )),
        (Some(user), None) => {
            let id = &user.user_id;
            say_who(Thing::User, text, id.as_str(), &user.nickname, ui);
            Ok(vec![Chosen::ChatsOf {
                user: id.clone(),
                known: Arc::new(everybody(client).await?),
            }])
        }
        (None, Some(group)) => {
            let id = &group.group_id;
            say_who(Thing::Group, text, id.as_str(), &group.group_name, ui);
            Ok(["sg", "g", "n"]
                .iter()
                .map(|kind| format!("{kind}_{id}").into())
                .collect())
        }
        (None, None) => Err(CommandError::Missing {
            what: format!("{text:?}"),
            why: "it is neither a conversation's id or pattern, nor a user or group of the server"
                .to_owned(),
        }),
    }
}

/// Returns the ids of all users.
async fn everybody(client: &Client) -> Result<BTreeSet<UserId>> {
    let mut ids = BTreeSet::new();
    let mut page = PageRequest::first(PAGE);
    loop {
        let users = client.users(page).await?.value.items;
        let is_last = users.len() < PAGE as usize;
        ids.extend(users.into_iter().map(|user| user.user_id));
        if is_last {
            return Ok(ids);
        }
        page = page.next();
    }
}
