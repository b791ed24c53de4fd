//! What Deploy and its executor publish about territories.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AccountId, CorrelationId, RunId};

/// Detail types on the bus.
pub mod names {
    /// A plan for the CRM's territories was made: a `TerritoriesPlanned`.
    pub const TERRITORY_PLANNED: &str = "territory.planned";
    /// The CRM differs from the active scenario: a `TerritoriesPlanned`, too.
    pub const TERRITORY_DRIFT_FOUND: &str = "territory.drift_found";
    /// A plan was carried out, or rolled back: a `TerritoriesSynced`.
    pub const TERRITORY_SYNCED: &str = "territory.synced";
    /// Accounts were put into territories: an `AccountsAssigned`.
    pub const ACCOUNT_ASSIGNED: &str = "account.assigned";
    /// Accounts wait for a person to say where they belong: an `AccountsPending`.
    pub const ACCOUNT_PENDING: &str = "account.pending";
}

/// A plan, by its numbers; its steps are in the run's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TerritoriesPlanned {
    /// The run that planned.
    pub run_id: RunId,
    /// One for the whole chain.
    pub correlation_id: CorrelationId,
    /// `empty`, `planned` or, where it cannot be carried out, `blocked`.
    pub status: String,
    /// The scenario's id.
    pub scenario: String,
    /// Hash of its content.
    pub scenario_sha256: String,
    /// What has to be approved.
    pub plan: String,
    /// How many steps of which kind.
    pub counts: PlanCounts,
}

/// How many of what a plan holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanCounts {
    /// Territories to be created.
    pub territories_created: usize,
    /// Territories to be taken over, renamed or described anew.
    pub territories_changed: usize,
    /// Territories that are to lie in another.
    pub territories_moved: usize,
    /// Territories to be retired.
    pub territories_retired: usize,
    /// Users who come into a territory.
    pub users_in: usize,
    /// Users who leave one.
    pub users_out: usize,
    /// Accounts that come into a territory.
    pub accounts_in: usize,
    /// Accounts that leave one.
    pub accounts_out: usize,
    /// Accounts that have a territory and get another, or none.
    pub accounts_moved: usize,
    /// Accounts that stay where they are for a reason.
    pub held: usize,
    /// Accounts whose move is over the cap and waits.
    pub waiting: usize,
    /// Accounts that wait for a person.
    pub pending: usize,
    /// Accounts that no territory is for.
    pub unplaced: usize,
}

impl PlanCounts {
    /// How many records are created, changed or deleted.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.territories_created
            + self.territories_changed
            + self.territories_moved
            + self.territories_retired
            + self.users_in
            + self.users_out
            + self.accounts_in
            + self.accounts_out
    }
}

/// Accounts that were put into territories; some hundreds at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountsAssigned {
    /// Of this plan.
    pub plan: String,
    /// Account and our territory's id.
    pub accounts: Vec<(AccountId, String)>,
}

/// Accounts that wait for a person; some hundreds at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountsPending {
    /// The run that planned.
    pub run_id: RunId,
    /// One for the whole chain.
    pub correlation_id: CorrelationId,
    /// The accounts, and why.
    pub accounts: Vec<(AccountId, String)>,
}

/// A plan was carried out or rolled back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TerritoriesSynced {
    /// The plan's hash.
    pub plan: String,
    /// The scenario's id.
    pub scenario: String,
    /// `applied` or `rolled_back`.
    pub status: String,
    /// Who asked for it.
    pub by: String,
    /// Records created, changed or deleted.
    pub written: u64,
    /// Records that were so already.
    pub already: u64,
    /// Records that were left as a person has them.
    pub left: u64,
    /// Records that the CRM refused.
    pub refused: u64,
}
