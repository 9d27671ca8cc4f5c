//! Other people's programs, in the Python that scripts/readers installs.

use std::path::PathBuf;
use std::process::Command;

/// Returns a command of a script in tests/peers.
pub(crate) fn script(name: &str) -> Command {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/peers")
        .join(name);
    let mut command = Command::new(python());
    command.arg(script).env("PYTHONUTF8", "1");
    command
}

/// Runs it, and returns what it says; what it complains of is shown where it fails.
pub(crate) fn said_by(command: &mut Command) -> Vec<u8> {
    let output = command.output().expect("starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

fn python() -> PathBuf {
    let named = std::env::var_os("OPENIM_HISTORY_PYTHON").map(PathBuf::from);
    let python = named.unwrap_or_else(|| {
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let home = || PathBuf::from(std::env::var_os("HOME").expect("a home")).join(".cache");
        let cache = cache.unwrap_or_else(home);
        cache.join("openim-history/readers-venv/bin/python")
    });
    assert!(
        python.is_file(),
        "no Python at {}: run scripts/test, which installs one, or name one in OPENIM_HISTORY_PYTHON",
        python.display()
    );
    python
}
