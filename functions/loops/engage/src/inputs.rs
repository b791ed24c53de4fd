//! What Engage works on: a routed lead, and the AI's drafts for it.

mod request;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use revloops_domain::events::{ChainStep, LeadSaved, Qualified, Routed};
use revloops_domain::{CorrelationId, Cost, ErrorClass};
use revloops_loopkit::ports::Model;
use revloops_loopkit::record::Actor;
use revloops_loopkit::the_loop::LookedUp;
use revloops_loopkit::{Failure, LoopInput, Outcome};

use crate::config::EngageConfig;
use crate::logic::plan::plan;
use crate::logic::validate::Checker;

/// Drafts asked for at most: one, and another with the reasons why the first is refused.
const MAX_DRAFTS: usize = 2;

/// The checked input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EngageInput {
    /// What started the chain.
    pub event: LeadSaved,
    /// What Route replied.
    pub routed: Routed,
    /// What Qualify replied.
    pub qualified: Qualified,
}

impl LoopInput for EngageInput {
    fn subject(&self) -> String {
        format!("lead/{}", self.event.lead_id)
    }

    fn trigger(&self) -> &str {
        &self.event.trigger
    }

    fn correlation_id(&self) -> &CorrelationId {
        &self.event.correlation_id
    }
}

/// The AI's answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EngageFacts {
    /// In the order in which they were asked for; empty where nothing was to be drafted.
    pub drafts: Vec<StoredDraft>,
}

/// One answer as it came: untrusted.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredDraft {
    /// The tool's input.
    pub answer: Value,
    /// The model that answered.
    pub model: String,
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Price in millionths of a US dollar.
    pub microusd: u64,
}

impl std::fmt::Debug for StoredDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredDraft").field("model", &self.model).finish_non_exhaustive()
    }
}

/// # Errors
/// `Rejected` where the step does not carry what Qualify replied about the same lead.
pub(crate) fn checked(trigger: ChainStep<Routed>) -> Outcome<EngageInput> {
    let lead = &trigger.event.lead_id;
    let refused = |why: &str| Failure::new(ErrorClass::Rejected, format!("engaging lead {lead}: {why}"));
    let Some(qualified) = trigger.qualified else {
        return Err(refused("the step carries no reply of Qualify"));
    };
    if &qualified.lead_id != lead || &trigger.previous.lead_id != lead {
        return Err(refused("the step's replies are about another lead"));
    }
    Ok(EngageInput { event: trigger.event, routed: trigger.previous, qualified })
}

/// Asks for a draft, and for one more where the first breaks a rule. Nothing is asked where nothing may be written.
///
/// # Errors
/// Those of the AI: it is asked again when the run is tried again.
pub(crate) async fn drafts(
    model: &dyn Model,
    config: &EngageConfig,
    input: &EngageInput,
    at: Timestamp,
) -> Outcome<LookedUp<EngageFacts>> {
    let mut facts = EngageFacts::default();
    let mut cost = Cost::default();
    let mut actor = Actor::Code;
    if let Ok(plan) = plan(config, input).plan {
        let checker = Checker::new(config, &plan, at.to_zoned(TimeZone::UTC).date());
        let mut faults = Vec::new();
        for _ in 0..MAX_DRAFTS {
            let answer = model.answer(&request::request(config, &plan, &faults)).await?;
            cost.ai_microusd += answer.microusd;
            cost.ai_input_tokens += answer.input_tokens;
            cost.ai_output_tokens += answer.output_tokens;
            actor = Actor::Agent(answer.model.clone());
            let checked = checker.check(&answer.answer);
            facts.drafts.push(StoredDraft {
                answer: answer.answer,
                model: answer.model,
                input_tokens: answer.input_tokens,
                output_tokens: answer.output_tokens,
                microusd: answer.microusd,
            });
            match checked {
                Ok(_) => break,
                Err(found) => faults = found,
            }
        }
    }
    Ok(LookedUp { facts, cost, actor })
}
