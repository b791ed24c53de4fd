//! What the first-touch watch publishes: whether the owner of a lead was in touch, and how many working minutes it took.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{LeadId, OwnerId};

/// Whose clock runs for which lead, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TouchClock {
    /// The lead.
    pub lead_id: LeadId,
    /// Whose it is.
    pub owner_id: OwnerId,
    /// Qualify's band; empty where the CRM has none.
    pub band: String,
    /// Since when it is theirs.
    #[schemars(with = "String")]
    pub since: Timestamp,
    /// Minutes of the owner's working time that have passed.
    pub working_minutes: u64,
    /// Minutes that the band gives.
    pub allotted_minutes: u64,
}

/// `touch.made`: somebody was in touch with the lead for the first time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TouchMade {
    /// How long it took.
    #[serde(flatten)]
    pub clock: TouchClock,
    /// When; for a status or a conversion when the record last changed, which is not earlier.
    #[schemars(with = "String")]
    pub touched_at: Timestamp,
    /// How it shows.
    pub by: TouchedBy,
    /// Whether it took no longer than the band gives.
    pub in_time: bool,
}

/// How a first touch shows in the CRM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TouchedBy {
    /// A person's task on the lead was completed.
    Task,
    /// A meeting with the lead took place.
    Meeting,
    /// Somebody moved the lead on from the statuses of untouched leads.
    Status,
    /// The lead was converted.
    Conversion,
}

/// `touch.due_soon`: the owner was reminded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TouchDueSoon {
    /// How far the clock is.
    #[serde(flatten)]
    pub clock: TouchClock,
    /// When the first touch is due.
    #[schemars(with = "String")]
    pub due_at: Timestamp,
}

/// `touch.missed`: the owner was not in touch in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TouchMissed {
    /// How far the clock is.
    #[serde(flatten)]
    pub clock: TouchClock,
    /// Why it counts as missed.
    pub because: MissedBecause,
    /// How often the lead was missed, this time included.
    pub misses: usize,
    /// What becomes of the lead.
    pub then: AfterMiss,
}

/// Why a first touch counts as missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissedBecause {
    /// The working minutes are over.
    TimeIsUp,
    /// The promised time came while the owner was on leave.
    OnLeave,
}

/// What becomes of a lead whose first touch was missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AfterMiss {
    /// It is routed again, past those who missed it; after too many, Route gives it to a queue.
    RoutedAgain,
    /// It stays where it is.
    Stays,
}
