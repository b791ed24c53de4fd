//! The files as they are written: `plays.yaml` and `levers.yaml`.

use schemars::JsonSchema;
use serde::Deserialize;

use revloops_rules::RawCondition;

/// `plays.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPlays {
    /// Plays. The first that fits a deal, in the file's order, is its play.
    #[expect(
        dead_code,
        reason = "for the schema; the entries are read one by one, so that a broken one hides no other"
    )]
    pub(crate) plays: Vec<RawPlay>,
}

/// One play.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPlay {
    /// What tasks, records and reports call it.
    pub(crate) id: String,
    /// Change it with every change of the play: outcomes are compared by it.
    pub(crate) version: String,
    /// What it is for, in words.
    pub(crate) description: String,
    /// Which deals it fits.
    pub(crate) when: RawCondition,
    /// What has to be done, and by when.
    #[schemars(length(min = 1))]
    pub(crate) milestones: Vec<RawMilestone>,
}

/// One milestone.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawMilestone {
    /// What tasks and reports call it.
    pub(crate) id: String,
    /// The task's subject, with `{company}`.
    pub(crate) title: String,
    /// What is to be done, for whoever has the task.
    pub(crate) text: String,
    /// When it is due.
    pub(crate) due: RawDue,
    /// Whose task it is; the deal's owner's where it is left out.
    #[serde(default)]
    pub(crate) owner: Option<RawOwner>,
    /// Exit criterion: once the deal is in this stage or a later one, the milestone is past, and its task is closed.
    #[serde(default)]
    pub(crate) until_stage: Option<String>,
    /// Whether its task has high priority; no where it is left out.
    #[serde(default)]
    pub(crate) high_priority: bool,
}

/// When a milestone is due: one of these.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawDue {
    /// So many business days after the deal was made, or took the play in place of another; 0 is the first business day
    /// from then on.
    #[serde(default)]
    #[schemars(range(min = 0, max = 260))]
    pub(crate) business_days_after_start: Option<u16>,
    /// So many business days before the close date; 0 is the last business day up to it.
    #[serde(default)]
    #[schemars(range(min = 0, max = 260))]
    pub(crate) business_days_before_close: Option<u16>,
}

/// Whose task it is.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawOwner {
    /// `deal_owner`, `account_owner` or `territory_role`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// With `territory_role`: the role in the account's territory, as the CRM's picklist writes it.
    #[serde(default)]
    pub(crate) role: Option<String>,
}

/// `levers.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawLevers {
    /// Stages of open deals in their order, as in the CRM's picklist.
    #[schemars(length(min = 1))]
    pub(crate) open_stages: Vec<String>,
    /// Whose holidays and whose clock count, by the country of the deal's company.
    #[schemars(length(min = 1))]
    pub(crate) regions: Vec<RawRegion>,
    /// The region of companies whose country no region has, or that have none.
    pub(crate) default_region: String,
    /// At most so many milestones of one person on one day; further ones go to the days around.
    #[schemars(range(min = 1, max = 50))]
    pub(crate) milestones_a_person_and_day: u32,
    /// When outcomes carry a proposal.
    pub(crate) feedback: RawFeedback,
}

/// One region.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawRegion {
    /// What records and reports call it.
    pub(crate) id: String,
    /// ISO country codes.
    #[serde(default)]
    pub(crate) countries: Vec<String>,
    /// Its public holidays, by the id of a calendar in Route's `calendars.yaml`; none where it is left out.
    #[serde(default)]
    pub(crate) calendar: Option<String>,
    /// Its time zone: `Europe/Berlin`. UTC where it is left out.
    #[serde(default)]
    pub(crate) zone: Option<String>,
    /// Days that are not worked: `[sat, sun]` where it is left out.
    #[serde(default)]
    pub(crate) weekend: Option<Vec<String>>,
}

/// When outcomes carry a proposal.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawFeedback {
    /// Days after a play was started at which its outcome counts: earlier, the bad ones would be known and the good ones not.
    #[serde(default = "ripe_days")]
    #[schemars(range(max = 365))]
    pub(crate) ripe_days: u16,
    /// Fewest finished milestones that say anything of their day.
    #[schemars(range(min = 5))]
    pub(crate) min_sample: usize,
    /// By how many business days the middle one of them must be off for another day to be proposed.
    #[schemars(range(min = 1))]
    pub(crate) min_off_business_days: u16,
}

/// As it is in versions from before outcomes were joined.
const fn ripe_days() -> u16 {
    60
}
