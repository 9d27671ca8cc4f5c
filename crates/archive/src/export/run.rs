//! An export from beginning to end: look, compare with what is there, write what is not, switch.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use futures::TryStreamExt;
use openim_history_client::model::Lang;
use sha2::{Digest, Sha256};

use super::attachments;
use super::feed::Tables;
use super::folder::{
    ArchiveRecord, AskedRecord, ExportManifest, FileKind, FileRecord, Folder, file_sums, hex,
};
use super::format::ExportFormat;
use super::privacy::Privacy;
use super::report::ExportReport;
use super::request::{Asked, ExportRequest};
use super::walk::{
    Feed, Job, Layout, People, Plan, Planned, Scope, Staged, Survey, Surveyor, Walk, field,
    layouts, record, template,
};
use super::writer::{Finished, Part, Setting};
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::index::Index;
use crate::media::MediaFiles;
use crate::place::Place;
use crate::sync::Progress;

/// How many conversations are named to the tables one by one, where only some are needed.
const NAMED: usize = 500;

/// Batches that wait for whoever writes.
const AHEAD: usize = 2;

/// Exports what was asked for, or brings an earlier export of it up to date. The index is needed where there is a
/// query.
pub async fn export(
    archive: &Archive,
    index: Option<&Index>,
    request: &ExportRequest,
    progress: &dyn Progress,
) -> Result<ExportReport> {
    let from = From::archive(archive, index, request).await?;
    Run::new(&from, request)?.perform(progress).await
}

/// Says what [`export`] would do. Nothing is written.
pub async fn plan(
    archive: &Archive,
    index: Option<&Index>,
    request: &ExportRequest,
    progress: &dyn Progress,
) -> Result<ExportReport> {
    let from = From::archive(archive, index, request).await?;
    Run::new(&from, request)?.look(progress).await
}

/// What an export is made from.
pub(super) struct From {
    pub(super) feed: Box<dyn Feed>,
    pub(super) people: People,
    pub(super) media: Option<MediaFiles>,
    pub(super) archive: ArchiveRecord,
    /// Where attachments lie.
    pub(super) place: Option<Place>,
}

impl From {
    async fn archive(
        archive: &Archive,
        index: Option<&Index>,
        request: &ExportRequest,
    ) -> Result<Self> {
        let manifest = archive.manifest();
        let media = if request.media {
            Some(MediaFiles::open(archive).await?)
        } else {
            None
        };
        Ok(Self {
            feed: Box::new(Tables::open(archive, index, request).await?),
            people: People::read(archive, request.pseudonyms.is_some()).await?,
            media,
            archive: ArchiveRecord {
                id: manifest.id.to_string(),
                server: manifest.server.clone(),
                table_version: archive.messages.version(),
            },
            place: Some(archive.place().clone()),
        })
    }
}

/// One run.
pub(super) struct Run<'a> {
    from: &'a From,
    request: &'a ExportRequest,
    layouts: Vec<Layout>,
    asked: AskedRecord,
    begun: Instant,
}

/// What is to be done about the files of an export.
#[derive(Default)]
struct Work {
    /// Files to write, by layout and part.
    jobs: HashMap<(usize, usize), Vec<Job>>,
    /// Records of files that stay, those beside them included.
    kept: Vec<FileRecord>,
    /// What each file that is written will count as.
    becomes: HashMap<String, Becomes>,
}

/// What a file that is written counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Becomes {
    New,
    Updated,
    Repaired,
}

/// A file of an export that holds no messages.
pub(super) struct Extra {
    pub(super) record: FileRecord,
    /// Where it waits for its name, and what it counts as; `None` where it is there already.
    pub(super) staged: Option<(PathBuf, Becomes)>,
}

impl<'a> Run<'a> {
    pub(super) fn new(from: &'a From, request: &'a ExportRequest) -> Result<Self> {
        Ok(Self {
            from,
            layouts: layouts(request)?,
            asked: asked(request)?,
            request,
            begun: Instant::now(),
        })
    }

    fn privacy(&self) -> Privacy {
        let request = self.request;
        let pseudonyms = request.pseudonyms.clone();
        Privacy::new(
            pseudonyms.map(|tokens| (tokens, self.from.people.known())),
            request.redact.then_some(request.lang),
        )
    }

    async fn survey(
        &self,
        privacy: &Privacy,
        setting: &Setting,
        progress: &dyn Progress,
    ) -> Result<Option<Survey>> {
        let surveyor = Surveyor {
            request: self.request,
            layouts: &self.layouts,
            people: &self.from.people,
            names: &setting.names,
            privacy,
            media: self.from.media.as_ref(),
        };
        surveyor.run(&*self.from.feed, progress).await
    }

