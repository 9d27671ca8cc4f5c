//! The second time through the messages: the files that have to be written are.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use super::super::folder::{FileKind, FileRecord, Holds, Sums, file_sums, listed};
use super::super::format::{ExportFormat, FormatOptions};
use super::super::privacy::{Blackened, Privacy};
use super::super::writer::{Attachment, Item, Part, Setting, Writer};
use super::feed::{Rank, Sent};
use super::layout::Layout;
use super::plan::Planned;
use super::survey::Chats;
use crate::error::{Error, Result};
use crate::media::MediaFiles;

/// One file to write.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) format: ExportFormat,
    pub(crate) part: Part,
    pub(crate) next: Option<Part>,
    /// Where it is written.
    pub(crate) staged: PathBuf,
    pub(crate) fingerprint: String,
}

/// A file that was written, with what its writer put beside it.
#[derive(Clone, Debug)]
pub(crate) struct Staged {
    pub(crate) records: Vec<(PathBuf, FileRecord)>,
}

/// Everything the second walk needs; none of it changes under way.
pub(crate) struct Plan {
    pub(crate) layouts: Vec<Layout>,
    pub(crate) parts: Vec<Vec<Planned>>,
    /// The files to write of each part, by layout and part.
    pub(crate) jobs: HashMap<(usize, usize), Vec<Job>>,
    pub(crate) chats: Chats,
    pub(crate) setting: Setting,
    pub(crate) options: FormatOptions,
    pub(crate) privacy: Privacy,
    pub(crate) media: Option<MediaFiles>,
}

/// Writes the files of the layouts of one order.
pub(crate) struct Walk {
    plan: Arc<Plan>,
    lanes: Vec<Lane>,
    ended: Sender<Ended>,
    hasher: JoinHandle<Result<Vec<Staged>>>,
}

/// A layout's place in its parts.
struct Lane {
    layout: usize,
    /// The part that is looked for, or under way.
    at: usize,
    open: Option<Open>,
}

/// Files under way: one part in the formats that are not as they should be.
struct Open {
    writers: Vec<(Box<dyn Writer>, Job)>,
    messages: u64,
    blackened: Blackened,
}

/// A file that is written and not looked at yet.
struct Ended {
    job: Job,
    holds: Holds,
    /// What its bytes add up to, where its writer knows.
    sums: Option<Sums>,
}

impl Walk {
    pub(crate) fn begin(plan: Arc<Plan>, layouts: &[usize]) -> Self {
        let (ended, files) = channel();
        Self {
            lanes: layouts
                .iter()
                .map(|layout| Lane {
                    layout: *layout,
                    at: 0,
                    open: None,
                })
                .collect(),
            plan,
            ended,
            // What a writer did not add up on the way is read once more, beside whoever writes the next.
            hasher: std::thread::spawn(move || sums(&files)),
        }
    }

    /// Takes the next messages.
    pub(crate) fn take(&mut self, batch: Vec<Sent>) -> Result<()> {
        let plan = Arc::clone(&self.plan);
        for sent in batch {
            let Some(chat) = plan.chats.place(&sent.row.message.conversation_id) else {
                continue;
            };
            let mut prepared = None;
            let mut sent = Some(sent);
            for lane in &mut self.lanes {
                let (id, seq, period) = match (&sent, &prepared) {
                    (Some(sent), _) => (
                        &sent.row.message.conversation_id,
                        sent.row.message.seq,
                        sent.period,
                    ),
                    (None, Some(Prepared { rank_of, .. })) => (&rank_of.0, rank_of.1, rank_of.2),
                    (None, None) => continue,
                };
                let rank = Rank::new(plan.layouts[lane.layout].order, id, seq, period);
                lane.go_to(&plan, &rank, &self.ended)?;
                if !lane.wants(&plan, &rank) {
                    continue;
                }
                if let Some(raw) = sent.take() {
                    prepared = Some(Prepared::new(&plan, raw));
                }
                if let Some(prepared) = &prepared {
                    lane.write(&plan, prepared, chat)?;
                }
            }
        }
        Ok(())
    }

    /// Ends what is under way, and returns every file that was written.
    pub(crate) fn end(mut self) -> Result<Vec<Staged>> {
        for lane in &mut self.lanes {
            if lane.open.is_some() {
                lane.close(&self.plan, &self.ended)?;
                lane.at += 1;
            }
            if lane.next_wanted(&self.plan).is_some() {
                return Err(changed());
            }
        }
        drop(self.ended);
        self.hasher
            .join()
            .unwrap_or_else(|_| Err(Error::Invalid("the hashing of files broke off".to_owned())))
    }
}

/// A message as the formats see it.
struct Prepared {
    sent: Sent,
    /// Its own conversation, number and period.
    rank_of: (
        openim_history_client::model::ConversationId,
        openim_history_client::model::Seq,
        i32,
    ),
    text: String,
    blackened: Blackened,
    /// Addresses that were hidden, by what stands for them.
    addresses: Vec<(String, String)>,
}

impl Prepared {
    fn new(plan: &Plan, mut sent: Sent) -> Self {
        let rank_of = (
            sent.row.message.conversation_id.clone(),
            sent.row.message.seq,
            sent.period,
        );
        let mut blackened = Blackened::new();
        let mut addresses = Vec::new();
        let text = if plan.privacy.is_off() {
            std::mem::take(&mut sent.text)
        } else {
            plan.privacy
                .apply(&mut sent.row, &mut blackened, &mut addresses)
        };
        Self {
            sent,
            rank_of,
            text,
            blackened,
            addresses,
        }
    }
}

