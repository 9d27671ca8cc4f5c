//! `sync --dry-run`: what there is to read.

use indicatif::BinaryBytes;
use openim_history_archive::media::{MediaOptions, MediaPlan};
use openim_history_archive::sync::{MongoPlan, SyncOptions, ViewPlan};
use openim_history_archive::{Archive, Place};
use serde::Serialize;

use crate::archive::{Stages, Way, json, pairs};
use crate::error::Result;
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
    // Only read: a follower may be writing, and nothing is to be changed.
    let archive = Archive::open_if_there(place).await?;
    let archive = archive.as_ref();
    let stages = Stages::new(&app.ui, way.counts_bytes(), None);
    let planned = match way {
        Way::Mongo(source) => {
            let plan = MongoPlan::look(source, archive, &options);
            Plan::Mongo(stages.watch(plan).await?)
        }
        Way::Api(source) => {
            let plan = ViewPlan::look(&**source, archive, &options, &stages);
            Plan::Api(stages.watch(plan).await?)
        }
    };
    drop(stages);
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
