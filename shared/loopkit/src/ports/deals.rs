use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use revloops_domain::{AccountId, OpportunityId, OwnerId, SalesforceId, UserId};

use crate::failure::Outcome;

/// An opportunity as the CRM has it, with what we wrote on it and its milestones. Its `Debug` shows ids alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deal {
    /// The opportunity.
    pub id: OpportunityId,
    /// Stage, as in the CRM's picklist.
    pub stage: String,
    /// Since when it is in that stage, where the CRM tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage_since: Option<Timestamp>,
    /// The day on which it is expected to close.
    pub close_on: Date,
    /// When it was made.
    pub created_at: Timestamp,
    /// Amount in whole units of its currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// `Type` in the CRM's picklist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Where it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_source: Option<String>,
    /// Whether it is won or lost.
    pub closed: bool,
    /// Whether it is won.
    pub won: bool,
    /// Whose it is.
    pub owner: Colleague,
    /// The company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<DealAccount>,
    /// Who works in the account's territories, with their role there; in the order of role and id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub territory: Vec<InTerritory>,
    /// The lead that it was converted from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<ConvertedLead>,
    /// The contact that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<SalesforceId>,
    /// What we wrote on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<WrittenPlay>,
    /// Whether it carries a research brief.
    pub has_brief: bool,
    /// Its milestones' tasks, by their key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<MilestoneTask>,
}

impl std::fmt::Debug for Deal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deal").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A user who can have tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    /// The user.
    pub id: UserId,
    /// Whether the user may own records.
    pub active: bool,
}

/// A user in a territory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InTerritory {
    /// Role, as the CRM's picklist writes it.
    pub role: String,
    /// The user.
    pub user: Colleague,
}

/// A deal's company. Its `Debug` shows the id alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DealAccount {
    /// The account.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// ISO country code, upper case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
    /// Industry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    /// Number of employees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employees: Option<u32>,
    /// `Type` in the CRM's picklist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Colleague>,
}

impl std::fmt::Debug for DealAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DealAccount").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What the lead was like that became the deal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConvertedLead {
    /// The lead.
    pub id: SalesforceId,
    /// Qualify's band.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<String>,
    /// Qualify's points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<i64>,
}

/// What Pursue wrote on the deal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenPlay {
    /// The play's id.
    pub play: String,
    /// Its version.
    pub version: String,
    /// The day from which its milestones count.
    pub started_on: Date,
    /// Every milestone for which there has been a task, as `play/milestone`: one whose task is not there was deleted.
    pub given: Vec<String>,
}

/// A milestone's task: as it is, and as we wrote it. Where these differ, a person has changed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestoneTask {
    /// The task.
    pub id: String,
    /// Our key: `opportunity/006…/pursue/<play>/<milestone>`.
    pub key: String,
    /// Status, as in the CRM's picklist.
    pub status: String,
    /// Whether it is closed.
    pub closed: bool,
    /// When it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// Whose it is.
    pub owner_id: OwnerId,
    /// To whom we gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_to: Option<OwnerId>,
    /// The day on which it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Date>,
    /// The day that we wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_due_on: Option<Date>,
    /// The day that the play gives; later or earlier than the one we wrote where that was taken or over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub play_day: Option<Date>,
    /// Why we closed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<String>,
}

/// How many open milestones of other deals somebody has on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayLoad {
    /// Whose.
    pub owner_id: OwnerId,
    /// The day.
    pub on: Date,
    /// How many.
    pub tasks: u32,
}

/// An open milestone whose day has come, with what tells where its deal is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueMilestone {
    /// The deal.
    pub opportunity_id: OpportunityId,
    /// ISO country code of the deal's company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
    /// The task.
    pub task_id: String,
    /// Our key.
    pub key: String,
    /// Whose it is.
    pub owner_id: OwnerId,
    /// The day on which it is due.
    pub due_on: Date,
    /// The due day that was told as missed already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed_on: Option<Date>,
}

/// Reads deals and their milestones.
#[async_trait]
pub trait Deals: Send + Sync {
    /// A deal, `None` where it is gone; with the people of its account's territories where they are asked for.
    async fn deal(&self, id: &OpportunityId, with_territory: bool) -> Outcome<Option<Deal>>;

    /// How many open milestones of deals but this one these people have on each day from `from` on.
    async fn day_loads(&self, owners: &[UserId], from: Date, but: &OpportunityId) -> Outcome<Vec<DayLoad>>;

    /// Open milestones of open deals that are due until `until`, the oldest first, after the one that the page before
    /// ended with, at most `at_most`.
    async fn due_milestones(
        &self,
        until: Date,
        after: Option<&DueMilestone>,
        at_most: usize,
    ) -> Outcome<Vec<DueMilestone>>;
}
