//! Our history with an account: what it is to us, when we were last in touch, what is open.

use async_trait::async_trait;
use cirrus::soql;
use serde::de::IgnoredAny;
use serde_json::Value;

use revloops_domain::AccountId;
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{AccountHistory, CrmReader as _, History};

use crate::client::Salesforce;

#[async_trait]
impl History for Salesforce {
    async fn history(&self, account: &AccountId) -> Outcome<Option<AccountHistory>> {
        let Some(record) = self.fields("Account", account.as_str(), &["Type", "LastActivityDate"]).await? else {
            return Ok(None);
        };
        let text = |field: &str| record.get(field).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        let query = format!(
            "SELECT Id FROM Opportunity WHERE AccountId = {} AND IsClosed = FALSE",
            soql::quote(account.as_str())
        );
        let open = self.rows::<IgnoredAny>("reading open opportunities", &query).await?;
        Ok(Some(AccountHistory {
            account_id: account.clone(),
            kind: text("Type").map(str::to_owned),
            last_activity: text("LastActivityDate").and_then(|day| day.parse().ok()),
            open_opportunities: u32::try_from(open.len()).unwrap_or(u32::MAX),
        }))
    }
}
