//! Configuration: what it is and where each value came from.
