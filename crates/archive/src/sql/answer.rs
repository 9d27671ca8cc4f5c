//! What a statement answers.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use deltalake_core::datafusion::execution::SendableRecordBatchStream;
use futures::{Stream, StreamExt, TryStreamExt};
use tokio::time::{Instant, Sleep};

use super::SqlError;
use crate::error::{Error, Result};

/// What a statement answers: batches of rows, worked out as they are taken.
pub struct Answer {
    schema: SchemaRef,
    batches: SendableRecordBatchStream,
    limit: Option<(Duration, Pin<Box<Sleep>>)>,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let schema = &self.schema;
        f.debug_struct("Answer")
            .field("schema", schema)
            .finish_non_exhaustive()
    }
}

impl Answer {
    pub(super) fn new(
        batches: SendableRecordBatchStream,
        began: Instant,
        limit: Option<Duration>,
    ) -> Self {
        Self {
            schema: batches.schema(),
            batches,
            limit: limit.map(|limit| (limit, Box::pin(tokio::time::sleep_until(began + limit)))),
        }
    }

    /// Returns the columns.
    pub fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.schema)
    }

    /// Takes all rows at once: for answers that are known to be small.
    pub async fn collect(self) -> Result<Vec<RecordBatch>> {
        self.try_collect().await
    }
}

impl Stream for Answer {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some((limit, sleep)) = &mut self.limit
            && sleep.as_mut().poll(context).is_ready()
        {
            let limit = *limit;
            self.limit = None;
            // What is still running is dropped with the stream.
            return Poll::Ready(Some(Err(Error::Sql(SqlError::Timeout(limit)))));
        }
        self.batches.poll_next_unpin(context).map_err(Error::from)
    }
}