    fn setting(&self, privacy: &Privacy) -> Setting {
        let request = self.request;
        Setting {
            lang: request.lang,
            zone: request.zone.clone(),
            made: request.now,
            title: request.title.clone(),
            names: self.from.people.told(privacy),
        }
    }

    /// Says what a run would do.
    async fn look(self, progress: &dyn Progress) -> Result<ExportReport> {
        let folder = Folder::look(&self.request.folder)?;
        let before = self.own(&folder)?;
        let privacy = self.privacy();
        let setting = self.setting(&privacy);
        let Some(survey) = self.survey(&privacy, &setting, progress).await? else {
            return Ok(self.stopped());
        };
        let work = self.compare(&folder, before.as_ref(), &survey.parts, &setting)?;
        let mut report = ExportReport {
            totals: survey.totals,
            elapsed_ms: self.elapsed(),
            ..ExportReport::default()
        };
        for becomes in work.becomes.values() {
            report.count(*becomes);
        }
        let kept = work
            .kept
            .iter()
            .filter(|file| file.kind == FileKind::Messages);
        report.files.reused = kept.clone().count() as u64;
        report.bytes = kept.map(|file| file.bytes).sum();
        Ok(report)
    }

    /// Brings the folder up to date.
    pub(super) async fn perform(self, progress: &dyn Progress) -> Result<ExportReport> {
        let mut folder = Folder::open(&self.request.folder)?;
        match self.stage(&mut folder, progress).await {
            Ok(Some(next)) => {
                let Next {
                    manifest,
                    moves,
                    gone,
                    mut report,
                } = next;
                let is_same = moves.is_empty() && gone.is_empty() && report.files.is_unchanged();
                if is_same
                    && folder
                        .manifest()?
                        .is_some_and(|held| held.totals == manifest.totals)
                {
                    // Nothing changed: not even the manifest's time, so that a copy of the folder stays the same.
                    folder.discard()?;
                } else {
                    tokio::task::spawn_blocking(move || folder.switch(moves, gone, &manifest))
                        .await
                        .map_err(|error| Error::store("switch the export", error))??;
                }
                report.elapsed_ms = self.elapsed();
                Ok(report)
            }
            Ok(None) => {
                folder.discard()?;
                Ok(self.stopped())
            }
            Err(error) => {
                // What was staged is thrown away by the next run, too: the error says more.
                let _ = folder.discard();
                Err(error)
            }
        }
    }

    async fn stage(&self, folder: &mut Folder, progress: &dyn Progress) -> Result<Option<Next>> {
        let before = self.own(folder)?;
        let privacy = self.privacy();
        let setting = self.setting(&privacy);
        let Some(survey) = self.survey(&privacy, &setting, progress).await? else {
            return Ok(None);
        };
        let mut work = self.compare(folder, before.as_ref(), &survey.parts, &setting)?;
        for jobs in work.jobs.values_mut() {
            for job in jobs {
                job.staged = folder.stage()?;
            }
        }
        let Survey {
            parts,
            chats,
            totals,
            media,
        } = survey;
        let plan = Arc::new(Plan {
            layouts: self.layouts.clone(),
            parts,
            jobs: std::mem::take(&mut work.jobs),
            chats,
            setting,
            options: self.request.options,
            privacy,
            media: self.from.media.clone(),
        });
        let Some(staged) = self.write(&plan, progress).await? else {
            return Ok(None);
        };
        let attached = match &self.from.place {
            Some(place) if !media.is_empty() => {
                attachments::stage(place, &media, before.as_ref(), folder, progress).await?
            }
            _ => Some(Vec::new()),
        };
        let Some(mut extras) = attached else {
            return Ok(None);
        };
        extras.extend(self.pages(folder, before.as_ref(), &plan, &work, &staged)?);
        let mut manifest = ExportManifest::new(
            self.asked.clone(),
            self.from.archive.clone(),
            self.request.now,
        );
        manifest.totals = totals;
        Ok(Some(Next::new(
            manifest,
            before.as_ref(),
            work,
            staged,
            extras,
        )))
    }

