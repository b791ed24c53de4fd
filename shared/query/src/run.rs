//! A question from its text to its answer.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::{ArrayRef, AsArray as _, RecordBatch, RecordBatchOptions};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Field, SchemaRef, TimestampMicrosecondType};
use datafusion::common::DataFusionError;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::Statement;
use futures::StreamExt as _;
use jiff::Timestamp;
use revloops_lake::{Dataset, Days, Guard, schema_of};
use revloops_loopkit::{Failure, Outcome};
use serde::Serialize;
use serde_json::Value;

use crate::authorise::{self, Allowed, Visibility};
use crate::loaded::{Loaded, schema_with};
use crate::plan::{Reads, reads};
use crate::{DAY, Source, gate, shown};

/// What a question may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Rows of an answer.
    pub rows: usize,
    /// Time to run, without reading.
    pub time: Duration,
    /// Bytes of the lake that are read.
    pub scanned: u64,
    /// Bytes of memory while it runs.
    pub memory: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rows: 1_000, time: Duration::from_secs(20), scanned: 512 << 20, memory: 512 << 20 }
    }
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Its name.
    pub name: String,
    /// `text`, `whole`, `number`, `truth`, `time` or `day`.
    pub kind: &'static str,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The columns.
    pub columns: Vec<Shown>,
    /// The rows, as many as the limit lets through.
    pub rows: Vec<Vec<Value>>,
    /// Whether there are more.
    pub truncated: bool,
    /// When the newest of the rows that were looked at reached the lake.
    pub newest: Option<Timestamp>,
    /// Bytes that were read: for those alone who see everything, since others could weigh hidden rows by it.
    pub bytes: Option<u64>,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Refused {
    /// The question is not possible; the text says why, and what would be.
    Question(String),
    /// It failed while it ran, or was too large.
    Run(&'static str),
    /// The lake does not answer.
    Lake(Failure),
}

impl Refused {
    pub(crate) fn question(text: impl Into<String>) -> Self {
        Self::Question(text.into())
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Question(text) => f.write_str(text),
            Self::Run(text) => f.write_str(text),
            Self::Lake(_) => f.write_str("the lake cannot be read just now"),
        }
    }
}

impl std::error::Error for Refused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Lake(failure) => Some(failure),
            Self::Question(_) | Self::Run(_) => None,
        }
    }
}

const FAILED: &str = "the question failed while it ran: look for a division by zero, a text that is no number or day, or a sum that is too large";
const TOO_LONG: &str = "the question took too long and was ended: ask for fewer days";
const TOO_MUCH: &str = "the question would read or hold too much: ask for fewer days or columns";

/// Answers a question for somebody.
///
/// # Errors
/// See [`Refused`].
pub async fn ask(
    sql: &str,
    datasets: &[Dataset],
    visibility: &Visibility,
    source: &dyn Source,
    limits: &Limits,
) -> Result<Answer, Refused> {
    let (statement, named) = gate::check(sql, datasets)?;
    let named: Vec<&Dataset> = datasets.iter().filter(|dataset| named.contains(&dataset.name)).collect();

    // First without a row: what is wrong is told by the schema alone.
    let planning = session(limits)?;
    for dataset in &named {
        let empty = Loaded::empty(&schema(dataset)).map_err(|_| Refused::Run(FAILED))?;
        register(&planning, dataset, empty)?;
    }
    let plan = planned(&planning, &statement).await.map_err(|error| wrong(&error))?;
    let wanted = reads(&plan).map_err(|_| Refused::Run(FAILED))?;

    // Then on what may be seen.
    let running = session(limits)?;
    let (mut bytes, mut newest) = (0, None);
    let records = records(datasets, &named, visibility, source).await.map_err(Refused::Lake)?;
    for dataset in &named {
        let reads = wanted.get(&dataset.name).cloned().unwrap_or_default();
        let loaded = load(dataset, &reads, visibility, &records, source).await.map_err(Refused::Lake)?;
        bytes += loaded.bytes;
        newest = newest.max(loaded.newest);
        if bytes > limits.scanned {
            return Err(Refused::Run(TOO_MUCH));
        }
        register(&running, dataset, Loaded::new(schema(dataset), loaded.rows).map_err(|_| Refused::Run(FAILED))?)?;
    }
    let run = run(&running, &statement, limits.rows);
    let (columns, rows, truncated) = tokio::time::timeout(limits.time, run)
        .await
        .map_err(|_| Refused::Run(TOO_LONG))?
        .map_err(|error| failed(&error))?;
    let bytes = (*visibility == Visibility::All).then_some(bytes);
    Ok(Answer { columns, rows, truncated, newest, bytes })
}

fn session(limits: &Limits) -> Result<SessionContext, Refused> {
    // One partition: rows keep their order, and a question without ORDER BY has one answer.
    let config = SessionConfig::new().with_target_partitions(1).with_information_schema(false);
    let runtime = RuntimeEnvBuilder::new().with_memory_limit(limits.memory, 1.0).build_arc();
    Ok(SessionContext::new_with_config_rt(config, runtime.map_err(|_| Refused::Run(FAILED))?))
}

fn register(context: &SessionContext, dataset: &Dataset, table: Loaded) -> Result<(), Refused> {
    context.register_table(dataset.name.as_str(), Arc::new(table)).map(drop).map_err(|_| Refused::Run(FAILED))
}

/// A dataset's columns, with its day.
fn schema(dataset: &Dataset) -> SchemaRef {
    let schema = schema_of(&dataset.columns);
    if dataset.day.is_some() { schema_with(&schema, Field::new(DAY, DataType::Date32, true)) } else { schema }
}

