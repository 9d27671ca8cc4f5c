//! The crate as its callers use it, against a real mongod and the stand-in.

mod change;
mod copy;
mod crash;
mod damage;
mod differences;
mod export;
mod export_killed;
mod follow;
mod limits;
mod lookup;
mod media;
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
