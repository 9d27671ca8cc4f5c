//! Reading small text files.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::warning::{SecretHolder, Warning};
use crate::error::{Error, Result};

/// No configuration is this big; a bigger file is something else, named by mistake.
const LIMIT: u64 = 4 * 1024 * 1024;

/// Reads a file of UTF-8, without the byte order mark some editors put in front.
pub(super) fn read(what: &str, path: &Path) -> Result<String> {
    let failed = |source| Error::Io {
        what: format!("{what} {} cannot be read", path.display()),
        source,
    };
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LIMIT + 1).read_to_end(&mut bytes))
        .map_err(failed)?;
    if bytes.len() as u64 > LIMIT {
        return Err(failed(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "it is bigger than 4 MiB",
        )));
    }
    let mut text = String::from_utf8(bytes).map_err(|wrong| {
        // Not the error itself as the cause: its Debug text is the whole file.
        let line = wrong.as_bytes()[..wrong.utf8_error().valid_up_to()]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        failed(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("line {line} is not UTF-8"),
        ))
    })?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

/// Reads a file that holds nothing but a secret; white space around it is cut off.
pub(super) fn read_secret(what: &str, path: &Path) -> Result<String> {
    let text = read(what, path)?;
    let secret = text.trim();
    if secret.is_empty() {
        return Err(Error::Config {
            what: format!("{what} {} is empty", path.display()),
            source: None,
        });
    }
    Ok(secret.to_owned())
}

/// Says so if everybody on this machine may read the file.
pub(super) fn readable_by_others(path: &Path, holder: SecretHolder) -> Option<Warning> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).ok()?.permissions().mode();
        (mode & 0o004 != 0).then(|| Warning::ReadableByOthers {
            path: path.to_owned(),
            holder,
        })
    }
    #[cfg(not(unix))]
    {
        let _ = (path, holder);
        None
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_cut_off() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "\u{feff}text").unwrap();
        assert_eq!(read("file", file.path()).unwrap(), "text");
    }

    #[test]
    fn a_file_of_many_megabytes_is_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(LIMIT + 1).unwrap();
        let error = read("configuration file", file.path()).unwrap_err();
        assert!(error.to_string().contains("cannot be read"), "{error}");
    }

    #[test]
    fn bytes_that_are_not_utf8_are_named_by_line_and_not_repeated() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"secret = \"hunter2\"\n\xff\n").unwrap();
        let error = read("configuration file", file.path()).unwrap_err();
        let Error::Io { source, .. } = &error else {
            panic!("{error:?}")
        };
        assert_eq!(source.to_string(), "line 2 is not UTF-8");
        assert!(!format!("{error:?}").contains("hunter2"));
    }

    #[test]
    fn an_empty_secret_file_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "\n").unwrap();
        assert!(read_secret("secret file", file.path()).is_err());
    }
}
