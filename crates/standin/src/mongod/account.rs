//! The accounts of a server that asks who is calling.

use anyhow::{Context, Result};
use bson::{Document, doc};
use mongodb::Client;

/// A user of a server started with [`MongodOptions::auth`](super::MongodOptions::auth).
///
/// Like OpenIM's own set-up, every account but [`Account::ROOT`] is defined in `openim_v3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// The user's name.
    pub name: &'static str,
    /// The user's password.
    pub password: &'static str,
    /// The database the user is defined in.
    pub auth_source: &'static str,
}

impl Account {
    /// May do anything.
    pub const ROOT: Self = Self {
        name: "root",
        password: "root-password",
        auth_source: "admin",
    };

    /// What OpenIM itself uses: reads and writes `openim_v3`.
    pub const OPENIM: Self = Self {
        name: "openIM",
        password: "openIM123",
        auth_source: "openim_v3",
    };

    /// May read `openim_v3` and nothing else.
    pub const READER: Self = Self {
        name: "reader",
        password: "reader-password",
        auth_source: "openim_v3",
    };

    /// May log in and read nothing: what a wrong grant looks like.
    pub const STRANGER: Self = Self {
        name: "stranger",
        password: "stranger-password",
        auth_source: "openim_v3",
    };

    fn roles(self) -> Vec<Document> {
        let role = |role: &str, db: &str| doc! { "role": role, "db": db };
        match self {
            Self::ROOT => vec![role("root", "admin")],
            Self::OPENIM => vec![role("readWrite", "openim_v3")],
            Self::READER => vec![role("read", "openim_v3")],
            _ => Vec::new(),
        }
    }

    /// Defines this account over a connection that may do so.
    pub(super) async fn create(self, client: &Client) -> Result<()> {
        client
            .database(self.auth_source)
            .run_command(doc! {
                "createUser": self.name,
                "pwd": self.password,
                "roles": self.roles(),
            })
            .await
            .with_context(|| format!("account {} cannot be created", self.name))?;
        Ok(())
    }
}
