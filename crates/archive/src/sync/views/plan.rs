//! Which numbers are read through whose eyes.

use std::collections::BTreeMap;

use openim_history_client::model::{
    Conversation, ConversationId, ConversationKind, Group, Member, SeqRange, User, UserId,
};
use openim_history_client::source::{Page, PageRequest, Source, View};
use serde::Serialize;

use super::holes::Holes;
use crate::archive::Archive;
use crate::error::Result;
use crate::progress::Progress;
use crate::sync::filter::Filter;
use crate::sync::options::SyncOptions;
use crate::sync::same;
use crate::tables::small::ReadState;
use crate::write::Ledger;

/// Entries of a list asked for at once.
const PAGE: u32 = 500;

/// What there is to read through users' eyes.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ViewPlan {
    /// Conversations and logs that some user can see and the options take.
    pub conversations: u64,
    /// Numbers to ask for.
    pub to_read: u64,
    #[serde(skip)]
    pub(super) tasks: Vec<Task>,
    #[serde(skip)]
    pub(super) people: People,
}

/// Numbers to read through one user's eyes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Task {
    pub(super) viewer: UserId,
    pub(super) conversation: ConversationId,
    pub(super) range: SeqRange,
}

/// Everybody and everything that was listed on the way.
#[derive(Clone, Debug, Default)]
pub(super) struct People {
    pub(super) users: Vec<User>,
    pub(super) groups: Vec<Group>,
    pub(super) members: Vec<Member>,
    pub(super) conversations: Vec<Conversation>,
    pub(super) positions: Vec<ReadState>,
}

impl ViewPlan {
    /// Looks what there is to read into an archive, or into one that is yet to be made. The archive is only read
    /// for it: somebody else may be writing to it.
    pub async fn look(
        source: &dyn Source,
        archive: Option<&Archive>,
        options: &SyncOptions,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let Some(archive) = archive else {
            let (holes, ledger) = (Holes::default(), Ledger::default());
            return Self::make(source, options, &holes, &ledger, progress).await;
        };
        let (place, server) = (archive.place(), &archive.manifest().server);
        let ledger = Ledger::read(place, archive.messages.files()).await?;
        let sample = archive.get(&same::sample(&ledger)).await?;
        same::check(source, false, sample, place, server).await?;
        let holes = Holes::read(place).await?;
        Self::make(source, options, &holes, &ledger, progress).await
    }

    pub(super) async fn make(
        source: &dyn Source,
        options: &SyncOptions,
        holes: &Holes,
        ledger: &Ledger,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let (people, shares) = shares_and_people(source, &options.filter, progress).await?;
        let mut plan = Self {
            people,
            ..Self::default()
        };
        let mut last = None;
        for share in shares {
            if last.as_ref() != Some(&share.conversation) {
                plan.conversations += 1;
                last = Some(share.conversation.clone());
            }
            let asked: Vec<SeqRange> = if options.thorough {
                vec![share.range]
            } else {
                let gaps = ledger.gaps(&share.conversation, share.range);
                gaps.into_iter()
                    .flat_map(|gap| holes.without(&share.conversation, gap))
                    .collect()
            };
            plan.tasks.extend(asked.into_iter().map(|range| Task {
                viewer: share.viewer.clone(),
                conversation: share.conversation.clone(),
                range,
            }));
        }
        // The logs come last: what they tell of was done to messages that are there by then.
        plan.tasks
            .sort_by_key(|task| task.conversation.kind() == ConversationKind::Log);
        plan.to_read = plan.tasks.iter().map(|task| task.range.len()).sum();
        Ok(plan)
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }
}

/// A stretch of a conversation, and through whose eyes it is read.
#[derive(Clone, Debug)]
pub(crate) struct Share {
    pub(crate) conversation: ConversationId,
    pub(crate) viewer: UserId,
    pub(crate) range: SeqRange,
    /// Whether nobody sees anything below it.
    pub(crate) lowest: bool,
}

