//! What a command can end with: its exit code, and what the user is told.

mod archive;
mod hint;

use std::error::Error as StdError;
use std::io;
use std::process::ExitCode;

use openim_history_archive::Error as Archive;
use openim_history_archive::sql::SqlError;
use openim_history_client::Error;
use openim_history_client::model::Lang;

use crate::ui::Ui;

/// Whether a statement is wrong as it was typed, and not only as it ran.
fn is_mistake(error: &SqlError) -> bool {
    matches!(
        error,
        SqlError::Syntax(_)
            | SqlError::Meaning(_)
            | SqlError::Writes(_)
            | SqlError::Several
            | SqlError::Match(_)
    )
}

/// Why a command did not simply end well.
#[derive(Debug)]
pub(crate) enum CommandError {
    /// The library's error.
    Library(Error),
    /// The archive's error.
    Archive(openim_history_archive::Error),
    /// What was typed makes no sense.
    Usage {
        /// What is wrong.
        text: String,
        /// What to do.
        hint: Option<String>,
    },
    /// There is nothing there, and it is known why.
    Missing {
        /// What was looked for.
        what: String,
        /// Why there is nothing.
        why: String,
    },
    /// Reading broke off behind what is written already.
    Partial {
        /// How far it came.
        what: String,
        /// How to read the rest.
        rest: String,
        /// Why.
        source: Error,
    },
    /// Standard output cannot be written.
    Output(io::Error),
    /// The command has said itself that something is missing, different or damaged.
    Gaps,
    /// The user pressed Ctrl-C.
    Interrupted,
    /// The command has said itself what is wrong, as `doctor` does.
    #[allow(
        dead_code,
        reason = "only a command that reports by itself ends this way"
    )]
    Said,
}

/// Shorthand for what a command returns.
pub(crate) type Result<T = (), E = CommandError> = std::result::Result<T, E>;

impl CommandError {
    /// What was typed makes no sense.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::Usage {
            text: text.into(),
            hint: None,
        }
    }

    /// What was typed makes no sense, and what to do.
    pub(crate) fn usage_with_hint(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage {
            text: text.into(),
            hint: Some(hint.into()),
        }
    }

    /// Returns the exit code: 0 done, 1 failed, 2 wrong usage, 3 finished with gaps, 130
    /// interrupted.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Library(Error::Invalid { .. } | Error::Config { .. }) | Self::Usage { .. } => 2,
            Self::Archive(Archive::Invalid(_)) => 2,
            Self::Archive(Archive::Sql(error)) if is_mistake(error) => 2,
            Self::Library(Error::Incomplete { .. }) | Self::Partial { .. } | Self::Gaps => 3,
            // Who reads the output has had enough of it.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
            Self::Library(_)
            | Self::Archive(_)
            | Self::Missing { .. }
            | Self::Output(_)
            | Self::Said => 1,
            Self::Interrupted => 130,
        }
    }

    /// Returns what is said of it, on one line.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Self::Library(error) => Some(error.to_string()),
            Self::Archive(error) => Some(archive::text(error)),
            Self::Usage { text, .. } => Some(text.lines().next().unwrap_or_default().to_owned()),
            Self::Missing { what, .. } => Some(format!("{what} not found")),
            Self::Partial { what, .. } => Some(what.clone()),
            Self::Output(error) => Some(error.to_string()),
            Self::Gaps | Self::Interrupted | Self::Said => None,
        }
    }

    /// Tells the user, and returns the exit code.
    pub(crate) fn report(&self, ui: &Ui) -> ExitCode {
        match self {
            Self::Library(error) => {
                ui.error(error.to_string());
                name_gaps(error, ui);
                causes(StdError::source(error), ui);
                if let Some(hint) = hint::for_error(error) {
                    ui.hint(hint);
                }
            }
            Self::Archive(error) => {
                ui.error(archive::text(error));
                causes(error.source(), ui);
                if let Some(hint) = archive::hint(error) {
                    ui.hint(hint);
                }
            }
            Self::Usage { text, hint } => {
                ui.error(text);
                if let Some(hint) = hint {
                    ui.hint(hint);
                }
            }
            Self::Missing { what, why } => {
                ui.error(format!("{what} not found"));
                ui.cause("Caused by: ", why);
            }
            Self::Partial { what, rest, source } => {
                ui.error(what);
                causes(Some(source), ui);
                ui.hint(hint::for_rest(rest, source));
            }
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            Self::Output(error) => {
                ui.error("standard output cannot be written");
                ui.cause("Caused by: ", error.to_string());
            }
            Self::Interrupted => ui.status(match ui.lang {
                Lang::En => "interrupted",
                Lang::Zh => "已中断",
            }),
            Self::Said | Self::Gaps => {}
        }
        ExitCode::from(self.code())
    }
}

