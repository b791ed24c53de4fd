//! The operators' own tests: given a small plan, expect its capacity to the cent.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use revloops_capacity::results::Year;
use revloops_config::Problems;
use revloops_loopkit::Mismatch;

use crate::config::DesignConfig;
use crate::logic::{self, DesignVerdict};

/// One case.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DesignCase {
    /// What is planned.
    pub given: Given,
    /// What must come out.
    pub expect: Expect,
}

/// What is planned.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// A whole scenario, written as in `config/scenarios`.
    pub scenario: Value,
}

/// What must come out; what is left out may be anything.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// `covered` or `short`.
    #[serde(default)]
    pub status: Option<String>,
    /// The segment that is looked at; the whole plan where none is named.
    #[serde(default)]
    pub segment: Option<String>,
    /// The territory that is looked at, with all below.
    #[serde(default)]
    pub territory: Option<String>,
    /// The year of the plan: 1 for the first.
    #[serde(default = "first")]
    pub year: usize,
    /// Capacity of that year: `1,072,500.00`.
    #[serde(default)]
    pub capacity: Option<String>,
    /// Street quota of that year.
    #[serde(default)]
    pub quota: Option<String>,
    /// Target less capacity.
    #[serde(default)]
    pub gap: Option<String>,
    /// What the seats cost.
    #[serde(default)]
    pub cost: Option<String>,
    /// Target ÷ street quota in hundredths of a percent: 8000 is 80 %.
    #[serde(default)]
    pub attainment_factor: Option<i64>,
    /// Street quota ÷ target in hundredths of a percent.
    #[serde(default)]
    pub over_assignment: Option<i64>,
    /// Segments that fall short in any year.
    #[serde(default)]
    pub short: Option<Vec<String>>,
}

fn first() -> usize {
    1
}

pub(crate) fn run(config: &DesignConfig, case: &DesignCase) -> Result<(), Vec<Mismatch>> {
    let wrong = |what: &str, found: String| {
        vec![Mismatch { what: what.to_owned(), expected: "a case that can be built".to_owned(), found }]
    };
    // JSON is YAML, so a plan in a case is read and checked as one in a file of its own.
    let text = case.given.scenario.to_string();
    let mut problems = Problems::new();
    let read = revloops_scenario::parse_text(&[("case", &text)], "case", &mut problems);
    let said: Vec<String> = problems.sorted().iter().map(ToString::to_string).collect();
    let scenario = read.ok_or_else(|| wrong("scenario", said.join("; ")))?.scenario;
    let decision = logic::computed(config, &scenario);
    let expect = &case.expect;
    let year = looked_at(&decision.verdict, expect)
        .ok_or_else(|| wrong("year", format!("the plan has no year {} there", expect.year)))?;
    let said = |amount: Option<String>| amount.unwrap_or_else(|| "none".to_owned());
    let mut short: Vec<&str> = decision.verdict.short.iter().map(|short| short.segment.as_str()).collect();
    short.dedup();
    let found = [
        ("status", expect.status.clone(), decision.outcome.clone()),
        ("capacity", expect.capacity.clone(), year.capacity.to_string()),
        ("quota", expect.quota.clone(), year.quota.to_string()),
        ("gap", expect.gap.clone(), said(year.gap.map(|gap| gap.to_string()))),
        ("cost", expect.cost.clone(), year.cost.to_string()),
        (
            "attainment_factor",
            expect.attainment_factor.map(|ratio| ratio.to_string()),
            said(year.attainment_factor.map(|ratio| ratio.to_string())),
        ),
        (
            "over_assignment",
            expect.over_assignment.map(|ratio| ratio.to_string()),
            said(year.over_assignment.map(|ratio| ratio.to_string())),
        ),
        ("short", expect.short.as_ref().map(|short| short.join(", ")), short.join(", ")),
    ];
    let mismatches: Vec<Mismatch> = found
        .into_iter()
        .filter_map(|(what, expected, found)| Mismatch::unless_equal(what, expected?, found))
        .collect();
    if mismatches.is_empty() { Ok(()) } else { Err(mismatches) }
}

fn looked_at<'a>(verdict: &'a DesignVerdict, expect: &Expect) -> Option<&'a Year> {
    let years = match (&expect.segment, &expect.territory) {
        (Some(id), None) => &verdict.segments.iter().find(|one| one.id == *id)?.years,
        (None, Some(id)) => &verdict.territories.iter().find(|one| one.id == *id)?.years,
        (None, None) => &verdict.total,
        (Some(_), Some(_)) => return None,
    };
    years.get(expect.year.checked_sub(1)?)
}
