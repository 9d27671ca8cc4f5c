//! One file of the server's, with its variables over it.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::str::FromStr;

use super::super::inputs::ConfigInputs;
use super::super::origin::ValueOrigin;
use super::super::text;
use super::super::warning::Warning;
use super::yaml::{self, Content, Node};
use crate::error::{Error, Result};

/// A file of the server's.
pub(super) struct Document {
    pub(super) path: PathBuf,
    /// `IMENV_SHARE` for share.yml; nothing for the files of 3.5 and 3.6.
    prefix: Option<&'static str>,
    root: Rc<Node>,
}

/// What a key holds, never an empty text.
pub(super) struct Found {
    /// The text; the texts of a list with commas between.
    pub(super) text: String,
    pub(super) origin: ValueOrigin,
    key: String,
}

impl Document {
    /// Reads a file; `None` if it is not there.
    pub(super) fn read(path: &Path, prefix: Option<&'static str>) -> Result<Option<Self>> {
        let text = match text::read("OpenIM configuration file", path) {
            Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                return Ok(None);
            }
            text => text?,
        };
        let root = yaml::parse(&text).map_err(|wrong| Error::Config {
            what: format!("{}:{}: {}", path.display(), wrong.line, wrong.what),
            source: None,
        })?;
        Ok(Some(Self {
            path: path.to_owned(),
            prefix,
            root,
        }))
    }

    /// Returns what a key holds, its variable first; `None` if it is missing or empty.
    ///
    /// As on the server, a variable counts only if the file has its key.
    pub(super) fn find(
        &self,
        key: &str,
        inputs: &ConfigInputs,
        warnings: &mut Vec<Warning>,
    ) -> Result<Option<Found>> {
        let node = self.root.find(key);
        let name = self
            .prefix
            .map(|prefix| format!("{prefix}_{}", key.replace('.', "_").to_uppercase()));
        let variable = name.and_then(|name| {
            let value = inputs.variable(&name)?.to_owned();
            Some((name, value))
        });
        match (node, variable) {
            (Some(_), Some((name, value))) => {
                Ok(Found::new(key, value, ValueOrigin::Environment(name)))
            }
            (None, Some((name, _))) => {
                warnings.push(Warning::IgnoredVariable {
                    name,
                    path: self.path.clone(),
                    key: key.to_owned(),
                });
                Ok(None)
            }
            (Some(node), None) => self.of_node(key, node),
            (None, None) => Ok(None),
        }
    }

    fn of_node(&self, key: &str, node: &Node) -> Result<Option<Found>> {
        let origin = ValueOrigin::File {
            path: self.path.clone(),
            line: node.line,
        };
        let text = match &node.content {
            Content::Null => Some(String::new()),
            Content::Text(text) => Some(text.clone()),
            Content::List(items) => items
                .iter()
                .map(|item| match &item.content {
                    Content::Text(text) => Some(text.as_str()),
                    Content::Null | Content::List(_) | Content::Map(_) => None,
                })
                .collect::<Option<Vec<_>>>()
                .map(|texts| texts.join(",")),
            Content::Map(_) => None,
        };
        match text {
            Some(text) => Ok(Found::new(key, text, origin)),
            None => Err(Error::Config {
                what: format!("{origin}: {key} must be a text or a list of texts"),
                source: None,
            }),
        }
    }
}

impl Found {
    fn new(key: &str, text: String, origin: ValueOrigin) -> Option<Self> {
        (!text.is_empty()).then(|| Self {
            text,
            origin,
            key: key.to_owned(),
        })
    }

    /// Returns the first of a list: any of them would do. A text with commas is a list where the
    /// server wants one.
    pub(super) fn first(self) -> Self {
        let first = self.text.split(',').next().unwrap_or_default();
        Self {
            text: first.trim().to_owned(),
            ..self
        }
    }

    /// Reads the text as a number.
    pub(super) fn number<T: FromStr>(&self, what: &str) -> Result<T> {
        self.text.trim().parse().map_err(|_| Error::Config {
            what: format!(
                "{}: {} must be {what}, not {:?}",
                self.origin, self.key, self.text
            ),
            source: None,
        })
    }
}
