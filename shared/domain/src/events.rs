//! The schemas by which loops chain: what one publishes, the next reads. No loop imports another.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Cents, CompanyProfile, ConfigStamp, CorrelationId, EnrichmentStatus, FieldProvenance, LeadId,
    MailDomain, MatchedAccount, OpportunityId, OrganizationId, OwnerId, PersonProfile, RunId, Score, TaskId, UserId,
};

/// Detail types on the bus.
pub mod names {
    /// A lead was saved in the CRM.
    pub const LEAD_SAVED: &str = "lead.saved";
    /// An opportunity was saved in the CRM.
    pub const OPPORTUNITY_SAVED: &str = "opportunity.saved";
    /// A lead was converted, and has become an opportunity: an `OpportunitySaved` that names the lead.
    pub const LEAD_CONVERTED: &str = "lead.converted";
    /// Somebody answered a sequence on the task that previews it: a `TaskAnswered`.
    pub const TASK_ANSWERED: &str = "task.answered";
    /// Qualify let a lead through.
    pub const LEAD_QUALIFIED: &str = "lead.qualified";
    /// Qualify turned a lead away.
    pub const LEAD_DISQUALIFIED: &str = "lead.disqualified";
    /// Route found an owner.
    pub const LEAD_ROUTED: &str = "lead.routed";
    /// Route put a lead into a queue, for a person to confirm what an agent proposed.
    pub const ROUTE_PENDING: &str = "route.pending";
    /// Route found nobody.
    pub const ROUTE_UNRESOLVED: &str = "route.unresolved";
    /// Engage drafted a sequence and put its preview on the lead.
    pub const SEQUENCE_DRAFTED: &str = "sequence.drafted";
    /// Engage drafted nothing: the draft was blocked, or the config keeps away from this lead.
    pub const SEQUENCE_BLOCKED: &str = "sequence.blocked";
    /// Somebody was in touch with a routed lead for the first time.
    pub const TOUCH_MADE: &str = "touch.made";
    /// The time for the first touch is nearly over, and the owner was reminded.
    pub const TOUCH_DUE_SOON: &str = "touch.due_soon";
    /// The owner was not in touch in time.
    pub const TOUCH_MISSED: &str = "touch.missed";
    /// A lead that its owner has missed is routed again: a `LeadSaved` with who is passed over.
    pub const LEAD_PASSED_OVER: &str = "lead.passed_over";
    /// A scenario became the active one: the planning chain's start.
    pub const SCENARIO_PROMOTED: &str = "scenario.promoted";
    /// Somebody wants the active scenario held against the CRM anew: the planning chain's other start.
    pub const TERRITORIES_PLAN_WANTED: &str = "territories.plan_wanted";
    /// Design computed a scenario's capacity.
    pub const SCENARIO_COMPUTED: &str = "scenario.computed";
}

/// What starts the planning chain: a scenario became active, or a person wants a new plan of its territories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanningWanted {
    /// The same for every delivery of the same promotion: runs of one loop for it happen once.
    pub event_id: String,
    /// The chain's id.
    pub correlation_id: CorrelationId,
    /// The scenario's id.
    pub scenario_id: String,
    /// Which version of it.
    pub scenario: ConfigStamp,
    /// Why the chain runs.
    pub why: PlanningWhy,
    /// Who promoted it, or asked.
    pub by: String,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// The version that was active before; none for the first, or where nothing was promoted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<ConfigStamp>,
    /// Whether this is a parked run's second way.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redriven: bool,
}

/// What Design replies and publishes, as `scenario.computed`: the whole plan by year. The rest is in the run's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioComputed {
    /// `covered`, or `short` where a segment falls short of its target.
    pub status: String,
    /// The run that computed.
    pub run_id: RunId,
    /// The chain's id.
    pub correlation_id: CorrelationId,
    /// The scenario's id.
    pub scenario_id: String,
    /// Which version of it.
    pub scenario: ConfigStamp,
    /// ISO 4217 code of every amount.
    pub currency: String,
    /// By year of the plan.
    pub years: Vec<ComputedYear>,
    /// Segments that fall short, each with the first month of the year.
    pub short: Vec<(String, String)>,
}

