//! Streams and merges over any source.
