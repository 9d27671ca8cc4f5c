//! The first time through the messages: what files there are to be.

use std::collections::{BTreeMap, HashMap, HashSet};

use futures::TryStreamExt;
use openim_history_client::model::{Content, ConversationId, Seq};

use super::super::privacy::Privacy;
use super::super::report::{LeftOut, Totals};
use super::super::request::ExportRequest;
use super::super::writer::{Chat, Names};
use super::chats::People;
use super::feed::{Feed, Glance};
use super::layout::Layout;
use super::paths;
use super::plan::{Planned, Planner, Seen};
use crate::error::Result;
use crate::media::{MediaFiles, attachments};
use crate::progress::Progress;

/// What an export will be.
pub(crate) struct Survey {
    /// The files of each layout, in the order of their messages.
    pub(crate) parts: Vec<Vec<Planned>>,
    /// The conversations in them.
    pub(crate) chats: Chats,
    pub(crate) totals: Totals,
    /// Attachments that come along, by their paths in the archive: bytes.
    pub(crate) media: BTreeMap<String, u64>,
}

/// The conversations of an export.
#[derive(Debug, Default)]
pub(crate) struct Chats {
    pub(crate) all: Vec<Chat>,
    places: HashMap<ConversationId, usize>,
    /// Of whole conversations: the least and the greatest number, and how many there are.
    spans: Vec<(Seq, Seq, u64)>,
}

impl Chats {
    /// Returns the place of a conversation, by its own id.
    pub(crate) fn place(&self, id: &ConversationId) -> Option<usize> {
        self.places.get(id).copied()
    }

    fn find(&mut self, id: &ConversationId, make: impl FnOnce() -> Chat) -> usize {
        if let Some(place) = self.places.get(id) {
            return *place;
        }
        let place = self.all.len();
        self.all.push(make());
        self.spans.push((Seq(i64::MAX), Seq(i64::MIN), 0));
        self.places.insert(id.clone(), place);
        place
    }

    fn count(&mut self, place: usize, seq: Seq) {
        if let Some((first, last, count)) = self.spans.get_mut(place) {
            *first = seq.min(*first);
            *last = seq.max(*last);
            *count += 1;
        }
    }

    fn holes(&self) -> u64 {
        let holes = self.spans.iter().map(|(first, last, count)| {
            let numbers = last.0.saturating_sub(first.0).saturating_add(1);
            u64::try_from(numbers)
                .unwrap_or_default()
                .saturating_sub(*count)
        });
        holes.sum()
    }
}

/// What a survey is made with.
pub(crate) struct Surveyor<'a> {
    pub(crate) request: &'a ExportRequest,
    pub(crate) layouts: &'a [Layout],
    pub(crate) people: &'a People,
    pub(crate) names: &'a Names,
    pub(crate) privacy: &'a Privacy,
    pub(crate) media: Option<&'a MediaFiles>,
}

impl Surveyor<'_> {
    /// Goes through the messages once for each order that files need; nearly always that is one. `None` where it
    /// was told to stop.
    pub(crate) async fn run(
        &self,
        feed: &dyn Feed,
        progress: &dyn Progress,
    ) -> Result<Option<Survey>> {
        let counts = feed.counts().await?;
        let left_out = if self.request.logs { 0 } else { counts.in_logs };
        let expected = counts.found - left_out.min(counts.found);
        let mut survey = Survey {
            parts: vec![Vec::new(); self.layouts.len()],
            chats: Chats::default(),
            totals: Totals::default(),
            media: BTreeMap::new(),
        };
        let mut missing: HashSet<String> = HashSet::new();
        let mut orders = Vec::new();
        for layout in self.layouts {
            if !orders.contains(&layout.order) {
                orders.push(layout.order);
            }
        }
        for (round, order) in orders.into_iter().enumerate() {
            progress.begin("looking", Some(expected));
            let mut planners: Vec<(usize, Planner<'_>)> = Vec::new();
            for (at, layout) in self.layouts.iter().enumerate() {
                if layout.order == order {
                    planners.push((at, Planner::new(layout, self.names)));
                }
            }
            let media = self.media.is_some();
            let Some(mut glances) = feed.glances(order, media, progress).await? else {
                return Ok(None);
            };
            while let Some(batch) = glances.try_next().await? {
                if progress.stops() {
                    return Ok(None);
                }
                for glance in &batch {
                    let id = &glance.conversation_id;
                    let chat = survey
                        .chats
                        .find(id, || self.people.chat(id, self.privacy, self.names));
                    let attached = self.attached(glance, &mut survey.media, &mut missing);
                    if round == 0 {
                        survey.chats.count(chat, glance.seq);
                        survey.totals.included += 1;
                        survey.totals.without_content += u64::from(!glance.content_known);
                    }
                    let seen = Seen {
                        glance,
                        chat,
                        title: &survey.chats.all[chat],
                        attached: &attached,
                    };
                    for (_, planner) in &mut planners {
                        planner.take(&seen);
                    }
                }
                progress.advance(batch.len() as u64);
            }
            for (at, planner) in planners {
                let mut parts = planner.finish();
                paths::assign(
                    &self.layouts[at],
                    &mut parts,
                    &survey.chats.all,
                    self.request.lang,
                )?;
                survey.parts[at] = parts;
            }
        }
        let totals = &mut survey.totals;
        totals.in_archive = counts.in_archive;
        totals.found = counts.found;
        totals.conversations = survey.chats.all.len() as u64;
        totals.left_out = vec![
            LeftOut {
                why: "not_asked_for".to_owned(),
                messages: counts.in_archive.saturating_sub(counts.found),
            },
            LeftOut {
                why: "log".to_owned(),
                messages: left_out,
            },
        ];
        if self.request.query.is_none() {
            totals.numbers_without_message = Some(survey.chats.holes());
        }
        if self.media.is_some() {
            totals.media = Some(survey.media.len() as u64);
            totals.media_missing = Some(missing.len() as u64);
        }
        Ok(Some(survey))
    }

    /// Returns where the attachments of a message lie, and notes them.
    fn attached(
        &self,
        glance: &Glance,
        found: &mut BTreeMap<String, u64>,
        missing: &mut HashSet<String>,
    ) -> Vec<Option<String>> {
        let (Some(media), Some((kind, content))) = (self.media, &glance.content) else {
            return Vec::new();
        };
        let named = attachments(&Content::parse(*kind, content));
        let mut paths = Vec::with_capacity(named.len());
        for attachment in named {
            if attachment.url.is_empty() {
                continue;
            }
            match media.get(&attachment.url) {
                Some(file) => {
                    found.insert(file.path.clone(), file.size);
                    paths.push(Some(file.path.clone()));
                }
                None => {
                    missing.insert(attachment.url);
                    paths.push(None);
                }
            }
        }
        paths
    }
}