impl Lane {
    /// Goes to the part that may hold a message of that rank.
    fn go_to(&mut self, plan: &Plan, rank: &Rank, ended: &Sender<Ended>) -> Result<()> {
        let parts = &plan.parts[self.layout];
        while parts.get(self.at).is_some_and(|part| part.to < *rank) {
            if self.open.is_none() && plan.jobs.contains_key(&(self.layout, self.at)) {
                // It should have been written, and none of its messages came.
                return Err(changed());
            }
            self.close(plan, ended)?;
            self.at += 1;
        }
        Ok(())
    }

    fn wants(&self, plan: &Plan, rank: &Rank) -> bool {
        let part = plan.parts[self.layout].get(self.at);
        part.is_some_and(|part| part.from <= *rank)
            && plan.jobs.contains_key(&(self.layout, self.at))
    }

    /// Returns the next part that has to be written and is not.
    fn next_wanted(&self, plan: &Plan) -> Option<usize> {
        let count = plan.parts[self.layout].len();
        (self.at..count).find(|at| plan.jobs.contains_key(&(self.layout, *at)))
    }

    fn write(&mut self, plan: &Plan, prepared: &Prepared, chat: usize) -> Result<()> {
        if self.open.is_none() {
            let jobs = plan
                .jobs
                .get(&(self.layout, self.at))
                .cloned()
                .unwrap_or_default();
            let mut writers = Vec::with_capacity(jobs.len());
            for job in jobs {
                let writer =
                    job.format
                        .begin(&job.staged, &job.part, &plan.setting, plan.options)?;
                writers.push((writer, job));
            }
            self.open = Some(Open {
                writers,
                messages: 0,
                blackened: Blackened::new(),
            });
        }
        let (Some(open), Some(chat)) = (&mut self.open, plan.chats.all.get(chat)) else {
            return Ok(());
        };
        let message = &prepared.sent.row.message;
        let now = plan.setting.names.users.get(&message.send_id);
        let sender = match (now, message.sender_nickname.as_str()) {
            (Some(name), _) => name,
            (None, "") => message.send_id.as_str(),
            (None, then) => then,
        };
        let attachment = |url: &str| {
            let hidden = prepared.addresses.iter().find(|(token, _)| token == url);
            let url = hidden.map_or(url, |(_, url)| url);
            let file = plan.media.as_ref()?.get(url)?;
            Some(Attachment {
                path: file.path.clone(),
                content_type: (!file.content_type.is_empty())
                    .then(|| file.content_type.to_string()),
                size: file.size,
            })
        };
        let item = Item {
            row: &prepared.sent.row,
            text: &prepared.text,
            chat,
            sender,
            names: &plan.setting.names,
            attachment: &attachment,
        };
        for (writer, _) in &mut open.writers {
            writer.message(&item)?;
        }
        open.messages += 1;
        for (what, count) in &prepared.blackened {
            *open.blackened.entry(what).or_default() += count;
        }
        Ok(())
    }

    fn close(&mut self, plan: &Plan, ended: &Sender<Ended>) -> Result<()> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        let part = &plan.parts[self.layout][self.at];
        if open.messages != part.messages {
            return Err(changed());
        }
        let one = (part.chats.len() == 1)
            .then(|| part.chats.first())
            .flatten();
        for (writer, job) in open.writers {
            let holds = Holds {
                messages: open.messages,
                conversations: part.chats.len() as u64,
                conversation_id: one
                    .and_then(|chat| plan.chats.all.get(*chat))
                    .map(|chat| chat.conversation_id.clone()),
                part: part.number,
                first: part.first,
                last: part.last,
                redacted: open
                    .blackened
                    .iter()
                    .map(|(what, count)| ((*what).to_owned(), *count))
                    .collect::<BTreeMap<_, _>>(),
                cut: writer.cut(),
                fingerprint: job.fingerprint.clone(),
            };
            let sums = writer.end(job.next.as_ref())?;
            // Where nobody hashes any more, that is told when everything ends.
            let _ = ended.send(Ended { job, holds, sums });
        }
        Ok(())
    }
}

fn changed() -> Error {
    Error::damaged(
        "the table of messages",
        "it gave other messages the second time than the first",
        None,
    )
}

/// Looks at what was written: each file, and whatever its writer put beside it.
fn sums(files: &Receiver<Ended>) -> Result<Vec<Staged>> {
    let mut all = Vec::new();
    for Ended { job, holds, sums } in files {
        let mut records = Vec::new();
        for path in listed(&job.staged)? {
            let is_main = path == job.part.path;
            let full = job.staged.join(&path);
            let mut record = match &sums {
                Some(sums) if is_main => summed(sums.clone(), path),
                _ => record(&full, path)?,
            };
            record.format = Some(job.format.name().to_owned());
            if is_main {
                record.holds = Some(holds.clone());
            } else {
                record.kind = FileKind::Beside;
                record.of = Some(job.part.path.clone());
            }
            records.push((full, record));
        }
        all.push(Staged { records });
    }
    Ok(all)
}

/// Returns what is to be known of a file.
pub(crate) fn record(full: &Path, path: String) -> Result<FileRecord> {
    let sums =
        file_sums(full).map_err(|error| Error::store(format!("read {}", full.display()), error))?;
    Ok(summed(sums, path))
}

fn summed(sums: Sums, path: String) -> FileRecord {
    FileRecord {
        path,
        kind: FileKind::Messages,
        bytes: sums.bytes,
        sha256: sums.sha256,
        format: None,
        of: None,
        holds: None,
    }
}
