use async_trait::async_trait;
use jiff::Timestamp;
use revloops_domain::{ConfigStamp, CorrelationId, Secret};
use serde::{Deserialize, Serialize};

use crate::failure::Outcome;
use crate::record::RunKey;

/// A plan that a person is asked about: which, made by which run, and the chain that waits for the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedPlan {
    /// The plan's hash: what is approved is exactly this plan.
    pub hash: String,
    /// The run of Deploy that made it; the plan is in its record.
    pub run: RunKey,
    /// The scenario that it brings into the CRM.
    pub scenario_id: String,
    /// Which version of it.
    pub scenario: ConfigStamp,
    /// The chain's id.
    pub correlation_id: CorrelationId,
    /// The execution that waits.
    pub execution: String,
    /// When the chain was wanted: of two plans, the one that was wanted later stands.
    pub wanted_at: Timestamp,
}

/// What resumes a waiting chain. Whoever has it can answer for a person, so it is kept like a secret.
pub type ResumeToken = Secret;

/// What becomes of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum PlanStatus {
    /// It waits for a person.
    Waiting,
    /// A person approved it; it is being carried out, or parked with its reason.
    Approved {
        /// Who.
        by: String,
        /// When.
        at: Timestamp,
    },
    /// A person turned it down.
    Rejected {
        /// Who.
        by: String,
        /// When.
        at: Timestamp,
    },
    /// A newer plan took its place before anybody answered.
    Stale,
    /// It was approved and carried out.
    Applied,
    /// It was carried out, and taken back.
    RolledBack,
}

impl PlanStatus {
    /// One word, as tables and replies have it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved { .. } => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Stale => "stale",
            Self::Applied => "applied",
            Self::RolledBack => "rolled_back",
        }
    }
}

/// What a person answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Carry it out.
    Approved,
    /// Leave it.
    Rejected,
}

/// How asking for an answer went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Begun {
    /// A person is asked now; what waited before is stale.
    Waits,
    /// A plan that was wanted later waits already, so nobody is asked about this one.
    Stale,
    /// This run's plan was answered before: a promotion that was delivered twice.
    Repeated,
    /// This run's plan was approved before and did not get through: its chain is sent again and goes on.
    GoesOn,
}

/// Plans that wait for a person, and what became of them. One waits at a time.
#[async_trait]
pub trait Approvals: Send + Sync {
    /// Asks for an answer to `plan`. Older ones that wait become stale and their chains end. Where the answer is not
    /// [`Begun::Waits`], the chain that `token` resumes goes on at once: to its end, or, with [`Begun::GoesOn`], to applying.
    /// `redriven` says that the chain was parked and is sent again.
    async fn ask(&self, plan: &AskedPlan, token: &ResumeToken, redriven: bool, at: Timestamp) -> Outcome<Begun>;

    /// Ends the chain of a plan that nobody is asked about: its scenario is not the active one any more.
    async fn pass_over(&self, token: &ResumeToken) -> Outcome<()>;

    /// Answers, and resumes the chain; the same answer again resumes it again, in case it did not get through.
    /// `Rejected` where this plan does not wait, or was answered otherwise.
    async fn answer(&self, hash: &str, answer: Answer, by: &str, at: Timestamp) -> Outcome<AskedPlan>;

    /// Notes that an approved plan was carried out, or taken back.
    async fn note(&self, hash: &str, status: &PlanStatus) -> Outcome<()>;

    /// All plans that were ever asked about, newest first.
    async fn plans(&self) -> Outcome<Vec<(AskedPlan, PlanStatus)>>;
}
