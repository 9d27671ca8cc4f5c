//! The layer of OpenIM's own configuration: its folder of `.yml` files (3.7 and later) or its
//! single file (3.5 and 3.6), with the server's `IMENV_*` variables over them.

mod document;
mod folder;
mod single;
mod yaml;

use std::path::{Path, PathBuf};

use self::document::{Document, Found};
use super::inputs::ConfigInputs;
use super::key::Key;
use super::loaded::{Retention, holds_secret};
use super::origin::{Layer, ValueOrigin};
use super::text;
use super::value::{Setting, Written};
use super::warning::{SecretHolder, Warning};
use crate::error::{Error, Result};

/// What OpenIM's configuration says.
#[derive(Default)]
pub(super) struct OpenIm {
    pub(super) settings: Vec<(&'static Key, Setting)>,
    pub(super) retention: Option<Retention>,
    pub(super) warnings: Vec<Warning>,
}

/// Where OpenIM's configuration was found.
enum Place {
    Folder(PathBuf),
    Single(PathBuf),
}

/// Reads OpenIM's configuration from its folder, a folder that has it in `config/`, or its single
/// file. `named_by` is where the path came from.
pub(super) fn read(path: &Path, named_by: &ValueOrigin, inputs: &ConfigInputs) -> Result<OpenIm> {
    let mut openim = OpenIm::default();
    match find(path, named_by)? {
        Place::Folder(path) => folder::read(&path, inputs, &mut openim)?,
        Place::Single(path) => single::read(&path, inputs, &mut openim)?,
    }
    Ok(openim)
}

fn find(path: &Path, named_by: &ValueOrigin) -> Result<Place> {
    let wrong = |what: String| Error::Config {
        what: format!("{named_by}: openim_config names {}, {what}", path.display()),
        source: None,
    };
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => {
            // One file of the folder stands for the folder.
            let name = path.file_name().unwrap_or_default();
            return Ok(match path.parent() {
                Some(parent) if folder::FILES.iter().any(|file| name == *file) => {
                    Place::Folder(parent.to_owned())
                }
                _ => Place::Single(path.to_owned()),
            });
        }
        Err(source) => {
            return Err(Error::Config {
                what: format!("{named_by}: openim_config names {}", path.display()),
                source: Some(source.into()),
            });
        }
    }
    for folder in [path.to_owned(), path.join("config")] {
        if folder::FILES.iter().any(|file| folder.join(file).is_file()) {
            return Ok(Place::Folder(folder));
        }
        if let Some(file) = single::FILES
            .iter()
            .map(|file| folder.join(file))
            .find(|file| file.is_file())
        {
            return Ok(Place::Single(file));
        }
    }
    let files: Vec<_> = folder::FILES.iter().chain(single::FILES).copied().collect();
    Err(wrong(format!(
        "which holds no configuration of OpenIM: none of {} is there or in its folder config",
        files.join(", ")
    )))
}

impl OpenIm {
    /// Takes a value over, unless it is left empty.
    fn set(&mut self, key: &'static str, found: Option<Found>) -> Result<bool> {
        let Some(found) = found else {
            return Ok(false);
        };
        let Some(key) = Key::named(key) else {
            return Ok(false);
        };
        let written = Written::Text(found.text);
        let setting = Setting::read(key, written, None, found.origin, Layer::OpenIm)?;
        self.settings.push((key, setting));
        Ok(true)
    }

    /// Takes over where the API listens.
    fn set_api_port(&mut self, ports: Option<Found>, listen: Option<Found>) -> Result<()> {
        let Some(mut url) = ports.map(Found::first) else {
            return Ok(());
        };
        let port: u16 = url.number("a port")?;
        let host = listen.map(Found::first).map(|found| found.text);
        let host = match host.as_deref() {
            // It listens everywhere, so on this machine too.
            None | Some("0.0.0.0" | "::" | "[::]") => "127.0.0.1".to_owned(),
            Some(host) if host.contains(':') && !host.starts_with('[') => format!("[{host}]"),
            Some(host) => host.to_owned(),
        };
        url.text = format!("http://{host}:{port}");
        self.set("api.url", Some(url))?;
        Ok(())
    }

    /// Takes over how many days messages are kept.
    fn set_retention(&mut self, found: Option<Found>) -> Result<()> {
        if let Some(found) = found {
            self.retention = Some(Retention {
                days: found.number("a number of days")?,
                origin: found.origin,
            });
        }
        Ok(())
    }

    /// Looks at who may read a file that a secret was found in.
    fn holds_secret(&mut self, document: &Document) {
        let from_file = self.settings.iter().any(|(key, setting)| {
            let here = matches!(
                &setting.origin,
                ValueOrigin::File { path, .. } if *path == document.path
            );
            here && holds_secret(key, setting)
        });
        if from_file {
            let warning = text::readable_by_others(&document.path, SecretHolder::OpenIm);
            self.warnings.extend(warning);
        }
    }
}
