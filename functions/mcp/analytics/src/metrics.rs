//! Named metrics: one definition of each number, so that everybody who asks for it gets the same.
//!
//! A [`Metric`] is an aggregate over a [`Base`]: rows of the lake with the dimensions by which they may be told apart. Where the dashboards show
//! the same number, it is defined alike (a test holds them against the dashboards' own queries).

mod bases;
mod defined;
mod question;

pub use defined::METRICS;
pub use question::{Grain, Is, Question, Wanted};
pub(crate) use question::{literal, meant};

/// What a number is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things: `leads`, `deals`, ….
    Count(&'static str),
    /// A part of the whole, from 0 to 1.
    Share,
    /// Hundredths of the organisation's currency.
    Cents,
    /// Millionths of a US dollar.
    Microusd,
    /// Milliseconds.
    Milliseconds,
    /// Minutes of somebody's working time.
    WorkingMinutes,
    /// Points of a score.
    Points,
}

impl Unit {
    /// As answers say it.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Count(things) => things,
            Self::Share => "a share, 0 to 1",
            Self::Cents => "hundredths of the organisation's currency",
            Self::Microusd => "millionths of a US dollar",
            Self::Milliseconds => "milliseconds",
            Self::WorkingMinutes => "working minutes",
            Self::Points => "points",
        }
    }
}

/// How a number comes from the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// An aggregate in SQL.
    Aggregate(&'static str),
    /// The smallest value that so many percent of the rows with a value do not exceed.
    Percentile(&'static str, u8),
}

/// A number with a name.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Lower case with underscores.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    /// What is counted, and what is not.
    pub description: &'static str,
    /// What it is counted in.
    pub unit: Unit,
    /// The rows.
    pub base: &'static Base,
    /// How it comes from them.
    pub value: Value,
}

/// Something by which rows are told apart.
#[derive(Debug, Clone, Copy)]
pub struct Dimension {
    /// Lower case with underscores.
    pub name: &'static str,
    /// What it means.
    pub description: &'static str,
    /// In SQL, over the base's aliases.
    pub sql: &'static str,
}

/// The rows that a metric is about.
#[derive(Debug)]
pub struct Base {
    /// What a row is, and the day that it counts for.
    pub rows: &'static str,
    /// The relation with its alias.
    pub from: &'static str,
    /// More relations, each by its alias; joined only where something names the alias.
    pub joins: &'static [(&'static str, &'static str)],
    /// What holds of every row; empty where nothing does.
    pub only: &'static str,
    /// The day that a row counts for.
    pub day: &'static str,
    /// The dimensions.
    pub dimensions: &'static [Dimension],
    /// The record of the CRM that a row is about; the workflow server's `timeline` tells what happened to it.
    pub record: Option<&'static str>,
    /// Where a row comes from a run: its id.
    pub run: Option<&'static str>,
}

impl Metric {
    /// The metric of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        METRICS.iter().find(|metric| metric.name == name)
    }

    /// The dimension of this name.
    #[must_use]
    pub fn dimension(&self, name: &str) -> Option<&'static Dimension> {
        self.base.dimensions.iter().find(|dimension| dimension.name == name)
    }
}
