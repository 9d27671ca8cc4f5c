//! `members`

use openim_history_client::model::{Member, RoleLevel};
use serde::Serialize;

use super::list;
use crate::args::{FormatArgs, ListArgs};
use crate::connect;
use crate::error::Result;
use crate::format::{Field, Format, Row, Sheet};
use crate::run::App;
use crate::select;
use crate::table::{Cell, Column};
use crate::time::show;
use crate::words::{Thing, heading};

/// Lists the members of a group
///
/// The server forgets those who left.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The group's id, or its name where only one has it
    #[arg(value_name = "GROUP")]
    group: String,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    format: FormatArgs,
}

pub(super) async fn run(app: &mut App, args: &Args) -> Result {
    let config = app.configure()?;
    let client = connect::client(&config)?;
    let group = select::existing_group(&client, &args.group, &app.ui).await?;
    let format = Format::chosen(args.format, &config);
    let (lang, zone) = (app.ui.lang, app.ui.zone.clone());
    let sheet = Sheet {
        columns: vec![
            Column::text(heading("user", lang)),
            Column::text(heading("name", lang)),
            Column::whole(heading("role", lang)),
            Column::whole(heading("joined", lang)),
            Column::text(heading("invited_by", lang)),
        ],
        fields: &[
            "group_id",
            "user_id",
            "nickname",
            "role",
            "join_time",
            "inviter_user_id",
            "operator_user_id",
            "mute_end_time",
            "face_url",
            "ex",
        ],
    };
    let fetch = async |page| client.members(&group, page).await;
    let row = |member| MemberRow {
        member,
        zone: zone.clone(),
    };
    list::write(app, args.list, (format, sheet), Thing::Member, fetch, row).await
}

struct MemberRow {
    member: Member,
    zone: jiff::tz::TimeZone,
}

/// Returns the word for a role, or its number where there is none.
fn role(role: RoleLevel) -> String {
    match role.name() {
        Some(name) => name.to_owned(),
        None => role.0.to_string(),
    }
}

impl Row for MemberRow {
    fn json(&self) -> impl Serialize + '_ {
        &self.member
    }

    fn cells(&self) -> Vec<Cell> {
        let member = &self.member;
        let joined = member.join_time.map(|time| show(time, &self.zone));
        vec![
            Cell::new(&member.user_id),
            Cell::new(&member.nickname),
            Cell::new(role(member.role_level)),
            Cell::new(joined.unwrap_or_default()),
            Cell::new(&member.inviter_user_id),
        ]
    }

    fn fields(&self) -> Vec<Field> {
        let member = &self.member;
        vec![
            Field::text(&member.group_id),
            Field::text(&member.user_id),
            Field::text(&member.nickname),
            Field::own(role(member.role_level)),
            Field::maybe(member.join_time),
            Field::text(&member.inviter_user_id),
            Field::text(&member.operator_user_id),
            Field::maybe(member.mute_end_time),
            Field::text(&member.face_url),
            Field::text(&member.ex),
        ]
    }
}
