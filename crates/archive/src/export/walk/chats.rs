//! Who is who in an export, and what conversations are called.

use std::collections::HashMap;

use openim_history_client::model::{ConversationId, ConversationKind, GroupId, Lang, UserId};

use super::super::privacy::{Known, Privacy};
use super::super::writer::{Chat, Names};
use crate::archive::Archive;
use crate::error::Result;

/// The names an archive knows, as they are now.
#[derive(Debug, Default)]
pub(crate) struct People {
    pub(crate) users: HashMap<UserId, String>,
    pub(crate) groups: HashMap<GroupId, String>,
    /// What members are called in their groups, for who looks for names to hide.
    nicknames: Vec<(UserId, String)>,
}

impl People {
    /// Reads the small tables. Members are only read where names have to be hidden.
    pub(crate) async fn read(archive: &Archive, members: bool) -> Result<Self> {
        let mut people = Self::default();
        for user in archive.users().await? {
            people
                .users
                .insert(user.entity.user_id, user.entity.nickname.to_string());
        }
        for group in archive.groups().await? {
            people
                .groups
                .insert(group.entity.group_id, group.entity.group_name.to_string());
        }
        if members {
            for member in archive.group_members().await? {
                people
                    .nicknames
                    .push((member.entity.user_id, member.entity.nickname));
            }
        }
        Ok(people)
    }

    /// Takes users and groups by their ids.
    #[cfg(test)]
    pub(crate) fn of(users: HashMap<UserId, String>, groups: HashMap<GroupId, String>) -> Self {
        Self {
            users,
            groups,
            nicknames: Vec::new(),
        }
    }

    /// Returns what tells people where no key of a content does.
    pub(crate) fn known(&self) -> Known {
        let mut known = Known::default();
        for (id, name) in self
            .users
            .iter()
            .chain(self.nicknames.iter().map(|(id, name)| (id, name)))
        {
            known.users.insert(id.to_string());
            if !name.is_empty() {
                known.names.insert(name.clone(), id.to_string());
            }
        }
        for (id, name) in &self.groups {
            known.groups.insert(id.to_string());
            if !name.is_empty() {
                known.group_names.insert(name.clone(), id.to_string());
            }
        }
        known
    }

    /// Returns the names as they may be told: none where people become tokens, for the tokens are their names.
    pub(crate) fn told(&self, privacy: &Privacy) -> Names {
        if privacy.tokens().is_some() {
            return Names::default();
        }
        let users = self.users.iter().filter(|(_, name)| !name.is_empty());
        let groups = self.groups.iter().filter(|(_, name)| !name.is_empty());
        Names {
            users: users
                .map(|(id, name)| (id.clone(), privacy.name(name).into_owned()))
                .collect(),
            groups: groups
                .map(|(id, name)| (id.clone(), privacy.name(name).into_owned()))
                .collect(),
        }
    }

    /// Returns a conversation as it is told, for its own id.
    pub(crate) fn chat(&self, id: &ConversationId, privacy: &Privacy, names: &Names) -> Chat {
        let is_group = matches!(
            id.kind(),
            ConversationKind::Group | ConversationKind::WriteGroup
        );
        let shown = |user: &UserId| {
            let user = privacy
                .tokens()
                .map_or_else(|| user.clone(), |tokens| tokens.user(user));
            names
                .users
                .get(&user)
                .cloned()
                .unwrap_or_else(|| user.to_string())
        };
        let title = match id.kind() {
            ConversationKind::Group | ConversationKind::WriteGroup => {
                let group = id.group_id().unwrap_or_default();
                let group = privacy
                    .tokens()
                    .map_or_else(|| group.clone(), |tokens| tokens.group(&group));
                Some(
                    names
                        .groups
                        .get(&group)
                        .cloned()
                        .unwrap_or_else(|| group.to_string()),
                )
            }
            ConversationKind::Single | ConversationKind::Notification => {
                let pairs = id.pairs();
                let is_known = |user: &UserId| self.users.contains_key(user);
                let pair = match &pairs[..] {
                    [pair] => Some(pair),
                    // An id may be read in several ways; who is known decides.
                    several if privacy.tokens().is_none() => {
                        several.iter().find(|(a, b)| is_known(a) && is_known(b))
                    }
                    _ => None,
                };
                pair.map(|(a, b)| format!("{}, {}", shown(a), shown(b)))
            }
            ConversationKind::Log | ConversationKind::Other => None,
        };
        let conversation_id = privacy
            .tokens()
            .map_or_else(|| id.clone(), |tokens| tokens.conversation(id));
        Chat {
            title: title
                .filter(|title| !title.is_empty())
                .unwrap_or_else(|| conversation_id.to_string()),
            conversation_id,
            is_group,
        }
    }
}

/// Returns the word for what a conversation is, as `{kind}` has it.
pub(crate) fn kind_word(kind: ConversationKind, lang: Lang) -> &'static str {
    let (english, chinese) = match kind {
        ConversationKind::Single => ("chats", "单聊"),
        ConversationKind::Group | ConversationKind::WriteGroup => ("groups", "群聊"),
        ConversationKind::Notification => ("notices", "通知"),
        ConversationKind::Log => ("logs", "日志"),
        ConversationKind::Other => ("others", "其他"),
    };
    match lang {
        Lang::En => english,
        Lang::Zh => chinese,
    }
}
