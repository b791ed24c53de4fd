//! The decision: plan, check the drafts, fall back where none holds, and add what must be disclosed. Pure.

pub mod brief;
pub mod draft;
pub mod fields;
pub(crate) mod plan;
pub(crate) mod policy;
pub(crate) mod validate;
pub(crate) mod words;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use revloops_domain::events::EngageStatus;
use revloops_domain::sequence::NamedSignal;
pub use revloops_domain::sequence::SequenceStep as PreviewStep;
use revloops_domain::sha256_hex;
use revloops_loopkit::{Because, Decision, Reason, Verdict};
use revloops_outreach::Verdict::Stop;

use crate::config::{EngageConfig, slots};
use crate::inputs::{EngageFacts, EngageInput};
use brief::{Fact, LeftOut};
use draft::{Draft, DraftStep, Fault, Line};
use plan::{Plan, plan};
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
    /// What was found and may not be said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// The signal that the first mail names, and its article.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<NamedSignal>,
    /// What a person has to do, where nothing was drafted and something can be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_a_person: Option<ForAPerson>,
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

/// What a person has to do where nothing was drafted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForAPerson {
    /// Neither a draft nor the template's own text can be used.
    WriteByHand,
    /// Nobody is known at the account that a signal is about.
    FindSomebody,
}

/// Why neither a draft nor the template's own text can be used.
const NOTHING_HOLDS: &str = "neither a draft nor the template's own text keeps all rules";

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
    let today = at.to_zoned(TimeZone::UTC).date();
    let planned = plan(config, input, facts.history.as_ref(), today);
    let mut reasons = planned.reasons;
    let mut verdict = EngageVerdict {
        status: EngageStatus::Blocked,
        template: None,
        prompt_version: config.prompt.version.clone(),
        written_by: None,
        brief: Vec::new(),
        left_out: Vec::new(),
        signal: None,
        for_a_person: None,
        steps: Vec::new(),
        claims: 0,
        drafts: Vec::new(),
        blocked_because: Vec::new(),
        sequence_id: None,
    };
    let plan = match planned.plan {
        Ok(plan) => plan,
        Err(blocked) => {
            let only_unknown = matches!(blocked.as_slice(), [one] if one == plan::NOBODY_KNOWN);
            verdict.for_a_person = only_unknown.then_some(ForAPerson::FindSomebody);
            verdict.blocked_because = blocked;
            return Decision::sure("blocked", verdict, reasons);
        }
    };
    if let Some((recipient, known)) = input.recipient(facts.email.as_deref()).zip(facts.policy.as_ref()) {
        let judged = policy::held(config, &recipient, known, at);
        reasons.extend(policy::reasons(&judged));
        if let Stop { rule, why } = judged.verdict {
            verdict.blocked_because = vec![format!("policy, {rule}: {why}")];
            return Decision::sure("blocked", verdict, reasons);
        }
    }
    let checker = Checker::new(config, &plan, today);
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
    let used = used.or_else(|| {
        let draft = fallback(config, &plan);
        let faults = checker.check_fallback(&draft);
        let mut because = vec![Because::new("no draft holds", facts.drafts.len().to_string(), true)];
        because.extend(faults.iter().map(|fault| Because::new("what no mail may have", fault.to_string(), false)));
        let holds = faults.is_empty();
        let held = if holds { Verdict::Held } else { Verdict::Failed };
        reasons.push(Reason::new("fallback text of the template", held, because));
        holds.then_some((draft, Writer::Template))
    });
    verdict.template = Some(plan.template.id.clone());
    verdict.signal = plan.signal.as_ref().map(|signal| signal.named.clone());
    let Some((draft, writer)) = used else {
        verdict.blocked_because = vec![NOTHING_HOLDS.to_owned()];
        verdict.for_a_person = Some(ForAPerson::WriteByHand);
        verdict.brief = plan.brief.facts;
        verdict.left_out = plan.brief.left_out;
        return Decision::sure("blocked", verdict, reasons);
    };
    verdict.claims = draft.steps.iter().flat_map(|step| &step.lines).filter(|line| !line.cites.is_empty()).count();
    verdict.steps = preview(config, &plan, draft, today);
    verdict.sequence_id = Some(sequence_id(input, &verdict.steps));
    verdict.status = EngageStatus::Drafted;
    verdict.written_by = Some(writer);
    verdict.brief = plan.brief.facts;
    verdict.left_out = plan.brief.left_out;
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

/// The template's own text with its slots filled: it states nothing but the signal, which it quotes and cites.
fn fallback(config: &EngageConfig, plan: &Plan<'_>) -> Draft {
    let cites = |line: &str| -> Vec<String> {
        let signal = plan.signal.as_ref().filter(|_| line.contains(slots::SIGNAL));
        signal.map(|signal| signal.fact_id.clone()).into_iter().collect()
    };
    let steps = plan.template.steps.iter().map(|step| DraftStep {
        id: step.id.clone(),
        subject: slots::fill(&step.fallback_subject, config, plan),
        lines: step
            .fallback_text
            .iter()
            .map(|line| Line { text: slots::fill(line, config, plan), cites: cites(line) })
            .collect(),
    });
    Draft { steps: steps.collect() }
}

fn preview(config: &EngageConfig, plan: &Plan<'_>, draft: Draft, today: Date) -> Vec<PreviewStep> {
    let disclosure = config.disclosure(&plan.brief.facts, today);
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

/// The same content for the same person has the same id; another word, another id.
fn sequence_id(input: &EngageInput, steps: &[PreviewStep]) -> String {
    let content = serde_json::to_string(&(input.person_id(), steps)).unwrap_or_default();
    format!("seq-{}", sha256_hex(content.as_bytes()).get(..16).unwrap_or_default())
}