    /// Writes the files that are not as they should be.
    async fn write(
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
            let mut sent = self.from.feed.sent(order, &scope).await?;
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
    fn pages(
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

    /// Returns the manifest of an earlier run of the same request; fails where the folder is another's.
    fn own(&self, folder: &Folder) -> Result<Option<ExportManifest>> {
        let Some(before) = folder.manifest()? else {
            return Ok(None);
        };
        let refuse = |reason: String| {
            Err(Error::ForeignExport {
                folder: folder.root().display().to_string(),
                reason,
            })
        };
        if before.archive.id != self.from.archive.id {
            return refuse(format!("it is of the archive of {}", before.archive.server));
        }
        match before.asked.difference(&self.asked) {
            Some(difference) => refuse(format!("it was made with {difference}")),
            None => Ok(Some(before)),
        }
    }

    /// Compares what should be there with what is.
    fn compare(
        &self,
        folder: &Folder,
        before: Option<&ExportManifest>,
        parts: &[Vec<Planned>],
        setting: &Setting,
    ) -> Result<Work> {
        let mut work = Work::default();
        let base = base(&self.asked, setting);
        let old = Old::new(folder, before);
        for (layout_at, layout) in self.layouts.iter().enumerate() {
            for format in &layout.formats {
                let files = files(*format, &parts[layout_at]);
                for (at, (part, next)) in files.iter().enumerate() {
                    let fingerprint =
                        fingerprint(*format, &parts[layout_at][at], part, next.as_ref(), &base);
                    let held = old.record(&part.path);
                    let is_same = held
                        .and_then(|held| held.holds.as_ref())
                        .is_some_and(|holds| holds.fingerprint == fingerprint);
                    if is_same && old.is_whole(&part.path) {
                        work.kept.extend(old.with_beside(&part.path));
                        continue;
                    }
                    if held.is_none() {
                        refuse_occupied(folder, &part.path)?;
                    }
                    let becomes = match (held, is_same) {
                        (None, _) => Becomes::New,
                        (Some(_), true) => Becomes::Repaired,
                        (Some(_), false) => Becomes::Updated,
                    };
                    work.becomes.insert(part.path.clone(), becomes);
                    work.jobs.entry((layout_at, at)).or_default().push(Job {
                        format: *format,
                        part: part.clone(),
                        next: next.clone(),
                        staged: PathBuf::new(),
                        fingerprint,
                    });
                }
            }
        }
        Ok(work)
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn stopped(&self) -> ExportReport {
        ExportReport {
            stopped: true,
            elapsed_ms: self.elapsed(),
            ..ExportReport::default()
        }
    }
}

impl ExportReport {
    fn count(&mut self, becomes: Becomes) {
        match becomes {
            Becomes::New => self.files.new += 1,
            Becomes::Updated => self.files.updated += 1,
            Becomes::Repaired => self.files.repaired += 1,
        }
    }
}

/// The files of the state before, as they lie on the disk.
struct Old<'a> {
    root: PathBuf,
    by_path: HashMap<&'a str, &'a FileRecord>,
    beside: HashMap<&'a str, Vec<&'a FileRecord>>,
}

impl<'a> Old<'a> {
    fn new(folder: &Folder, before: Option<&'a ExportManifest>) -> Self {
        let files = before.map_or(&[][..], |before| &before.files);
        let mut beside: HashMap<&str, Vec<&FileRecord>> = HashMap::new();
        for file in files {
            if let Some(of) = &file.of {
                beside.entry(of).or_default().push(file);
            }
        }
        Self {
            root: folder.root().to_owned(),
            by_path: files
                .iter()
                .map(|file| (file.path.as_str(), file))
                .collect(),
            beside,
        }
    }

    fn record(&self, path: &str) -> Option<&'a FileRecord> {
        self.by_path.get(path).copied()
    }

    fn with_beside(&self, path: &str) -> Vec<FileRecord> {
        let beside = self.beside.get(path).into_iter().flatten().copied();
        self.record(path)
            .into_iter()
            .chain(beside)
            .cloned()
            .collect()
    }

    /// Whether a file and what lies beside it are on the disk as they were written.
    fn is_whole(&self, path: &str) -> bool {
        self.with_beside(path)
            .iter()
            .all(|file| is_whole(&self.root.join(&file.path), file))
    }
}

/// Whether a file is on the disk as its record says.
pub(super) fn is_whole(path: &std::path::Path, record: &FileRecord) -> bool {
    path.symlink_metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.len() == record.bytes)
        && file_sums(path).is_ok_and(|sums| sums.sha256 == record.sha256)
}

/// The next state of a folder.
struct Next {
    manifest: ExportManifest,
    moves: Vec<(PathBuf, String)>,
    gone: Vec<String>,
    report: ExportReport,
}

