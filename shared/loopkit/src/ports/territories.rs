use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use revloops_domain::{Account, AccountId, UserId};

use crate::failure::Outcome;

/// The CRM's active territory model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerritoryModel {
    /// Its id.
    pub id: String,
    /// Developer name.
    pub developer_name: String,
}

/// A territory of the CRM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrmTerritory {
    /// Its id.
    pub id: String,
    /// Label.
    pub name: String,
    /// Developer name.
    pub developer_name: String,
    /// The territory that it lies in.
    pub parent_id: Option<String>,
    /// Our own territory's id (`RevLoops_Id__c`), where we made it or took it over.
    pub revloops_id: Option<String>,
    /// What lies in it, in words.
    pub description: Option<String>,
}

/// A user in a territory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerritoryUser {
    /// The association's id.
    pub id: String,
    /// The territory.
    pub territory_id: String,
    /// The user.
    pub user_id: UserId,
    /// The role in the territory, as the CRM's picklist writes it.
    pub role: Option<String>,
}

/// Why an account is in a territory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssociationCause {
    /// `Territory2Manual`: by hand, or by us.
    Manual,
    /// `Territory2AssignmentRule` and whatever else the org does by itself: not to be touched.
    Org,
}

/// An account in a territory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerritoryAccount {
    /// The association's id.
    pub id: String,
    /// The territory.
    pub territory_id: String,
    /// The account.
    pub account_id: AccountId,
    /// Why.
    pub cause: AssociationCause,
}

/// An account, with what may hold it where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedAccount {
    /// The account's fields.
    pub account: Account,
    /// How many of its opportunities are open.
    pub open_opportunities: u32,
}

/// Reads the CRM's territories. Each answer is whole: pages are followed to the end.
#[async_trait]
pub trait Territories: Send + Sync {
    /// The one active model; `None` where the org has none.
    async fn active_model(&self) -> Outcome<Option<TerritoryModel>>;

    /// The territory types' ids by developer name: each new territory needs one.
    async fn territory_types(&self) -> Outcome<Vec<(String, String)>>;

    /// All territories of a model.
    async fn territories(&self, model: &str) -> Outcome<Vec<CrmTerritory>>;

    /// All users in territories of a model.
    async fn territory_users(&self, model: &str) -> Outcome<Vec<TerritoryUser>>;

    /// All accounts in territories of a model.
    async fn territory_accounts(&self, model: &str) -> Outcome<Vec<TerritoryAccount>>;

    /// All accounts, or those of these ids, with what may hold them.
    async fn placed_accounts(&self, only: Option<&[AccountId]>) -> Outcome<Vec<PlacedAccount>>;
}

/// Makes and deletes many records at a time, each by itself. Sent once: whoever plans decides about another attempt, after
/// looking. At most [`super::CHUNK`] at a time.
#[async_trait]
pub trait Making: Send + Sync {
    /// Creates records; the id of each, in their order.
    async fn create(&self, object: &str, records: &[Map<String, Value>]) -> Outcome<Vec<Outcome<String>>>;

    /// Deletes records by their ids, which may be of several objects; a result for each, in their order. One that is gone
    /// already is `Rejected`.
    async fn delete(&self, ids: &[&str]) -> Outcome<Vec<Outcome<()>>>;
}
