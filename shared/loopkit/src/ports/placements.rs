use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use revloops_domain::{AccountId, ProposedTerritory};

use crate::failure::Outcome;

/// An account that waits for a person to say where it belongs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingAccount {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Why nobody but a person can say.
    pub why: String,
    /// What an agent proposed, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed: Option<ProposedTerritory>,
    /// Since when it waits.
    pub since: Timestamp,
}

impl std::fmt::Debug for PendingAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingAccount")
            .field("account", &self.account)
            .field("since", &self.since)
            .finish_non_exhaustive()
    }
}

/// Where an account belongs, as a person has said. It holds until a person says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// The account.
    pub account: AccountId,
    /// Our territory's id.
    pub territory: String,
    /// Who said it.
    pub by: String,
    /// Why, in their words.
    pub why: String,
    /// When.
    pub at: Timestamp,
}

/// When we last put an account into another territory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacementMove {
    /// The account.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
}

/// What is known of accounts' places beside the CRM: which wait for a person, what people said, and what moved when. Every
/// write may come twice.
#[async_trait]
pub trait Placements: Send + Sync {
    /// The accounts that wait, by id.
    async fn pending(&self) -> Outcome<Vec<PendingAccount>>;

    /// Notes accounts as waiting. One that waits already keeps its `since`.
    async fn wait(&self, pending: &[PendingAccount]) -> Outcome<()>;

    /// Takes accounts off the list: they wait no more.
    async fn settle(&self, accounts: &[AccountId]) -> Outcome<()>;

    /// Keeps a person's answer, in the place of an earlier one. The account stays on the list until a plan has placed it.
    async fn resolve(&self, resolution: &Resolution) -> Outcome<()>;

    /// All answers, by account.
    async fn resolutions(&self) -> Outcome<Vec<Resolution>>;

    /// Notes that accounts were moved; of two moves of one account the later counts.
    async fn moved(&self, moves: &[PlacementMove]) -> Outcome<()>;

    /// The accounts that were moved at `since` or later, by id.
    async fn moved_since(&self, since: Timestamp) -> Outcome<Vec<PlacementMove>>;
}
