//! A change on its way, and all that is known of it.

use std::fmt;

use jiff::Timestamp;
use revloops_config::Problem;
use revloops_domain::ConfigStamp;
use revloops_identity::Role;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::operation::Operation;

/// The kind under which proposals are kept.
pub const KIND: &str = "config_proposal";

/// A proposed change of one loop's config: checked already, or it would not be there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// Its id: twelve hex digits.
    pub id: String,
    /// The loop.
    #[serde(rename = "loop")]
    pub loop_name: String,
    /// The version that it changes.
    pub base: ConfigStamp,
    /// What is to be changed, as it was said; none where whole files were handed in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<Operation>,
    /// What that does to the files.
    pub diff: String,
    /// The files that it changes.
    pub files: Vec<String>,
    /// The new version as it is kept meanwhile. **Its SHA-256 is what is approved.**
    pub candidate: ConfigStamp,
    /// Who proposed it.
    pub proposed_by: Actor,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: String,
    /// Cases that it passed.
    pub cases: usize,
    /// What is odd about it and may be meant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// What outcomes say for it, where it was made of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// What it would have done to the past.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub simulation: Option<Simulation>,
    /// Why it needs a second person, as config says; empty where it needs none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs_two: Vec<String>,
    /// Who approved it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Approval>,
    /// How far it is.
    pub state: ProposalState,
    /// Who brought it into this state, when and why; none while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// The version that was stored for it, from applying on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored: Option<ConfigStamp>,
}

/// A person's yes to exactly one candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Who.
    pub by: String,
    /// Their role then.
    pub role: Role,
    /// When.
    pub at: Timestamp,
    /// SHA-256 of what they approved.
    pub sha256: String,
}

/// What outcomes of the version that a proposal changes say for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// In words with numbers.
    pub lines: Vec<String>,
    /// Outcomes that it rests on.
    pub sample: u64,
}

/// What a change would have done to the past.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Simulation {
    /// In words with numbers.
    pub summary: Vec<String>,
    /// How many records were decided by both versions.
    pub looked_at: u64,
    /// How many would have come out differently.
    pub changed: u64,
    /// SHA-256 of the whole result.
    pub sha256: String,
}

/// How far a proposal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalState {
    /// It waits for approval.
    Open,
    /// It waits to be applied.
    Approved,
    /// It is active, or was.
    Applied,
    /// Somebody said no.
    Rejected,
    /// Whoever proposed it took it back.
    Withdrawn,
    /// What it changes is not active any more.
    Stale,
    /// It was active and was taken back.
    RolledBack,
}

/// The end of something: who, when, why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: String,
}

impl ProposalState {
    /// As people say it.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Applied => "applied",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Stale => "stale",
            Self::RolledBack => "rolled back",
        }
    }

    /// Whether somebody can still do something with it.
    #[must_use]
    pub const fn waits(self) -> bool {
        matches!(self, Self::Open | Self::Approved)
    }
}

impl fmt::Display for ProposalState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.in_words())
    }
}

impl Proposal {
    /// Who approved it besides whoever proposed it, each once.
    #[must_use]
    pub fn others(&self) -> Vec<&str> {
        let mut others: Vec<&str> = Vec::new();
        for approval in &self.approvals {
            let again = others.iter().any(|other| other.to_lowercase() == approval.by.to_lowercase());
            if !self.proposed_by.is(&approval.by) && !again {
                others.push(&approval.by);
            }
        }
        others
    }

    /// What is still missing, in words; none where it can be applied.
    #[must_use]
    pub fn missing(&self) -> Option<String> {
        let others = self.others().len();
        if self.needs_two.is_empty() {
            return self.approvals.is_empty().then(|| "somebody's approval".to_owned());
        }
        // Who handed in a file is not known: they could be the first to approve.
        let needed = if self.proposed_by.is_person { 1 } else { 2 };
        (others < needed).then(|| {
            let who =
                if self.proposed_by.is_person { "somebody else's approval" } else { "the approval of two people" };
            format!("{who}: {}", self.needs_two.join("; "))
        })
    }
}

/// Warnings as lines.
pub(crate) fn lines(warnings: &[Problem]) -> Vec<String> {
    warnings.iter().map(ToString::to_string).collect()
}