/// One year of a computed plan; amounts in whole cents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ComputedYear {
    /// Its first month: `2027-01`.
    pub starts: String,
    /// What is expected to be booked.
    pub capacity: Cents,
    /// What is to be booked.
    pub target: Option<Cents>,
    /// What the people on the seats have signed for.
    pub quota: Cents,
}

/// Why the planning chain runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanningWhy {
    /// A scenario was promoted.
    Promoted,
    /// A person asked for a plan.
    Plan,
}

/// A lead was saved in the CRM: the input of the demand chain. It names the lead and carries none of its fields; the
/// newest version is looked up when it is worked on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeadSaved {
    /// The same for every delivery of the same message.
    pub event_id: String,
    /// The chain's id.
    pub correlation_id: CorrelationId,
    /// The CRM organisation that sent it.
    pub organization_id: OrganizationId,
    /// The lead.
    pub lead_id: LeadId,
    /// Why the chain runs; `created` for a new lead. Runs of one loop for one lead and trigger happen once.
    pub trigger: String,
    /// The lead's `SystemModstamp` in the message.
    #[schemars(with = "String")]
    pub occurred_at: Timestamp,
    /// When our gateway took it.
    #[schemars(with = "String")]
    pub received_at: Timestamp,
    /// Whether this is a parked run's second way.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redriven: bool,
    /// Owners whom Route must pass over: those who missed the first touch of this lead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<OwnerId>,
}

/// An opportunity was saved in the CRM. As for leads, it names the record and carries none of its fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunitySaved {
    /// The same for every delivery of the same message.
    pub event_id: String,
    /// The chain's id.
    pub correlation_id: CorrelationId,
    /// The CRM organisation that sent it.
    pub organization_id: OrganizationId,
    /// The opportunity.
    pub opportunity_id: OpportunityId,
    /// Why the chain runs: `saved-` and the message's id, so that each save is looked at once.
    pub trigger: String,
    /// The opportunity's `SystemModstamp` in the message.
    #[schemars(with = "String")]
    pub occurred_at: Timestamp,
    /// When our gateway took it.
    #[schemars(with = "String")]
    pub received_at: Timestamp,
    /// The lead that it was converted from, where the lead's message told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_id: Option<LeadId>,
    /// Whether this is a parked run's second way.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redriven: bool,
}

/// Somebody answered a sequence on the task that previews it: ids and the hash of what was shown, no text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaskAnswered {
    /// The same for every delivery of the same message.
    pub event_id: String,
    /// One for all answers that are given on the task.
    pub correlation_id: CorrelationId,
    /// The CRM organisation that sent it.
    pub organization_id: OrganizationId,
    /// The task.
    pub task_id: TaskId,
    /// Who answered.
    pub user_id: UserId,
    /// The sequence that the task previews.
    pub sequence_id: String,
    /// Hash of what the task shows; empty where the task has none, which no sequence has.
    pub content: String,
    /// The answer.
    pub answer: TaskAnswer,
    /// The task's `SystemModstamp` in the message.
    #[schemars(with = "String")]
    pub occurred_at: Timestamp,
    /// When our gateway took it.
    #[schemars(with = "String")]
    pub received_at: Timestamp,
}

/// An answer, as the CRM's picklist has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskAnswer {
    /// Its steps may land.
    Approve,
    /// It is turned down.
    Reject,
}

impl TaskAnswer {
    /// The answer of this name in the CRM's picklist `RevLoops_Answer__c`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "Approve" => Some(Self::Approve),
            "Reject" => Some(Self::Reject),
            _ => None,
        }
    }
}

/// What a step of the acquisition chain is called with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AcquisitionStep {
    /// What started the chain.
    pub event: OpportunitySaved,
}

