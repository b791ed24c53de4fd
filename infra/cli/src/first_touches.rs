//! How many leads wait for their owner's first touch, for `revloops status`.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;

use crate::crm_api::CrmApi;

/// "Due soon" for a person who looks now.
const SOON: SignedDuration = SignedDuration::from_hours(1);

/// Leads of people without a first touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FirstTouches {
    /// All of them.
    pub waiting: u64,
    /// Due within the next hour.
    pub due_soon: u64,
    /// Past the time promised.
    pub overdue: u64,
}

/// Counts them in the CRM.
///
/// # Errors
/// If it does not answer.
pub async fn count(crm: &CrmApi, now: Timestamp) -> anyhow::Result<FirstTouches> {
    let counted = async |condition: String| -> anyhow::Result<u64> {
        let soql = format!(
            "SELECT COUNT(Id) leads FROM Lead WHERE RevLoops_First_Touch_At__c = NULL AND IsConverted = FALSE \
             AND Owner.Type = 'User' AND {condition}"
        );
        let rows = crm.query(&soql).await?;
        Ok(rows.first().and_then(|row| row.get("leads")).and_then(Value::as_u64).unwrap_or_default())
    };
    let text = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let (now, soon) = (text(now), text(now.saturating_add(SOON).unwrap_or(Timestamp::MAX)));
    let due = "RevLoops_First_Touch_By__c";
    Ok(FirstTouches {
        waiting: counted(format!("{due} != NULL")).await?,
        due_soon: counted(format!("{due} > {now} AND {due} <= {soon}")).await?,
        overdue: counted(format!("{due} <= {now}")).await?,
    })
}
