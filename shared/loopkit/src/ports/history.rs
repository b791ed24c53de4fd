use async_trait::async_trait;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use revloops_domain::AccountId;

use crate::failure::Outcome;

/// What the CRM knows of our history with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountHistory {
    /// The account.
    pub account_id: AccountId,
    /// `Type` in the CRM's picklist: `Customer - Direct`, `Prospect`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The day of the last finished activity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_activity: Option<Date>,
    /// Opportunities that are neither won nor lost.
    pub open_opportunities: u32,
}

/// Reads an account's history.
#[async_trait]
pub trait History: Send + Sync {
    /// The history of one account, `None` where the account is gone.
    async fn history(&self, account: &AccountId) -> Outcome<Option<AccountHistory>>;
}
