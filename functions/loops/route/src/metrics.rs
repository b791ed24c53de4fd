//! What routing reports: one fact a run.

use schemars::JsonSchema;
use serde::Serialize;

use revloops_domain::LeadId;
use revloops_domain::events::RouteStatus;
use revloops_loopkit::Decision;

use crate::inputs::RouteInput;
use crate::logic::RouteVerdict;

/// One routed lead, as BI reads it. Names nobody: people are known by the owner's id in the CRM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RouteFact {
    /// The lead.
    pub lead_id: LeadId,
    /// `routed`, `pending` or `unresolved`.
    pub outcome: RouteStatus,
    /// The rule that gave the owner.
    pub rule: Option<String>,
    /// The kind of handler.
    pub handler: Option<String>,
    /// The owner's id.
    pub owner_id: Option<String>,
    /// Whether the owner is a queue.
    pub to_queue: bool,
    /// The territory.
    pub territory: Option<String>,
    /// The pool.
    pub pool: Option<String>,
    /// Qualify's band.
    pub band: String,
    /// How many rules held and found nobody.
    pub fell_through: usize,
    /// Whether the rule for everybody else had to take it.
    pub fallback: bool,
    /// From the save in the CRM to the decision, in milliseconds; the CRM's time has whole seconds.
    pub time_from_save_ms: u64,
    /// Minutes of their working time that the owner has for the first touch.
    pub first_touch_minutes: u32,
    /// How the account was found that the lead belongs to.
    pub account_matched_by: Option<&'static str>,
    /// How sure an agent was of the territory, in percent, where it was asked and answered.
    pub agent_confidence: Option<u8>,
    /// How many owners have missed the first touch of this lead.
    pub passed_over: usize,
}

/// The fact of one run.
pub(crate) fn metrics(input: &RouteInput, decision: &Decision<RouteVerdict>) -> Vec<RouteFact> {
    let verdict = &decision.verdict;
    let since_save = verdict.decided_at.duration_since(input.saved_at).as_millis();
    vec![RouteFact {
        lead_id: input.lead_id.clone(),
        outcome: verdict.status,
        rule: verdict.rule.clone(),
        handler: verdict.handler.clone(),
        owner_id: verdict.owner.as_ref().map(|owner| owner.id.to_string()),
        to_queue: verdict.owner.as_ref().is_some_and(|owner| owner.id.is_queue()),
        territory: verdict.territory.clone(),
        pool: verdict.pool.clone(),
        band: input.band.clone(),
        fell_through: verdict.fell_through.len(),
        fallback: verdict.fallback,
        time_from_save_ms: u64::try_from(since_save).unwrap_or(0),
        first_touch_minutes: verdict.first_touch_minutes,
        account_matched_by: input.account.as_ref().map(|matched| matched.matched_by.name()),
        agent_confidence: verdict.proposed.as_ref().map(|proposed| proposed.confidence),
        passed_over: input.passed_over.len(),
    }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::decide;
    use crate::logic::tests::{facts, german_lead, minimal, noon};

    #[test]
    fn the_fact_says_rule_handler_and_time_from_save() {
        let mut input = german_lead();
        input.saved_at = "2026-11-23T11:59:58Z".parse().unwrap();
        let facts = metrics(&input, &decide(&minimal(), &input, &facts(), noon()));
        let [fact] = facts.as_slice() else { panic!("{facts:?}") };
        assert_eq!((fact.rule.as_deref(), fact.handler.as_deref()), (Some("owners"), Some("territory_owner")));
        assert_eq!((fact.time_from_save_ms, fact.first_touch_minutes, fact.fell_through), (2000, 15, 0));
        assert_eq!((fact.to_queue, fact.fallback), (false, false));
    }

    #[test]
    fn a_crm_whose_clock_is_ahead_gives_no_negative_time() {
        let mut input = german_lead();
        input.saved_at = "2026-11-23T12:00:01Z".parse().unwrap();
        assert_eq!(metrics(&input, &decide(&minimal(), &input, &facts(), noon()))[0].time_from_save_ms, 0);
    }
}