/// Shares the numbers of a conversation out among those who see them, few of them if possible.
fn shares(mut views: Vec<(UserId, SeqRange)>) -> Vec<(UserId, SeqRange)> {
    // The widest first: as a rule it has everything.
    views.sort_by_key(|(_, range)| std::cmp::Reverse(range.len()));
    let mut taken: Vec<SeqRange> = Vec::new();
    let mut shares = Vec::new();
    for (viewer, range) in views {
        let mut left = vec![range];
        for other in &taken {
            left = left
                .into_iter()
                .flat_map(|part| without(part, *other))
                .collect();
        }
        for part in left {
            taken.push(part);
            shares.push((viewer.clone(), part));
        }
    }
    shares
}

/// Returns what is left of a range without another.
pub(super) fn without(range: SeqRange, other: SeqRange) -> Vec<SeqRange> {
    let cut = range.intersection(&other);
    if cut.is_empty() {
        return vec![range];
    }
    let before = SeqRange {
        first: range.first,
        last: cut.first.previous(),
    };
    let behind = SeqRange {
        first: cut.last.next(),
        last: range.last,
    };
    [before, behind]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect()
}

/// Lists who sees which numbers of every conversation the filter takes, ordered by conversation.
pub(crate) async fn shares_of(
    source: &dyn Source,
    filter: &Filter,
    progress: &dyn Progress,
) -> Result<Vec<Share>> {
    let (_, shares) = shares_and_people(source, filter, progress).await?;
    Ok(shares)
}

async fn shares_and_people(
    source: &dyn Source,
    filter: &Filter,
    progress: &dyn Progress,
) -> Result<(People, Vec<Share>)> {
    let mut people = list(source).await?;
    progress.begin("users", Some(people.users.len() as u64));
    // Of each conversation, what each of its owners can see.
    let mut views: BTreeMap<ConversationId, Vec<(UserId, SeqRange)>> = BTreeMap::new();
    for user in &people.users {
        let rows = source.conversations(&user.user_id).await?;
        let mut ids = Vec::new();
        for row in &rows {
            let id = &row.conversation_id;
            ids.extend(filter.takes(id).then(|| id.clone()));
            ids.extend(id.log().filter(|log| filter.takes_log(log, id)));
        }
        ids.sort();
        ids.dedup();
        let view = View::As(user.user_id.clone());
        for bounds in source.bounds(&view, &ids).await? {
            if !bounds.range.is_empty() {
                views
                    .entry(bounds.conversation_id)
                    .or_default()
                    .push((user.user_id.clone(), bounds.range));
            }
        }
        for position in source.read_positions(&user.user_id, &[]).await? {
            people.positions.push(ReadState {
                user_id: position.user_id,
                conversation_id: position.conversation_id,
                has_read_seq: position.has_read_seq,
                ..ReadState::default()
            });
        }
        people.conversations.extend(rows);
        progress.advance(1);
    }
    let mut all = Vec::new();
    for (conversation, views) in views {
        let lowest = views.iter().map(|(_, range)| range.first).min();
        all.extend(shares(views).into_iter().map(|(viewer, range)| Share {
            lowest: Some(range.first) == lowest,
            conversation: conversation.clone(),
            viewer,
            range,
        }));
    }
    Ok((people, all))
}

async fn list(source: &dyn Source) -> Result<People> {
    let users = all(|page| source.users(page)).await?;
    let groups = all(|page| source.groups(page)).await?;
    let mut members = Vec::new();
    for group in &groups {
        members.extend(all(|page| source.members(&group.group_id, page)).await?);
    }
    Ok(People {
        users,
        groups,
        members,
        ..People::default()
    })
}

/// Reads all pages of a list.
async fn all<T, F>(ask: impl Fn(PageRequest) -> F) -> Result<Vec<T>>
where
    F: Future<Output = openim_history_client::Result<Page<T>>>,
{
    let mut items = Vec::new();
    let mut page = PageRequest::first(PAGE);
    loop {
        let answer = ask(page).await?.items;
        let is_last = answer.len() < PAGE as usize;
        items.extend(answer);
        if is_last {
            return Ok(items);
        }
        page = page.next();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_read_through_one_pair_of_eyes() {
        let view = |id: &str, first, last| (UserId::new(id), SeqRange::new(first, last));
        let shares = shares(vec![
            view("late", 50, 120),
            view("early", 1, 100),
            view("none", 60, 70),
        ]);
        assert_eq!(shares, [view("early", 1, 100), view("late", 101, 120)]);
    }
}
