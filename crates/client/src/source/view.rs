//! How one user sees a slot that is stored in full.
