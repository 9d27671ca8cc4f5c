//! Who is who: from names to ids.

use openim_history_client::model::{GroupId, UserId};

use crate::archive::Archive;
use crate::error::Result;
use crate::index::fold;
use crate::sync::matches;

/// How many are named as near ones.
const NEAR: usize = 3;

/// How alike a near one is at least, of 1.
const ALIKE: f64 = 0.8;

/// The users and groups an archive ever saw, with their names.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    users: Vec<Named<UserId>>,
    groups: Vec<Named<GroupId>>,
}

#[derive(Clone, Debug)]
struct Named<I> {
    id: I,
    name: String,
    /// The name, case and width folded.
    folded: String,
}

impl Directory {
    /// Reads the tables of users and groups.
    pub async fn open(archive: &Archive) -> Result<Self> {
        let (users, groups) = (archive.users().await?, archive.groups().await?);
        let users = users.into_iter().map(|stored| stored.entity);
        let groups = groups.into_iter().map(|stored| stored.entity);
        Ok(Self::new(
            users.map(|user| (user.user_id, user.nickname.to_string())),
            groups.map(|group| (group.group_id, group.group_name.to_string())),
        ))
    }

    /// Takes ids with their names.
    pub fn new(
        users: impl IntoIterator<Item = (UserId, String)>,
        groups: impl IntoIterator<Item = (GroupId, String)>,
    ) -> Self {
        Self {
            users: users.into_iter().map(named).collect(),
            groups: groups.into_iter().map(named).collect(),
        }
    }

    /// Returns the user of that id, or else all that are called so: in a pattern, `*` stands for any number
    /// of characters and `?` for one.
    pub fn users(&self, text: &str) -> Vec<UserId> {
        find(&self.users, text)
    }

    /// Returns the group of that id, or else all that are called so.
    pub fn groups(&self, text: &str) -> Vec<GroupId> {
        find(&self.groups, text)
    }

    /// Whether there is a user of that id.
    pub fn has_user(&self, id: &UserId) -> bool {
        self.users.iter().any(|known| known.id == *id)
    }

    /// Whether there is a group of that id.
    pub fn has_group(&self, id: &GroupId) -> bool {
        self.groups.iter().any(|known| known.id == *id)
    }

    /// Returns ids and names that look alike, for who mistyped one.
    pub fn near(&self, text: &str, groups: bool, users: bool) -> Vec<String> {
        let text = fold(text);
        let mut found: Vec<(f64, String)> = Vec::new();
        if users {
            found.extend(near(&self.users, &text));
        }
        if groups {
            found.extend(near(&self.groups, &text));
        }
        nearest(found)
    }
}

/// Returns those of some ids that look most like a text.
pub(super) fn near_ids(ids: impl IntoIterator<Item = String>, text: &str) -> Vec<String> {
    let alike = ids
        .into_iter()
        .map(|id| (strsim::jaro_winkler(text, &id), id));
    nearest(alike.filter(|(alike, _)| *alike >= ALIKE).collect())
}

/// Returns the first few, the most alike first.
fn nearest(mut found: Vec<(f64, String)>) -> Vec<String> {
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    found.into_iter().take(NEAR).map(|(_, name)| name).collect()
}

fn named<I: AsRef<str>>((id, name): (I, String)) -> Named<I> {
    Named {
        folded: fold(&name),
        id,
        name,
    }
}

fn find<I: Clone + AsRef<str>>(all: &[Named<I>], text: &str) -> Vec<I> {
    if let Some(known) = all.iter().find(|known| known.id.as_ref() == text) {
        return vec![known.id.clone()];
    }
    let folded = fold(text);
    let is_pattern = text.contains(['*', '?']);
    let is_meant = |known: &&Named<I>| {
        known.folded == folded
            || (is_pattern && (matches(text, known.id.as_ref()) || matches(&folded, &known.folded)))
    };
    let found = all.iter().filter(is_meant);
    found.map(|known| known.id.clone()).collect()
}

fn near<'a, I: AsRef<str>>(
    all: &'a [Named<I>],
    text: &'a str,
) -> impl Iterator<Item = (f64, String)> + 'a {
    all.iter().filter_map(move |known| {
        let id = known.id.as_ref();
        let by_name = strsim::jaro_winkler(text, &known.folded);
        let alike = by_name.max(strsim::jaro_winkler(text, id));
        let part = !text.is_empty() && known.folded.contains(text);
        let alike = if part { alike.max(0.9) } else { alike };
        let shown = match known.name.as_str() {
            "" => id.to_owned(),
            name => format!("{id} ({name})"),
        };
        (alike >= ALIKE).then_some((alike, shown))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> Directory {
        let users = [
            ("u1", "张三"),
            ("u2", "张三"),
            ("u3", "Alice 爱丽丝"),
            ("张三丰", "x"),
        ];
        let groups = [("g1", "项目组 Project")];
        Directory::new(
            users.map(|(id, name)| (id.into(), name.to_owned())),
            groups.map(|(id, name)| (id.into(), name.to_owned())),
        )
    }

    #[test]
    fn an_id_is_meant_before_a_name_and_a_name_may_be_of_several() {
        let directory = directory();
        let users = |text: &str| {
            let found = directory.users(text);
            found.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(users("u1"), ["u1"]);
        assert_eq!(users("张三"), ["u1", "u2"]);
        assert_eq!(users("ＡＬＩＣＥ 爱丽丝"), ["u3"]);
        assert_eq!(users("张三*"), ["u1", "u2", "张三丰"]);
        assert!(users("李四").is_empty());
        assert_eq!(directory.groups("项目组 project").len(), 1);
    }

    #[test]
    fn who_mistypes_a_name_is_told_near_ones() {
        assert_eq!(
            directory().near("alcie 爱丽丝", false, true),
            ["u3 (Alice 爱丽丝)"]
        );
        assert_eq!(
            directory().near("项目组", true, false),
            ["g1 (项目组 Project)"]
        );
        assert!(directory().near("zzz", true, true).is_empty());
    }
}