impl Next {
    fn new(
        mut manifest: ExportManifest,
        before: Option<&ExportManifest>,
        work: Work,
        staged: Vec<Staged>,
        extras: Vec<Extra>,
    ) -> Self {
        let mut report = ExportReport::default();
        let mut moves = Vec::new();
        let mut files = work.kept;
        report.files.reused = files.len() as u64;
        for file in staged {
            for (from, record) in file.records {
                let main = record.of.as_ref().unwrap_or(&record.path);
                report.count(work.becomes.get(main).copied().unwrap_or(Becomes::New));
                moves.push((from, record.path.clone()));
                files.push(record);
            }
        }
        for extra in extras {
            match extra.staged {
                None => report.files.reused += 1,
                Some((staged, becomes)) => {
                    report.count(becomes);
                    moves.push((staged, extra.record.path.clone()));
                }
            }
            files.push(extra.record);
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let now: HashSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        let held = before.map_or(&[][..], |before| &before.files);
        let gone: Vec<String> = held
            .iter()
            .filter(|file| !now.contains(file.path.as_str()))
            .map(|file| file.path.clone())
            .collect();
        report.files.removed = gone.len() as u64;
        report.bytes = files.iter().map(|file| file.bytes).sum();
        let holds = || files.iter().filter_map(|file| file.holds.as_ref());
        report.cut_cells = holds().map(|holds| holds.cut).sum();
        // Each message is in every format: those of one tell how much was blackened.
        let format = manifest.asked.formats.first().cloned();
        let mut redacted: BTreeMap<String, u64> = BTreeMap::new();
        for file in files.iter().filter(|file| file.format == format) {
            for (what, count) in file.holds.iter().flat_map(|holds| &holds.redacted) {
                *redacted.entry(what.clone()).or_default() += count;
            }
        }
        manifest.totals.redacted = redacted;
        manifest.last_run = report.files;
        manifest.files = files;
        report.totals = manifest.totals.clone();
        Self {
            manifest,
            moves,
            gone,
            report,
        }
    }
}

/// What lies where a file is to go and is no part of the export is left alone.
fn refuse_occupied(folder: &Folder, path: &str) -> Result<()> {
    if folder.root().join(path).symlink_metadata().is_err() {
        return Ok(());
    }
    Err(Error::ForeignExport {
        folder: folder.root().display().to_string(),
        reason: format!("{path} is in the way, which no export made"),
    })
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

/// Returns the files of a format, each with the one that follows it.
fn files(format: ExportFormat, parts: &[Planned]) -> Vec<(Part, Option<Part>)> {
    let mut files: Vec<(Part, Option<Part>)> = Vec::with_capacity(parts.len());
    for planned in parts {
        let path = format!("{}.{}", planned.stem, format.extension());
        let mut part = Part {
            path,
            number: planned.number,
            previous: None,
        };
        if planned.number > 1
            && let Some((before, next)) = files.last_mut()
        {
            part.previous = Some(before.path.clone());
            *next = Some(part.clone());
        }
        files.push((part, None));
    }
    files
}

/// Returns what all files of an export are made with.
fn base(asked: &AskedRecord, setting: &Setting) -> String {
    let mut digest = Sha256::new();
    field(
        &mut digest,
        serde_json::to_string(asked).unwrap_or_default().as_bytes(),
    );
    field(&mut digest, setting.title.as_bytes());
    hex(&digest.finalize())
}

/// Returns what a file is made from: as long as it is the same, so is the file.
fn fingerprint(
    format: ExportFormat,
    planned: &Planned,
    part: &Part,
    next: Option<&Part>,
    base: &str,
) -> String {
    let mut digest = Sha256::new();
    field(&mut digest, base.as_bytes());
    field(&mut digest, format.name().as_bytes());
    digest.update(format.version().to_le_bytes());
    field(&mut digest, &planned.print);
    if format.is_linked() {
        digest.update(part.number.to_le_bytes());
        field(
            &mut digest,
            part.previous.as_deref().unwrap_or_default().as_bytes(),
        );
        field(&mut digest, next.map_or("", |next| &next.path).as_bytes());
    }
    hex(&digest.finalize())
}

/// Returns what was asked for, as the manifest says it.
fn asked(request: &ExportRequest) -> Result<AskedRecord> {
    let mut formats: Vec<String> = Vec::new();
    let mut templates = BTreeMap::new();
    for format in &request.formats {
        if !formats.iter().any(|name| name == format.name()) {
            formats.push(format.name().to_owned());
        }
        templates.insert(
            format.name().to_owned(),
            template(request, *format)?.to_string(),
        );
    }
    let hides = request.pseudonyms.as_ref();
    let asked = match hides {
        // A query that names somebody would undo it all.
        Some(tokens) => Asked {
            query: match request.asked.query.as_str() {
                "" => String::new(),
                query => tokens.question(query),
            },
            names: Vec::new(),
            by: request.asked.by.clone(),
        },
        None => request.asked.clone(),
    };
    Ok(AskedRecord {
        asked,
        title: request.title.clone(),
        formats,
        templates,
        split: request.split.map(|split| split.to_string()),
        language: match request.lang {
            Lang::En => "en",
            Lang::Zh => "zh",
        }
        .to_owned(),
        zone: zone_name(request),
        pseudonyms: hides.map(super::privacy::Pseudonyms::key_id),
        redact: request.redact,
        media: request.media,
        logs: request.logs,
        csv_bom: request.options.csv_bom,
    })
}

fn zone_name(request: &ExportRequest) -> String {
    match request.zone.iana_name() {
        Some(name) => name.to_owned(),
        None => request
            .zone
            .to_offset(jiff::Timestamp::UNIX_EPOCH)
            .to_string(),
    }
}
