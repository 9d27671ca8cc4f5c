//! The folder of `.yml` files of 3.7 and later, in the shapes of the release and of main.

use std::path::Path;

use super::super::inputs::ConfigInputs;
use super::OpenIm;
use super::document::{Document, Found};
use crate::error::Result;

/// The files that make a folder one of OpenIM's.
pub(super) const FILES: &[&str] = &["share.yml", "openim-api.yml", "mongodb.yml"];

/// Reads what is there of the folder's files.
pub(super) fn read(folder: &Path, inputs: &ConfigInputs, openim: &mut OpenIm) -> Result<()> {
    let open = |file, prefix| Document::read(&folder.join(file), Some(prefix));
    if let Some(document) = open("share.yml", "IMENV_SHARE")? {
        share(&document, inputs, openim)?;
        openim.holds_secret(&document);
    }
    if let Some(document) = open("openim-api.yml", "IMENV_OPENIM_API")? {
        let ports = document.find("api.ports", inputs, &mut openim.warnings)?;
        let listen = document.find("api.listenIP", inputs, &mut openim.warnings)?;
        openim.set_api_port(ports, listen)?;
    }
    if let Some(document) = open("mongodb.yml", "IMENV_MONGODB")? {
        mongodb(&document, inputs, openim)?;
        openim.holds_secret(&document);
    }
    if let Some(document) = open("openim-crontask.yml", "IMENV_OPENIM_CRONTASK")? {
        let days = document.find("retainChatRecords", inputs, &mut openim.warnings)?;
        openim.set_retention(days)?;
    }
    Ok(())
}

fn share(document: &Document, inputs: &ConfigInputs, openim: &mut OpenIm) -> Result<()> {
    let secret = document.find("secret", inputs, &mut openim.warnings)?;
    openim.set("api.secret", secret)?;
    // main, then the release. The variable of the shape the file does not have stays silent:
    // a deployment for both sets both.
    for key in ["imAdminUser.userIDs", "imAdminUserID"] {
        let ids = document.find(key, inputs, &mut Vec::new())?;
        if openim.set("api.admin_id", ids.map(Found::first))? {
            break;
        }
    }
    Ok(())
}

fn mongodb(document: &Document, inputs: &ConfigInputs, openim: &mut OpenIm) -> Result<()> {
    let mut warnings = Vec::new();
    let mut find = |key| document.find(key, inputs, &mut warnings);
    let replica_set = find("mongoMode")?.is_some_and(|mode| mode.text == "replicaSet");
    let database = find("database")?;
    openim.set("mongo.database", database)?;
    if replica_set {
        let hosts = match find("replicaSet.hosts")? {
            Some(hosts) => Some(hosts),
            None => find("address")?,
        };
        openim.set("mongo.hosts", hosts)?;
        openim.set("mongo.replica_set", find("replicaSet.name")?)?;
        // `primary` is what the file comes with: the server needs to see its own writes, a
        // reader does not and spares it.
        let preference = find("readPreference.mode")?.filter(|mode| mode.text != "primary");
        openim.set("mongo.read_preference", preference)?;
    } else {
        let uri = find("uri")?;
        if openim.set("mongo.uri", uri)? {
            openim.warnings.extend(warnings);
            return Ok(());
        }
        openim.set("mongo.hosts", find("address")?)?;
    }
    openim.set("mongo.username", find("username")?)?;
    openim.set("mongo.password", find("password")?)?;
    openim.set("mongo.auth_source", find("authSource")?)?;
    openim.warnings.extend(warnings);
    Ok(())
}
