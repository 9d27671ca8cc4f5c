//! History held in memory.
/// Memory.
#[derive(Debug)]
pub struct MemorySource;
