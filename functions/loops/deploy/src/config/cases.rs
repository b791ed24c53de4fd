//! `cases.yaml`: given this account among these territories, expect where it belongs, what holds it, or that it waits.

mod given;

use schemars::JsonSchema;
use serde::Deserialize;

use revloops_loopkit::Mismatch;

use super::DeployConfig;
use crate::logic::make;
use crate::logic::plan::{Hold, Plan, Step};

pub use given::GivenAccount;

/// One case: an account, the territories, and what becomes of it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeployCase {
    /// The account, and what is known of it.
    given: GivenAccount,
    /// What becomes of it.
    expect: Expected,
}

/// What must come; what is left out may be anything.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The territory that it is in afterwards, by id; `none` for none.
    territory: Option<String>,
    /// What holds it: `named`, `customer`, `open_opportunities`, `moved_recently`; `none` for nothing.
    held_by: Option<String>,
    /// Whether it waits for a person.
    pending: Option<bool>,
}

/// Runs one case.
pub(crate) fn run_case(config: &DeployConfig, case: &DeployCase) -> Result<(), Vec<Mismatch>> {
    let scenario = case.given.scenario()?;
    let facts = case.given.facts(config, &scenario);
    let plan = make(config, &scenario, &facts, given::noon());
    let expect = &case.expect;
    let told = |what: &str, expected: Option<&str>, found: &str| Mismatch::unless_equal(what, expected?, found);
    let yes_no = |what: &str, expected: Option<bool>, found: bool| Mismatch::unless_equal(what, expected?, found);
    let mismatches: Vec<Mismatch> = [
        told("territory", expect.territory.as_deref(), &after(&plan, case.given.at.as_deref())),
        told("held_by", expect.held_by.as_deref(), plan.held.first().map_or("none", |held| held_by(&held.why))),
        yes_no("pending", expect.pending, !plan.pending.is_empty()),
    ]
    .into_iter()
    .flatten()
    .collect();
    if mismatches.is_empty() { Ok(()) } else { Err(mismatches) }
}

/// The territory of the one account once the plan is carried out.
fn after(plan: &Plan, before: Option<&str>) -> String {
    let mut at = before;
    for step in &plan.steps {
        match step {
            Step::AccountIn(step) => at = Some(&step.territory.id),
            Step::AccountOut(step) if step.other.is_none() => at = None,
            Step::AccountOut(_)
            | Step::ChangeTerritory(_)
            | Step::CreateTerritory(_)
            | Step::MoveTerritory(_)
            | Step::UserIn(_)
            | Step::UserOut(_)
            | Step::RetireTerritory(_) => {}
        }
    }
    at.unwrap_or("none").to_owned()
}

fn held_by(hold: &Hold) -> &'static str {
    match hold {
        Hold::Named => "named",
        Hold::Customer { .. } => "customer",
        Hold::OpenOpportunities { .. } => "open_opportunities",
        Hold::MovedRecently { .. } => "moved_recently",
    }
}
