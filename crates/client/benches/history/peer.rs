//! The peer: PyMongoArrow in a Python of its own, started once.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

/// The running peer. It ends with this process, when its input does.
pub(crate) static PEER: LazyLock<Mutex<Peer>> = LazyLock::new(|| Mutex::new(Peer::start()));

pub(crate) struct Peer {
    _child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// What the peer read, and how long it took by its own clock.
pub(crate) struct Answer {
    pub(crate) rows: u64,
    pub(crate) elapsed: Duration,
}

impl Peer {
    fn start() -> Self {
        let python = std::env::var_os("OPENIM_HISTORY_BENCH_PYTHON")
            .expect("OPENIM_HISTORY_BENCH_PYTHON names a Python with PyMongoArrow; scripts/bench installs one");
        let script = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../scripts/bench-peers/pymongoarrow_read.py");
        let mut child = Command::new(python)
            .args(["-W", "ignore"])
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let input = child.stdin.take().expect("a pipe");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Self {
            _child: child,
            input,
            output,
        }
    }

    /// Lets it read everything into one table, in one of the ways it knows.
    pub(crate) fn read(&mut self, uri: &str, database: &str, way: &str) -> Answer {
        writeln!(self.input, "read {uri} {database} {way}").expect("the peer runs");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the peer answers");
        let (rows, seconds) = line
            .trim()
            .split_once(' ')
            .expect("the peer names rows and seconds; its trouble is on standard error");
        Answer {
            rows: rows.parse().expect("rows"),
            elapsed: Duration::from_secs_f64(seconds.parse().expect("seconds")),
        }
    }
}
