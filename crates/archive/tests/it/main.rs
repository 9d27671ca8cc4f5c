//! The crate as its callers use it.
