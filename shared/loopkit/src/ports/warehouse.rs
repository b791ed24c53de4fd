//! SQL over the lake.

use async_trait::async_trait;

use crate::Outcome;

/// What a query answered. Cells are texts as the warehouse writes them; none where a cell is null.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answered {
    /// The columns' names, in their order.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Option<String>>>,
    /// Bytes that were read for it, which is what is paid for.
    pub bytes_scanned: u64,
}

/// Where SQL runs.
#[async_trait]
pub trait Warehouse: Send + Sync {
    /// Runs a query to its end.
    ///
    /// # Errors
    /// `Bug` where it is no valid query, with the warehouse's words; `Transient` where it took too long.
    async fn ask(&self, sql: &str) -> Outcome<Answered>;
}
