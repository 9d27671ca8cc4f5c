//! The crate as its callers use it, against a real mongod and the stand-in.

mod away;
mod change;
mod copy;
mod crash;
mod damage;
mod differences;
mod early;
mod export;
mod export_killed;
mod follow;
mod limits;
mod logs;
mod lookup;
mod media;
mod members;
mod places;
mod python;
mod readers;
mod recall;
mod remote;
mod repair;
mod report;
mod search;
mod sql;
mod upsert;
mod verify;
