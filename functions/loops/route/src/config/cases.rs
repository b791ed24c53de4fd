//! `cases.yaml`: given this lead, expect this rule and owner.

mod given;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;

use revloops_domain::events::RouteStatus;
use revloops_loopkit::Mismatch;

use super::RouteConfig;
use crate::logic::facts::Facts;
use crate::logic::{decide, needs};

pub use given::GivenLead;

/// One case: a lead, the state of the team, and where the lead must go.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteCase {
    /// The lead and the team.
    given: GivenLead,
    /// Where it must go.
    expect: Expected,
}

/// What must come; what is left out may be anything.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The rule that gives the owner.
    rule: Option<String>,
    /// The owner's username.
    owner: Option<String>,
    /// The owning queue's developer name.
    queue: Option<String>,
    /// The territory's id.
    territory: Option<String>,
    /// The pool that picks.
    pool: Option<String>,
    /// Rules that hold and find nobody, in order.
    fell_through: Option<Vec<String>>,
    /// `routed`, `pending` or `unresolved`.
    status: Option<RouteStatus>,
    /// When the owner must have been in touch: `2026-11-23T08:15:00Z`.
    first_touch_by: Option<String>,
}

/// Runs one case with fresh pools: of equals, the first member is next.
pub(crate) fn run_case(config: &RouteConfig, case: &RouteCase) -> Result<(), Vec<Mismatch>> {
    let at = case.given.at()?;
    let input = case.given.input(at);
    let mut facts = Facts::default();
    while let Some(need) = needs(config, &input, &facts, at) {
        case.given.answer(config, need, &mut facts);
    }
    let verdict = decide(config, &input, &facts, at).verdict;
    let login = verdict.owner.as_ref().map(|owner| owner.login.as_str());
    let queue = verdict.owner.as_ref().is_some_and(|owner| owner.id.is_queue());
    let expect = &case.expect;
    let mismatches: Vec<Mismatch> = [
        differs("rule", expect.rule.as_deref(), verdict.rule.as_deref()),
        differs("owner", expect.owner.as_deref(), login.filter(|_| !queue)),
        differs("queue", expect.queue.as_deref(), login.filter(|_| queue)),
        differs("territory", expect.territory.as_deref(), verdict.territory.as_deref()),
        differs("pool", expect.pool.as_deref(), verdict.pool.as_deref()),
        differs("status", expect.status.map(word), Some(word(verdict.status))),
        expect.fell_through.as_ref().and_then(|expected| {
            Mismatch::unless_equal("fell_through", expected.join(", "), verdict.fell_through.join(", "))
        }),
        first_touch(expect.first_touch_by.as_deref(), verdict.first_touch_by),
    ]
    .into_iter()
    .flatten()
    .collect();
    if mismatches.is_empty() { Ok(()) } else { Err(mismatches) }
}

fn differs(what: &str, expected: Option<&str>, found: Option<&str>) -> Option<Mismatch> {
    Mismatch::unless_equal(what, expected?, found.unwrap_or("nothing"))
}

fn first_touch(expected: Option<&str>, found: Timestamp) -> Option<Mismatch> {
    let expected = expected?;
    match expected.parse::<Timestamp>() {
        Ok(at) => Mismatch::unless_equal("first_touch_by", at, found),
        Err(_) => Mismatch::unless_equal("first_touch_by", expected, found),
    }
}

fn word(status: RouteStatus) -> &'static str {
    match status {
        RouteStatus::Routed => "routed",
        RouteStatus::Pending => "pending",
        RouteStatus::Unresolved => "unresolved",
    }
}
