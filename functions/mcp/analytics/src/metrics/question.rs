//! A metric, and by what it is asked for, as SQL.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Base, Dimension, Metric, Value};

/// Days are taken together by this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    /// Each day.
    Day,
    /// Weeks, from Monday.
    Week,
    /// Months.
    Month,
    /// Quarters of the calendar year.
    Quarter,
    /// Calendar years.
    Year,
}

impl Grain {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }
}

/// Only rows of which a dimension is one of these.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Is {
    /// The dimension.
    pub dimension: String,
    /// Its values, as answers show them; null for rows without one.
    pub one_of: Vec<Option<String>>,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The metric's name, as `list_metrics` tells it.
    pub metric: String,
    /// Dimensions by which it is told apart; one number for all where this is absent.
    #[serde(default)]
    pub by: Vec<String>,
    /// A row for each day, week, month, quarter or year; absent, one for the whole time.
    #[serde(default)]
    pub each: Option<Grain>,
    /// The first day, `2026-11-01`, in UTC; from the beginning where it is absent.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub from: Option<Date>,
    /// The last day; until now where it is absent.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub to: Option<Date>,
    /// Only rows for which all of this holds.
    #[serde(default)]
    pub only: Vec<Is>,
}

/// A metric and what it is asked for by; names are known to be right.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// The metric.
    pub metric: &'static Metric,
    by: Vec<&'static Dimension>,
    only: Vec<(&'static Dimension, &'a [Option<String>])>,
    wanted: &'a Wanted,
}

/// The longest value that is compared with.
const LONGEST: usize = 300;

impl<'a> Question<'a> {
    /// Holds what is wanted against what there is.
    ///
    /// # Errors
    /// What is wrong, and what would be right.
    pub fn of(wanted: &'a Wanted) -> Result<Self, String> {
        let metric = Metric::named(&wanted.metric).ok_or_else(|| no_metric(&wanted.metric))?;
        let dimension = |name: &String| metric.dimension(name).ok_or_else(|| no_dimension(metric, name));
        let by = wanted.by.iter().map(dimension).collect::<Result<Vec<_>, _>>()?;
        let names: BTreeSet<&str> = by.iter().map(|dimension| dimension.name).collect();
        if names.len() < by.len() {
            return Err("`by` names a dimension twice".to_owned());
        }
        let mut only = Vec::new();
        for is in &wanted.only {
            if is.one_of.is_empty() {
                return Err(format!("`only` of {} names no value: no row could be left", is.dimension));
            }
            if is.one_of.iter().flatten().any(|value| value.len() > LONGEST) {
                return Err(format!("a value of {} is longer than {LONGEST} bytes", is.dimension));
            }
            only.push((dimension(&is.dimension)?, is.one_of.as_slice()));
        }
        if let (Some(from), Some(to)) = (wanted.from, wanted.to)
            && from > to
        {
            return Err(format!("`from` ({from}) is after `to` ({to})"));
        }
        Ok(Self { metric, by, only, wanted })
    }

    /// The number, by what it was asked for by.
    #[must_use]
    pub fn sql(&self) -> String {
        match self.metric.value {
            Value::Aggregate(value) => {
                let columns = self.columns().chain([format!("{value} AS {}", self.metric.name)]);
                format!("SELECT {} {}{}{}", list(columns), self.rows(value), self.groups(), self.order())
            }
            Value::Percentile(of, percent) => {
                let columns = self.columns().chain([format!("{of} AS value")]);
                let inner = format!("SELECT {} {}", list(columns), self.rows(of));
                let apart = list(self.names());
                let apart = if apart.is_empty() { apart } else { format!("PARTITION BY {apart} ") };
                let places = format!(
                    "SELECT *, row_number() OVER ({apart}ORDER BY value NULLS LAST) AS place, \
                     count(value) OVER ({}) AS together FROM ({inner}) rows_of_it",
                    apart.trim_end()
                );
                let name = self.metric.name;
                let value = format!(
                    "min(CASE WHEN value IS NOT NULL AND place * 100 >= together * {percent} THEN value END) AS {name}"
                );
                let columns = self.names().map(str::to_owned).chain([value]);
                format!("SELECT {} FROM ({places}) placed{}{}", list(columns), self.groups(), self.order())
            }
        }
    }

    /// Which versions of which loop's config decided the rows, the most first; none where the rows come from no run.
    #[must_use]
    pub fn decided_by(&self) -> Option<String> {
        let used = self.used();
        let (of, on) = match (self.metric.base.run, self.metric.base.record) {
            (Some(run), _) => (run, "run_id"),
            (None, Some(record)) => (record, "record_id"),
            (None, None) => return None,
        };
        let inner = format!("SELECT {of} AS of {}", self.rows(&format!("{used}{of}")));
        Some(format!(
            "SELECT runs.loop, runs.config_version, runs.loop_version, count(*) AS decisions FROM (SELECT DISTINCT of FROM ({inner}) counted) rows_of_it \
             JOIN decisions runs ON runs.{on} = rows_of_it.of GROUP BY runs.loop, runs.config_version, runs.loop_version ORDER BY 4 DESC, 1, 2, 3"
        ))
    }

