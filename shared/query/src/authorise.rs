//! Which rows somebody may see: by typed values, never by text of SQL.

use std::collections::{BTreeSet, HashSet};

use arrow::array::{Array as _, AsArray as _, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::error::ArrowError;
use revloops_lake::{Dataset, Guard};

/// What somebody may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visibility {
    /// Everything.
    All,
    /// What these users of the CRM own, and what is about it; what is nobody's is seen by everyone.
    Owners(BTreeSet<String>),
}

/// The datasets whose rows are records, each with its owner.
const RECORDS: [&str; 3] = ["crm_leads", "crm_accounts", "crm_opportunities"];

/// The column that decides of a dataset's rows, for somebody who does not see everything.
pub(crate) fn column(dataset: &Dataset) -> Option<&String> {
    match &dataset.guard {
        Guard::Owner(column) | Guard::Record(column) => Some(column),
        Guard::Everyone | Guard::Everything => None,
    }
}

/// The values of the guard's column that are let through.
pub(crate) enum Allowed<'a> {
    Everything,
    Nothing,
    These(&'a HashSet<String>),
}

/// The columns that tell whose a record is; none where a dataset's rows are no records.
pub(crate) fn record_columns(dataset: &Dataset) -> Option<[String; 2]> {
    let Guard::Owner(owner) = &dataset.guard else { return None };
    RECORDS.contains(&dataset.name.as_str()).then(|| ["id".to_owned(), owner.clone()])
}

/// Ids in a batch's first column.
pub(crate) fn ids(batch: &RecordBatch) -> impl Iterator<Item = String> {
    let ids = batch.columns().first().and_then(|array| array.as_string_opt::<i32>());
    ids.into_iter().flat_map(|ids| ids.iter().flatten().map(str::to_owned))
}

/// The rows of a batch that are let through; `column` decides. A row without a value there is nobody's to see.
pub(crate) fn only(batch: RecordBatch, column: Option<&str>, allowed: &Allowed<'_>) -> Result<RecordBatch, ArrowError> {
    let keep: BooleanArray = match (allowed, column) {
        (Allowed::Everything, _) => return Ok(batch),
        (Allowed::Nothing, _) | (Allowed::These(_), None) => return Ok(RecordBatch::new_empty(batch.schema())),
        (Allowed::These(these), Some(column)) => {
            let values = batch.column_by_name(column).and_then(|array| array.as_string_opt::<i32>());
            let values = values.ok_or_else(|| ArrowError::SchemaError(format!("no texts in {column}")))?;
            (0..values.len()).map(|row| Some(values.is_valid(row) && these.contains(values.value(row)))).collect()
        }
    };
    filter_record_batch(&batch, &keep)
}
