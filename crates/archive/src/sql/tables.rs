//! The tables of an archive, for the engine.

use std::sync::Arc;

use arrow_schema::SchemaRef;
use deltalake_core::datafusion::catalog::TableProvider;
use deltalake_core::datafusion::datasource::MemTable;
use deltalake_core::datafusion::prelude::SessionContext;
use deltalake_core::delta_datafusion::TableProviderBuilder;

use crate::archive::Archive;
use crate::error::Result;
use crate::place::Place;
use crate::tables::table::Table;
use crate::tables::{attachments, messages, small};

/// Makes every table known under its name. One that was never written is empty.
pub(super) async fn register(session: &SessionContext, archive: &Archive) -> Result<()> {
    let messages = provider(session, &archive.messages).await?;
    session.register_table(messages::NAME, messages)?;
    for (name, schema) in small::schemas() {
        let table = small_table(session, archive.place(), name, schema).await?;
        session.register_table(name, table)?;
    }
    let schema = attachments::schema();
    let table = small_table(session, archive.place(), attachments::NAME, schema).await?;
    session.register_table(attachments::NAME, table)?;
    Ok(())
}

async fn small_table(
    session: &SessionContext,
    place: &Place,
    name: &'static str,
    schema: SchemaRef,
) -> Result<Arc<dyn TableProvider>> {
    match Table::open(place, name).await? {
        Some(table) => provider(session, &table).await,
        None => Ok(Arc::new(MemTable::try_new(schema, vec![Vec::new()])?)),
    }
}

async fn provider(session: &SessionContext, table: &Table) -> Result<Arc<dyn TableProvider>> {
    let builder: TableProviderBuilder = table.delta().table_provider();
    let provider = builder.with_session(Arc::new(session.state())).await?;
    Ok(provider)
}
