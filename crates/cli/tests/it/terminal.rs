//! The program on a terminal, which Python's pty is.

use std::process::{Command, Output, Stdio};

use crate::run::Place;

/// What a script that sits before the terminal may call: `until` waits for a text and fails where it never comes,
/// `type` types, and `end` waits for the program and ends with its exit code.
const SITTER: &str = r#"
import fcntl, os, pty, select, struct, sys, termios, time
program, *args = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 120, 0, 0))
    os.execv(program, [program, *args])
seen = ''
def until(text):
    global seen
    limit = time.time() + 60
    while text not in seen:
        if time.time() > limit:
            sys.exit('never saw ' + text + ' in ' + repr(seen))
        if select.select([terminal], [], [], 1)[0]:
            try:
                seen += os.read(terminal, 65536).decode('utf8', 'replace')
            except OSError:
                sys.exit('it ended before ' + text + ' after ' + repr(seen))
    seen = seen[seen.index(text) + len(text):]
def type(text):
    os.write(terminal, text.encode())
def end():
    _, status = os.waitpid(pid, 0)
    sys.exit(os.waitstatus_to_exitcode(status))
"#;

/// Runs the program with these arguments on a terminal, and a script that sits before it.
pub(crate) fn on_a_terminal(place: &Place, args: &[&str], script: &str) -> Output {
    let script = format!("{SITTER}{script}");
    let python = std::env::var("OPENIM_HISTORY_PYTHON").expect("scripts/test sets it");
    Command::new(python)
        .args(["-c", &script, env!("CARGO_BIN_EXE_openim-history")])
        .args(args)
        .env("HOME", place.path())
        .env("TERM", "xterm")
        .env("LANG", "C.UTF-8")
        .env_remove("XDG_STATE_HOME")
        .current_dir(place.path())
        .stdin(Stdio::null())
        .output()
        .expect("Python runs")
}
