//! What will happen, decided before a single message is made.

mod chat;
mod clock;
mod corpus;

pub use self::chat::{ChatKind, GeneratedConversation};
pub(super) use self::chat::{GroupPlan, Plan};
pub use self::corpus::Corpus;
