//! A configuration, read and settled.

use std::fmt;
use std::path::{Path, PathBuf};

use super::inputs::{ConfigInputs, FILE_VARIABLE};
use super::job::ExportJob;
use super::key::{KEYS, Key, Kind};
use super::layers::Settings;
use super::origin::ValueOrigin;
use super::value::{Setting, Value};
use super::warning::{SecretHolder, Warning};
use super::{environment, file, openim, text};
use crate::error::Result;

/// A configuration: every key's value and where it came from.
#[derive(Clone)]
pub struct Config {
    pub(super) settings: Settings,
    /// The inputs, with the file that was found: a secret is read again from the same place.
    pub(super) inputs: ConfigInputs,
    retention: Option<Retention>,
    warnings: Vec<Warning>,
    exports: Vec<ExportJob>,
}

/// How many days the server keeps messages, as its configuration says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// The days; less than 1 keeps them for ever.
    pub days: i64,
    /// Where that is said.
    pub origin: ValueOrigin,
}

/// A key as `config show` lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shown {
    /// The key's full name.
    pub key: &'static str,
    /// The value, secrets and passwords masked; `None` where nothing is set.
    pub value: Option<String>,
    /// Where it came from.
    pub origin: ValueOrigin,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{} = {value}  ({})", self.key, self.origin),
            None => write!(f, "{} is not set", self.key),
        }
    }
}

impl Config {
    /// Reads the configuration.
    ///
    /// Fails on anything wrong in it, with the file and line, variable or flag; the caller's
    /// secrets are in no message.
    pub fn load(mut inputs: ConfigInputs) -> Result<Self> {
        if inputs.file.is_none() {
            inputs.file = inputs.variable(FILE_VARIABLE).map(PathBuf::from);
        }
        let candidates = std::mem::take(&mut inputs.candidates);
        if inputs.file.is_none() {
            // Kept, so that a secret is read again from this file and no other.
            inputs.file = candidates.into_iter().find(|path| path.is_file());
        }

        let mut own = Settings::default();
        let mut warnings = environment::misspelt(&inputs);
        let file::Holds {
            settings: of_file,
            jobs: exports,
        } = match &inputs.file {
            Some(path) => file::read(path)?,
            None => file::Holds::default(),
        };
        if let Some(path) = &inputs.file
            && of_file
                .iter()
                .any(|(key, setting)| holds_secret(key, setting))
        {
            warnings.extend(text::readable_by_others(path, SecretHolder::Configuration));
        }
        let of_environment = environment::of_environment(&inputs)?;
        let of_flags = environment::of_flags(&inputs)?;
        // Which OpenIM folder is a matter of the stronger layers, so these are laid twice.
        for layer in [&of_file, &of_environment, &of_flags] {
            own.lay(layer.clone())?;
        }
        let mut settings = Settings::default();
        let mut retention = None;
        if let Some(Setting {
            value: Value::Path(path),
            origin,
            ..
        }) = own.of("openim_config")
        {
            let openim = openim::read(path, origin, &inputs)?;
            settings.lay(openim.settings)?;
            retention = openim.retention;
            warnings.extend(openim.warnings);
        }
        for layer in [of_file, of_environment, of_flags] {
            settings.lay(layer)?;
        }
        settings.settle();
        for key in ["api.secret_file", "mongo.uri_file", "mongo.password_file"] {
            if let Some(Value::Path(path)) = settings.of(key).map(|setting| &setting.value) {
                warnings.extend(text::readable_by_others(path, SecretHolder::SecretFile));
            }
        }
        Ok(Self {
            settings,
            inputs,
            retention,
            warnings,
            exports,
        })
    }

    /// Returns the configuration file that was read.
    pub fn file(&self) -> Option<&Path> {
        self.inputs.file.as_deref()
    }

    /// Returns OpenIM's own configuration that was read: a folder or its single file.
    pub fn openim_config(&self) -> Option<&Path> {
        self.path("openim_config")
    }

    /// Returns every key in the order of the documentation, defaults too, with secrets and
    /// passwords masked.
    pub fn values(&self) -> Vec<Shown> {
        KEYS.iter()
            .map(|key| Shown {
                key: key.name,
                value: self.value(key).map(|value| value.shown(key)),
                origin: self.origin(key.name),
            })
            .collect()
    }

    /// Returns where a key's value came from.
    pub fn origin(&self, key: &str) -> ValueOrigin {
        self.settings
            .of(key)
            .map_or(ValueOrigin::Default, |setting| setting.origin.clone())
    }

    /// Returns the saved exports, in the order of the file.
    pub fn exports(&self) -> &[ExportJob] {
        &self.exports
    }

    /// Returns what is odd but does not stand in the way.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Returns how long the server keeps messages, where its own configuration was read and says
    /// so.
    pub fn retention(&self) -> Option<&Retention> {
        self.retention.as_ref()
    }

    /// Returns the days of [`Config::retention`].
    pub fn retention_days(&self) -> Option<i64> {
        self.retention.as_ref().map(|retention| retention.days)
    }

    pub(super) fn value(&self, key: &Key) -> Option<Value> {
        match self.settings.of(key.name) {
            Some(setting) => Some(setting.value.clone()),
            None => Value::default_of(key),
        }
    }

    pub(super) fn path(&self, key: &str) -> Option<&Path> {
        match &self.settings.of(key)?.value {
            Value::Path(path) => Some(path),
            _ => None,
        }
    }
}

// Written by hand: the settings hold secrets.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("values", &self.values())
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

/// Whether a setting is a secret, or an address with one in it.
pub(super) fn holds_secret(key: &Key, setting: &Setting) -> bool {
    match (&setting.value, key.kind) {
        _ if key.secret => true,
        (Value::Text(uri), Kind::MongoUri) => super::mongo_uri::masked(uri) != *uri,
        (Value::Url(url), _) => url.password().is_some(),
        _ => false,
    }
}
