//! The decision: plan, check the drafts, fall back where none holds, and add what must be disclosed. Pure.

pub mod brief;
pub mod draft;
pub mod fields;
pub(crate) mod plan;
pub(crate) mod validate;
pub(crate) mod words;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use revloops_domain::events::EngageStatus;
pub use revloops_domain::sequence::SequenceStep as PreviewStep;
use revloops_domain::sha256_hex;
use revloops_loopkit::{Because, Decision, Reason, Verdict};

use crate::config::{EngageConfig, Template};
use crate::inputs::{EngageFacts, EngageInput};
use brief::Fact;
use draft::{Draft, DraftStep, Fault, Line};
use plan::{Names, Plan, plan};
use validate::Checker;

/// Engage's verdict. What is empty was not come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngageVerdict {
    /// Whether there is a preview.
    pub status: EngageStatus,
    /// The template's id.
    pub template: Option<String>,
    /// The prompt's version.
    pub prompt_version: String,
    /// Who wrote the text that is used.
    pub written_by: Option<Writer>,
    /// What is known, with sources.
    pub brief: Vec<Fact>,
    /// The sequence.
    pub steps: Vec<PreviewStep>,
    /// Number of claims in it.
    pub claims: usize,
    /// The faults of each draft, in their order; an empty list is a draft that holds.
    pub drafts: Vec<Vec<Fault>>,
    /// Why nothing was drafted.
    pub blocked_because: Vec<String>,
    /// `seq-` and a hash of the content.
    pub sequence_id: Option<String>,
}

/// Who wrote the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Writer {
    /// An AI, by its model's name.
    Model(String),
    /// The template: no draft held.
    Template,
}

/// Decides over the drafts that were looked up: the first that holds is used, else the template's own text.
#[must_use]
pub fn decide(
    config: &EngageConfig,
    input: &EngageInput,
    facts: &EngageFacts,
    at: Timestamp,
) -> Decision<EngageVerdict> {
    let planned = plan(config, input);
    let mut reasons = planned.reasons;
    let mut verdict = EngageVerdict {
        status: EngageStatus::Blocked,
        template: None,
        prompt_version: config.prompt.version.clone(),
        written_by: None,
        brief: Vec::new(),
        steps: Vec::new(),
        claims: 0,
        drafts: Vec::new(),
        blocked_because: Vec::new(),
        sequence_id: None,
    };
    let plan = match planned.plan {
        Ok(plan) => plan,
        Err(blocked) => {
            verdict.blocked_because = blocked;
            return Decision::sure("blocked", verdict, reasons);
        }
    };
    let checker = Checker::new(config, &plan, at.to_zoned(TimeZone::UTC).date());
    let mut used: Option<(Draft, Writer)> = None;
    for (index, stored) in facts.drafts.iter().enumerate() {
        let checked = checker.check(&stored.answer);
        reasons.push(draft_reason(index, &checked));
        match checked {
            Ok(draft) => {
                verdict.drafts.push(Vec::new());
                used = Some((draft, Writer::Model(stored.model.clone())));
                break;
            }
            Err(faults) => verdict.drafts.push(faults),
        }
    }
    let (draft, writer) = used.unwrap_or_else(|| {
        let because = Because::new("no draft holds", facts.drafts.len().to_string(), true);
        reasons.push(Reason::new("fallback text of the template", Verdict::Held, vec![because]));
        (fallback(config, plan.template, &plan.names), Writer::Template)
    });

    verdict.claims = draft.steps.iter().flat_map(|step| &step.lines).filter(|line| !line.cites.is_empty()).count();
    verdict.steps = preview(config, &plan, draft);
    verdict.sequence_id = Some(sequence_id(input, &verdict.steps));
    verdict.status = EngageStatus::Drafted;
    verdict.template = Some(plan.template.id.clone());
    verdict.written_by = Some(writer);
    verdict.brief = plan.brief;
    Decision::sure("drafted", verdict, reasons)
}

fn draft_reason(index: usize, checked: &Result<Draft, Vec<Fault>>) -> Reason {
    let what = format!("draft {}", index + 1);
    match checked {
        Ok(draft) => {
            let steps = Because::new("every claim cites a current fact", format!("{} steps", draft.steps.len()), true);
            Reason::new(what, Verdict::Held, vec![steps])
        }
        Err(faults) => {
            let because = faults.iter().map(|fault| Because::new("the draft's rules", fault.to_string(), false));
            Reason::new(what, Verdict::Failed, because.collect())
        }
    }
}

/// The template's own text with its slots filled: it states nothing, so it needs no facts.
fn fallback(config: &EngageConfig, template: &Template, names: &Names) -> Draft {
    let fill = |text: &str| crate::config::slots::fill(text, config, template, names);
    let steps = template.steps.iter().map(|step| DraftStep {
        id: step.id.clone(),
        subject: fill(&step.fallback_subject),
        lines: step.fallback_text.iter().map(|line| Line { text: fill(line), cites: Vec::new() }).collect(),
    });
    Draft { steps: steps.collect() }
}

fn preview(config: &EngageConfig, plan: &Plan<'_>, draft: Draft) -> Vec<PreviewStep> {
    let disclosure = config.disclosure(&plan.brief);
    plan.template
        .steps
        .iter()
        .zip(draft.steps)
        .enumerate()
        .map(|(index, (levers, step))| PreviewStep {
            id: step.id,
            day: levers.day,
            channel: levers.channel.name().to_owned(),
            subject: step.subject,
            lines: step.lines,
            disclosure: (index == 0).then(|| disclosure.clone()),
        })
        .collect()
}

/// The same content for the same lead has the same id; another word, another id.
fn sequence_id(input: &EngageInput, steps: &[PreviewStep]) -> String {
    let content = serde_json::to_string(&(&input.event.lead_id, steps)).unwrap_or_default();
    format!("seq-{}", sha256_hex(content.as_bytes()).get(..16).unwrap_or_default())
}
