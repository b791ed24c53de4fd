//! Qualify's config files as operators write them.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use revloops_rules::RawCondition;

/// `levers.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawLevers {
    /// Who is asked for data about companies and people.
    pub enrichment: RawEnrichment,
    /// When a value counts as verified.
    #[serde(default)]
    pub provenance: RawProvenance,
    /// Company names that say that there is no company: `n/a`, `self-employed`. Without regard to case.
    #[serde(default)]
    pub placeholder_companies: Vec<String>,
    /// How CRM users and providers say the industries that factors and rules know.
    pub industries: Vec<RawMeaning>,
    /// Seniorities by words in a job title; the first that fits counts.
    pub seniorities: Vec<RawMeaning>,
    /// Departments by words in a job title; the first that fits counts.
    pub departments: Vec<RawMeaning>,
    /// The CRM status of a lead that is turned away.
    pub disqualified_status: String,
    /// Reasons to turn a lead away; all are tried.
    pub disqualifiers: Vec<RawDisqualifier>,
    /// When outcomes carry a proposal of other points.
    pub feedback: RawFeedback,
}

/// Who is asked for data.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawEnrichment {
    /// Providers in the order in which they are asked, until one knows.
    pub waterfall: Vec<RawProvider>,
    /// How long a match is kept, in days.
    #[schemars(range(min = 1, max = 365))]
    pub match_cache_days: u16,
    /// How long "nobody known" is kept, in days.
    #[schemars(range(min = 1, max = 365))]
    pub no_match_cache_days: u16,
    /// Whether a company without a domain of its own is looked up by its name.
    #[serde(default)]
    pub company_by_name: bool,
    /// The most that all providers together may cost on one day (UTC), in millionths of a US dollar; without it there is
    /// no limit. Who would go over is not asked, and the lead goes on.
    #[serde(default)]
    pub daily_budget_microusd: Option<u64>,
}

/// When a value counts as verified.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawProvenance {
    /// How sure a provider must be for its word alone to be enough, 1 to 10.
    #[schemars(range(min = 1, max = 10))]
    pub sure_likelihood: u8,
    /// Two numbers of employees agree where the smaller lacks no more than so many percent of the larger.
    #[schemars(range(min = 0, max = 90))]
    pub employees_within_percent: u8,
}

impl Default for RawProvenance {
    fn default() -> Self {
        Self { sure_likelihood: 8, employees_within_percent: 20 }
    }
}

/// One provider.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawProvider {
    /// Its name: `people_data_labs` or `hunter`.
    pub provider: String,
    /// How long it may take, in milliseconds.
    #[schemars(range(min = 100, max = 20000))]
    pub timeout_ms: u64,
    /// How sure it must be, 1 to 10.
    #[schemars(range(min = 1, max = 10))]
    pub min_likelihood: u8,
    /// What a company that it knows costs, in millionths of a US dollar.
    pub company_match_microusd: u64,
    /// What a person whom it knows costs, in millionths of a US dollar.
    pub person_match_microusd: u64,
    /// The most that it may cost on one day (UTC), in millionths of a US dollar; without it there is no limit.
    #[serde(default)]
    pub daily_budget_microusd: Option<u64>,
}

/// One name of ours, and how others say it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawMeaning {
    /// Our name, as factors, rules and the CRM's picklist know it.
    pub name: String,
    /// Words or phrases as people type them.
    #[serde(default)]
    pub words: Vec<String>,
    /// The same as providers write it.
    #[serde(default)]
    pub provider_words: Vec<String>,
}

/// One reason to turn a lead away.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawDisqualifier {
    /// Its id.
    pub id: String,
    /// The reason for people, at most 120 characters.
    pub reason: String,
    /// When it holds.
    pub when: RawCondition,
}

/// When outcomes carry a proposal.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawFeedback {
    /// Days after the score at which its outcome counts: earlier, the bad ones would be known and the good ones not.
    #[serde(default = "ripe_days")]
    #[schemars(range(max = 365))]
    pub ripe_days: u16,
    /// Outcomes needed in all.
    #[schemars(range(min = 1))]
    pub min_leads: usize,
    /// Conversions needed in all.
    #[schemars(range(min = 1))]
    pub min_conversions: usize,
    /// Outcomes needed on either side of a choice.
    #[schemars(range(min = 1))]
    pub min_leads_per_choice: usize,
    /// The most by which one proposal moves the points of a choice.
    #[schemars(range(min = 1, max = 50))]
    pub max_change: i32,
}

