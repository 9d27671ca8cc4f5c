//! Reading what the plan says, into the archive.

use std::collections::HashSet;
use std::time::Instant;

use futures::StreamExt;
use futures::stream;
use openim_history_client::model::{
    Conversation, ConversationId, Group, GroupId, GroupStatus, Member, Slot, Timestamp, User,
    UserId,
};
use openim_history_client::source::{Source, View};

use super::holes::Holes;
use super::plan::{People, Task, ViewPlan};
use crate::error::Result;
use crate::place::Place;
use crate::progress::Progress;
use crate::row::RowSource;
use crate::sync::log::News;
use crate::sync::options::{PeopleReport, SyncOptions, SyncReport};
use crate::sync::people::{keep_min_seqs, min_seqs_of};
use crate::sync::same;
use crate::tables::small::{ReadState, bring_up_to_date};
use crate::write::Writer;

/// Brings an archive up to date through users' eyes: over REST.
#[derive(Debug)]
pub struct ViewSync<'a> {
    source: &'a dyn Source,
    writer: &'a mut Writer,
    options: SyncOptions,
    holes: Holes,
}

impl<'a> ViewSync<'a> {
    /// Prepares to bring the writer's archive up to date.
    pub async fn new(
        source: &'a dyn Source,
        writer: &'a mut Writer,
        options: SyncOptions,
    ) -> Result<Self> {
        let holes = Holes::read(writer.place()).await?;
        Ok(Self {
            source,
            writer,
            options,
            holes,
        })
    }

    /// Looks what there is to read: lists users, groups and conversations, and how far these go.
    pub async fn plan(&self, progress: &dyn Progress) -> Result<ViewPlan> {
        let ledger = self.writer.ledger()?;
        let sample = self.writer.rows_of(&same::sample(ledger)).await?;
        let (place, server) = (self.writer.place(), self.writer.server());
        same::check(self.source, false, sample, place, server).await?;
        ViewPlan::make(self.source, &self.options, &self.holes, ledger, progress).await
    }

    /// Reads it. What was read when something fails is committed, and not read again.
    pub async fn perform(mut self, plan: ViewPlan, progress: &dyn Progress) -> Result<SyncReport> {
        let started = Instant::now();
        let before = self.writer.counts();
        progress.begin("messages", Some(plan.to_read));
        let read = self.read(&plan.tasks, progress).await;
        // Where the archive itself failed, that is what is to be told.
        if self.writer.is_sound() {
            self.writer.commit_rows().await?;
            self.holes.write(self.writer.place()).await?;
        }
        let (pages, stopped) = read?;
        let mut people = PeopleReport::default();
        if !stopped {
            progress.begin("users, groups and conversations", None);
            let complete = self.options.filter.is_all();
            let now = self.writer.now();
            people = keep(self.writer.place(), plan.people, complete, now).await?;
            progress.begin("tidying", None);
            self.writer.compact(true).await?;
            self.writer.vacuum().await?;
        }
        Ok(SyncReport {
            messages: self.writer.counts().since(before),
            read: pages,
            conversations: plan.conversations,
            people,
            stopped,
            elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        })
    }

    /// Reads all tasks, some pages at once, and returns how many pages these were and whether it was
    /// told to stop before the last.
    async fn read(&mut self, tasks: &[Task], progress: &dyn Progress) -> Result<(u64, bool)> {
        let source = self.source;
        let length = source.page_len();
        let pages = tasks
            .iter()
            .flat_map(|task| task.range.pages(length).map(move |range| (task, range)));
        let mut answers = stream::iter(pages)
            .map(|(task, range)| async move {
                let view = View::As(task.viewer.clone());
                let slots = source.slots(&view, &task.conversation, range).await;
                (task, range, slots)
            })
            .buffered(source.concurrency().max(1));
        let mut news = News::default();
        let mut count = 0;
        let mut stopped = false;
        while let Some((task, range, slots)) = answers.next().await {
            if progress.stops() {
                stopped = true;
                break;
            }
            let mut slots = slots?;
            count += 1;
            for slot in &slots {
                if let Slot::Hole(hole) = slot {
                    self.holes.put(&hole.conversation_id, hole.seq);
                }
            }
            let view = View::As(task.viewer.clone());
            news.hold(&view, &mut slots, &self.options, self.writer.ledger()?);
            slots.retain(|slot| self.options.wants(slot));
            let seen = self.writer.seen(RowSource::Rest);
            self.writer.take(slots, seen).await?;
            if news.is_full() {
                news.settle(source, self.writer, RowSource::Rest).await?;
            }
            progress.advance(range.len());
        }
        drop(answers);
        news.settle(source, self.writer, RowSource::Rest).await?;
        Ok((count, stopped))
    }
}

/// Brings the small tables up to date with what was listed. What a filter left out, or the API never lists, was not
/// seen, and is not gone for that: a copy from MongoDB may have brought it.
async fn keep(
    place: &Place,
    people: People,
    complete: bool,
    now: Timestamp,
) -> Result<PeopleReport> {
    let min_seqs = min_seqs_of(&people.conversations);
    let users = people.users.iter().map(|user| user.user_id.clone());
    let users: HashSet<UserId> = users.collect();
    let groups = people.groups.iter().map(|group| group.group_id.clone());
    let groups: HashSet<GroupId> = groups.collect();
    let rows = people.conversations.iter();
    let rows: HashSet<(UserId, ConversationId)> = rows
        .map(|row| (row.owner_user_id.clone(), row.conversation_id.clone()))
        .collect();
    let is_person = |user: &User| user.app_manager_level <= 1;
    let is_alive = |group: &Group| group.status != GroupStatus::DISMISSED;
    let of_listed = |member: &Member| groups.contains(&member.group_id);
    let of_user = |row: &Conversation| users.contains(&row.owner_user_id);
    let of_row = |position: &ReadState| {
        complete && rows.contains(&(position.user_id.clone(), position.conversation_id.clone()))
    };
    Ok(PeopleReport {
        users: bring_up_to_date(place, people.users, is_person, now).await?,
        groups: bring_up_to_date(place, people.groups, is_alive, now).await?,
        group_members: bring_up_to_date(place, people.members, of_listed, now).await?,
        conversations: bring_up_to_date(place, people.conversations, of_user, now).await?,
        read_positions: bring_up_to_date(place, people.positions, of_row, now).await?,
        min_seqs: keep_min_seqs(place, min_seqs, now).await?,
    })
}
