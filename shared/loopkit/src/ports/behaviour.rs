use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use revloops_domain::LeadId;

use crate::failure::Outcome;

/// What a person did, as the CRM has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// The record's id in the CRM.
    pub id: String,
    /// What it was.
    pub kind: ActKind,
    /// When: of a response the first day of it, of an activity its completion.
    pub at: Timestamp,
}

/// What a person can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    /// Became a member of a campaign.
    Campaign {
        /// `Campaign.Type`: `Webinar`.
        campaign_type: Option<String>,
        /// `CampaignMember.Status`: `Responded`.
        status: Option<String>,
        /// Whether that status counts as a response.
        responded: bool,
    },
    /// Took part in an activity that is completed.
    Activity {
        /// `Task.TaskSubtype`: `Call`.
        subtype: Option<String>,
    },
}

/// What is looked up of it; each kind is a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Memberships of campaigns.
    pub campaigns: bool,
    /// Completed activities.
    pub activities: bool,
}

/// What people did, for scores that look at behaviour.
#[async_trait]
pub trait Behaviour: Send + Sync {
    /// What the person behind a lead did, oldest first.
    async fn acts(&self, lead: &LeadId, wanted: Wanted) -> Outcome<Vec<Act>>;
}
