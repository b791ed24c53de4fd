//! What a plan is made from: what the CRM has, and what else was looked up. Part of the record.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use revloops_domain::{Account, AccountId, ConfigStamp};
use revloops_loopkit::ports::{
    CrmTerritory, CrmUser, PendingAccount, PlacedAccount, PlacementMove, Resolution, TerritoryAccount, TerritoryModel,
    TerritoryUser,
};

/// Everything that was looked up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The scenario's version.
    pub stamp: ConfigStamp,
    /// Its content, resolved.
    pub scenario: Value,
    /// What the CRM has.
    pub crm: Snapshot,
    /// What the agent said, by account.
    pub answers: BTreeMap<AccountId, Answer>,
    /// What people said.
    pub resolutions: Vec<Resolution>,
    /// What waits for a person already.
    pub pending: Vec<PendingAccount>,
    /// What was moved so recently that it is held.
    pub moved: Vec<PlacementMove>,
}

/// What the CRM has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The active model.
    pub model: Option<TerritoryModel>,
    /// Territory types' ids by developer name.
    pub types: Vec<(String, String)>,
    /// All territories of the model.
    pub territories: Vec<CrmTerritory>,
    /// All users in territories.
    pub users: Vec<TerritoryUser>,
    /// Accounts in territories: all of them, or those of the accounts that are planned for.
    pub placed: Vec<TerritoryAccount>,
    /// How many accounts have a territory in all.
    pub placed_in_all: usize,
    /// The accounts: all of them, or those that are planned for.
    pub accounts: Vec<PlacedAccount>,
    /// Accounts above those, which are not planned for themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub above: Vec<Account>,
    /// Whether they are all.
    pub all_accounts: bool,
    /// The users whom the scenario names, as far as the CRM knows them.
    pub people: Vec<CrmUser>,
}

/// What the agent said of one account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// An answer, untrusted.
    Said {
        /// The tool's input.
        answer: Value,
        /// The model.
        model: String,
    },
    /// It could not be reached.
    Down,
    /// It was not asked any more: so many had been asked in this run.
    NotAsked,
}