    /// Some of the records that the number is about; none where it is about no records.
    #[must_use]
    pub fn records(&self) -> Option<String> {
        let record = self.metric.base.record?;
        let rows = self.rows(&format!("{}{record}", self.used()));
        Some(format!(
            "SELECT DISTINCT record FROM (SELECT {record} AS record {rows}) counted WHERE record IS NOT NULL ORDER BY record"
        ))
    }

    fn base(&self) -> &'static Base {
        self.metric.base
    }

    /// The SQL of the value: what decides which relations are joined.
    const fn used(&self) -> &'static str {
        match self.metric.value {
            Value::Aggregate(used) | Value::Percentile(used, _) => used,
        }
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.wanted.each.map(Grain::as_str).into_iter().chain(self.by.iter().map(|dimension| dimension.name))
    }

    fn columns(&self) -> impl Iterator<Item = String> {
        let day = self.base().day;
        let time = self.wanted.each.map(|grain| match grain {
            Grain::Day => format!("{day} AS day"),
            Grain::Week | Grain::Month | Grain::Quarter | Grain::Year => {
                format!("CAST(date_trunc('{0}', {day}) AS date) AS {0}", grain.as_str())
            }
        });
        let by = self.by.iter().map(|dimension| format!("{} AS {}", dimension.sql, dimension.name));
        time.into_iter().chain(by.collect::<Vec<_>>())
    }

    /// Relations and conditions; `used` is what else names relations.
    fn rows(&self, used: &str) -> String {
        let base = self.base();
        let (mut conditions, mut named) = (Vec::new(), format!("{used} {} {}", base.day, base.only));
        if !base.only.is_empty() {
            conditions.push(base.only.to_owned());
        }
        for (day, than) in [(self.wanted.from, ">="), (self.wanted.to, "<=")] {
            conditions.extend(day.map(|day| format!("{} {than} DATE '{day}'", base.day)));
        }
        for (dimension, values) in &self.only {
            named.push_str(dimension.sql);
            conditions.push(is_one_of(dimension.sql, values));
        }
        for dimension in &self.by {
            named.push_str(dimension.sql);
        }
        let mut rows = format!("FROM {}", base.from);
        for (alias, join) in base.joins {
            if named.contains(&format!("{alias}.")) {
                rows.push(' ');
                rows.push_str(join);
            }
        }
        if !conditions.is_empty() {
            let _infallible = write!(rows, " WHERE {}", conditions.join(" AND "));
        }
        rows
    }

    fn groups(&self) -> String {
        let places: Vec<String> = self.names().enumerate().map(|(place, _)| (place + 1).to_string()).collect();
        if places.is_empty() { String::new() } else { format!(" GROUP BY {}", places.join(", ")) }
    }

    /// By time, then the largest first, then by name: the same question has the same answer.
    fn order(&self) -> String {
        let count = self.names().count();
        if count == 0 {
            return String::new();
        }
        let times = usize::from(self.wanted.each.is_some());
        let time = (times == 1).then(|| "1".to_owned());
        let value = (count > times).then(|| format!("{} DESC NULLS LAST", count + 1));
        let names = (times + 1..=count).map(|place| place.to_string());
        format!(" ORDER BY {}", list(time.into_iter().chain(value).chain(names)))
    }
}

fn list(parts: impl Iterator<Item = impl AsRef<str>>) -> String {
    let mut list = String::new();
    for part in parts {
        if !list.is_empty() {
            list.push_str(", ");
        }
        list.push_str(part.as_ref());
    }
    list
}

/// A text as a literal of SQL.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The values stand there as literals of SQL: whatever they hold, they are compared with.
fn is_one_of(sql: &str, values: &[Option<String>]) -> String {
    let literals: Vec<String> = values.iter().flatten().map(|value| literal(value)).collect();
    let named = (!literals.is_empty()).then(|| format!("CAST({sql} AS varchar) IN ({})", literals.join(", ")));
    let none = values.contains(&None).then(|| format!("{sql} IS NULL"));
    match (named, none) {
        (Some(named), Some(none)) => format!("({named} OR {none})"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "false".to_owned(),
    }
}

fn no_metric(name: &str) -> String {
    let near = super::METRICS.iter().map(|metric| metric.name);
    format!("there is no metric `{name}`{}; `list_metrics` tells which there are", meant(name, near))
}

fn no_dimension(metric: &Metric, name: &str) -> String {
    let names: Vec<&str> = metric.base.dimensions.iter().map(|dimension| dimension.name).collect();
    format!("`{}` has no dimension `{name}`: it has {}", metric.name, names.join(", "))
}

/// The nearest name, where one is near.
pub(crate) fn meant<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> String {
    let near = names.map(|other| (strsim::damerau_levenshtein(name, other), other)).min();
    match near {
        Some((distance, other)) if distance <= 3 => format!(" (did you mean `{other}`?)"),
        Some(_) | None => String::new(),
    }
}
