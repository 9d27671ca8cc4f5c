//! Finding and paging: a Tantivy index beside the tables, derived from them.
//!
//! It can be thrown away at any time and built again from the tables; its last commit says which
//! version of them it covers. It knows rows and nothing of where they are kept.
//!
//! ```
//! use openim_history_archive::index::{Index, IndexSettings, Order, Query};
//! use openim_history_archive::row::Row;
//! use openim_history_client::model::{ContentType, Message, Seq};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let (index, opened) = Index::open_or_create(folder.path(), &IndexSettings::default())?;
//! assert_eq!(opened.covers, None);
//!
//! let row = Row {
//!     message: Message {
//!         conversation_id: "sg_1".into(),
//!         seq: Seq(1),
//!         content_type: ContentType::TEXT,
//!         content: r#"{"content":"合同明天签"}"#.to_owned(),
//!         ..Message::default()
//!     },
//!     content_known: true,
//!     ..Row::default()
//! };
//! let mut writer = index.writer()?;
//! writer.put([&row])?;
//! writer.commit(7)?;
//!
//! let found = index.find(&Query::contains("明天"), Order::Newest, 20, None)?;
//! assert_eq!(found.total, 1);
//! assert_eq!(found.hits[0].key(), row.key());
//! assert_eq!(index.covers()?, Some(7));
//! # Ok(())
//! # }
//! ```

mod error;
mod find;
mod folder;
mod keys;
mod matches;
mod merging;
mod open;
mod page;
mod query;
mod schema;
mod text;
mod view;
mod walk;
mod wish;
mod writer;
mod writing;

#[cfg(test)]
mod tests;

pub use self::error::{IndexDamage, IndexError};
pub use self::find::{Found, Hit, Order};
pub use self::matches::{Matches, SeqSet};
pub use self::open::{Index, IndexSettings, Opened};
pub use self::page::Around;
pub use self::query::{Has, Query, State};
pub use self::text::fold;
pub(crate) use self::text::sounding;
pub use self::writer::{Entry, IndexWriter};
