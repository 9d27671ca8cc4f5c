//! What is wrong with a statement, said to whoever wrote it.

use std::borrow::Cow;

use deltalake_core::datafusion::common::SchemaError;
use deltalake_core::datafusion::error::DataFusionError;

use crate::error::Error;

/// Why a statement was not run to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SqlError {
    /// It is no SQL.
    #[error("{0}")]
    Syntax(String),
    /// It names what is not there, or asks what makes no sense.
    #[error("{0}")]
    Meaning(String),
    /// It would change something.
    #[error("only statements that read are run here: {0} is refused")]
    Writes(String),
    /// Several statements at once.
    #[error("one statement at a time, and this is several")]
    Several,
    /// What `match` looks for is no query.
    #[error("match: {0}")]
    Match(String),
    /// It needs more memory than it may have.
    #[error("the statement needs more memory than it may have ({0})")]
    Memory(String),
    /// It took longer than it may.
    #[error("the statement was stopped after {0:?}")]
    Timeout(std::time::Duration),
    /// Something failed while it ran.
    #[error("{0}")]
    Running(String),
}

impl From<DataFusionError> for Error {
    fn from(error: DataFusionError) -> Self {
        match told(&error) {
            Some(told) => Self::Sql(told),
            None => Self::store("run the statement", error),
        }
    }
}

/// Says what is wrong in words of SQL; `None` where it is the disk or the network.
fn told(error: &DataFusionError) -> Option<SqlError> {
    Some(match error {
        DataFusionError::SQL(error, _) => SqlError::Syntax(plain(&error.to_string()).into_owned()),
        DataFusionError::SchemaError(error, _) => SqlError::Meaning(schema(error)),
        DataFusionError::Plan(text) | DataFusionError::Configuration(text) => {
            planning(&plain(text))
        }
        DataFusionError::NotImplemented(text) => planning(&plain(text)),
        DataFusionError::ResourcesExhausted(text) => {
            let first = text.lines().next().unwrap_or_default();
            SqlError::Memory(plain(first).into_owned())
        }
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => {
            return told(inner);
        }
        DataFusionError::Shared(inner) => return told(inner),
        DataFusionError::Collection(all) => return all.first().and_then(told),
        DataFusionError::Execution(text) => SqlError::Running(plain(text).into_owned()),
        DataFusionError::ArrowError(error, _) => SqlError::Running(error.to_string()),
        DataFusionError::External(error) => {
            return error.downcast_ref::<DataFusionError>().and_then(told);
        }
        _ => return None,
    })
}

/// Takes away what is for the engine's own developers.
fn plain(text: &str) -> Cow<'_, str> {
    let text = text.split("\n\nbacktrace:").next().unwrap_or(text).trim();
    let text = ["sql parser error: ", "Error during planning: "]
        .iter()
        .fold(text, |text, start| text.strip_prefix(start).unwrap_or(text));
    Cow::Borrowed(text)
}

fn planning(text: &str) -> SqlError {
    for start in [
        "DDL not supported: ",
        "DML not supported: ",
        "Statement not supported: ",
    ] {
        if let Some(what) = text.strip_prefix(start) {
            return SqlError::Writes(what.to_owned());
        }
    }
    if text.contains("single SQL statement") {
        return SqlError::Several;
    }
    SqlError::Meaning(text.to_owned())
}

/// How many near names are told.
const NEAR: usize = 3;

fn schema(error: &SchemaError) -> String {
    let SchemaError::FieldNotFound {
        field,
        valid_fields,
    } = error
    else {
        return error.to_string();
    };
    let name = field.name();
    let mut near: Vec<(f64, &str)> = valid_fields
        .iter()
        .map(|valid| (strsim::jaro_winkler(name, valid.name()), valid.name()))
        .filter(|(alike, _)| *alike > 0.75)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.dedup_by(|a, b| a.1 == b.1);
    let near: Vec<&str> = near.into_iter().take(NEAR).map(|(_, name)| name).collect();
    match near.as_slice() {
        [] => format!("there is no column {}", field.flat_name()),
        near => format!(
            "there is no column {}; near: {}",
            field.flat_name(),
            near.join(", ")
        ),
    }
}
