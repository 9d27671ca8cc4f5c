//! Configuration: what it is and where each value came from.
//!
//! Values come in layers, and each is kept with its origin: flags over environment variables
//! over `openim-history.toml` over OpenIM's own configuration folder over defaults. One table,
//! [`keys`], drives all of them, the template of the file, and the documentation.
//!
//! Nothing is read that was not named: the environment and the places to look for files come in
//! with [`ConfigInputs`].
//!
//! ```
//! use openim_history_client::config::{Config, ConfigInputs};
//!
//! # fn main() -> openim_history_client::Result<()> {
//! let config = Config::load(ConfigInputs {
//!     env: vec![
//!         ("OPENIM_API_URL".into(), "https://im.example.com/api".into()),
//!         ("OPENIM_SECRET".into(), "not the shipped one".into()),
//!     ],
//!     ..ConfigInputs::default()
//! })?;
//! for shown in config.values() {
//!     println!("{shown}");
//! }
//! # Ok(())
//! # }
//! ```

mod environment;
mod file;
mod inputs;
mod job;
mod job_key;
mod key;
mod layers;
mod loaded;
#[cfg_attr(
    not(feature = "mongo"),
    expect(
        dead_code,
        reason = "without the driver a connection string is only shown"
    )
)]
mod mongo_uri;
mod openim;
#[cfg_attr(
    not(any(feature = "rest", feature = "mongo")),
    expect(
        dead_code,
        unused_imports,
        reason = "without sources there are no options for them"
    )
)]
mod options;
mod origin;
mod template;
mod text;
mod value;
mod warning;

pub use self::inputs::{ConfigInputs, FILE_NAME, FILE_VARIABLE, Flags};
pub use self::job::ExportJob;
pub use self::job_key::{JobKey, job_keys};
pub use self::key::{Key, keys};
pub use self::loaded::{Config, Retention, Shown};
pub use self::options::Via;
pub use self::origin::ValueOrigin;
pub use self::template::template;
pub use self::warning::{SecretHolder, Warning};
