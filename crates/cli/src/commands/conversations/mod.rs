//! `conversations`

mod row;

use std::collections::HashMap;

use openim_history_client::client::Client;
use openim_history_client::model::{
    Conversation, ConversationId, GroupId, Lang, ReadPosition, UserId,
};

use self::row::ConversationRow;
use super::list;
use crate::args::{FormatArgs, ListArgs};
use crate::connect;
use crate::error::{CommandError, Result};
use crate::format::{Format, Writer};
use crate::progress::Progress;
use crate::run::App;
use crate::select;
use crate::words::{self, Thing};

/// How many names are asked for at once.
const NAMES_AT_ONCE: usize = 100;

/// Lists a user's conversations, the one with the newest message first
///
/// HEAD is the number of the newest message the user can see, UNREAD how many lie behind the last
/// one the user has read. NEWEST is when the server took that message; from MongoDB, which does
/// not know, it is when the message was sent.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Whose: an id, or a nickname only one has
    #[arg(long, value_name = "USER")]
    user: String,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    format: FormatArgs,
}

pub(super) async fn run(app: &mut App, args: &Args) -> Result {
    let config = app.configure()?;
    let client = connect::client(&config)?;
    let user = select::user(&client, &args.user, &app.ui).await?;
    let mut progress = Progress::start(&app.ui, Thing::Conversation);
    let answer = progress.watch(client.conversations(&user)).await?;
    let (origin, passed_over) = (answer.origin, answer.passed_over);
    let positions = progress.watch(client.read_positions(&user, &[])).await?;
    let all = newest_first(answer.value, positions.value);
    let total = all.len() as u64;
    let chosen = stretch(all, args.list);
    let names = progress.watch(Names::of(&client, &chosen)).await?;

    let format = Format::chosen(args.format, &config);
    let (lang, zone) = (app.ui.lang, app.ui.zone.clone());
    let sheet = ConversationRow::sheet(lang);
    let mut writer = Writer::begin(format, sheet, &mut app.out)?;
    let shown = chosen.len() as u64;
    for (conversation, position) in chosen {
        let name = names.name(&conversation).unwrap_or_default();
        let position = position.as_ref();
        writer.row(&ConversationRow::new(conversation, position, name, &zone))?;
    }
    writer.end()?;
    drop(progress);

    let (what, more) = list::closing(args.list, Thing::Conversation, (shown, total), lang);
    let of = match lang {
        Lang::En => format!("{what} of {user}"),
        Lang::Zh => format!("{user}：{what}"),
    };
    app.ui
        .status(words::with(&of, &words::from(origin, lang), lang));
    app.ui.passed_over(passed_over.as_deref());
    if let Some(more) = more {
        app.ui.status(more);
    }
    Ok(())
}

type Pair = (Conversation, Option<ReadPosition>);

/// Joins conversations and read positions, and sorts them by the time of the newest message.
fn newest_first(conversations: Vec<Conversation>, positions: Vec<ReadPosition>) -> Vec<Pair> {
    let mut positions: HashMap<ConversationId, ReadPosition> = positions
        .into_iter()
        .map(|position| (position.conversation_id.clone(), position))
        .collect();
    let mut pairs: Vec<Pair> = conversations
        .into_iter()
        .map(|conversation| {
            let position = positions.remove(&conversation.conversation_id);
            (conversation, position)
        })
        .collect();
    let newest = |pair: &Pair| pair.1.as_ref().and_then(|position| position.max_seq_time);
    // Stable: equals stay ordered by id, as they come.
    pairs.sort_by_key(|pair| std::cmp::Reverse(newest(pair)));
    pairs
}

fn stretch(mut pairs: Vec<Pair>, list: ListArgs) -> Vec<Pair> {
    if list.all {
        return pairs;
    }
    let limit = list.limit as usize;
    let offset = (list.page as usize - 1).saturating_mul(limit);
    pairs.drain(..offset.min(pairs.len()));
    pairs.truncate(limit);
    pairs
}

/// Names of the users and groups that conversations are with.
struct Names {
    users: HashMap<UserId, String>,
    groups: HashMap<GroupId, String>,
}

impl Names {
    async fn of(client: &Client, pairs: &[Pair]) -> Result<Self, CommandError> {
        let conversations = || pairs.iter().map(|(conversation, _)| conversation);
        let mut users: Vec<_> = conversations().map(|c| c.user_id.clone()).collect();
        let mut groups: Vec<_> = conversations().map(|c| c.group_id.clone()).collect();
        users.retain(|id| !id.is_empty());
        users.sort_unstable();
        users.dedup();
        groups.retain(|id| !id.is_empty());
        groups.sort_unstable();
        groups.dedup();

        let mut names = Self {
            users: HashMap::new(),
            groups: HashMap::new(),
        };
        for ids in users.chunks(NAMES_AT_ONCE) {
            let found = client.users_by_id(ids).await?.value;
            let named = found.into_iter().map(|user| (user.user_id, user.nickname));
            names.users.extend(named);
        }
        for ids in groups.chunks(NAMES_AT_ONCE) {
            let found = client.groups_by_id(ids).await?.value;
            let named = found
                .into_iter()
                .map(|group| (group.group_id, group.group_name));
            names.groups.extend(named);
        }
        Ok(names)
    }

    fn name(&self, conversation: &Conversation) -> Option<String> {
        let group = self.groups.get(&conversation.group_id);
        group
            .or_else(|| self.users.get(&conversation.user_id))
            .cloned()
    }
}

#[cfg(test)]
mod tests {
    use openim_history_client::model::Timestamp;

    use super::*;

    fn pair(id: &str, millis: Option<i64>) -> (Conversation, ReadPosition) {
        let conversation = Conversation {
            conversation_id: id.into(),
            ..Conversation::default()
        };
        let position = ReadPosition {
            conversation_id: id.into(),
            max_seq_time: millis.map(Timestamp::from_millis),
            ..ReadPosition::default()
        };
        (conversation, position)
    }

    #[test]
    fn the_newest_comes_first_and_the_unknown_last() {
        let (conversations, mut positions): (Vec<_>, Vec<_>) = [
            pair("a", None),
            pair("b", Some(1)),
            pair("c", Some(3)),
            pair("d", Some(3)),
        ]
        .into_iter()
        .unzip();
        positions.swap(0, 3);
        let sorted = newest_first(conversations, positions);
        let ids: Vec<_> = sorted
            .iter()
            .map(|(c, _)| c.conversation_id.as_str())
            .collect();
        assert_eq!(ids, ["c", "d", "b", "a"]);
        let second = ListArgs {
            limit: 3,
            page: 2,
            all: false,
        };
        assert_eq!(stretch(sorted, second).len(), 1);
    }
}
