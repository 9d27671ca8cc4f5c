//! `sync --dry-run`: what there is to read.

use indicatif::BinaryBytes;
use openim_history_archive::media::{MediaOptions, MediaPlan};
use openim_history_archive::sync::{MongoPlan, MongoSync, SyncOptions, ViewPlan, ViewSync};
use openim_history_archive::{Archive, Error, Place, Writer, WriterOptions};
use serde::Serialize;

use crate::archive::{Stages, Way, json, pairs, writer};
use crate::error::{CommandError, Result};
use crate::numbers::thousands;
use crate::run::App;
use crate::table::Cell;
use crate::words::archive::say;

/// What there is to read, and from where to where.
#[derive(Serialize)]
struct Planned<'a> {
    place: String,
    via: &'static str,
    plan: &'a Plan,
    #[serde(skip_serializing_if = "Option::is_none")]
    media: Option<&'a MediaPlan>,
}

pub(super) async fn run(
    app: &mut App,
    place: &Place,
    way: &Way,
    options: SyncOptions,
    media: Option<MediaOptions>,
    is_json: bool,
) -> Result {
    let (mut writer, _folder) = opened(place, way).await?;
    let stages = Stages::new(&app.ui, way.counts_bytes(), None);
    let planned = match way {
        Way::Mongo(source) => {
            let sync = MongoSync::new(source.clone(), &mut writer, options).await?;
            Plan::Mongo(stages.watch(sync.plan()).await?)
        }
        Way::Api(source) => {
            let sync = ViewSync::new(&**source, &mut writer, options).await?;
            Plan::Api(stages.watch(sync.plan(&stages)).await?)
        }
    };
    drop(stages);
    writer.close().await?;
    let media = match media {
        Some(options) => super::media::plan(app, place, options).await?,
        None => None,
    };
    let media = media.as_ref();
    let lang = app.ui.lang;
    if is_json {
        let planned = Planned {
            place: place.to_string(),
            via: way.name(),
            plan: &planned,
            media,
        };
        json(&mut app.out, &planned)?;
    } else {
        pairs(&mut app.out, lang, planned.facts())?;
        if let Some(media) = media {
            super::media::show_plan(app, media)?;
        }
    }
    let is_empty = planned.is_empty() && media.is_none_or(|media| media.due.count == 0);
    app.ui.status(if is_empty {
        say(
            lang,
            "nothing to do; nothing was changed",
            "无需同步；未做任何更改",
        )
    } else {
        say(
            lang,
            "this is what a sync would read; nothing was changed",
            "以上为同步将读取的内容；未做任何更改",
        )
    });
    Ok(())
}

#[derive(Serialize)]
#[serde(untagged)]
enum Plan {
    Mongo(MongoPlan),
    Api(ViewPlan),
}

impl Plan {
    fn is_empty(&self) -> bool {
        match self {
            Self::Mongo(plan) => plan.is_empty(),
            Self::Api(plan) => plan.is_empty(),
        }
    }

    fn facts(&self) -> Vec<(&'static str, Cell)> {
        let number = |number: u64| Cell::new(thousands(number));
        match self {
            Self::Mongo(plan) => vec![
                ("conversations", number(plan.conversations)),
                ("blocks", number(plan.blocks)),
                ("to_read", number(plan.to_read)),
                ("bytes", Cell::new(BinaryBytes(plan.bytes).to_string())),
                ("removed", number(plan.removed)),
            ],
            Self::Api(plan) => vec![
                ("conversations", number(plan.conversations)),
                ("to_read", number(plan.to_read)),
            ],
        }
    }
}

/// Opens the archive without touching its index. Where there is none, an empty one in a temporary
/// folder stands for it, so that nothing is made at the place itself.
async fn opened(place: &Place, way: &Way) -> Result<(Writer, Option<tempfile::TempDir>)> {
    let is_free = match Archive::open(place).await {
        Err(Error::NotAnArchive { .. }) => place.local().is_none_or(is_vacant),
        opened => {
            opened?;
            false
        }
    };
    if !is_free {
        return Ok((writer(place, way.server(), without_index()).await?, None));
    }
    let folder = tempfile::tempdir().map_err(|source| {
        CommandError::from(openim_history_client::Error::Io {
            what: "no temporary folder can be made".into(),
            source,
        })
    })?;
    let stand_in = Place::folder(folder.path())?;
    let stood_in = writer(&stand_in, way.server(), without_index()).await?;
    Ok((stood_in, Some(folder)))
}

fn without_index() -> WriterOptions {
    WriterOptions {
        index: None,
        ..WriterOptions::default()
    }
}

fn is_vacant(folder: &std::path::Path) -> bool {
    match std::fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}
