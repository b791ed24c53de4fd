//! `list_datasets`, `describe_dataset`, `sample_rows`: what there is.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use revloops_lake::{Dataset, Kind, day_of};
use revloops_mcp::{Caller, Spec, ToolError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::looks;
use crate::lineage::{comes_from, who_sees};
use crate::world::{Table, World};

pub(super) const LIST: Spec = looks(
    "list_datasets",
    "What there is to ask about",
    "Each dataset of the lake: what one row is, and who sees it. Begin here, or with `list_metrics`.",
);
pub(super) const DESCRIBE: Spec = looks(
    "describe_dataset",
    "One dataset's columns",
    "A dataset's columns with kinds, units and meanings, what makes a row the same row, where the rows come from, which days there are, and how fresh it is.",
);
pub(super) const SAMPLE: Spec = looks(
    "sample_rows",
    "Some rows of a dataset",
    "The newest rows of a dataset that the person sees, to see what values look like.",
);

/// The datasets.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Datasets {
    /// Each of them.
    pub datasets: Vec<DatasetLine>,
}

/// A dataset.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DatasetLine {
    /// Its name in SQL.
    pub name: String,
    /// What one row is.
    pub description: String,
    /// How many columns there are.
    pub columns: usize,
    /// Whether it has a column `day`, by which it is read.
    pub has_days: bool,
    /// Who sees its rows.
    pub seen_by: String,
}

/// Every dataset.
pub fn list(world: &World) -> Datasets {
    let line = |dataset: &Dataset| DatasetLine {
        name: dataset.name.clone(),
        description: dataset.description.clone(),
        columns: dataset.columns.len(),
        has_days: dataset.day.is_some(),
        seen_by: who_sees(dataset),
    };
    Datasets { datasets: world.datasets.iter().map(line).collect() }
}

/// Which dataset.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// Its name, as `list_datasets` tells it.
    pub dataset: String,
}

/// A dataset, whole.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Described {
    /// Its name in SQL.
    pub name: String,
    /// What one row is.
    pub description: String,
    /// Where its rows come from.
    pub comes_from: String,
    /// Who sees its rows.
    pub seen_by: String,
    /// The columns that make a row the same row.
    pub key: Vec<String>,
    /// The columns.
    pub columns: Vec<Column>,
    /// The first and the last day that has rows; nothing where the dataset has no days or no rows.
    pub days: Option<[String; 2]>,
    /// Bytes of it in the lake.
    pub bytes: u64,
    /// When its newest row reached the lake, RFC 3339 in UTC; nothing where there is none.
    pub fresh_at: Option<String>,
    /// How long ago that was, in minutes.
    pub minutes_old: Option<i64>,
}

/// A column.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Column {
    /// Its name in SQL.
    pub name: String,
    /// What it holds.
    pub kind: &'static str,
    /// What it is counted in.
    pub unit: Option<String>,
    /// What it means.
    pub description: String,
}

fn columns(world: &World, dataset: &Dataset) -> Vec<Column> {
    let column = |column: &revloops_lake::Column| Column {
        name: column.name.clone(),
        kind: column.kind.words(),
        unit: column.unit.map(|unit| match unit {
            "cents" => format!("cents ({})", world.currency),
            other => other.to_owned(),
        }),
        description: column.description.clone(),
    };
    let day = dataset.day.as_ref().map(|from| Column {
        name: "day".to_owned(),
        kind: Kind::Day.words(),
        unit: None,
        description: format!("The day of {from}, UTC: name a range of it, for only those days are read"),
    });
    dataset.columns.iter().map(column).chain(day).collect()
}

/// # Errors
/// Where there is no such dataset, or the lake does not answer.
pub async fn describe(world: &World, input: Which) -> Result<Described, ToolError> {
    let dataset = world.dataset(&input.dataset)?;
    let objects = world.lake.objects_of(dataset, None).await?;
    let newest = world.lake.newest(dataset).await?;
    let days = objects.first().and_then(|one| day_of(&one.key)).zip(objects.last().and_then(|one| day_of(&one.key)));
    let age = |newest: Timestamp| world.clock.now().duration_since(newest).as_mins();
    Ok(Described {
        name: dataset.name.clone(),
        description: dataset.description.clone(),
        comes_from: comes_from(dataset),
        seen_by: who_sees(dataset),
        key: dataset.key.clone(),
        columns: columns(world, dataset),
        days: days.map(|(first, last)| [first.to_string(), last.to_string()]),
        bytes: objects.iter().map(|object| object.size).sum(),
        fresh_at: newest.map(|newest| newest.to_string()),
        minutes_old: newest.map(age),
    })
}

/// Of which dataset, how many.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Its name, as `list_datasets` tells it.
    pub dataset: String,
    /// Most rows; 10 where it is absent, 50 at most.
    #[serde(default)]
    pub at_most: Option<usize>,
}

/// # Errors
/// Where there is no such dataset, or the lake does not answer.
pub async fn sample(world: &World, caller: &Caller, input: Sample) -> Result<Table, ToolError> {
    let dataset = world.dataset(&input.dataset)?;
    let most = input.at_most.unwrap_or(10).clamp(1, 50);
    let view = world.view(caller).await?;
    let Some(by) = &dataset.day else {
        let key = dataset.key.join(", ");
        let sql = format!("SELECT * FROM {} ORDER BY seen_at DESC, {key} LIMIT {most}", dataset.name);
        return world.answer(caller, &view, &sql, most).await;
    };
    // Further back only where the newer days do not have enough: each look reads more.
    let today = world.clock.now().to_zoned(TimeZone::UTC).date();
    let mut newest = None;
    for back in [Some(1), Some(7), Some(31), None] {
        let since = back.and_then(|days| today.checked_sub(Span::new().days(days)).ok());
        let since = since.map(|day: Date| format!(" WHERE day >= DATE '{day}'")).unwrap_or_default();
        let key = dataset.key.join(", ");
        let sql = format!("SELECT * FROM {}{since} ORDER BY {by} DESC, {key} LIMIT {most}", dataset.name);
        match world.answer(caller, &view, &sql, most).await {
            Ok(found) if found.rows.len() >= most => return Ok(found),
            Ok(found) => newest = Some(found),
            // Too much to read: what the newer days have has to do.
            Err(ToolError::Asked(why)) => return newest.ok_or(ToolError::Asked(why)),
            Err(failed) => return Err(failed),
        }
    }
    newest.ok_or_else(|| ToolError::asked("there are no rows"))
}
