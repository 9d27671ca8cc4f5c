//! From what was typed to the exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use openim_history_client::config::{Config, SecretHolder, Warning};
use tracing_subscriber::EnvFilter;

use crate::args::{Cli, ConnectionArgs, OutputArgs};
use crate::commands;
use crate::connect;
use crate::error::{CommandError, Result};
use crate::ui::{Out, Ui};

/// What every command works with.
#[derive(Debug)]
pub(crate) struct App {
    /// What the user is told.
    pub(crate) ui: Ui,
    /// Where data goes.
    pub(crate) out: Out,
    /// Where data comes from, as typed.
    pub(crate) connection: ConnectionArgs,
    /// How things are shown, as typed.
    pub(crate) output: OutputArgs,
    /// A configuration to take instead of what is typed and found: the demo's.
    pub(crate) fixed: Option<Config>,
    /// Ctrl-C, or a request to terminate.
    pub(crate) interrupt: Interrupt,
}

impl App {
    /// Reads the configuration, says what is odd about it, and shows things the way it says.
    pub(crate) fn configure(&mut self) -> Result<Config> {
        let config = match &self.fixed {
            Some(config) => config.clone(),
            None => connect::config(&self.connection, &self.output)?,
        };
        self.ui.configure(&self.output, &config)?;
        for warning in config.warnings() {
            // How the server's own files and a secret's file are kept is told once, by `doctor`,
            // and not before every answer.
            let is_for_doctor = matches!(
                warning,
                Warning::ReadableByOthers {
                    holder: SecretHolder::OpenIm | SecretHolder::SecretFile,
                    ..
                }
            );
            if !is_for_doctor {
                self.ui.warning(warning.to_string());
            }
        }
        Ok(config)
    }
}

/// Ctrl-C, for a command that has something to finish first.
#[derive(Debug)]
pub(crate) struct Interrupt(tokio::sync::watch::Sender<bool>);

impl Interrupt {
    /// Takes over: as long as the returned value lives, Ctrl-C does not end the command but
    /// resolves [`Interrupted::wait`]. Pressed a second time it ends the command all the same.
    pub(crate) fn take(&self) -> Interrupted {
        Interrupted(self.0.subscribe())
    }

    /// Begins anew, for a command that went on after Ctrl-C broke something off.
    pub(crate) fn rearm(&self) {
        self.0.send_replace(false);
    }
}

/// See [`Interrupt::take`].
#[derive(Clone, Debug)]
pub(crate) struct Interrupted(tokio::sync::watch::Receiver<bool>);

impl Interrupted {
    /// Waits for Ctrl-C.
    pub(crate) async fn wait(&mut self) {
        if self.0.wait_for(|pressed| *pressed).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Whether Ctrl-C was pressed.
    pub(crate) fn pressed(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for `work`, or for Ctrl-C, which breaks it off.
    pub(crate) async fn or<T>(&mut self, work: impl Future<Output = T>) -> Result<T> {
        tokio::select! {
            biased;
            () = self.wait() => Err(CommandError::Interrupted),
            done = work => Ok(done),
        }
    }
}

/// Runs the command line and returns its exit code.
pub(crate) fn run() -> ExitCode {
    quiet_panics();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help, the version and what is wrong with the flags are clap's to print; where
            // nobody reads them any more there is nothing left to do.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let ui = Ui::new(&cli.output);
    log_to_stderr(&cli.output);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            ui.error(format!("the program cannot start its threads: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let (interrupt, _) = tokio::sync::watch::channel(false);
    let mut app = App {
        out: Out::new(&cli.output, &ui),
        ui,
        connection: cli.connection,
        output: cli.output,
        fixed: None,
        interrupt: Interrupt(interrupt.clone()),
    };
    let command = commands::run(&mut app, cli.command);
    let done = runtime.block_on(until_interrupted(command, &interrupt));
    // A look-up that hangs in a thread must not keep the program from ending.
    runtime.shutdown_background();
    let done = done.and(app.out.flush().map_err(CommandError::from));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(&app.ui),
    }
}

/// Runs a command until it ends, or Ctrl-C or a request to terminate ends it. A command is only ever dropped where it waits,
/// which is between two rows.
async fn until_interrupted(
    command: impl Future<Output = Result>,
    interrupt: &tokio::sync::watch::Sender<bool>,
) -> Result {
    tokio::pin!(command);
    let Ok(mut signals) = Signals::listen() else {
        return command.await;
    };
    loop {
        tokio::select! {
            biased;
            done = &mut command => return done,
            () = signals.next() => {}
        }
        // Nobody has taken over, or it is pressed a second time.
        if interrupt.receiver_count() == 0 || interrupt.send_replace(true) {
            break;
        }
    }
    Err(CommandError::Interrupted)
}

/// What tells the program to end: Ctrl-C, and what service managers send.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Logs to stderr: warnings, and more with `-v`. RUST_LOG overrules both.
fn log_to_stderr(args: &OutputArgs) {
    let level = match args.verbose {
        _ if args.quiet => "error",
        0 => "warn",
        1 => "warn,openim_history=info,openim_history_client=info,openim_history_archive=info",
        2 => "info,openim_history=debug,openim_history_client=debug,openim_history_archive=debug",
        _ => "debug,openim_history=trace,openim_history_client=trace,openim_history_archive=trace",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(false)
        .without_time()
        .init();
}

/// A panic's message may quote what was being worked on, a secret too: say only where it was.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let place = place.unwrap_or_else(|| "an unknown place".into());
        let _ = writeln!(
            io::stderr(),
            "Error: openim-history stopped at {place}: this is a bug, please report it"
        );
    }));
}