/// As it is in versions from before outcomes were joined.
const fn ripe_days() -> u16 {
    30
}

/// `scoring.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawScoring {
    /// Groups of factors, each with a cap.
    pub groups: Vec<RawGroup>,
    /// Factors in the order in which they are shown.
    pub factors: Vec<RawFactor>,
    /// Points for what a person did, which fade with time. What somebody did counts for the first that it fits.
    #[serde(default)]
    pub behaviours: Vec<RawBehaviour>,
    /// Bands from the best down; the last begins at 0.
    pub bands: Vec<RawScoreBand>,
}

/// Factors that share a cap.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawGroup {
    /// Its id.
    pub id: String,
    /// The most points that its factors give together.
    #[schemars(range(min = 1, max = 100))]
    pub cap: i32,
}

/// One factor: a `field` with `bands` (numbers) or `values` (texts), or a condition `when` with `points` and `reason`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawFactor {
    /// Its id.
    pub id: String,
    /// The group whose cap it shares.
    pub group: String,
    /// The field that it looks at.
    #[serde(default)]
    pub field: Option<String>,
    /// Points by number; the highest band that the value reaches counts.
    #[serde(default)]
    pub bands: Option<Vec<RawFactorBand>>,
    /// Points by text.
    #[serde(default)]
    pub values: Option<Vec<RawFactorValue>>,
    /// Points by condition.
    #[serde(default)]
    pub when: Option<RawCondition>,
    /// Points of `when`.
    #[serde(default)]
    #[schemars(range(min = -100, max = 100))]
    pub points: Option<i32>,
    /// Reason of `when`.
    #[serde(default)]
    pub reason: Option<String>,
    /// Any other value, and a `when` that does not hold.
    #[serde(default)]
    pub other: Option<RawPoints>,
    /// No value at all.
    #[serde(default)]
    pub nothing: Option<RawPoints>,
}

/// Points with their reason.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawPoints {
    /// Points; negative where it counts against the lead.
    #[schemars(range(min = -100, max = 100))]
    pub points: i32,
    /// The reason in words; `{value}` stands for the value.
    pub reason: String,
}

/// Points from a number on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawFactorBand {
    /// The lowest number in it; the next band's is its end.
    pub at_least: i64,
    /// Points; negative where it counts against the lead.
    #[schemars(range(min = -100, max = 100))]
    pub points: i32,
    /// The reason in words; `{value}` stands for the number.
    pub reason: String,
}

/// Points for some texts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawFactorValue {
    /// The texts, without regard to case.
    #[serde(rename = "in")]
    pub one_of: Vec<Value>,
    /// Points; negative where it counts against the lead.
    #[schemars(range(min = -100, max = 100))]
    pub points: i32,
    /// The reason in words; `{value}` stands for the text.
    pub reason: String,
}

/// Points for what a person did.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawBehaviour {
    /// Its id.
    pub id: String,
    /// The group whose cap it shares.
    pub group: String,
    /// What they did.
    pub kind: RawKind,
    /// Points for doing it today; negative where it counts against the lead.
    #[schemars(range(min = -100, max = 100))]
    pub points: i32,
    /// After so many days half of the points are left, after twice as many a quarter.
    #[schemars(range(min = 1, max = 3650))]
    pub half_life_days: u32,
    /// How often it counts, the newest first.
    #[schemars(range(min = 1, max = 100))]
    pub count_at_most: u32,
    /// The reason in words: `Came to a webinar`.
    pub reason: String,
}

/// What somebody did, as the CRM has it: a membership of a campaign, or an `activity`. What is left out may be anything.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawKind {
    /// Types of the campaign (`Campaign.Type`), without regard to case.
    pub campaign_type: Option<Vec<String>>,
    /// The member's status (`CampaignMember.Status`), without regard to case.
    pub status: Option<Vec<String>>,
    /// Whether that status counts as a response (`CampaignMember.HasResponded`).
    pub responded: Option<bool>,
    /// Kinds of completed activities (`Task.TaskSubtype`): `Call`, `Email`.
    pub activity: Option<Vec<String>>,
}

/// A range of scores.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawScoreBand {
    /// Its name, at most 20 characters.
    pub id: String,
    /// The lowest score in it.
    #[schemars(range(min = 0, max = 100))]
    pub min_score: u8,
}
