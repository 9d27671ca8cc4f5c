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

/// Of what a copy takes and gives back, the system's allocator keeps hundreds of megabytes; this one returns them, as
/// `.cargo/config.toml` tells it to.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    run::run()
}
