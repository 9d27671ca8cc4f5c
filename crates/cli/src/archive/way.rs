//! Which way an archive is brought up to date or compared.

use openim_history_archive::Writer;
use openim_history_archive::sync::{MongoSync, SyncOptions, SyncReport, ViewSync};
use openim_history_client::Error;
use openim_history_client::config::{Config, Via};
use openim_history_client::model::Lang;
use openim_history_client::source::mongo::MongoSource;
use openim_history_client::source::rest::RestSource;

use super::stages::Stages;
use crate::error::Result;
use crate::run::Interrupted;

/// Where an archive's messages come from.
#[derive(Debug)]
pub(crate) enum Way {
    /// Everything the server's MongoDB holds.
    Mongo(MongoSource),
    /// What the server's users see.
    Api(Box<RestSource>),
}

impl Way {
    /// Opens the way the configuration chooses. Left to itself it takes MongoDB where that is
    /// configured, for only MongoDB shows everything.
    pub(crate) async fn open(config: &Config) -> Result<Self> {
        let via = match config.via() {
            Via::Auto if config.mongo_options()?.is_some() => Via::Mongo,
            Via::Auto if config.rest_options()?.is_some() => Via::Api,
            via => via,
        };
        Self::open_via(config, via).await
    }

    /// Opens one way, if it is configured.
    pub(crate) async fn open_via(config: &Config, via: Via) -> Result<Self> {
        let what = match via {
            Via::Mongo => match config.mongo_options()? {
                Some(options) => return Ok(Self::Mongo(MongoSource::connect(options).await?)),
                None => "MongoDB is not configured",
            },
            Via::Api => match config.rest_options()? {
                Some(options) => return Ok(Self::Api(Box::new(RestSource::connect(options)?))),
                None => "the REST API is not configured",
            },
            Via::Auto => "neither the REST API nor MongoDB is configured",
        };
        let what = what.to_owned();
        Err(Error::Config { what, source: None }.into())
    }

    /// Whether any way is configured.
    pub(crate) fn is_configured(config: &Config) -> Result<bool> {
        Ok(config.mongo_options()?.is_some() || config.rest_options()?.is_some())
    }

    /// Returns which server it leads to, without user name and password.
    pub(crate) fn server(&self) -> &str {
        match self {
            Self::Mongo(source) => source.shown(),
            Self::Api(source) => source.url(),
        }
    }

    /// Returns what `--via` calls it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Mongo(_) => "mongo",
            Self::Api(_) => "api",
        }
    }

    /// Says which way is taken.
    pub(crate) fn describe(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Mongo(source), _) => source.shown().to_owned(),
            (Self::Api(source), Lang::En) => format!("the REST API at {}", source.url()),
            (Self::Api(source), Lang::Zh) => format!("REST API（{}）", source.url()),
        }
    }

    /// Whether messages on their way are counted by bytes.
    pub(crate) fn counts_bytes(&self) -> bool {
        matches!(self, Self::Mongo(_))
    }
}

/// Brings the writer's archive up to date. Ctrl-C lets it commit what it has.
pub(crate) async fn perform(
    way: &Way,
    writer: &mut Writer,
    options: SyncOptions,
    stages: &Stages<'_>,
    interrupted: &mut Interrupted,
) -> Result<SyncReport> {
    match way {
        Way::Mongo(source) => {
            let sync = MongoSync::new(source.clone(), writer, options).await?;
            let plan = interrupted.or(stages.watch(sync.plan())).await??;
            Ok(stages.watch(sync.perform(&plan, stages)).await?)
        }
        Way::Api(source) => {
            let sync = ViewSync::new(&**source, writer, options).await?;
            let plan = interrupted.or(stages.watch(sync.plan(stages))).await??;
            Ok(stages.watch(sync.perform(plan, stages)).await?)
        }
    }
}
