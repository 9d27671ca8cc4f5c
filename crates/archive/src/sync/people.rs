//! The small tables: who there is, and how far they have read.

use std::collections::BTreeMap;

use futures::{Stream, TryStreamExt};
use openim_history_client::model::{Conversation, GroupId, RoleLevel, Seq, Timestamp, UserId};
use openim_history_client::source::mongo::MongoSource;

use super::options::PeopleReport;
use crate::error::Result;
use crate::place::Place;
use crate::tables::small::{MinSeq, ReadState, SmallCounts, bring_up_to_date};

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
    let users = all(source.all_users()).await?;
    let users = bring_up_to_date(place, users, |_| true, now).await?;
    let members = all(source.all_members()).await?;
    let mut owners: BTreeMap<GroupId, UserId> = BTreeMap::new();
    let mut sizes: BTreeMap<GroupId, u32> = BTreeMap::new();
    for member in &members {
        *sizes.entry(member.group_id.clone()).or_default() += 1;
        if member.role_level == RoleLevel::OWNER {
            owners.insert(member.group_id.clone(), member.user_id.clone());
        }
    }
    let mut groups = all(source.all_groups()).await?;
    for group in &mut groups {
        group.owner_user_id = owners.remove(&group.group_id).unwrap_or_default();
        group.member_count = sizes.get(&group.group_id).copied().unwrap_or_default();
    }
    let groups = bring_up_to_date(place, groups, |_| true, now).await?;
    let group_members = bring_up_to_date(place, members, |_| true, now).await?;
    let rows = all(source.all_conversations()).await?;
    let mut min_seqs = min_seqs_of(&rows);
    let conversations = bring_up_to_date(place, rows, |_| true, now).await?;
    let positions = all(source.all_user_seqs()).await?;
    min_seqs.extend(positions.iter().map(|seqs| MinSeq {
        user_id: seqs.user_id.clone(),
        conversation_id: seqs.conversation_id.clone(),
        min_seq: seqs.min_seq,
    }));
    let bounds = all(source.all_conversation_seqs()).await?;
    min_seqs.extend(bounds.into_iter().map(|seqs| MinSeq {
        user_id: UserId::default(),
        conversation_id: seqs.conversation_id,
        min_seq: seqs.min_seq,
    }));
    let positions = positions
        .into_iter()
        .map(|seqs| ReadState {
            user_id: seqs.user_id,
            conversation_id: seqs.conversation_id,
            has_read_seq: seqs.read_seq,
            min_seq: seqs.min_seq,
            max_seq: seqs.max_seq,
        })
        .collect();
    let read_positions = bring_up_to_date(place, positions, |_| true, now).await?;
    Ok(PeopleReport {
        users,
        groups,
        group_members,
        conversations,
        read_positions,
        min_seqs: keep_min_seqs(place, min_seqs, now).await?,
    })
}

/// Returns from where on the owners of conversations see them.
pub(super) fn min_seqs_of(rows: &[Conversation]) -> Vec<MinSeq> {
    rows.iter()
        .map(|row| MinSeq {
            user_id: row.owner_user_id.clone(),
            conversation_id: row.conversation_id.clone(),
            min_seq: row.min_seq,
        })
        .collect()
}

/// Keeps those that bound something. None is ever gone: one that another takes the place of was there all the same.
pub(super) async fn keep_min_seqs(
    place: &Place,
    mut seen: Vec<MinSeq>,
    now: Timestamp,
) -> Result<SmallCounts> {
    seen.retain(|bound| bound.min_seq > Seq(0));
    bring_up_to_date(place, seen, |_| false, now).await
}
