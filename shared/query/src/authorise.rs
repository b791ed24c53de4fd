//! Which rows somebody may see: by typed values, never by text of SQL.

use std::collections::BTreeSet;

use arrow::array::{Array as _, AsArray as _, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::error::ArrowError;
use revloops_domain::ErrorClass;
use revloops_lake::{Dataset, Guard};
use revloops_loopkit::{Failure, Outcome};

use crate::Source;

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
pub(crate) enum Allowed {
    Everything,
    Nothing,
    These(BTreeSet<String>),
}

/// Ids of the records that these users own.
pub(crate) async fn records(
    source: &dyn Source,
    datasets: &[Dataset],
    owners: &BTreeSet<String>,
) -> Outcome<BTreeSet<String>> {
    let mut ids = BTreeSet::new();
    for dataset in datasets.iter().filter(|dataset| RECORDS.contains(&dataset.name.as_str())) {
        let Guard::Owner(owner) = &dataset.guard else { continue };
        let read = source.rows(dataset, &["id".to_owned(), owner.clone()], None).await?;
        for batch in &read.batches {
            let texts = |place: usize| batch.columns().get(place).and_then(|array| array.as_string_opt::<i32>());
            let (Some(id), Some(owner)) = (texts(0), texts(1)) else {
                return Err(Failure::new(
                    ErrorClass::Bug,
                    format!("{} has ids and owners that are no texts", dataset.name),
                ));
            };
            let pairs = id.iter().zip(owner.iter());
            ids.extend(pairs.filter_map(|(id, owner)| owners.contains(owner?).then(|| id.map(str::to_owned))?));
        }
    }
    Ok(ids)
}

/// The rows of a batch that are let through; `column` decides. A row without a value there is nobody's to see.
pub(crate) fn only(batch: &RecordBatch, column: Option<&str>, allowed: &Allowed) -> Result<RecordBatch, ArrowError> {
    let keep: BooleanArray = match (allowed, column) {
        (Allowed::Everything, _) => return Ok(batch.clone()),
        (Allowed::Nothing, _) | (Allowed::These(_), None) => return Ok(batch.slice(0, 0)),
        (Allowed::These(these), Some(column)) => {
            let values = batch.column_by_name(column).and_then(|array| array.as_string_opt::<i32>());
            let values = values.ok_or_else(|| ArrowError::SchemaError(format!("no texts in {column}")))?;
            (0..values.len()).map(|row| Some(values.is_valid(row) && these.contains(values.value(row)))).collect()
        }
    };
    filter_record_batch(batch, &keep)
}
