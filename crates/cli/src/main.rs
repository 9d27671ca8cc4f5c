//! Reads the message history of an OpenIM server from the command line.

mod archive;
mod args;
mod commands;
mod connect;
mod error;
mod folders;
mod format;
mod numbers;
mod progress;
mod run;
mod select;
mod seqs;
mod table;
mod time;
mod ui;
mod words;

fn main() -> std::process::ExitCode {
    run::run()
}
