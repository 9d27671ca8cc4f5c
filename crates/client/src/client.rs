//! The hybrid client.
