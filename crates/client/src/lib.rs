//! Reads the message history of an OpenIM server: over its REST API, from its MongoDB, or
//! whichever is there.
//!
//! A [`client::Client`] answers questions about whole histories; below it, a [`source::Source`]
//! is one place that has messages. Over the REST API of a server:
//!
//! ```no_run
//! # async fn read() -> Result<(), Box<dyn std::error::Error>> {
//! use futures::StreamExt;
//! use openim_history_client::client::{Client, MessageQuery, Selection};
//! use openim_history_client::source::rest::RestOptions;
//!
//! let options = RestOptions::new("https://im.example.com/api".parse()?, "secret", "historyAdmin");
//! let client = Client::rest(options)?;
//! let query = MessageQuery::new(Selection::User("alice".into())).last(50);
//! let mut reading = client.messages(&query).await?.value;
//! while let Some(slot) = reading.slots.next().await {
//!     if let Some(message) = slot?.message() {
//!         println!("{} {}: {}", message.send_time, message.send_id, message.text());
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The same over history held in memory, which needs no server:
//!
//! ```
//! # fn main() -> openim_history_client::Result<()> {
//! use futures::StreamExt;
//! use openim_history_client::client::{Client, MessageQuery, Selection};
//! use openim_history_client::model::{ContentType, Conversation, Message, Seq, User, UserId};
//! use openim_history_client::source::MemorySource;
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
//! # runtime.expect("a runtime").block_on(async {
//! let alice = UserId::new("alice");
//! let source = MemorySource::new()
//!     .with_user(User { user_id: alice.clone(), ..User::default() })
//!     .with_conversation(Conversation {
//!         owner_user_id: alice.clone(),
//!         conversation_id: "si_alice_bob".into(),
//!         ..Conversation::default()
//!     })
//!     .with_message(Message {
//!         conversation_id: "si_alice_bob".into(),
//!         seq: Seq(1),
//!         send_id: "bob".into(),
//!         content_type: ContentType(101),
//!         content: r#"{"content":"hi"}"#.into(),
//!         ..Message::default()
//!     });
//! let client = Client::over(source);
//! let query = MessageQuery::new(Selection::User(alice)).last(50);
//! let mut reading = client.messages(&query).await?.value;
//! let mut said = Vec::new();
//! while let Some(slot) = reading.slots.next().await {
//!     if let Some(message) = slot?.message() {
//!         said.push(format!("{}: {}", message.send_id, message.text()));
//!     }
//! }
//! assert_eq!(said, ["bob: hi"]);
//! # Ok(())
//! # })
//! # }
//! ```

pub mod client;
pub mod config;
#[cfg(all(feature = "rest", feature = "mongo"))]
pub mod doctor;
mod error;
pub mod model;
pub mod read;
mod secret;
pub mod source;

pub use self::error::{Cause, Error, Result};
pub use self::secret::{Secret, SecretSource};