impl From<Error> for CommandError {
    fn from(error: Error) -> Self {
        Self::Library(error)
    }
}

impl From<Archive> for CommandError {
    /// What the server did wrong is told as everywhere.
    fn from(error: Archive) -> Self {
        match error {
            Archive::Source(error) => Self::Library(error),
            Archive::Stopped => Self::Interrupted,
            error => Self::Archive(error),
        }
    }
}

impl From<io::Error> for CommandError {
    /// Only writing data fails this way: files are read by the library, which names them.
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Names every stretch that was not read; the error's own text only names the first few.
fn name_gaps(error: &Error, ui: &Ui) {
    const NAMED_ALREADY: usize = 3;
    if let Error::Incomplete { missing, .. } = error {
        for bounds in missing.iter().skip(NAMED_ALREADY) {
            let range = crate::seqs::show(bounds.range);
            ui.cause("Not read: ", format!("{} {range}", bounds.conversation_id));
        }
    }
}

/// Prints a cause and those below it, numbered where there are several.
fn causes(first: Option<&(dyn StdError + 'static)>, ui: &Ui) {
    let mut causes: Vec<String> = std::iter::successors(first, |cause| (**cause).source())
        .map(ToString::to_string)
        .collect();
    // Some libraries repeat their cause in their own text.
    causes.dedup_by(|cause, before| before.contains(&**cause));
    match &causes[..] {
        [] => {}
        [cause] => ui.cause("Caused by: ", cause),
        several => {
            ui.cause("Caused by:", "");
            for (at, cause) in several.iter().enumerate() {
                ui.cause(&format!("  {}: ", at + 1), cause);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use openim_history_client::model::{Bounds, SeqRange};

    use super::*;

    #[test]
    fn exit_codes_tell_a_script_what_happened() {
        let unreachable = || Error::Unreachable {
            what: "http://127.0.0.1:10002".into(),
            source: None,
        };
        let missing = vec![Bounds {
            conversation_id: "si_a_b".into(),
            range: SeqRange::new(1, 9),
        }];
        let pipe = io::Error::from(io::ErrorKind::BrokenPipe);
        let full = io::Error::from(io::ErrorKind::StorageFull);
        for (error, code) in [
            (Error::not_found("user \"eve\"").into(), 1),
            (Error::invalid("--last", "too many").into(), 2),
            (unreachable().into(), 1),
            (Error::incomplete(missing, unreachable()).into(), 3),
            (CommandError::usage("no"), 2),
            (pipe.into(), 0),
            (full.into(), 1),
            (CommandError::Interrupted, 130),
            (CommandError::Said, 1),
            (CommandError::Gaps, 3),
            (
                CommandError::Partial {
                    what: "500 of 1,234 users read".into(),
                    rest: "--page 2".into(),
                    source: unreachable(),
                },
                3,
            ),
            (Archive::Invalid("a place".into()).into(), 2),
            (Archive::from(unreachable()).into(), 1),
            (Archive::Stopped.into(), 130),
        ] {
            assert_eq!(error.code(), code, "{error:?}");
        }
    }
}
