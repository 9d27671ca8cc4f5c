//! The crate as its callers use it, against a real mongod and the stand-in.

mod copy;
mod damage;
mod follow;
mod places;
mod upsert;
mod verify;
