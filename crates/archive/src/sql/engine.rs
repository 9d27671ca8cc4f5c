//! The engine: DataFusion over one archive, read-only.

use std::sync::Arc;
use std::time::Duration;

use deltalake_core::datafusion::catalog::view::ViewTable;
use deltalake_core::datafusion::common::config::Dialect;
use deltalake_core::datafusion::execution::SessionStateBuilder;
use deltalake_core::datafusion::execution::memory_pool::FairSpillPool;
use deltalake_core::datafusion::execution::runtime_env::RuntimeEnvBuilder;
use deltalake_core::datafusion::logical_expr::ScalarUDF;
use deltalake_core::datafusion::prelude::{SQLOptions, SessionConfig, SessionContext};
use jiff::tz::TimeZone;
use tokio::time::Instant;

use super::local::{Local, Told};
use super::matching::{self, Match};
use super::views::{NAMES, VIEWS};
use super::{Answer, SqlError, tables};
use crate::archive::Archive;
use crate::error::{Error, Result};
use crate::index::{Index, Matches};
use crate::search::{Context, Directory, parse, resolve};

/// How statements are run.
#[derive(Clone, Debug)]
pub struct SqlOptions {
    /// Bytes that sorting, joining and grouping may take; beyond them they go on from the disk.
    pub memory: usize,
    /// The zone of `local_time`, `local_date` and `daily`, and of days in `match`.
    pub zone: TimeZone,
    /// How long a statement may take.
    pub timeout: Option<Duration>,
}

impl Default for SqlOptions {
    fn default() -> Self {
        Self {
            memory: 256 << 20,
            zone: TimeZone::UTC,
            timeout: None,
        }
    }
}

/// Answers `match` in statements.
#[derive(Clone, Debug)]
pub struct Finder {
    index: Index,
    directory: Directory,
}

impl Finder {
    /// Takes an index, and who is who.
    pub fn new(index: Index, directory: Directory) -> Self {
        Self { index, directory }
    }

    /// Finds everything a query of the search language means.
    fn find(&self, query: &str, zone: &TimeZone) -> Result<Matches> {
        let context = Context {
            query,
            directory: &self.directory,
            index: &self.index,
            now: jiff::Timestamp::now().to_zoned_datetime(zone.clone()),
        };
        let resolved = parse(query).and_then(|node| resolve(&node, &context));
        let resolved =
            resolved.map_err(|error| Error::Sql(SqlError::Match(format!("{query:?}, {error}"))))?;
        Ok(self.index.matches(&resolved)?)
    }
}

/// SQL over an archive as it was when it was opened.
#[derive(Clone)]
pub struct Sql {
    session: SessionContext,
    options: SqlOptions,
    finder: Option<Finder>,
}

impl std::fmt::Debug for Sql {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sql")
            .field("options", &self.options)
            .field("finder", &self.finder)
            .finish_non_exhaustive()
    }
}

impl Sql {
    /// Opens the tables and views of an archive. `match` needs [`Sql::with_finder`].
    pub async fn open(archive: &Archive, options: &SqlOptions) -> Result<Self> {
        let mut config = SessionConfig::new()
            .with_information_schema(true)
            .with_create_default_catalog_and_schema(true)
            .with_sort_spill_reservation_bytes(options.memory / 8);
        let settings = config.options_mut();
        settings.sql_parser.dialect = Dialect::PostgreSQL;
        // Only the rows that are wanted are decoded: contents are most of a file.
        settings.execution.parquet.pushdown_filters = true;
        settings.execution.parquet.reorder_filters = true;
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(options.memory)))
            .build_arc()?;
        let state = SessionStateBuilder::new()
            .with_default_features()
            .with_config(config)
            .with_runtime_env(runtime)
            .build();
        let sql = Self {
            session: SessionContext::new_with_state(state),
            options: options.clone(),
            finder: None,
        };
        for told in [Told::Time, Told::Date] {
            let function = Local::new(told, options.zone.clone());
            sql.session.register_udf(ScalarUDF::new_from_impl(function));
        }
        sql.session
            .register_udf(ScalarUDF::new_from_impl(Match::new()));
        tables::register(&sql.session, archive).await?;
        sql.define_views().await?;
        Ok(sql)
    }

    async fn define_views(&self) -> Result<()> {
        let views = VIEWS.iter().map(|view| (view.name, view.statement));
        for (name, statement) in NAMES.iter().copied().chain(views) {
            let plan = self.session.state().create_logical_plan(statement).await?;
            let view = ViewTable::new(plan, Some(statement.trim().to_owned()));
            self.session.register_table(name, Arc::new(view))?;
        }
        Ok(())
    }

    /// Lets `match(text, 'query')` be answered.
    #[must_use]
    pub fn with_finder(self, finder: Finder) -> Self {
        Self {
            finder: Some(finder),
            ..self
        }
    }

    /// Runs one statement that reads; one that would write, or change the session, is refused.
    pub async fn query(&self, statement: &str) -> Result<Answer> {
        let began = Instant::now();
        let state = self.session.state();
        let plan = state.create_logical_plan(statement).await?;
        let only_reads = SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false);
        only_reads.verify_plan(&plan)?;
        let plan = matching::answer(plan, |query| {
            let finder = self.finder.as_ref().ok_or_else(|| {
                Error::Sql(SqlError::Match(
                    "the search index was not opened".to_owned(),
                ))
            })?;
            Ok(Arc::new(finder.find(query, &self.options.zone)?))
        })?;
        let frame = self.session.execute_logical_plan(plan).await?;
        let batches = frame.execute_stream().await?;
        Ok(Answer::new(batches, began, self.options.timeout))
    }
}
