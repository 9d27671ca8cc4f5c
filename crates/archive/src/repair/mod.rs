//! Taking out of an archive what is lost or damaged, so that it can be fetched again.
//!
//! [`verify`](crate::verify::verify) finds what is damaged, [`take_out`] takes it out, and a thorough sync of
//! the conversations that miss something then brings what the server still has. What the server no longer
//! has is lost with the file, which is why it is put aside and not removed.

mod aside;
mod take_out;

pub use self::take_out::{TakenOut, take_out};
