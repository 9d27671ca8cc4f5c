//! `groups`

use openim_history_client::model::{Group, GroupStatus};
use serde::Serialize;

use super::list;
use crate::args::{FormatArgs, ListArgs};
use crate::connect;
use crate::error::Result;
use crate::format::{Field, Format, Row, Sheet};
use crate::run::App;
use crate::table::{Cell, Column, Look};
use crate::time::show;
use crate::words::{Thing, heading};

/// Lists the groups that are not dismissed, newest first
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only those whose name contains this, ignoring case
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    format: FormatArgs,
}

pub(super) async fn run(app: &mut App, args: &Args) -> Result {
    let config = app.configure()?;
    let client = connect::client(&config)?;
    let format = Format::chosen(args.format, &config);
    let (lang, zone) = (app.ui.lang, app.ui.zone.clone());
    let sheet = Sheet {
        columns: vec![
            Column::text(heading("group", lang)),
            Column::text(heading("name", lang)),
            Column::number(heading("members", lang)),
            Column::text(heading("owner", lang)),
            Column::whole(heading("create_time", lang)),
            Column::whole(heading("status", lang)),
        ],
        fields: &[
            "group_id",
            "group_name",
            "member_count",
            "owner_user_id",
            "creator_user_id",
            "create_time",
            "status",
            "group_type",
            "introduction",
            "notification",
            "face_url",
            "ex",
        ],
    };
    let fetch = async |page| match &args.name {
        Some(name) => client.groups_by_name(name, page).await,
        None => client.groups(page).await,
    };
    let row = |group| GroupRow {
        group,
        zone: zone.clone(),
    };
    list::write(app, args.list, (format, sheet), Thing::Group, fetch, row).await
}

struct GroupRow {
    group: Group,
    zone: jiff::tz::TimeZone,
}

/// Returns the word for a status, or its number where there is none.
fn status(status: GroupStatus) -> String {
    match status.name() {
        Some(name) => name.to_owned(),
        None => status.0.to_string(),
    }
}

impl Row for GroupRow {
    fn json(&self) -> impl Serialize + '_ {
        &self.group
    }

    fn cells(&self) -> Vec<Cell> {
        let group = &self.group;
        let created = group.create_time.map(|time| show(time, &self.zone));
        let look = if group.status == GroupStatus::OK {
            Look::Faint
        } else {
            Look::Warning
        };
        vec![
            Cell::new(&group.group_id),
            Cell::new(&group.group_name),
            Cell::new(group.member_count.to_string()),
            Cell::new(&group.owner_user_id),
            Cell::new(created.unwrap_or_default()),
            Cell::new(status(group.status)).look(look),
        ]
    }

    fn fields(&self) -> Vec<Field> {
        let group = &self.group;
        vec![
            Field::text(&group.group_id),
            Field::text(&group.group_name),
            Field::own(group.member_count),
            Field::text(&group.owner_user_id),
            Field::text(&group.creator_user_id),
            Field::maybe(group.create_time),
            Field::own(status(group.status)),
            Field::own(group.group_type),
            Field::text(&group.introduction),
            Field::text(&group.notification),
            Field::text(&group.face_url),
            Field::text(&group.ex),
        ]
    }
}
