//! The single file of 3.5 and 3.6.

use std::path::Path;

use super::super::inputs::ConfigInputs;
use super::OpenIm;
use super::document::{Document, Found};
use crate::error::Result;

/// The names it goes by.
pub(super) const FILES: &[&str] = &["openim.yaml", "openim.yml", "config.yaml", "config.yml"];

/// Reads the file. No variables lie over it: these versions wrote them into it beforehand.
pub(super) fn read(path: &Path, inputs: &ConfigInputs, openim: &mut OpenIm) -> Result<()> {
    let Some(document) = Document::read(path, None)? else {
        return Ok(());
    };
    let mut none = Vec::new();
    let mut find = |key| document.find(key, inputs, &mut none);
    openim.set("api.secret", find("secret")?)?;
    for key in ["manager.userID", "im-admin.userID"] {
        if openim.set("api.admin_id", find(key)?.map(Found::first))? {
            break;
        }
    }
    openim.set_api_port(find("api.openImApiPort")?, find("api.listenIP")?)?;
    openim.set("mongo.database", find("mongo.database")?)?;
    if !openim.set("mongo.uri", find("mongo.uri")?)? {
        openim.set("mongo.hosts", find("mongo.address")?)?;
        openim.set("mongo.username", find("mongo.username")?)?;
        openim.set("mongo.password", find("mongo.password")?)?;
    }
    openim.set_retention(find("retainChatRecords")?)?;
    openim.holds_secret(&document);
    Ok(())
}