async fn planned(context: &SessionContext, statement: &Statement) -> Result<LogicalPlan, DataFusionError> {
    let state = context.state();
    let plan = state.statement_to_plan(Parsed::Statement(Box::new(statement.clone()))).await?;
    state.optimize(&plan)
}

/// What planning on tables without rows has to say.
fn wrong(error: &DataFusionError) -> Refused {
    let text = error.strip_backtrace();
    let text = text.split("\n\nbacktrace").next().unwrap_or_default();
    Refused::question(format!("the question does not fit the datasets: {text}"))
}

fn failed(error: &DataFusionError) -> Refused {
    let too_much = matches!(error.find_root(), DataFusionError::ResourcesExhausted(_));
    Refused::Run(if too_much { TOO_MUCH } else { FAILED })
}

async fn records(
    datasets: &[Dataset],
    named: &[&Dataset],
    visibility: &Visibility,
    source: &dyn Source,
) -> Outcome<BTreeSet<String>> {
    match visibility {
        Visibility::Owners(owners) if named.iter().any(|dataset| matches!(dataset.guard, Guard::Record(_))) => {
            authorise::records(source, datasets, owners).await
        }
        Visibility::Owners(_) | Visibility::All => Ok(BTreeSet::new()),
    }
}

struct Rows {
    rows: RecordBatch,
    bytes: u64,
    newest: Option<Timestamp>,
}

/// The rows of a dataset that may be seen, with the columns that are read.
async fn load(
    dataset: &Dataset,
    reads: &Reads,
    visibility: &Visibility,
    records: &BTreeSet<String>,
    source: &dyn Source,
) -> Outcome<Rows> {
    let bug = |error: arrow::error::ArrowError| {
        Failure::new(revloops_domain::ErrorClass::Bug, format!("rows of {}", dataset.name)).caused_by(error)
    };
    let allowed = match (visibility, &dataset.guard) {
        (Visibility::All, _) | (Visibility::Owners(_), Guard::Everyone) => Allowed::Everything,
        (Visibility::Owners(owners), Guard::Owner(_)) => Allowed::These(owners.clone()),
        (Visibility::Owners(_), Guard::Record(_)) => Allowed::These(records.clone()),
        (Visibility::Owners(_), Guard::Everything) => Allowed::Nothing,
    };
    let guard = authorise::column(dataset).filter(|_| matches!(allowed, Allowed::These(_)));
    let wanted = |name: &String| {
        reads.columns.contains(name)
            || guard == Some(name)
            || name == SEEN_AT
            || (reads.columns.contains(DAY) && dataset.day.as_ref() == Some(name))
    };
    let names: Vec<String> =
        dataset.columns.iter().map(|column| column.name.clone()).filter(|name| wanted(name)).collect();
    let read = source.rows(dataset, &names, days(reads, dataset)).await?;
    let kept = read.batches.iter().map(|batch| authorise::only(batch, guard.map(String::as_str), &allowed));
    let kept = kept.collect::<Result<Vec<_>, _>>().map_err(bug)?;
    let columns: Vec<_> = names.iter().filter_map(|name| dataset.column(name).cloned()).collect();
    let rows = concat_batches(&schema_of(&columns), &kept).map_err(bug)?;
    let newest = rows.column_by_name(SEEN_AT).and_then(newest);
    let rows = with_day(dataset, rows).map_err(bug)?;
    Ok(Rows { rows, bytes: read.bytes, newest })
}

const SEEN_AT: &str = "seen_at";

/// Open ends are closed by days that no row has.
fn days(reads: &Reads, dataset: &Dataset) -> Option<Days> {
    dataset.day.as_ref()?;
    match reads.days {
        (None, None) => None,
        (first, last) => Some((first.unwrap_or(jiff::civil::Date::MIN), last.unwrap_or(jiff::civil::Date::MAX))),
    }
}

fn newest(seen: &ArrayRef) -> Option<Timestamp> {
    let seen = seen.as_primitive_opt::<TimestampMicrosecondType>()?;
    Timestamp::from_microsecond(seen.iter().flatten().max()?).ok()
}

/// The rows with their day, where the column that it follows from was read.
fn with_day(dataset: &Dataset, rows: RecordBatch) -> Result<RecordBatch, arrow::error::ArrowError> {
    let Some(times) = dataset.day.as_ref().and_then(|column| rows.column_by_name(column)) else { return Ok(rows) };
    let day = cast(times, &DataType::Date32)?;
    let schema = schema_with(&rows.schema(), Field::new(DAY, DataType::Date32, true));
    let columns = rows.columns().iter().cloned().chain([day]).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
    RecordBatch::try_new_with_options(schema, columns, &options)
}

type Told = (Vec<Shown>, Vec<Vec<Value>>, bool);

async fn run(context: &SessionContext, statement: &Statement, most: usize) -> Result<Told, DataFusionError> {
    let plan = planned(context, statement).await?;
    let mut stream = context.execute_logical_plan(plan).await?.execute_stream().await?;
    let schema = stream.schema();
    let shown = |field: &Arc<Field>| Shown { name: field.name().clone(), kind: shown::kind(field.data_type()) };
    let columns = schema.fields().iter().map(shown).collect();
    let mut rows = Vec::new();
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        for row in 0..batch.num_rows() {
            if rows.len() == most {
                return Ok((columns, rows, true));
            }
            let cells = batch.columns().iter().map(|array| shown::cell(array, row)).collect::<Result<_, _>>()?;
            rows.push(cells);
        }
    }
    Ok((columns, rows, false))
}
