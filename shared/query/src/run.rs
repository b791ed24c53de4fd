//! A question from its text to its answer.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use arrow::array::{ArrayRef, AsArray as _, RecordBatch, RecordBatchOptions};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, SchemaRef, TimestampMicrosecondType};
use datafusion::common::DataFusionError;
use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::Statement;
use futures::StreamExt as _;
use futures::future::{Either, select};
use jiff::Timestamp;
use revloops_domain::sha256_hex;
use revloops_lake::{Dataset, Days, Guard, schema_of};
use revloops_loopkit::Failure;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::authorise::{self, Allowed, Visibility};
use crate::loaded::{Loaded, schema_with};
use crate::plan::{Reads, reads};
use crate::{DAY, Source, gate, shown};

/// What a question may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Rows of an answer.
    pub rows: usize,
    /// Bytes of an answer's texts and numbers, about.
    pub answer: usize,
    /// Time to read and to run.
    pub time: Duration,
    /// Bytes of the lake that are read.
    pub scanned: u64,
    /// Bytes of memory for what was read, and as many for what is computed from it.
    pub memory: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rows: 1_000, answer: 1 << 20, time: Duration::from_secs(22), scanned: 512 << 20, memory: 768 << 20 }
    }
}

/// What a question came to: for the audit log, and not for whoever asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// SHA-256 of the plan; none where there is none.
    pub plan_sha256: Option<String>,
    /// Bytes of the lake that were read.
    pub bytes: u64,
    /// Objects of the lake that were opened.
    pub objects: usize,
    /// Rows that the question ran on.
    pub rows: usize,
}

/// An answer, or why there is none, and what it took.
#[derive(Debug)]
pub struct Asked {
    /// For whoever asked.
    pub answer: Result<Answer, Refused>,
    /// For the audit log.
    pub receipt: Receipt,
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
pub async fn ask(
    sql: &str,
    datasets: &[Dataset],
    visibility: &Visibility,
    source: &dyn Source,
    limits: &Limits,
) -> Asked {
    let mut asking =
        Asking { datasets, visibility, source, limits, held: AtomicUsize::new(0), receipt: Receipt::default() };
    let answer = match tokio::time::timeout(limits.time, asking.answer(sql)).await {
        Ok(answer) => answer,
        Err(_) => Err(Refused::Run(TOO_LONG)),
    };
    Asked { answer, receipt: asking.receipt }
}

/// The columns of each dataset that a question reads; days are the column `day`.
///
/// # Errors
/// What is wrong with the question.
pub async fn columns_read(sql: &str, datasets: &[Dataset]) -> Result<BTreeMap<String, BTreeSet<String>>, Refused> {
    let understood = Understood::of(sql, datasets, &Limits::default()).await?;
    Ok(understood.reads.into_iter().map(|(name, reads)| (name, reads.columns)).collect())
}

/// A question, planned on tables without rows.
struct Understood<'a> {
    statement: Statement,
    named: Vec<&'a Dataset>,
    plan: LogicalPlan,
    reads: BTreeMap<String, Reads>,
}

impl<'a> Understood<'a> {
    async fn of(sql: &str, datasets: &'a [Dataset], limits: &Limits) -> Result<Self, Refused> {
        let (statement, named) = gate::check(sql, datasets)?;
        let named: Vec<&Dataset> = datasets.iter().filter(|dataset| named.contains(&dataset.name)).collect();
        let planning = session(limits)?;
        for dataset in &named {
            register(&planning, dataset, Loaded::empty(&schema(dataset)))?;
        }
        let plan = planned(&planning, &statement).await.map_err(|error| wrong(&error))?;
        let reads = reads(&plan).map_err(|_| Refused::Run(FAILED))?;
        Ok(Self { statement, named, plan, reads })
    }
}

struct Asking<'a> {
    datasets: &'a [Dataset],
    visibility: &'a Visibility,
    source: &'a dyn Source,
    limits: &'a Limits,
    /// Bytes of rows that are held.
    held: AtomicUsize,
    receipt: Receipt,
}

