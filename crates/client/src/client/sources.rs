//! The places a client may ask, each opened when it is first needed.

use std::fmt;
use std::sync::Arc;

use tokio::sync::OnceCell;

use crate::error::Result;
use crate::source::{Origin, Source};

/// A source, or how to open one.
pub(super) struct Place {
    origin: Origin,
    opened: OnceCell<Arc<dyn Source>>,
    #[cfg(feature = "mongo")]
    mongo: Option<crate::source::mongo::MongoOptions>,
}

impl Place {
    pub(super) fn of(source: Arc<dyn Source>) -> Self {
        Self {
            origin: source.origin(),
            opened: OnceCell::new_with(Some(source)),
            #[cfg(feature = "mongo")]
            mongo: None,
        }
    }

    #[cfg(feature = "rest")]
    pub(super) fn rest(options: crate::source::rest::RestOptions) -> Result<Self> {
        Ok(Self::of(Arc::new(
            crate::source::rest::RestSource::connect(options)?,
        )))
    }

    #[cfg(feature = "mongo")]
    pub(super) fn mongo(options: crate::source::mongo::MongoOptions) -> Self {
        Self {
            origin: Origin::Mongo,
            opened: OnceCell::new(),
            mongo: Some(options),
        }
    }

    pub(super) fn origin(&self) -> Origin {
        self.origin
    }

    /// Returns the source, opening it the first time. A failure is not remembered.
    pub(super) async fn source(&self) -> Result<Arc<dyn Source>> {
        #[cfg(feature = "mongo")]
        if let Some(options) = &self.mongo {
            let open = || async {
                let source = crate::source::mongo::MongoSource::connect(options.clone()).await?;
                Ok(Arc::new(source) as Arc<dyn Source>)
            };
            return self.opened.get_or_try_init(open).await.cloned();
        }
        let opened = self.opened.get().cloned();
        opened.ok_or_else(|| crate::Error::Config {
            what: format!("{} is not configured", self.origin),
            source: None,
        })
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}
