//! `list_metrics`, `run_metric`, `explain_metric`: numbers with a name.

use revloops_mcp::{Caller, Spec, ToolError};
use revloops_query::columns_read;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::looks;
use crate::lineage::comes_from;
use crate::metrics::{METRICS, Metric, Question, Unit, Wanted};
use crate::people::View;
use crate::world::{Table, World};

pub(super) const LIST: Spec = looks(
    "list_metrics",
    "Numbers with a name",
    "Each named metric: what is counted, in which unit, and the dimensions by which it can be told apart. Their definitions are those of the dashboards.",
);
pub(super) const RUN: Spec = looks(
    "run_metric",
    "One number, by dimensions and time",
    "Computes a named metric on the rows that the person sees: for all, by dimensions (`by`), each day, week, month, quarter or year (`each`), of a time (`from`, `to`), and only \
     of rows with certain values (`only`). Shares are from 0 to 1; money is in cents or millionths of a US dollar, as `unit` says.",
);
pub(super) const EXPLAIN: Spec = looks(
    "explain_metric",
    "How a number comes about",
    "The same arguments as `run_metric`: the number itself, its definition, the SQL, where its rows come from and which columns are read, which versions of which loop's config decided \
     them, and some of the records behind it, which the workflow server's `timeline` tells more of.",
);

/// Most rows of an answer.
const MOST: usize = 500;
/// Records that are named.
const RECORDS: usize = 10;
/// Versions of config that are named.
const VERSIONS: usize = 20;

/// What is looked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Only metrics with this word in name, title or description; all where it is absent.
    #[serde(default)]
    pub about: Option<String>,
}

/// The metrics.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Metrics {
    /// Each of them.
    pub metrics: Vec<MetricLine>,
}

/// A metric.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MetricLine {
    /// Its name.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What is counted.
    pub description: &'static str,
    /// What it is counted in.
    pub unit: &'static str,
    /// The rows that are looked at, and the day that each counts for.
    pub rows: &'static str,
    /// By what it can be told apart.
    pub dimensions: Vec<DimensionLine>,
}

/// A dimension.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DimensionLine {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub description: &'static str,
}

fn line(metric: &Metric) -> MetricLine {
    let dimensions = metric.base.dimensions.iter();
    let dimension = |one: &crate::metrics::Dimension| DimensionLine { name: one.name, description: one.description };
    MetricLine {
        name: metric.name,
        title: metric.title,
        description: metric.description,
        unit: metric.unit.in_words(),
        rows: metric.base.rows,
        dimensions: dimensions.map(dimension).collect(),
    }
}

/// # Errors
/// Where no metric is about that.
pub fn list(input: &About) -> Result<Metrics, ToolError> {
    let word = input.about.as_deref().unwrap_or_default().trim().to_lowercase();
    let about = |metric: &&Metric| {
        let texts = [metric.name, metric.title, metric.description];
        texts.iter().any(|text| text.to_lowercase().contains(&word))
    };
    let metrics: Vec<MetricLine> = METRICS.iter().filter(about).map(line).collect();
    if metrics.is_empty() {
        return Err(ToolError::asked(format!("no metric says anything of `{word}`: ask without `about` for all")));
    }
    Ok(Metrics { metrics })
}

/// A number.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Answered {
    /// The metric's name for people.
    pub title: &'static str,
    /// What is counted.
    pub description: &'static str,
    /// What it is counted in.
    pub unit: String,
    /// The rows that are looked at, and the day that each counts for.
    pub rows_are: &'static str,
    /// The number, by what it was asked for by.
    pub answer: Table,
}

fn question(wanted: &Wanted) -> Result<Question<'_>, ToolError> {
    Question::of(wanted).map_err(ToolError::Asked)
}

fn unit(world: &World, unit: Unit) -> String {
    if unit == Unit::Cents { format!("cents ({})", world.currency) } else { unit.in_words().to_owned() }
}

/// # Errors
/// What is wrong with what was asked, or that it failed.
pub async fn run(world: &World, caller: &Caller, input: Wanted) -> Result<Answered, ToolError> {
    let question = question(&input)?;
    let view = world.view(caller).await?;
    number(world, caller, &view, question.metric, &question.sql()).await
}

async fn number(
    world: &World,
    caller: &Caller,
    view: &View,
    metric: &Metric,
    sql: &str,
) -> Result<Answered, ToolError> {
    let answer = world.answer(caller, view, sql, MOST).await?;
    Ok(Answered {
        title: metric.title,
        description: metric.description,
        unit: unit(world, metric.unit),
        rows_are: metric.base.rows,
        answer,
    })
}

/// How a number comes about.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Explained {
    /// The number.
    pub number: Answered,
    /// The question in SQL: `run_sql` takes it.
    pub sql: String,
    /// The datasets that it is computed from.
    pub from: Vec<Origin>,
    /// Which versions of which loop's config decided the rows, the most first: loop, version of the config, version of the logic, decisions.
    pub decided_by: Option<Table>,
    /// Some of the records that it is about.
    pub records: Vec<String>,
    /// How to go on.
    pub next: &'static str,
}

/// A dataset behind a number.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Origin {
    /// Its name.
    pub dataset: String,
    /// What one row is.
    pub description: String,
    /// Where its rows come from.
    pub comes_from: String,
    /// The columns that are read, with what each means.
    pub columns: Vec<String>,
}

/// # Errors
/// As [`run`].
pub async fn explain(world: &World, caller: &Caller, input: Wanted) -> Result<Explained, ToolError> {
    let question = question(&input)?;
    let view = world.view(caller).await?;
    let sql = question.sql();
    let number = number(world, caller, &view, question.metric, &sql).await?;
    let decided_by = match question.decided_by() {
        Some(sql) => Some(world.answer(caller, &view, &sql, VERSIONS).await?),
        None => None,
    };
    let records = match question.records() {
        Some(sql) => world.answer(caller, &view, &sql, RECORDS).await?.rows,
        None => Vec::new(),
    };
    let records = records.into_iter().flatten().filter_map(|cell| cell.as_str().map(str::to_owned)).collect();
    let read = columns_read(&sql, &world.datasets).await.map_err(|refused| ToolError::asked(refused.to_string()))?;
    let origins = read.into_iter().filter_map(|(name, columns)| {
        let dataset = world.datasets.iter().find(|dataset| dataset.name == name)?;
        let column = |name: &String| {
            let known = dataset.column(name);
            known.map_or_else(|| name.clone(), |column| format!("{name}: {}", column.description))
        };
        Some(Origin {
            description: dataset.description.clone(),
            comes_from: comes_from(dataset),
            columns: columns.iter().map(column).collect(),
            dataset: name,
        })
    });
    Ok(Explained {
        number,
        from: origins.collect(),
        sql,
        decided_by,
        records,
        next: "`timeline` of the workflow server tells what happened to a record and why; `config_history` there, who changed a version and why",
    })
}
