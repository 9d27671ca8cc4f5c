//! `users`

use openim_history_client::model::User;
use serde::Serialize;

use super::list;
use crate::args::{FormatArgs, ListArgs};
use crate::connect;
use crate::error::Result;
use crate::format::{Field, Format, Row, Sheet};
use crate::run::App;
use crate::table::{Cell, Column};
use crate::time::show;
use crate::words::{Thing, heading};

/// Lists the users
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only those whose nickname contains this, ignoring case
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
            Column::text(heading("user", lang)),
            Column::text(heading("name", lang)),
            Column::whole(heading("create_time", lang)),
        ],
        fields: &[
            "user_id",
            "nickname",
            "create_time",
            "app_manager_level",
            "global_recv_msg_opt",
            "face_url",
            "ex",
        ],
    };
    let fetch = async |page| match &args.name {
        Some(name) => client.users_by_name(name, page).await,
        None => client.users(page).await,
    };
    let row = |user| UserRow {
        user,
        zone: zone.clone(),
    };
    list::write(app, args.list, (format, sheet), Thing::User, fetch, row).await
}

struct UserRow {
    user: User,
    zone: jiff::tz::TimeZone,
}

impl Row for UserRow {
    fn json(&self) -> impl Serialize + '_ {
        &self.user
    }

    fn cells(&self) -> Vec<Cell> {
        let created = self.user.create_time.map(|time| show(time, &self.zone));
        vec![
            Cell::new(&self.user.user_id),
            Cell::new(&self.user.nickname),
            Cell::new(created.unwrap_or_default()),
        ]
    }

    fn fields(&self) -> Vec<Field> {
        let user = &self.user;
        vec![
            Field::text(&user.user_id),
            Field::text(&user.nickname),
            Field::maybe(user.create_time),
            Field::own(user.app_manager_level),
            Field::own(user.global_recv_msg_opt),
            Field::text(&user.face_url),
            Field::text(&user.ex),
        ]
    }
}