impl Asking<'_> {
    async fn answer(&mut self, sql: &str) -> Result<Answer, Refused> {
        // First without a row: what is wrong is told by the schema alone.
        let Understood { statement, named, plan, reads: wanted } =
            Understood::of(sql, self.datasets, self.limits).await?;
        self.receipt.plan_sha256 = Some(sha256_hex(plan.display_indent().to_string().as_bytes()));

        // Then on what may be seen.
        let running = session(self.limits)?;
        let mut newest = None;
        let owners: HashSet<String> = match self.visibility {
            Visibility::Owners(owners) => owners.iter().cloned().collect(),
            Visibility::All => HashSet::new(),
        };
        let records = self.records(&named, &owners).await?;
        for dataset in &named {
            let reads = wanted.get(&dataset.name).cloned().unwrap_or_default();
            let rows = self.load(dataset, &reads, (&owners, &records)).await?;
            newest = newest.max(rows.newest);
            register(&running, dataset, Loaded::new(schema(dataset), rows.schema, rows.batches))?;
        }
        let (columns, rows, truncated) = run(running, statement, *self.limits).await?;
        let bytes = (*self.visibility == Visibility::All).then_some(self.receipt.bytes);
        Ok(Answer { columns, rows, truncated, newest, bytes })
    }

    /// Reads what may be seen of a dataset, batch by batch: nothing else is ever held.
    async fn read(
        &mut self,
        dataset: &Dataset,
        names: &[String],
        days: Option<Days>,
        (guard, allowed): (Option<&str>, &Allowed<'_>),
    ) -> Result<Vec<RecordBatch>, Refused> {
        let bytes_left = self.limits.scanned.saturating_sub(self.receipt.bytes);
        let sift = |batch: RecordBatch, fetched: u64| {
            let kept = authorise::only(batch, guard, allowed).map_err(|error| bug(dataset, error))?;
            let held = self.held.fetch_add(kept.get_array_memory_size(), Ordering::Relaxed);
            Ok((fetched <= bytes_left && held <= self.limits.memory).then_some(kept))
        };
        let read = self.source.rows(dataset, names, days, &sift).await.map_err(Refused::Lake)?;
        self.receipt.bytes += read.bytes;
        self.receipt.objects += read.objects;
        if read.ended || self.receipt.bytes > self.limits.scanned {
            return Err(Refused::Run(TOO_MUCH));
        }
        Ok(read.batches)
    }

    /// Ids of the records whose owners are seen, where the question needs them.
    async fn records(&mut self, named: &[&Dataset], owners: &HashSet<String>) -> Result<HashSet<String>, Refused> {
        let mut records = HashSet::new();
        let needed = named.iter().any(|dataset| matches!(dataset.guard, Guard::Record(_)));
        if *self.visibility == Visibility::All || !needed {
            return Ok(records);
        }
        let allowed = Allowed::These(owners);
        for dataset in self.datasets {
            let Some(names) = authorise::record_columns(dataset) else { continue };
            let [_, owner] = &names;
            let batches = self.read(dataset, &names, None, (Some(owner), &allowed)).await?;
            records.extend(batches.iter().flat_map(authorise::ids));
        }
        Ok(records)
    }

    /// The rows of a dataset that may be seen, with the columns that are read.
    async fn load(
        &mut self,
        dataset: &Dataset,
        reads: &Reads,
        (owners, records): (&HashSet<String>, &HashSet<String>),
    ) -> Result<Rows, Refused> {
        let allowed = match (self.visibility, &dataset.guard) {
            (Visibility::All, _) | (Visibility::Owners(_), Guard::Everyone) => Allowed::Everything,
            (Visibility::Owners(_), Guard::Owner(_)) => Allowed::These(owners),
            (Visibility::Owners(_), Guard::Record(_)) => Allowed::These(records),
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
        let guard = guard.map(String::as_str);
        let batches = self.read(dataset, &names, days(reads, dataset), (guard, &allowed)).await?;
        let newest = batches.iter().filter_map(|batch| newest(batch.column_by_name(SEEN_AT)?)).max();
        let columns: Vec<_> = names.iter().filter_map(|name| dataset.column(name).cloned()).collect();
        let with_day = |batch| with_day(dataset, batch).map_err(|error| Refused::Lake(bug(dataset, error)));
        let batches: Vec<RecordBatch> =
            batches.into_iter().filter(|batch| batch.num_rows() > 0).map(with_day).collect::<Result<_, _>>()?;
        self.receipt.rows += batches.iter().map(RecordBatch::num_rows).sum::<usize>();
        let schema = with_day(RecordBatch::new_empty(schema_of(&columns)))?.schema();
        Ok(Rows { schema, batches, newest })
    }
}

fn bug(dataset: &Dataset, error: arrow::error::ArrowError) -> Failure {
    Failure::new(revloops_domain::ErrorClass::Bug, format!("rows of {}", dataset.name)).caused_by(error)
}

struct Rows {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    newest: Option<Timestamp>,
}

fn session(limits: &Limits) -> Result<SessionContext, Refused> {
    // One partition: rows keep their order, and a question without ORDER BY has one answer.
    let config = SessionConfig::new().with_target_partitions(1).with_information_schema(false);
    let runtime = RuntimeEnvBuilder::new().with_memory_limit(limits.memory, 1.0).build_arc();
    Ok(SessionContext::new_with_config_rt(config, runtime.map_err(|_| Refused::Run(FAILED))?))
}

fn register(
    context: &SessionContext,
    dataset: &Dataset,
    table: Result<Loaded, DataFusionError>,
) -> Result<(), Refused> {
    let registered = table.and_then(|table| context.register_table(dataset.name.as_str(), Arc::new(table)));
    registered.map(drop).map_err(|_| Refused::Run(FAILED))
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

/// Runs the question on a thread of its own: whatever it computes, whoever asked is answered in time. It ends when nobody waits for it
/// any more.
async fn run(context: SessionContext, statement: Statement, limits: Limits) -> Result<Told, Refused> {
    let runtime = tokio::runtime::Handle::current();
    let (waiting, nobody_waits) = oneshot::channel::<()>();
    let running = tokio::task::spawn_blocking(move || {
        let answered = pin!(answered(&context, &statement, &limits));
        match runtime.block_on(select(answered, nobody_waits)) {
            Either::Left((answered, _)) => answered.map_err(|error| failed(&error)),
            Either::Right(_) => Err(Refused::Run(TOO_LONG)),
        }
    });
    let ended = running.await.map_err(|_| Refused::Run(FAILED))?;
    drop(waiting);
    ended
}

/// Every step gives the clock a chance: DataFusion's own yield where they read alone, which a product of tables seldom does.
fn interruptible(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    let wrapped = plan.transform_up(|step| Ok(Transformed::yes(Arc::new(CooperativeExec::new(step)) as _)))?;
    Ok(wrapped.data)
}

async fn answered(context: &SessionContext, statement: &Statement, limits: &Limits) -> Result<Told, DataFusionError> {
    let plan = planned(context, statement).await?;
    let plan = interruptible(context.execute_logical_plan(plan).await?.create_physical_plan().await?)?;
    let mut stream = execute_stream(plan, context.task_ctx())?;
    let schema = stream.schema();
    let shown = |field: &Arc<Field>| Shown { name: field.name().clone(), kind: shown::kind(field.data_type()) };
    let columns = schema.fields().iter().map(shown).collect();
    let (mut rows, mut size) = (Vec::new(), 0);
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        for row in 0..batch.num_rows() {
            if rows.len() == limits.rows || size > limits.answer {
                return Ok((columns, rows, true));
            }
            let cells: Vec<Value> =
                batch.columns().iter().map(|array| shown::cell(array, row)).collect::<Result<_, _>>()?;
            size += cells.iter().map(shown::size).sum::<usize>();
            rows.push(cells);
        }
    }
    Ok((columns, rows, false))
}
