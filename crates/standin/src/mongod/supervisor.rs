//! The shell between us and mongod, which outlives us by a moment and cleans up.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};

/// Runs the server named by the arguments until its standard input ends or its time is up, then
/// removes the folder. Plain POSIX, so that no other program need be installed.
///
/// The pipe at standard input is held by the launching process alone: it closes when that process
/// lets go of it, exits, or is killed, whichever way.
const SCRIPT: &str = r#"
folder=$1; life=$2; shift 2
trap '' INT TERM HUP
exec 3<&0
"$@" <&- 3<&- >"$folder/output" 2>&1 &
server=$!
{
    if command -v timeout >/dev/null 2>&1; then timeout "$life" cat <&3; else cat <&3; fi
    kill -9 "$server"
} >/dev/null 2>&1 &
watcher=$!
exec 3<&- <&-
wait "$server"
status=$?
kill -9 "$watcher" 2>/dev/null
rm -rf "$folder"
exit "$status"
"#;

/// A server that ends with this value, or with this process.
#[derive(Debug)]
pub(super) struct Supervisor {
    shell: Child,
}

impl Supervisor {
    /// Starts `command` (a program and its arguments), which keeps its files in `folder`; the
    /// folder is removed after the server's end.
    pub(super) fn start(folder: &Path, life: Duration, command: &[OsString]) -> Result<Self> {
        let shell = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "mongod-supervisor"])
            .arg(folder)
            .arg(life.as_secs().max(1).to_string())
            .args(command)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Of its own group, or an interrupt from the terminal would end it before it cleaned up.
            .process_group(0)
            .spawn()
            .context("/bin/sh cannot be started")?;
        Ok(Self { shell })
    }

    /// Returns how the server ended, if it has.
    pub(super) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.shell.try_wait().context("cannot wait for mongod")
    }

    /// Ends the server and returns when it is gone and its folder removed.
    pub(super) fn stop(&mut self) {
        drop(self.shell.stdin.take());
        if let Err(error) = self.shell.wait() {
            tracing::warn!(%error, "the end of mongod could not be awaited");
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn sleeper(life: Duration) -> (std::path::PathBuf, Supervisor) {
        let folder = tempfile::tempdir().expect("a folder").keep();
        let command = ["sleep".into(), "60".into()];
        let supervisor = Supervisor::start(&folder, life, &command).expect("starts");
        (folder, supervisor)
    }

    /// Waits without closing the pipe, which `Child::wait` would do.
    fn end_of(supervisor: &mut Supervisor) -> ExitStatus {
        loop {
            if let Some(status) = supervisor.ended().expect("can be asked") {
                return status;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn the_server_and_its_folder_go_when_the_supervisor_is_dropped() {
        let (folder, supervisor) = sleeper(Duration::from_secs(60));
        let before = Instant::now();
        drop(supervisor);
        assert!(before.elapsed() < Duration::from_secs(30));
        assert!(!folder.exists());
    }

    #[test]
    fn a_server_ends_when_its_time_is_up() {
        let (folder, mut supervisor) = sleeper(Duration::from_secs(1));
        let before = Instant::now();
        assert!(!end_of(&mut supervisor).success());
        assert!(before.elapsed() > Duration::from_millis(500));
        assert!(!folder.exists());
    }

    #[test]
    fn a_server_that_ends_by_itself_is_noticed() {
        let folder = tempfile::tempdir().expect("a folder").keep();
        let command = ["sh".into(), "-c".into(), "exit 48".into()];
        let mut supervisor =
            Supervisor::start(&folder, Duration::from_secs(60), &command).expect("starts");
        assert_eq!(end_of(&mut supervisor).code(), Some(48));
    }
}
