//! What planning reports: one fact a run.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use revloops_domain::territory_events::PlanCounts;
use revloops_loopkit::Decision;

use crate::inputs::{DeployInput, Why};
use crate::logic::facts::{Answer, Facts};
use crate::logic::plan::{By, Plan, Step};

/// One plan, as BI reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DeployFact {
    /// `empty`, `planned` or `blocked`.
    pub outcome: String,
    /// Why it was made.
    pub why: Why,
    /// The scenario.
    pub scenario: String,
    /// Records that differ from the scenario, where drift was looked for.
    pub drift: Option<usize>,
    /// What the plan holds.
    #[serde(flatten)]
    pub counts: PlanCounts,
    /// Hours for which the account waits that has waited longest for a person.
    pub oldest_pending_hours: u64,
    /// Accounts that the agent was asked about, in this run or an earlier one.
    pub agent_answers: usize,
    /// Accounts that come into a territory on an agent's word.
    pub placed_by_agent: usize,
    /// Accounts that come into a territory on a person's word, by name or by an answer.
    pub placed_by_person: usize,
    /// Answers of people that differ from what an agent had proposed.
    pub overrides: usize,
    /// Territories that are none of ours.
    pub unmanaged: usize,
    /// People whom the scenario names and who cannot come.
    pub absent: usize,
}

pub(crate) fn metrics(input: &DeployInput, facts: &Facts, decision: &Decision<Plan>) -> Vec<DeployFact> {
    let plan = &decision.verdict;
    let waits = |since: Timestamp| u64::try_from(plan.at.duration_since(since).as_hours()).unwrap_or(0);
    let come = |wanted: fn(&By) -> bool| {
        let steps = plan.steps.iter();
        steps.filter(|step| matches!(step, Step::AccountIn(account) if wanted(&account.by))).count()
    };
    let overrides = facts.resolutions.iter().filter(|said| {
        let answer = facts.answers.get(&said.account).and_then(|answer| match answer {
            Answer::Said { answer, .. } => answer.get("territory")?.as_str(),
            Answer::Down | Answer::NotAsked => None,
        });
        let waiting = facts.pending.iter().find(|one| one.account == said.account);
        let proposed = waiting.and_then(|one| one.proposed.as_ref()).map(|proposed| proposed.territory.as_str());
        answer.or(proposed).is_some_and(|territory| territory != said.territory)
    });
    vec![DeployFact {
        outcome: decision.outcome.clone(),
        why: input.why,
        scenario: plan.scenario.clone(),
        drift: (input.why == Why::Drift).then_some(plan.steps.len()),
        counts: plan.counts,
        oldest_pending_hours: plan.pending.iter().map(|one| waits(one.since)).max().unwrap_or(0),
        agent_answers: facts.answers.values().filter(|answer| matches!(answer, Answer::Said { .. })).count(),
        placed_by_agent: come(|by| matches!(by, By::Agent { .. })),
        placed_by_person: come(|by| matches!(by, By::Name | By::Person { .. })),
        overrides: overrides.count(),
        unmanaged: plan.unmanaged.len(),
        absent: plan.absent.len(),
    }]
}
