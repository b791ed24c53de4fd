//! Who gets the lead, and why: pure.

pub mod facts;
pub mod fields;
mod fit;
pub(crate) mod handlers;
pub(crate) mod leads;
pub(crate) mod reasons;
#[cfg(test)]
pub(crate) mod tests;
mod turns;
pub mod walk;
pub mod why_not;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use revloops_domain::ProposedTerritory;
use revloops_domain::events::{Owner, RouteStatus};
use revloops_loopkit::Decision;

use crate::config::RouteConfig;
use crate::inputs::RouteInput;
use facts::{Facts, Need};
use walk::{End, SubjectContext, walk};

/// What stands for a rule on a lead that went to the queue because its first touch was missed too often.
pub const MISSED_TOO_OFTEN: &str = "first-touch-missed";

/// Who owns the lead from now on, and by which rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteVerdict {
    /// Whether an owner was found.
    pub status: RouteStatus,
    /// The owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// The rule that gave the owner, or [`MISSED_TOO_OFTEN`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The kind of handler that found the owner: `territory_owner`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
    /// How the handler found the owner, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The territory's id: the one that holds, or the one that an agent was sure enough of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub territory: Option<String>,
    /// The territory that an agent proposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed: Option<ProposedTerritory>,
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
    /// Minutes of the owner's working time until the first touch.
    #[serde(default)]
    pub first_touch_minutes: u32,
    /// When the owner must have been in touch: those minutes after the decision, counted in the owner's working time.
    pub first_touch_by: Timestamp,
    /// When it was decided.
    pub decided_at: Timestamp,
}

/// Decides. Total: where something was not looked up, nobody gets the lead, and the rule that needs it says so.
#[must_use]
pub fn decide(config: &RouteConfig, input: &RouteInput, facts: &Facts, at: Timestamp) -> Decision<RouteVerdict> {
    let mut values = fields::room();
    fields::fill_lead(&mut values, input);
    let draws_as = input.draws_as();
    let walk = walk(config, &mut values, &SubjectContext::of_lead(input, &draws_as), facts, at, true);
    let rules = config.rules.rules();
    let minutes = config.first_touch.minutes(&input.band);
    let mut verdict = RouteVerdict {
        status: RouteStatus::Unresolved,
        owner: None,
        rule: None,
        handler: None,
        by: None,
        territory: walk.territory.map(|territory| territory.id.clone()),
        proposed: None,
        pool: None,
        ticket: None,
        fell_through: walk
            .fell_through
            .iter()
            .filter_map(|fell| rules.get(fell.rule).map(|rule| rule.id.clone()))
            .collect(),
        fallback: false,
        first_touch_minutes: minutes,
        first_touch_by: by_the_clock(at, minutes),
        decided_at: at,
    };
    let mut confidence = 1.0;
    if let End::Owned(owned) = &walk.end {
        verdict.status = if owned.pending { RouteStatus::Pending } else { RouteStatus::Routed };
        verdict.first_touch_by = first_touch_by(config, &owned.owner, minutes, at);
        verdict.owner = Some(owned.owner.clone());
        if let Some(rule) = owned.rule.and_then(|rule| rules.get(rule)) {
            verdict.handler = Some(rule.then.kind().to_owned());
            verdict.by = Some(reasons::by(&rule.then, &walk, owned));
            verdict.fallback = rule.id == config.fallback_rule;
            verdict.rule = Some(rule.id.clone());
        } else {
            verdict.handler = Some("queue".to_owned());
            verdict.by = Some(format!("first touch missed {} times", input.passed_over.len()));
            verdict.rule = Some(MISSED_TOO_OFTEN.to_owned());
        }
        if let Some(ticket) = &owned.ticket {
            verdict.pool = Some(ticket.pool.clone());
            verdict.ticket = Some(ticket.number);
        }
        if let Some(proposal) = &owned.proposal {
            confidence = f64::from(proposal.confidence) / 100.0;
            verdict.proposed = Some(ProposedTerritory::from(proposal));
            if !owned.pending {
                verdict.territory = Some(proposal.territory.id.clone());
            }
        }
    }
    let outcome = match verdict.status {
        RouteStatus::Routed => "routed",
        RouteStatus::Pending => "pending",
        RouteStatus::Unresolved => "unresolved",
    };
    Decision { outcome: outcome.to_owned(), confidence, verdict, reasons: reasons::of(config, &values, &walk) }
}

/// What has to be looked up before the lead can be decided; `None` where nothing is missing.
#[must_use]
pub fn needs(config: &RouteConfig, input: &RouteInput, facts: &Facts, at: Timestamp) -> Option<Need> {
    let mut values = fields::room();
    fields::fill_lead(&mut values, input);
    let draws_as = input.draws_as();
    match walk(config, &mut values, &SubjectContext::of_lead(input, &draws_as), facts, at, false).end {
        End::Needs { rule: _, need } => Some(need),
        End::Owned(_) | End::Nobody => None,
    }
}

/// When `owner` must have been in touch: `minutes` of their working time from `at`. A queue, and somebody who is never at
/// work, have no hours: there the clock counts.
#[must_use]
pub fn first_touch_by(config: &RouteConfig, owner: &Owner, minutes: u32, at: Timestamp) -> Timestamp {
    if owner.id.is_queue() {
        return by_the_clock(at, minutes);
    }
    let work = &config.team.person(&owner.login.to_lowercase()).work;
    work.add_minutes(at, u64::from(minutes)).unwrap_or_else(|| by_the_clock(at, minutes))
}

fn by_the_clock(at: Timestamp, minutes: u32) -> Timestamp {
    at.saturating_add(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(Timestamp::MAX)
}
