//! What is answered.

use revloops_capacity::{Asked, Computed, HiresNeeded, LeverEffect, compute, hires_needed, sensitivity, simulate};
use revloops_scenario::Resolved;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::{ComputeRequest, Extra, RollUp};
use super::{MAX_ANSWER_BYTES, Question, Refusal, describe};
use crate::hiring;

/// A plan, computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ComputeAnswer {
    /// Capacity, quota, target and cost; roll-ups that were not asked for are empty.
    pub computed: Computed,
    /// Hires that would close the gap, where they were asked for.
    pub hires_needed: Option<HiresNeeded>,
    /// What moves capacity most, the largest first, where it was asked for.
    pub sensitivity: Option<Vec<LeverEffect>>,
}

impl Question {
    /// The answer as JSON. `plans` are those of [`Question::plans`], in that order; `threads` share the work and change
    /// nothing in the answer.
    ///
    /// # Errors
    /// 422 for what is too large to be computed or sent.
    pub fn answer(&self, plans: &[Resolved], threads: usize) -> Result<Vec<u8>, Refusal> {
        self.is_within_limits(plans)?;
        match (self, plans) {
            (Self::Compute(request), [plan]) => written(&computed(request, plan)),
            (Self::Simulate(request), [plan]) => {
                let asked = Asked { seed: request.seed, trials: request.trials, threads };
                written(&simulate(&plan.scenario, asked))
            }
            (Self::Diff(_), [from, to]) if from.scenario.currency != to.scenario.currency => {
                let what = format!("is in {}, the other in {}", to.scenario.currency, from.scenario.currency);
                Err(Refusal::new(422, "the plans cannot be compared").with("to", what, "two plans in one currency"))
            }
            (Self::Diff(_), [from, to]) => written(&revloops_capacity::diff(&from.scenario, &to.scenario)),
            (Self::Describe, []) => written(&describe()),
            (Self::Compute(_) | Self::Simulate(_) | Self::Diff(_) | Self::Describe, _) => {
                Err(Refusal::new(500, "the plans of the question are not there"))
            }
        }
    }
}

fn computed(request: &ComputeRequest, plan: &Resolved) -> ComputeAnswer {
    let scenario = &plan.scenario;
    let mut computed = compute(scenario, &[]);
    let wanted = |roll_up: RollUp| match &request.by {
        Some(by) => by.contains(&roll_up),
        None => roll_up != RollUp::Seat,
    };
    if !wanted(RollUp::Segment) {
        computed.segments.clear();
    }
    if !wanted(RollUp::Profile) {
        computed.profiles.clear();
    }
    if !wanted(RollUp::Territory) {
        computed.territories.clear();
    }
    if !wanted(RollUp::Manager) {
        computed.managers.clear();
    }
    if !wanted(RollUp::Seat) {
        computed.seats.clear();
    }
    let with = |extra: Extra| request.with.contains(&extra);
    ComputeAnswer {
        computed,
        hires_needed: with(Extra::HiresNeeded).then(|| {
            hires_needed(scenario, hiring::limits(scenario, request.earliest_hire, request.most_hires_a_month))
        }),
        sensitivity: with(Extra::Sensitivity).then(|| sensitivity(scenario)),
    }
}

/// The answer's bytes, where Lambda takes so many: it sends them as one JSON string.
fn written(answer: &impl Serialize) -> Result<Vec<u8>, Refusal> {
    let bytes = serde_json::to_vec(answer).map_err(|_| Refusal::new(500, "the answer cannot be written"))?;
    let sent = bytes.len() + bytes.iter().filter(|byte| matches!(byte, b'"' | b'\\')).count();
    if sent > MAX_ANSWER_BYTES {
        let what = format!("it would have {sent} bytes as it is sent, and {MAX_ANSWER_BYTES} are the most");
        let remedy = "name fewer roll-ups in `by`; seat by seat is the longest";
        return Err(Refusal::new(422, "the answer is too large").with("by", what, remedy));
    }
    Ok(bytes)
}
