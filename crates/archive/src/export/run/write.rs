//! Writing the files that are not as they should be, and the pages that lead to all.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use futures::TryStreamExt;

use super::super::folder::{ExportManifest, FileKind, Folder};
use super::super::format::ExportFormat;
use super::super::walk::{Plan, Planned, Scope, Staged, Walk, record};
use super::super::writer::Finished;
use super::Run;
use super::compare::{Old, Work, files, refuse_occupied};
use super::next::{Becomes, Extra};
use crate::error::{Error, Result};
use crate::progress::Progress;

/// How many conversations are named to the tables one by one, where only some are needed.
const NAMED: usize = 500;

/// Batches that wait for whoever writes.
const AHEAD: usize = 2;

impl Run<'_> {
    /// Writes the files that are not as they should be.
    pub(super) async fn write(
        &self,
        plan: &Arc<Plan>,
        progress: &dyn Progress,
    ) -> Result<Option<Vec<Staged>>> {
        let mut staged = Vec::new();
        let mut orders = Vec::new();
        for layout in &self.layouts {
            if !orders.contains(&layout.order) {
                orders.push(layout.order);
            }
        }
        for order in orders {
            let of_order = |at: &usize| plan.layouts[*at].order == order;
            let layouts: Vec<usize> = (0..plan.layouts.len()).filter(of_order).collect();
            let wanted: Vec<&Planned> = plan
                .jobs
                .keys()
                .filter(|(layout, _)| of_order(layout))
                .map(|(layout, part)| &plan.parts[*layout][*part])
                .collect();
            if wanted.is_empty() {
                continue;
            }
            let scope = scope(&wanted, plan.layouts[layouts[0]].order.by_conversation);
            progress.begin(
                "writing",
                Some(wanted.iter().map(|part| part.messages).sum()),
            );
            let Some(mut sent) = self.from.feed.sent(order, &scope, progress).await? else {
                return Ok(None);
            };
            let (sender, mut receiver) = tokio::sync::mpsc::channel(AHEAD);
            let mut walk = Walk::begin(Arc::clone(plan), &layouts);
            let writing = tokio::task::spawn_blocking(move || -> Result<Vec<Staged>> {
                while let Some(batch) = receiver.blocking_recv() {
                    match batch {
                        Some(batch) => walk.take(batch)?,
                        None => return walk.end(),
                    }
                }
                // Whoever reads was told to stop, or failed.
                Ok(Vec::new())
            });
            let mut is_whole = true;
            while let Some(batch) = sent.try_next().await? {
                if progress.stops() {
                    is_whole = false;
                    break;
                }
                progress.advance(batch.len() as u64);
                // Where nobody takes it any more, the reason comes below.
                if sender.send(Some(batch)).await.is_err() {
                    break;
                }
            }
            if is_whole {
                let _ = sender.send(None).await;
            }
            drop(sender);
            let outcome = writing
                .await
                .map_err(|error| Error::store("write the files of the export", error))??;
            if !is_whole {
                return Ok(None);
            }
            staged.extend(outcome);
        }
        Ok(Some(staged))
    }

    /// Writes the pages that lead to the files, for formats that have some.
    pub(super) fn pages(
        &self,
        folder: &mut Folder,
        before: Option<&ExportManifest>,
        plan: &Plan,
        work: &Work,
        staged: &[Staged],
    ) -> Result<Vec<Extra>> {
        let old = Old::new(folder, before);
        let written = staged
            .iter()
            .flat_map(|file| file.records.iter().map(|(_, record)| record));
        let sizes: HashMap<&str, u64> = work
            .kept
            .iter()
            .chain(written)
            .map(|file| (file.path.as_str(), file.bytes))
            .collect();
        let mut extras = Vec::new();
        for (at, layout) in plan.layouts.iter().enumerate() {
            for format in layout.formats.iter().filter(|format| format.is_linked()) {
                let finished = finished(*format, &plan.parts[at], plan, &sizes);
                let beside = folder.stage()?;
                for path in format.finish(&beside, &plan.setting, &finished)? {
                    let full = beside.join(&path);
                    let mut record = record(&full, path)?;
                    record.kind = FileKind::Page;
                    record.format = Some(format.name().to_owned());
                    let held = old.record(&record.path);
                    let is_same = held.is_some_and(|held| held.sha256 == record.sha256);
                    let staged = match (held, is_same) {
                        (Some(_), true) if old.is_whole(&record.path) => None,
                        (Some(_), true) => Some((full, Becomes::Repaired)),
                        (Some(_), false) => Some((full, Becomes::Updated)),
                        (None, _) => {
                            refuse_occupied(folder, &record.path)?;
                            Some((full, Becomes::New))
                        }
                    };
                    extras.push(Extra { record, staged });
                }
            }
        }
        Ok(extras)
    }
}

/// Returns the files of a format as the pages that lead to them see them.
fn finished(
    format: ExportFormat,
    parts: &[Planned],
    plan: &Plan,
    sizes: &HashMap<&str, u64>,
) -> Vec<Finished> {
    files(format, parts)
        .into_iter()
        .zip(parts)
        .map(|((part, _), planned)| Finished {
            bytes: sizes.get(part.path.as_str()).copied().unwrap_or_default(),
            chats: planned
                .chats
                .iter()
                .filter_map(|chat| plan.chats.all.get(*chat))
                .cloned()
                .collect(),
            messages: planned.messages,
            first: planned.first,
            last: planned.last,
            part,
        })
        .collect()
}

/// Returns what of the messages is needed for some files.
fn scope(wanted: &[&Planned], by_conversation: bool) -> Scope {
    let months = wanted
        .iter()
        .flat_map(|part| part.months.iter().cloned())
        .collect();
    let conversations: BTreeSet<_> = wanted
        .iter()
        .flat_map(|part| [&part.from.conversation_id, &part.to.conversation_id])
        .cloned()
        .collect();
    let is_one_each = wanted.iter().all(|part| part.chats.len() == 1);
    Scope {
        conversations: (by_conversation && is_one_each && conversations.len() <= NAMED)
            .then_some(conversations),
        months,
    }
}
