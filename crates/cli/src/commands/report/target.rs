//! Where a report goes.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use openim_history_archive::Error;
use openim_history_archive::report::{ReportKind, Scope};

use super::ReportFormat;
use crate::error::{CommandError, Result};
use crate::ui::Out;

/// What is written.
pub(super) enum Made {
    /// One file.
    One(Vec<u8>),
    /// A folder of files, by name.
    Several(Vec<(String, Vec<u8>)>),
}

impl Made {
    pub(super) fn size(&self) -> u64 {
        match self {
            Self::One(bytes) => bytes.len() as u64,
            Self::Several(files) => files.iter().map(|(_, bytes)| bytes.len() as u64).sum(),
        }
    }
}

/// Where it is written, and how.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) format: ReportFormat,
    /// `None` for standard output.
    path: Option<PathBuf>,
}

impl Target {
    /// Chooses what was not typed.
    pub(super) fn choose(
        format: Option<ReportFormat>,
        to: Option<&Path>,
        scope: &Scope,
        kind: ReportKind,
    ) -> Self {
        let by_name = || {
            let extension = to?.extension()?.to_str()?.to_ascii_lowercase();
            match extension.as_str() {
                "html" | "htm" => Some(ReportFormat::Html),
                "json" => Some(ReportFormat::Json),
                "csv" => Some(ReportFormat::Csv),
                "xlsx" => Some(ReportFormat::Xlsx),
                _ => None,
            }
        };
        let format = format.or_else(by_name).unwrap_or(ReportFormat::Html);
        let path = match to {
            Some(to) if to == Path::new("-") => None,
            Some(to) => Some(to.to_owned()),
            None => name(format, scope, kind).map(PathBuf::from),
        };
        Self { format, path }
    }

    /// Makes sure that nothing is there that nobody said may be replaced.
    pub(super) fn check(&self, overwrite: bool) -> Result {
        let Some(path) = &self.path else {
            return match self.format {
                ReportFormat::Csv => Err(CommandError::usage(
                    "--format csv is a folder with a file for each table: name one with --to",
                )),
                _ => Ok(()),
            };
        };
        let is_folder = path.is_dir();
        if is_folder != (self.format == ReportFormat::Csv) && path.exists() {
            let (is, wants) = if is_folder {
                ("folder", "file")
            } else {
                ("file", "folder")
            };
            return Err(CommandError::usage(format!(
                "{} is a {is}, and a {wants} is to be written",
                path.display()
            )));
        }
        let is_empty = || fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
        if !overwrite && path.exists() && !(is_folder && is_empty()) {
            return Err(CommandError::usage_with_hint(
                format!("{} is there already", path.display()),
                "--overwrite replaces it, and --to names another place",
            ));
        }
        Ok(())
    }

    /// Writes it: a file is there whole or not at all.
    pub(super) fn write(&self, made: Made, overwrite: bool, out: &mut Out) -> Result {
        match (made, &self.path) {
            (Made::One(bytes), None) => {
                out.write_all(&bytes)?;
                out.flush()?;
            }
            (Made::One(bytes), Some(path)) => place(path, &bytes, overwrite)?,
            (Made::Several(files), path) => {
                let folder = path.as_deref().unwrap_or(Path::new("."));
                fs::create_dir_all(folder).map_err(|error| failed("make", folder, error))?;
                for (name, bytes) in files {
                    place(&folder.join(name), &bytes, overwrite)?;
                }
            }
        }
        Ok(())
    }

    /// Returns where it lies, if that is no secret to whoever ran the command.
    pub(super) fn shown(&self) -> Option<String> {
        self.path.as_ref().map(|path| path.display().to_string())
    }
}

/// Puts a file in its place.
fn place(path: &Path, bytes: &[u8], overwrite: bool) -> Result {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::Builder::new();
        let mut file = readable(&mut file).tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        if overwrite {
            file.persist(path)?;
        } else {
            file.persist_noclobber(path)?;
        }
        Ok(())
    };
    write().map_err(|error| failed("write", path, error))
}

/// A report is a file like any other, and not one of those nobody else may read.
#[cfg(unix)]
fn readable<'a, 'b>(
    builder: &'a mut tempfile::Builder<'b, 'b>,
) -> &'a mut tempfile::Builder<'b, 'b> {
    use std::os::unix::fs::PermissionsExt as _;
    builder.permissions(fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn readable<'a, 'b>(
    builder: &'a mut tempfile::Builder<'b, 'b>,
) -> &'a mut tempfile::Builder<'b, 'b> {
    builder
}

fn failed(what: &str, path: &Path, error: std::io::Error) -> CommandError {
    CommandError::Archive(Error::Store {
        what: format!("{what} {}", path.display()),
        source: error.into(),
    })
}

/// Returns the name of a report nobody named; none for what goes to standard output then.
fn name(format: ReportFormat, scope: &Scope, kind: ReportKind) -> Option<String> {
    let extension = match format {
        ReportFormat::Json => return None,
        ReportFormat::Html => ".html",
        ReportFormat::Xlsx => ".xlsx",
        ReportFormat::Csv => "-csv",
    };
    let what = match kind {
        ReportKind::Overview => "report".to_owned(),
        ReportKind::Year(year) => format!("{year}"),
    };
    // Ids may hold anything, and file systems take little.
    let id: String = scope
        .id()
        .chars()
        .take(40)
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let dash = if id.is_empty() { "" } else { "-" };
    Some(format!("openim-{what}{dash}{id}{extension}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_nobody_named_has_a_name_every_file_system_takes() {
        let user = Scope::User("../a b:张三".into());
        let named = |format, scope: &Scope, kind| name(format, scope, kind);
        assert_eq!(
            named(ReportFormat::Html, &Scope::Server, ReportKind::Overview).as_deref(),
            Some("openim-report.html")
        );
        assert_eq!(
            named(ReportFormat::Xlsx, &user, ReportKind::Year(2026)).as_deref(),
            Some("openim-2026-___a_b___.xlsx")
        );
        assert_eq!(named(ReportFormat::Json, &user, ReportKind::Overview), None);
    }

    #[test]
    fn the_format_is_what_the_name_says() {
        let chosen = |to: &str| {
            Target::choose(
                None,
                Some(Path::new(to)),
                &Scope::Server,
                ReportKind::Overview,
            )
            .format
        };
        assert_eq!(chosen("a.XLSX"), ReportFormat::Xlsx);
        assert_eq!(chosen("b.json"), ReportFormat::Json);
        assert_eq!(chosen("folder"), ReportFormat::Html);
    }
}
