//! Runs the program itself: exit code, stdout and stderr, in a home of its own.

mod mongo;
mod run;
mod search;
mod sql;
mod terminal;

mod archive;
mod both_ways;
mod broken;
mod bucket;
mod config;
mod demo;
mod disks;
mod doctor;
mod export;
mod export_flags;
mod files;
mod follow;
mod lists;
mod media;
mod memory;
mod message;
mod messages;
mod readme;
mod report;
mod usage;