/// What one step of the demand chain is called with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChainStep<P> {
    /// What started the chain.
    pub event: LeadSaved,
    /// What the step before replied; `None` for the first.
    pub previous: P,
    /// What Qualify replied, for the steps after Route.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualified: Option<Qualified>,
}

/// A lead's facts after enrichment, as rules, territories and templates read them: the CRM's own value first, then the
/// provider's.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeadProfile {
    /// Company name.
    pub company: String,
    /// Company domain; never a free-mail provider's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<MailDomain>,
    /// ISO country code, upper case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country_code: Option<String>,
    /// State or province code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_code: Option<String>,
    /// Postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Industry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    /// Number of employees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employees: Option<u32>,
    /// Where the lead came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_source: Option<String>,
    /// First name, for the salutation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: String,
    /// Job title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What the person wrote: data, never an instruction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl std::fmt::Debug for LeadProfile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LeadProfile").field("country_code", &self.country_code).finish_non_exhaustive()
    }
}

/// One line of a score, for people and for the next loop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Contribution {
    /// The factor's id in the levers.
    pub factor: String,
    /// Points given; negative where it counts against the lead.
    pub points: i32,
    /// The reason in words, with the value that it looked at.
    pub reason: String,
}

/// What Qualify replies and publishes, as `lead.qualified` or `lead.disqualified`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Qualified {
    /// `qualified` or `disqualified`.
    pub status: QualifyStatus,
    /// The run that decided.
    pub run_id: RunId,
    /// The lead.
    pub lead_id: LeadId,
    /// 0 to 100.
    pub score: Score,
    /// The band's name in the levers.
    pub band: String,
    /// Why it was turned away; empty where it was let through.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disqualified_because: Vec<String>,
    /// Contribution of each factor, in the levers' order.
    pub contributions: Vec<Contribution>,
    /// How the look-up at the data providers ended.
    pub enrichment: EnrichmentStatus,
    /// The lead's facts after enrichment.
    pub profile: LeadProfile,
    /// Where each of those facts came from, and how well it is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provenance: Vec<FieldProvenance>,
    /// The account of the CRM that the lead belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<MatchedAccount>,
    /// The company as the provider describes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<CompanyProfile>,
    /// The person as the provider describes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonProfile>,
}

/// Whether a lead goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QualifyStatus {
    /// It goes on to Route.
    Qualified,
    /// It ends here.
    Disqualified,
}

/// What Route replies and publishes, as `lead.routed`, `route.pending` or `route.unresolved`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Routed {
    /// `routed`, `pending` or `unresolved`.
    pub status: RouteStatus,
    /// The run that decided.
    pub run_id: RunId,
    /// The lead.
    pub lead_id: LeadId,
    /// The new owner; `None` where nobody was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// The rule that fired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The territory that the lead fell into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub territory: Option<String>,
}

/// Whether an owner was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RouteStatus {
    /// The lead has its owner.
    Routed,
    /// An agent proposed where it belongs and is not sure enough: it waits in a queue for a person.
    Pending,
    /// Nobody was found; the lead stays where it is, for a person.
    Unresolved,
}

/// Who owns a record from now on.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Owner {
    /// User's or queue's id.
    pub id: OwnerId,
    /// Name, to sign and to show.
    pub name: String,
    /// The name that config uses: username of a user, developer name of a queue.
    pub login: String,
}

impl std::fmt::Debug for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Owner").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What Engage replies and publishes, as `sequence.drafted` or `sequence.blocked`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Engaged {
    /// `drafted` or `blocked`.
    pub status: EngageStatus,
    /// The run that decided.
    pub run_id: RunId,
    /// The lead; none where a signal started the chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_id: Option<LeadId>,
    /// The account that a signal is about; none where a lead started the chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// Sequence's id; the content's hash is part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence_id: Option<String>,
    /// Number of steps in the preview.
    pub steps: usize,
    /// Why nothing was drafted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked_because: Vec<String>,
}

/// Whether there is a preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EngageStatus {
    /// The preview is on the lead.
    Drafted,
    /// Nothing was put on the lead.
    Blocked,
}
