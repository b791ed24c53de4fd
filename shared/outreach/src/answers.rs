//! What the desk is asked, and what it answers.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use revloops_domain::SalesforceId;
use revloops_domain::sequence_state::{KeptSequence, PolicyRule, SequenceStatus};
use revloops_domain::suppression::{Suppression, SuppressionKind};

/// What a person asks of the desk.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    /// Who: a username of the CRM. Whoever invokes the desk has made sure of it.
    pub caller: String,
    /// What.
    pub ask: Ask,
}

/// What can be asked. Its `Debug` shows no text of mails.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
pub enum Ask {
    /// The newest sequences.
    List {
        /// So many.
        at_most: usize,
    },
    /// One sequence with its mails, edits and traces.
    Show {
        /// Which.
        sequence: String,
    },
    /// Approves exactly what was shown.
    Approve {
        /// Which.
        sequence: String,
        /// Hash of what was shown.
        content: String,
    },
    /// Turns it down.
    Reject {
        /// Which.
        sequence: String,
        /// Hash of what was shown.
        content: String,
        /// Why.
        reason: String,
    },
    /// Changes the words of one mail.
    Edit {
        /// Which.
        sequence: String,
        /// Hash of what was shown.
        content: String,
        /// The mail's step.
        step: String,
        /// Another subject.
        #[serde(default)]
        subject: Option<String>,
        /// Other lines.
        #[serde(default)]
        text: Option<String>,
    },
    /// Ends a sequence that runs.
    Stop {
        /// Which.
        sequence: String,
        /// Why.
        reason: String,
    },
    /// The list of suppressions.
    Suppressions,
    /// Puts somebody on the list, and stops what runs to them.
    Suppress {
        /// What the value is.
        kind: SuppressionKind,
        /// Id, address or domain.
        value: String,
        /// Why.
        reason: String,
    },
    /// Takes somebody off the list.
    Unsuppress {
        /// What the value is.
        kind: SuppressionKind,
        /// Id, address or domain.
        value: String,
    },
    /// Why somebody may not be written to, or that they may.
    Why {
        /// A lead or contact.
        person: SalesforceId,
    },
}

impl std::fmt::Debug for Ask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::List { .. } => "list",
            Self::Show { .. } => "show",
            Self::Approve { .. } => "approve",
            Self::Reject { .. } => "reject",
            Self::Edit { .. } => "edit",
            Self::Stop { .. } => "stop",
            Self::Suppressions => "suppressions",
            Self::Suppress { .. } => "suppress",
            Self::Unsuppress { .. } => "unsuppress",
            Self::Why { .. } => "why",
        })
    }
}

/// Why the desk does not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// There is no such sequence or step.
    Unknown,
    /// The words have changed since they were shown.
    OtherContent,
    /// Somebody has answered already, or it has ended.
    Answered,
    /// The draft, or a fact that it cites, is too old.
    Expired,
    /// The caller is nobody whom the CRM knows as active.
    UnknownCaller,
    /// The caller neither owns the record nor answers for its owner.
    NotTheirs,
    /// Another owns the record than when it was drafted.
    OwnerChanged,
    /// The reader's address is another than when it was drafted.
    RecipientChanged,
    /// The policy says no.
    Policy,
    /// The words are not fit to be sent, or what was typed names nobody.
    Unfit,
    /// Others change the same all the time.
    Busy,
}

/// What the desk answers. Its `Debug` shows no text of mails.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reply")]
pub enum Reply {
    /// Sequences, newest first.
    Sequences {
        /// One line each.
        sequences: Vec<Listed>,
    },
    /// One sequence.
    Shown {
        /// With everything.
        sequence: Box<KeptSequence>,
        /// Hash of what is shown.
        content: String,
    },
    /// It is done.
    Done {
        /// The sequence as it is now.
        sequence: Listed,
        /// Whether it had been done before.
        before: bool,
        /// What an edit changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        diff: Option<String>,
    },
    /// It is not done.
    Refused {
        /// Why.
        refusal: Refusal,
        /// In words.
        why: String,
        /// Rules of the policy that were tried.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        trace: Vec<PolicyRule>,
    },
    /// The list of suppressions.
    Suppressions {
        /// Its entries.
        suppressions: Vec<Suppression>,
    },
    /// Somebody is on the list.
    Suppressed {
        /// Whether they are new there.
        new: bool,
        /// Sequences that were stopped.
        stopped: Vec<String>,
    },
    /// Somebody is off the list.
    Unsuppressed {
        /// Whether they were on it.
        there: bool,
    },
    /// The policy, held against somebody.
    Why {
        /// Whether they may be written to.
        may: bool,
        /// Entries of the list that hold for them.
        suppressions: Vec<Suppression>,
        /// Every rule.
        trace: Vec<PolicyRule>,
    },
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sequences { sequences } => write!(f, "{} sequences", sequences.len()),
            Self::Shown { .. } => f.write_str("shown"),
            Self::Done { sequence, before, .. } => {
                write!(f, "done: {} is {}, before: {before}", sequence.id, sequence.status.name())
            }
            Self::Refused { refusal, why, .. } => write!(f, "refused, {refusal:?}: {why}"),
            Self::Suppressions { suppressions } => write!(f, "{} suppressions", suppressions.len()),
            Self::Suppressed { new, stopped } => write!(f, "suppressed, new: {new}, stopped: {}", stopped.len()),
            Self::Unsuppressed { there } => write!(f, "unsuppressed, was there: {there}"),
            Self::Why { may, trace, .. } => write!(f, "may be written to: {may}, {} rules", trace.len()),
        }
    }
}

/// A sequence in one line: ids, numbers and times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// Where it is.
    pub status: SequenceStatus,
    /// To whom.
    pub person_id: SalesforceId,
    /// The template.
    pub template: String,
    /// When it was drafted.
    pub drafted_at: Timestamp,
    /// Mails.
    pub mails: usize,
    /// Mails whose tasks were made.
    pub landed: usize,
    /// When something is to be done with it next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Timestamp>,
    /// Why it ended early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// Who answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_by: Option<String>,
    /// What an approval is bound to.
    pub content: String,
}

impl Listed {
    /// Of a kept sequence.
    #[must_use]
    pub fn of(kept: &KeptSequence) -> Self {
        let state = &kept.state;
        Self {
            id: kept.drafted.id.clone(),
            status: state.status,
            person_id: kept.drafted.recipient.person_id.clone(),
            template: kept.drafted.template.clone(),
            drafted_at: kept.drafted.drafted_at,
            mails: state.mails.len(),
            landed: state.steps.iter().filter(|step| step.landed_at.is_some()).count(),
            next_at: state.next_at,
            stopped: state.stopped.as_ref().map(|stopped| stopped.code.clone()),
            answered_by: state.answer.as_ref().map(|answer| answer.by.clone()),
            content: kept.content(),
        }
    }
}
