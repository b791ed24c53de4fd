//! What is published: the marts' columns and their SQL.

use revloops_lake::{Column, Kind};
use serde::{Deserialize, Serialize};

/// A mart, as `marts.json` describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mart {
    /// Its name in SQL, and its file's.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// What one row is.
    pub description: String,
    /// Its columns, in their order.
    pub columns: Vec<MartColumn>,
}

/// A column of a mart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MartColumn {
    /// Its name in SQL.
    pub name: String,
    /// What it holds: as the site names it.
    pub kind: MartKind,
    /// `leads`, `cents`, `microusd`, `ms`, …
    pub unit: Option<String>,
    /// What it means.
    pub description: String,
}

/// What a mart's column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MartKind {
    /// Text.
    Text,
    /// A whole number.
    Whole,
    /// A number with a fraction.
    Fraction,
    /// Yes or no.
    Flag,
    /// A day, UTC.
    Date,
    /// A point in time, UTC.
    Timestamp,
}

impl MartColumn {
    pub(crate) fn column(&self) -> Column {
        let kind = match self.kind {
            MartKind::Text => Kind::Text,
            MartKind::Whole => Kind::Whole,
            MartKind::Fraction => Kind::Number,
            MartKind::Flag => Kind::Truth,
            MartKind::Date => Kind::Day,
            MartKind::Timestamp => Kind::Time,
        };
        Column { name: self.name.clone(), kind, unit: None, description: self.description.clone() }
    }
}

/// Every mart, with its SQL; none where it is not made by SQL alone.
///
/// # Errors
/// Where `marts.json` is not what it should be, which a test of this crate rules out.
pub fn marts() -> Result<Vec<(Mart, Option<&'static str>)>, serde_json::Error> {
    let described: Vec<Mart> = serde_json::from_str(include_str!("../../../../infra/bi/marts.json"))?;
    Ok(described.into_iter().map(|mart| (query(&mart.name), mart)).map(|(sql, mart)| (mart, sql)).collect())
}

macro_rules! queries {
    ($wanted:expr, $($name:literal),+ $(,)?) => {
        match $wanted {
            $($name => Some(include_str!(concat!("../../../../infra/bi/queries/", $name, ".sql"))),)+
            _ => None,
        }
    };
}

fn query(name: &str) -> Option<&'static str> {
    if name == "lineage_summary" {
        return Some(LINEAGE_SUMMARY);
    }
    queries!(
        name,
        "funnel_daily",
        "loop_runs_daily",
        "speed_daily",
        "rule_matches_daily",
        "pool_balance",
        "receipts_daily",
        "capacity_years",
        "signals_daily",
        "sequences_daily",
        "milestones_daily",
    )
}

/// `lineage.sql` names records; what is published of it counts them. (A view would be one file more, which the local engine does not have.)
const LINEAGE_SUMMARY: &str = concat!(
    "select signal_kind, rule, config_version, territory, scenario, count(*) as deals_won, ",
    "sum(coalesce(amount_cents, 0)) as won_cents from (\n",
    include_str!("../../../../infra/bi/queries/lineage.sql"),
    ") won group by signal_kind, rule, config_version, territory, scenario",
);
