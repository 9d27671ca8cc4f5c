//! Runs the program itself: exit code, stdout and stderr, in a home of its own.

mod run;

mod broken;
mod config;
mod files;
mod lists;
mod memory;
mod message;
mod messages;
mod usage;
