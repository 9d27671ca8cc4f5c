//! The small tables: who there is, and how far they have read.

use std::collections::BTreeMap;

use futures::{Stream, TryStreamExt};
use openim_history_client::model::{GroupId, RoleLevel, Timestamp, UserId};
use openim_history_client::source::mongo::MongoSource;

use super::options::PeopleReport;
use crate::error::Result;
use crate::place::Place;
use crate::tables::small::{ReadState, SmallCounts, bring_up_to_date};

async fn all<T>(
    stream: impl Stream<Item = openim_history_client::Result<Vec<T>>>,
) -> Result<Vec<T>> {
    Ok(stream.try_concat().await?)
}

/// Brings the small tables up to date with MongoDB.
pub(super) async fn from_mongo(
    place: &Place,
    source: &MongoSource,
    now: Timestamp,
) -> Result<PeopleReport> {
    let server = Server { place, source, now };
    // One after the other: each is in memory as a whole.
    let users = server.users().await?;
    let (groups, group_members) = server.groups().await?;
    let conversations = server.conversations().await?;
    let read_positions = server.read_positions().await?;
    Ok(PeopleReport {
        users,
        groups,
        group_members,
        conversations,
        read_positions,
    })
}

/// Where people are read from and kept.
struct Server<'a> {
    place: &'a Place,
    source: &'a MongoSource,
    now: Timestamp,
}

impl Server<'_> {
    async fn users(&self) -> Result<SmallCounts> {
        let users = all(self.source.all_users()).await?;
        bring_up_to_date(self.place, users, true, self.now).await
    }

    /// Groups and their members.
    async fn groups(&self) -> Result<(SmallCounts, SmallCounts)> {
        let members = all(self.source.all_members()).await?;
        let mut owners: BTreeMap<GroupId, UserId> = BTreeMap::new();
        let mut sizes: BTreeMap<GroupId, u32> = BTreeMap::new();
        for member in &members {
            *sizes.entry(member.group_id.clone()).or_default() += 1;
            if member.role_level == RoleLevel::OWNER {
                owners.insert(member.group_id.clone(), member.user_id.clone());
            }
        }
        let mut groups = all(self.source.all_groups()).await?;
        for group in &mut groups {
            group.owner_user_id = owners.remove(&group.group_id).unwrap_or_default();
            group.member_count = sizes.get(&group.group_id).copied().unwrap_or_default();
        }
        let groups = bring_up_to_date(self.place, groups, true, self.now).await?;
        let members = bring_up_to_date(self.place, members, true, self.now).await?;
        Ok((groups, members))
    }

    async fn conversations(&self) -> Result<SmallCounts> {
        let conversations = all(self.source.all_conversations()).await?;
        bring_up_to_date(self.place, conversations, true, self.now).await
    }

    async fn read_positions(&self) -> Result<SmallCounts> {
        let positions = all(self.source.all_user_seqs()).await?;
        let positions = positions.into_iter().map(|seqs| ReadState {
            user_id: seqs.user_id,
            conversation_id: seqs.conversation_id,
            has_read_seq: seqs.read_seq,
            min_seq: seqs.min_seq,
            max_seq: seqs.max_seq,
        });
        bring_up_to_date(self.place, positions.collect(), true, self.now).await
    }
}
