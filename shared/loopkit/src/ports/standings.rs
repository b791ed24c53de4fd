use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use revloops_domain::{AccountId, OwnerId, SalesforceId};

use crate::failure::Outcome;
use crate::ports::touches::OurTask;

/// How a person stands with us, as the CRM has it now. Its `Debug` shows no address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// Who owns the record.
    pub owner_id: OwnerId,
    /// The owner's username, in lower case; empty where a queue owns it.
    pub owner_login: String,
    /// Mail address, in lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether they want no mail.
    pub opted_out: bool,
    /// Whether a lead has been converted since.
    pub converted: bool,
    /// An open opportunity of the account, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_opportunity: Option<String>,
    /// When they answered or met us, since the time that was asked for; the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
}

impl std::fmt::Debug for Relation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Relation")
            .field("owner_id", &self.owner_id)
            .field("opted_out", &self.opted_out)
            .field("converted", &self.converted)
            .finish_non_exhaustive()
    }
}

/// Who met us.
#[async_trait]
pub trait Meetings: Send + Sync {
    /// Meetings that were put into the CRM for these leads and contacts since then: whose, and when they were put there, in no
    /// order.
    async fn meetings(&self, people: &[SalesforceId], since: Timestamp) -> Outcome<Vec<(SalesforceId, Timestamp)>>;
}

/// How people stand with us.
#[async_trait]
pub trait Relations: Send + Sync {
    /// A lead or contact, `None` where it is gone. Answers count from `since` on.
    async fn standing(
        &self,
        person: &SalesforceId,
        account: Option<&AccountId>,
        since: Timestamp,
    ) -> Outcome<Option<Relation>>;

    /// The task of ours with this key.
    async fn our_task(&self, key: &str) -> Outcome<Option<OurTask>>;
}
