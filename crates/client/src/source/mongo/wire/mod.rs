//! The server's documents as they lie in MongoDB, and their way into the model.

mod block;
mod entity;
mod raw;

pub(super) use self::block::{
    BLOCK_LEN, BlockName, block_of, read_block, read_block_with_early, read_body, seqs_of,
};
pub(super) use self::entity::{
    conversation, group, member, owner_and_count, read_row, seq_row, seq_user, user,
};
pub(super) use self::raw::{Fields, Value};
