//! What Design reports of each run.

use schemars::JsonSchema;
use serde::Serialize;

use revloops_capacity::results::Year;
use revloops_domain::Cents;
use revloops_scenario::Month;

use crate::logic::DesignVerdict;

/// One row a segment and year, and one a year for the whole plan; amounts in whole cents, ratios in basis points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DesignFact {
    /// The scenario.
    pub scenario_id: String,
    /// The segment; none for the whole plan.
    pub segment: Option<String>,
    /// First month of the year.
    pub year: Month,
    /// What is expected to be booked.
    pub capacity: Cents,
    /// What is to be booked.
    pub target: Option<Cents>,
    /// Target less capacity.
    pub gap: Option<Cents>,
    /// Capacity ÷ target.
    pub coverage: Option<i64>,
    /// Target ÷ street quota.
    pub attainment_factor: Option<i64>,
    /// What the seats cost.
    pub cost: Cents,
}

pub(crate) fn facts(verdict: &DesignVerdict) -> Vec<DesignFact> {
    let row = |segment: Option<&str>, year: &Year| DesignFact {
        scenario_id: verdict.scenario.clone(),
        segment: segment.map(str::to_owned),
        year: year.starts,
        capacity: year.capacity,
        target: year.target,
        gap: year.gap,
        coverage: year.coverage,
        attainment_factor: year.attainment_factor,
        cost: year.cost,
    };
    let whole = verdict.total.iter().map(|year| row(None, year));
    let segments = verdict.segments.iter().flat_map(|one| one.years.iter().map(|year| row(Some(&one.id), year)));
    whole.chain(segments).collect()
}
