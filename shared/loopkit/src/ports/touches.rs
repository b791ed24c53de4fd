use std::fmt;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use revloops_domain::{LeadId, OwnerId};

use crate::failure::Outcome;

/// A routed lead that a person owns and whose first touch is not noted, as the CRM has it. Its `Debug` shows ids alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untouched {
    /// The lead.
    pub lead_id: LeadId,
    /// Who owns it now.
    pub owner_id: OwnerId,
    /// The owner's username, in lower case: what config names people by.
    pub owner_login: String,
    /// When it was routed last.
    pub routed_at: Timestamp,
    /// Whose clock runs. Another than the owner, or nobody, where a person has given the lead away since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_of: Option<OwnerId>,
    /// Since when that clock runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_since: Option<Timestamp>,
    /// The time promised for the first touch.
    pub due_at: Timestamp,
    /// Qualify's band; empty where there is none.
    pub band: String,
    /// Status, as in the CRM's picklist.
    pub status: String,
    /// Whether it has been converted.
    pub converted: bool,
    /// When the record last changed.
    pub changed_at: Timestamp,
    /// What people did with it, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acts: Vec<PersonsAct>,
    /// The tasks that we put on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub our_tasks: Vec<OurTask>,
}

impl fmt::Debug for Untouched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Untouched")
            .field("lead_id", &self.lead_id)
            .field("owner_id", &self.owner_id)
            .finish_non_exhaustive()
    }
}

/// Something that a person did with a lead, and has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonsAct {
    /// What.
    pub kind: PersonsActKind,
    /// When: of a task its completion, of a meeting its begin.
    pub at: Timestamp,
}

/// What a person can have done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonsActKind {
    /// A task that is completed.
    Task,
    /// A meeting that is over.
    Meeting,
}

/// A task of ours: one with our key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OurTask {
    /// The task's id.
    pub id: String,
    /// Our key, its external id.
    pub key: String,
    /// Whose it is.
    pub owner_id: OwnerId,
    /// Whether it is still to be done.
    pub open: bool,
    /// Whether it still belongs to the program that made it, because nobody owned the lead then.
    pub nobodys: bool,
}

impl OurTask {
    /// Whether the task reminds of a first touch: ticked off or not, it is no touch.
    #[must_use]
    pub fn is_reminder(&self) -> bool {
        self.key.ends_with(REMINDER)
    }
}

/// How the keys of reminders end.
pub const REMINDER: &str = "/first_touch/reminder";

/// Leads that wait for a first touch.
#[async_trait]
pub trait Touches: Send + Sync {
    /// Those that are due until `due_until`, the oldest promise first, at most `at_most`. Queues' leads are nobody's to
    /// touch and not among them; converted ones are for a day, so that their conversion can be noted.
    async fn untouched(&self, at: Timestamp, due_until: Timestamp, at_most: usize) -> Outcome<Vec<Untouched>>;
}
