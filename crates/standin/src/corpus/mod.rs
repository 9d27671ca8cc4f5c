//! A generator of history: any amount of it, believable, odd in all the ways real servers are
//! odd, and the same bytes for the same options on every machine.
//!
//! ```
//! use openim_history_standin::corpus::{Collection, Corpus, CorpusOptions};
//!
//! let corpus = Corpus::new(CorpusOptions { messages: 2_000, ..CorpusOptions::default() });
//! let blocks = corpus.documents().filter(|(collection, _)| *collection == Collection::Msg).count();
//! assert_eq!(blocks as u64, corpus.summary().blocks);
//! ```

mod content;
mod dice;
mod documents;
mod fill;
mod options;
mod people;
mod plan;
mod summary;
mod text;

pub use self::documents::{Collection, Documents};
pub use self::fill::{Filled, create_indexes, fill};
pub use self::options::{CorpusOptions, Rates};
pub use self::plan::{ChatKind, Corpus, GeneratedConversation};
pub use self::summary::CorpusSummary;
