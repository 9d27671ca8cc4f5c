//! An export from beginning to end: look, compare with what is there, write what is not, switch.

mod asked;
mod compare;
mod next;
mod write;

use std::sync::Arc;
use std::time::Instant;

use self::asked::asked;
pub(super) use self::compare::whole;
use self::next::Next;
pub(super) use self::next::{Becomes, Extra};
use super::attachments;
use super::feed::Tables;
use super::folder::{ArchiveRecord, AskedRecord, ExportManifest, FileKind, Folder};
use super::privacy::Privacy;
use super::report::ExportReport;
use super::request::ExportRequest;
use super::walk::{Feed, Layout, People, Plan, Survey, Surveyor, layouts};
use super::writer::Setting;
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::index::Index;
use crate::media::MediaFiles;
use crate::place::Place;
use crate::progress::Progress;

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
            feed: Box::new(Tables::open(archive, index, request)?),
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
        let parts = &survey.parts;
        let compared = self.compare(&folder, before.as_ref(), parts, &setting, progress);
        let Some(work) = compared.await? else {
            return Ok(self.stopped());
        };
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
                let says_the_same = |held: &ExportManifest| {
                    held.totals == manifest.totals && held.asked == manifest.asked
                };
                let held = folder.manifest()?.filter(|_| is_same);
                if held.as_ref().is_some_and(says_the_same) && folder.is_settled() {
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
        let parts = &survey.parts;
        let compared = self.compare(folder, before.as_ref(), parts, &setting, progress);
        let Some(mut work) = compared.await? else {
            return Ok(None);
        };
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
