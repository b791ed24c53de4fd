//! Who gets the lead, and why: pure.

pub mod facts;
pub(crate) mod fields;
pub(crate) mod handlers;
mod reasons;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod walk;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use revloops_domain::events::{Owner, RouteStatus};
use revloops_loopkit::Decision;

use crate::config::RouteConfig;
use crate::inputs::RouteInput;
use facts::Facts;
use walk::{End, walk};

/// Who owns the lead from now on, and by which rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteVerdict {
    /// Whether an owner was found.
    pub status: RouteStatus,
    /// The owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// The rule that gave the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The kind of handler that found the owner: `territory_owner`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
    /// How the handler found the owner, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The territory's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub territory: Option<String>,
    /// The pool that picked the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// The number of the pool's ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<u64>,
    /// Rules that held and found nobody, in the order tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fell_through: Vec<String>,
    /// Whether the rule for everybody else had to take it.
    pub fallback: bool,
    /// When the owner must have been in touch: the time of the decision plus the band's minutes.
    pub first_touch_by: Timestamp,
    /// When it was decided.
    pub decided_at: Timestamp,
}

/// Decides. Total: where something was not looked up, nobody gets the lead, and the rule that needs it says so.
#[must_use]
pub fn decide(config: &RouteConfig, input: &RouteInput, facts: &Facts, at: Timestamp) -> Decision<RouteVerdict> {
    let walk = walk(config, input, facts, at);
    let rules = config.rules.rules();
    let mut verdict = RouteVerdict {
        status: RouteStatus::Unresolved,
        owner: None,
        rule: None,
        handler: None,
        by: None,
        territory: walk.territory.map(|territory| territory.id.clone()),
        pool: None,
        ticket: None,
        fell_through: walk
            .fell_through
            .iter()
            .filter_map(|(rule, _)| rules.get(*rule).map(|rule| rule.id.clone()))
            .collect(),
        fallback: false,
        first_touch_by: config.first_touch.due(&input.band, at),
        decided_at: at,
    };
    let mut outcome = "unresolved";
    if let End::Owned { rule, owner, ticket, because: _ } = &walk.end
        && let Some(rule) = rules.get(*rule)
    {
        outcome = "routed";
        verdict.status = RouteStatus::Routed;
        verdict.owner = Some(owner.clone());
        verdict.handler = Some(rule.then.kind().to_owned());
        verdict.by = Some(reasons::by(&rule.then, walk.territory));
        verdict.fallback = rule.id == config.fallback_rule;
        verdict.rule = Some(rule.id.clone());
        (verdict.pool, verdict.ticket) = ticket.clone().unzip();
    }
    Decision::sure(outcome, verdict, reasons::of(config, &walk))
}
