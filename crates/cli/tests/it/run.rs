//! The program in a folder, home, locale and time zone of its own, and an OpenIM to read from.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use openim_history_standin::collections::Collections;
use openim_history_standin::recorded;
use openim_history_standin::rest::{Clock, Server, ServerOptions};

/// A folder to run in; nothing of the machine's or the user's configuration reaches the program.
pub(crate) struct Place {
    folder: tempfile::TempDir,
    env: Vec<(String, String)>,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            env: Vec::new(),
        }
    }

    /// Sets a variable for every run.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Names a server to every run.
    pub(crate) fn server(self, server: &Server) -> Self {
        self.env("OPENIM_API_URL", server.url())
            .env("OPENIM_SECRET", "openIM123")
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of the folder.
    pub(crate) fn file(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).expect("the folder takes files");
    }

    /// Returns the program, ready to be run here.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_openim-history"));
        command
            .env_clear()
            .env("HOME", self.path())
            .env("XDG_CONFIG_HOME", self.path().join(".config"))
            .env("TZ", "UTC")
            .env("LANG", "C.UTF-8")
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .current_dir(self.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs the program; the answer shows exit code, stdout and stderr.
    #[must_use]
    pub(crate) fn run(&self, args: &[&str]) -> String {
        let output = self
            .command()
            .args(args)
            .output()
            .expect("the program runs");
        self.show(&output)
    }

    /// Runs the program with something on standard input.
    #[must_use]
    pub(crate) fn run_with_input(&self, args: &[&str], input: &str) -> String {
        let mut command = self.command();
        command
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        let mut stdin = child.stdin.take().expect("a pipe");
        // A program that ends without reading closes the pipe; its output tells.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        self.show(&child.wait_with_output().expect("the program ends"))
    }

    fn show(&self, output: &Output) -> String {
        let mut shown = match output.status.code() {
            Some(code) => format!("exit {code}\n"),
            None => "killed\n".to_owned(),
        };
        for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            let text = std::str::from_utf8(bytes).expect("only UTF-8 is written");
            if !text.is_empty() {
                let _ = write!(shown, "--- {name}\n{text}");
            }
        }
        shown.replace(&*self.path().to_string_lossy(), "[folder]")
    }
}

/// Starts an OpenIM with the recorded history, a day after it was recorded.
pub(crate) fn server() -> Server {
    server_of(recorded::release())
}

/// Starts an OpenIM with this history, a day after the recorded one was recorded.
pub(crate) fn server_of(history: Collections) -> Server {
    const A_DAY_LATER: i64 = 1_795_603_200_000;
    let options = ServerOptions {
        clock: Some(Clock::at(A_DAY_LATER)),
        ..ServerOptions::default()
    };
    Server::start(history, options).expect("a free port")
}

/// Starts a web server on this machine and returns its address. `answer` is given the first line of a request, and
/// returns the status and the body.
pub(crate) fn web(answer: fn(&str) -> (&'static str, &'static [u8])) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut head = BufReader::new(stream.try_clone().expect("a stream"));
            let mut first = String::new();
            let _ = head.read_line(&mut first);
            let mut line = String::new();
            while head.read_line(&mut line).is_ok_and(|read| read > 2) {
                line.clear();
            }
            let (status, body) = answer(&first);
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(body);
        }
    });
    format!("http://{address}")
}
