//! What Pursue and the milestone watch reply and publish: a deal's play, its milestones' days, and those that were missed.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CorrelationId, OpportunityId, OwnerId, RunId};

/// Detail types on the bus.
pub mod names {
    /// A deal takes a play: a `Pursued`.
    pub const PLAY_STARTED: &str = "play.started";
    /// A deal's milestones have other days, owners or ends than before: a `Pursued`.
    pub const PLAY_REPLANNED: &str = "play.replanned";
    /// An open milestone is due today: a `MilestoneDay`.
    pub const MILESTONE_DUE: &str = "milestone.due";
    /// An open milestone's day is over: a `MilestoneDay`.
    pub const MILESTONE_MISSED: &str = "milestone.missed";
}

/// How a look at a deal ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PursueStatus {
    /// The deal takes a play, its first or another than before.
    Started,
    /// It has the same play as before, and something of it changes.
    Replanned,
    /// Nothing is left to do.
    Unchanged,
    /// No play fits.
    NoPlay,
    /// The deal is gone.
    Gone,
}

impl PursueStatus {
    /// As records and replies write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Replanned => "replanned",
            Self::Unchanged => "unchanged",
            Self::NoPlay => "no_play",
            Self::Gone => "gone",
        }
    }
}

/// What Pursue replies and publishes: ids, days and counts, no text of the deal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pursued {
    /// How it ended.
    pub status: PursueStatus,
    /// Whether nothing was left to do, so that looking again would change nothing.
    pub settled: bool,
    /// The run that decided.
    pub run_id: RunId,
    /// One for the whole chain.
    pub correlation_id: CorrelationId,
    /// The deal.
    pub opportunity_id: OpportunityId,
    /// The play's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub play: Option<String>,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub play_version: Option<String>,
    /// The play that the deal had before, where it was another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former_play: Option<String>,
    /// Whose holidays count.
    pub region: String,
    /// What becomes of each milestone, in the play's order.
    pub milestones: Vec<MilestoneFate>,
}

/// What becomes of one milestone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MilestoneFate {
    /// Its id in the play.
    pub milestone: String,
    /// `made`, `moved`, `given`, `kept`, `left`, `done`, `dropped`, `reopened`, `not_made`, `deleted`.
    pub fate: String,
    /// The day on which it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub due_on: Option<Date>,
}

/// An open milestone whose day has come, or is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MilestoneDay {
    /// The deal.
    pub opportunity_id: OpportunityId,
    /// The play's id.
    pub play: String,
    /// The milestone's id in it.
    pub milestone: String,
    /// The task in the CRM.
    pub task_id: String,
    /// Whose it is.
    pub owner_id: OwnerId,
    /// The day on which it is due.
    #[schemars(with = "String")]
    pub due_on: Date,
    /// Business days by which it is over; 0 on the day itself.
    pub business_days_over: i64,
}
