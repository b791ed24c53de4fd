//! A table with all its columns of which those are loaded that a plan reads.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{MemTable, Session, TableProvider};
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;

/// Rows with some of the schema's columns.
#[derive(Debug)]
pub(crate) struct Loaded {
    schema: SchemaRef,
    rows: MemTable,
    /// For each column of the schema, its place among the loaded ones.
    places: Vec<Option<usize>>,
}

impl Loaded {
    /// A table of this schema, with these rows, all of which have the columns of `loaded`.
    pub(crate) fn new(schema: SchemaRef, loaded: SchemaRef, rows: Vec<RecordBatch>) -> Result<Self> {
        let places = schema.fields().iter().map(|field| loaded.index_of(field.name()).ok()).collect();
        Ok(Self { rows: MemTable::try_new(loaded, vec![rows])?, schema, places })
    }

    /// The same without a row, for planning.
    pub(crate) fn empty(schema: &SchemaRef) -> Result<Self> {
        Self::new(Arc::clone(schema), Arc::clone(schema), Vec::new())
    }
}

#[async_trait]
impl TableProvider for Loaded {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let all: Vec<usize> = (0..self.schema.fields().len()).collect();
        let place = |wanted: &usize| self.places.get(*wanted).copied().flatten();
        let places: Option<Vec<usize>> = projection.unwrap_or(&all).iter().map(place).collect();
        let places = places.ok_or_else(|| DataFusionError::Internal("a column was not loaded".to_owned()))?;
        self.rows.scan(state, Some(&places), &[], limit).await
    }
}

/// The schema of these fields.
pub(crate) fn schema_with(schema: &SchemaRef, field: arrow::datatypes::Field) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| field.as_ref().clone()).chain([field]);
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}
