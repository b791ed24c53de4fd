//! What was decided about a deal.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use revloops_domain::UserId;
use revloops_domain::pursuit::PursueStatus;

/// The verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PursueVerdict {
    /// How it ended.
    pub status: PursueStatus,
    /// Whose holidays count.
    pub region: String,
    /// The play.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub play: Option<Chosen>,
    /// The play before, where it was another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former_play: Option<String>,
    /// What becomes of the play's milestones, in its order; then of what is left of other plays.
    pub milestones: Vec<PlannedMilestone>,
    /// Whether brief and sequence are put on the deal.
    pub hands_over: bool,
}

/// A play, as it is written on the deal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The day from which its milestones count.
    pub started_on: Date,
}

/// One milestone, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedMilestone {
    /// Its play.
    pub play: String,
    /// Its id.
    pub milestone: String,
    /// The day that the play gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub play_day: Option<Date>,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a milestone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "fate")]
pub enum Fate {
    /// It gets a task.
    Made {
        /// Due on this day.
        due_on: Date,
        /// Whose it is.
        owner: Option<UserId>,
    },
    /// Its task has another day or another owner, or both.
    Changed {
        /// The task.
        task: String,
        /// The new day, where it changes.
        due_on: Option<Date>,
        /// The new owner, where that changes.
        owner: Option<UserId>,
    },
    /// Its task is open, and stays as it is.
    Kept {
        /// Due on this day.
        due_on: Option<Date>,
        /// What a person has changed, which stays theirs.
        theirs: Vec<String>,
    },
    /// A person ticked it off.
    Done {
        /// The day.
        on: Option<Date>,
        /// The day on which it was due.
        due_on: Option<Date>,
    },
    /// Its task is closed by us.
    Dropped {
        /// The task.
        task: String,
        /// Why.
        why: String,
    },
    /// Its task was closed by us before.
    Gone,
    /// Its task was closed by us, and is wanted again.
    Reopened {
        /// The task.
        task: String,
        /// Due on this day.
        due_on: Date,
        /// Whose it is.
        owner: Option<UserId>,
    },
    /// It gets no task.
    NotMade {
        /// Why.
        why: String,
    },
    /// A person deleted its task.
    Deleted,
}

impl Fate {
    /// As replies, records and cases write it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Made { .. } => "made",
            Self::Changed { due_on: Some(_), .. } => "moved",
            Self::Changed { due_on: None, .. } => "given",
            Self::Kept { theirs, .. } if theirs.is_empty() => "kept",
            Self::Kept { .. } => "left",
            Self::Done { .. } => "done",
            Self::Dropped { .. } | Self::Gone => "dropped",
            Self::Reopened { .. } => "reopened",
            Self::NotMade { .. } => "not_made",
            Self::Deleted => "deleted",
        }
    }

    /// Whether it changes something in the CRM.
    #[must_use]
    pub const fn writes(&self) -> bool {
        match self {
            Self::Made { .. } | Self::Changed { .. } | Self::Dropped { .. } | Self::Reopened { .. } => true,
            Self::Kept { .. } | Self::Done { .. } | Self::Gone | Self::NotMade { .. } | Self::Deleted => false,
        }
    }

    /// The day on which its open task is due.
    #[must_use]
    pub const fn due_on(&self) -> Option<Date> {
        match self {
            Self::Made { due_on, .. } | Self::Reopened { due_on, .. } => Some(*due_on),
            Self::Changed { due_on, .. } | Self::Kept { due_on, .. } => *due_on,
            Self::Done { .. } | Self::Dropped { .. } | Self::Gone | Self::NotMade { .. } | Self::Deleted => None,
        }
    }
}
