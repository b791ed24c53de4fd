//! Where a sequence is in its life, and what may become of it next.
//!
//! ```text
//! drafted ─┬─ approved ─┬─ completed      a step: waiting ─┬─ landing ── landed ── withdrawn
//!    │     │            │                                  │                        (its task, taken back)
//!    │     └─ rejected  └─ stopped                         └─ stopped
//!    └─ edited: drafted, with other words and another hash
//! ```

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::sequence::{DraftedSequence, SequenceStep, content_hash};

/// Where a sequence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SequenceStatus {
    /// It waits for a person.
    Drafted,
    /// A person approved it; its steps land one by one.
    Approved,
    /// A person turned it down.
    Rejected,
    /// It ended before its last step.
    Stopped,
    /// Its last step's task is in the CRM.
    Completed,
}

impl SequenceStatus {
    /// One word, as tables and replies have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Drafted => "drafted",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Stopped => "stopped",
            Self::Completed => "completed",
        }
    }

    /// Whether a step of it may still land.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Drafted | Self::Approved)
    }
}

/// Where one mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    /// Its time has not come, or the policy holds it back.
    Waiting,
    /// The policy let it pass, and its task is being made.
    Landing,
    /// Its task is in the CRM.
    Landed,
    /// It never lands.
    Stopped,
    /// Its task was in the CRM, still to be done, when the sequence was stopped; it was put off there.
    Withdrawn,
    /// Its rep had done with its task before the sequence was stopped.
    Done,
}

impl StepStatus {
    /// One word, as tables and replies have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Landing => "landing",
            Self::Landed => "landed",
            Self::Stopped => "stopped",
            Self::Withdrawn => "withdrawn",
            Self::Done => "done",
        }
    }
}

/// One rule of the policy that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyRule {
    /// The rule's name: `opt_out`, `caps`, …
    pub rule: String,
    /// Whether it lets the mail pass.
    pub passes: bool,
    /// What was looked at, and what was found.
    pub because: String,
}

/// One mail's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StepState {
    /// The step's id.
    pub id: String,
    /// Where it is.
    pub status: StepStatus,
    /// When it is held against the policy next; none before the approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub due_at: Option<Timestamp>,
    /// Until when its task's making belongs to who began it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub claimed_until: Option<Timestamp>,
    /// When its task was noted as made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub landed_at: Option<Timestamp>,
    /// Every rule that was tried when it was last held against the policy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<PolicyRule>,
}

/// What a person changed in one mail. Its `Debug` shows no text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StepEdit {
    /// The step.
    pub step: String,
    /// Who.
    pub by: String,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// What was taken out and put in, line by line, as `diff -u` writes it.
    pub diff: String,
    /// Edit distance in words.
    pub words: u32,
}

impl std::fmt::Debug for StepEdit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StepEdit").field("step", &self.step).field("words", &self.words).finish_non_exhaustive()
    }
}

/// A person's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SequenceAnswer {
    /// Who: a username of the CRM.
    pub by: String,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Hash of what was answered.
    pub content: String,
    /// Why, where it was turned down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Why a sequence ended early.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StoppedBecause {
    /// The rule or event: `suppressed`, `opt_out`, `reply`, `converted`, …
    pub code: String,
    /// In words, without names or addresses.
    pub why: String,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
}

/// An event that the state owes the bus: it is kept with the change that it tells of, and crossed out when it is out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OwedEvent {
    /// Detail type.
    pub name: String,
    /// The same for every delivery.
    pub event_id: String,
    /// Ids, numbers and versions.
    pub detail: serde_json::Value,
}

/// Everything that changes about a sequence. Its `Debug` shows no text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SequenceState {
    /// Where it is.
    pub status: SequenceStatus,
    /// The mails as they stand, with what people changed.
    pub mails: Vec<SequenceStep>,
    /// The mails' states, in the same order.
    pub steps: Vec<StepState>,
    /// What people changed, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<StepEdit>,
    /// The answer, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<SequenceAnswer>,
    /// Why it ended early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<StoppedBecause>,
    /// Places that it holds while it runs, as the store names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<String>,
    /// Events that are still to be published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owed: Vec<OwedEvent>,
    /// When something is to be done with it next, by the clock; none where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub next_at: Option<Timestamp>,
}

impl std::fmt::Debug for SequenceState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SequenceState")
            .field("status", &self.status)
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}

impl SequenceState {
    /// Of a draft that nobody has looked at.
    #[must_use]
    pub fn new(drafted: &DraftedSequence) -> Self {
        let step = |mail: &SequenceStep| StepState {
            id: mail.id.clone(),
            status: StepStatus::Waiting,
            due_at: None,
            claimed_until: None,
            landed_at: None,
            trace: Vec::new(),
        };
        Self {
            status: SequenceStatus::Drafted,
            mails: drafted.steps.clone(),
            steps: drafted.steps.iter().map(step).collect(),
            edits: Vec::new(),
            answer: None,
            stopped: None,
            places: Vec::new(),
            owed: Vec::new(),
            next_at: None,
        }
    }

    /// What an approval of the mails as they stand is bound to.
    #[must_use]
    pub fn content(&self, drafted: &DraftedSequence) -> String {
        content_hash(&drafted.recipient, drafted.signal.as_ref(), &self.mails)
    }

    /// Sets [`SequenceState::next_at`] from the rest: at once where something is owed or to be taken back, otherwise when
    /// the next step is due.
    pub fn plan_next(&mut self, now: Timestamp) {
        let stopped = self.status == SequenceStatus::Stopped;
        let of_step = |step: &StepState| match step.status {
            StepStatus::Waiting if self.status == SequenceStatus::Approved => step.due_at,
            StepStatus::Landing => Some(step.claimed_until.unwrap_or(now)),
            StepStatus::Landed if stopped => Some(step.claimed_until.unwrap_or(now)),
            StepStatus::Waiting
            | StepStatus::Landed
            | StepStatus::Stopped
            | StepStatus::Withdrawn
            | StepStatus::Done => None,
        };
        let steps = self.steps.iter().filter_map(of_step);
        self.next_at = steps.chain((!self.owed.is_empty()).then_some(now)).min();
    }
}

/// A sequence with its state, and which version of it. Its `Debug` shows no text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeptSequence {
    /// The draft: it never changes.
    pub drafted: DraftedSequence,
    /// What became of it.
    pub state: SequenceState,
    /// Counts the state's changes: each is made to the version that it was decided from.
    pub version: u64,
}

impl KeptSequence {
    /// What an approval would be bound to now.
    #[must_use]
    pub fn content(&self) -> String {
        self.state.content(&self.drafted)
    }
}
