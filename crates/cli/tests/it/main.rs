//! Runs the program itself: exit code, stdout and stderr, in a home of its own.

mod run;

mod files;
mod usage;
