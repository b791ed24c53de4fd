//! What was found out about a person and written to them before they had a deal.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use revloops_domain::Fact;
use revloops_domain::sequence_state::KeptSequence;

/// One sequence with its brief. Its `Debug` shows the id alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prior {
    /// The sequence's id.
    pub sequence_id: String,
    /// The template's id.
    pub template: String,
    /// How far it is, in a word: `drafted`, `approved`, `stopped`, …
    pub status: String,
    /// When it was drafted.
    pub drafted_at: Timestamp,
    /// What is known, with sources.
    pub brief: Vec<Fact>,
    /// Its mails.
    pub steps: Vec<PriorStep>,
}

impl fmt::Debug for Prior {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prior").field("sequence_id", &self.sequence_id).finish_non_exhaustive()
    }
}

/// One mail. Its `Debug` shows no text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriorStep {
    /// Day, counted from the first mail.
    pub day: u16,
    /// How far it is, in words: `task since 2026-12-01`, `not due yet`, …
    pub status: String,
    /// Subject.
    pub subject: String,
    /// The text.
    pub text: String,
}

impl fmt::Debug for PriorStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PriorStep").field("day", &self.day).finish_non_exhaustive()
    }
}

impl Prior {
    /// Of a sequence as it is kept: its mails as they stand, with what people changed.
    #[must_use]
    pub fn of(kept: &KeptSequence) -> Self {
        let steps = kept.state.mails.iter().zip(&kept.state.steps).map(|(mail, state)| {
            let lines: Vec<&str> = mail.lines.iter().map(|line| line.text.as_str()).collect();
            let landed = state.landed_at.map(|at| format!(" on {}", at.strftime("%Y-%m-%d"))).unwrap_or_default();
            PriorStep {
                day: mail.day,
                status: format!("{}{landed}", state.status.name()),
                subject: mail.subject.clone(),
                text: lines.join(" "),
            }
        });
        Self {
            sequence_id: kept.drafted.id.clone(),
            template: kept.drafted.template.clone(),
            status: kept.state.status.name().to_owned(),
            drafted_at: kept.drafted.drafted_at,
            brief: kept.drafted.brief.clone(),
            steps: steps.collect(),
        }
    }
}
