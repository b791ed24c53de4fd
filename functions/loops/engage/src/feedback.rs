//! What reps make of the drafts → shorter steps.
//!
//! A step that reps keep cutting is too long: where the median of what they send is shorter than the median of what was
//! drafted by more than the levers' share, the step's `max_words` is proposed as the median that they send. Replies are
//! told as evidence, and propose nothing: which of two templates answers better takes leads drawn by lot.

use serde::{Deserialize, Serialize};
use serde_json::json;

use revloops_loopkit::{Feedback, LeverEdit, Proposal, TooLittleData};

use crate::config::{EngageConfig, Step, Template};

/// The least words that a step is proposed.
const LEAST_WORDS: usize = 20;

/// What became of one step that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentFact {
    /// The template's id.
    pub template: String,
    /// The step's id.
    pub step: String,
    /// Words in the draft.
    pub drafted_words: usize,
    /// Words in what was sent.
    pub sent_words: usize,
    /// Whether it was replied to.
    pub replied: bool,
}

pub(crate) fn propose(config: &EngageConfig, outcomes: &[SentFact]) -> Feedback {
    let needed = config.feedback.min_steps;
    let mut edits = Vec::new();
    let mut evidence = Vec::new();
    let mut enough = false;
    for template in &config.templates {
        for step in &template.steps {
            let sent: Vec<&SentFact> =
                outcomes.iter().filter(|one| one.template == template.id && one.step == step.id).collect();
            if sent.len() < needed {
                continue;
            }
            enough = true;
            if let Some((edit, said)) = shorter(config, template, step, &sent) {
                edits.push(edit);
                evidence.push(said);
            }
        }
    }
    if !enough {
        return Feedback::TooLittleData(TooLittleData { sample: outcomes.len(), needed });
    }
    if edits.is_empty() {
        return Feedback::NoChange { sample: outcomes.len() };
    }
    Feedback::Proposal(Proposal { edits, sample: outcomes.len(), evidence })
}

fn shorter(config: &EngageConfig, template: &Template, step: &Step, sent: &[&SentFact]) -> Option<(LeverEdit, String)> {
    let drafted = median(sent.iter().map(|one| one.drafted_words).collect());
    let kept = median(sent.iter().map(|one| one.sent_words).collect());
    let cut_percent = 100 * drafted.saturating_sub(kept) / drafted.max(1);
    let to = kept.max(LEAST_WORDS);
    if cut_percent < usize::from(config.feedback.min_shortened_percent) || to >= step.max_words {
        return None;
    }
    let replied = sent.iter().filter(|one| one.replied).count();
    let edit = LeverEdit {
        file: "templates.yaml".to_owned(),
        path: format!("templates[id={}].steps[id={}].max_words", template.id, step.id),
        from: json!(step.max_words),
        to: json!(to),
    };
    let said = format!(
        "template {}, step {}: of {} sent, the median draft has {drafted} words and the median sent has {kept} \
         ({cut_percent}% less); {replied} replied",
        template.id,
        step.id,
        sent.len()
    );
    Some((edit, said))
}

/// The lower median.
fn median(mut numbers: Vec<usize>) -> usize {
    numbers.sort_unstable();
    numbers.get(numbers.len().saturating_sub(1) / 2).copied().unwrap_or(0)
}
