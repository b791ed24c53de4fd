//! What Engage reports of each run.

use schemars::JsonSchema;
use serde::Serialize;

use revloops_domain::events::EngageStatus;
use revloops_domain::signal::SignalKind;
use revloops_domain::{AccountId, LeadId};

use crate::inputs::{EngageFacts, EngageInput};
use crate::logic::draft::Rule;
use crate::logic::{EngageVerdict, Writer};

/// One row a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EngageFact {
    /// The lead; none where a signal started the chain.
    pub lead_id: Option<LeadId>,
    /// The account that a signal is about.
    pub account_id: Option<AccountId>,
    /// The kind of the signal that is named.
    pub signal: Option<SignalKind>,
    /// Whether there is a preview.
    pub status: EngageStatus,
    /// The template's id.
    pub template: Option<String>,
    /// The prompt's version.
    pub prompt_version: String,
    /// The model that was asked last.
    pub model: Option<String>,
    /// Mails in the sequence.
    pub steps: usize,
    /// Claims in them.
    pub claims: usize,
    /// Facts in the brief.
    pub facts: usize,
    /// Findings that may not be said.
    pub left_out: usize,
    /// Drafts asked for after the first.
    pub redrafts: usize,
    /// Whether the template's own text is used.
    pub fallback: bool,
    /// Rules that refused drafts, each once.
    pub broken_rules: Vec<Rule>,
    /// Why nothing was drafted.
    pub blocked_because: Vec<String>,
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// What the AI cost, in millionths of a US dollar.
    pub ai_microusd: u64,
}

pub(crate) fn fact(input: &EngageInput, facts: &EngageFacts, verdict: &EngageVerdict) -> EngageFact {
    let mut broken_rules: Vec<Rule> = verdict.drafts.iter().flatten().map(|fault| fault.rule).collect();
    broken_rules.sort();
    broken_rules.dedup();
    let (lead_id, account_id, signal) = match input {
        EngageInput::Lead(lead) => (Some(lead.event.lead_id.clone()), None, None),
        EngageInput::Signal(step) => {
            (None, Some(step.event.account_id.clone()), step.signal.signals.first().map(|signal| signal.kind))
        }
    };
    EngageFact {
        lead_id,
        account_id,
        signal,
        status: verdict.status,
        template: verdict.template.clone(),
        prompt_version: verdict.prompt_version.clone(),
        model: facts.drafts.last().map(|draft| draft.model.clone()),
        steps: verdict.steps.len(),
        claims: verdict.claims,
        facts: verdict.brief.len(),
        left_out: verdict.left_out.len(),
        redrafts: facts.drafts.len().saturating_sub(1),
        fallback: verdict.written_by == Some(Writer::Template),
        broken_rules,
        blocked_because: verdict.blocked_because.clone(),
        input_tokens: facts.drafts.iter().map(|draft| draft.input_tokens).sum(),
        output_tokens: facts.drafts.iter().map(|draft| draft.output_tokens).sum(),
        ai_microusd: facts.drafts.iter().map(|draft| draft.microusd).sum(),
    }
}
