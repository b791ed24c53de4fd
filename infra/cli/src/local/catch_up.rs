//! After a crash of the local cloud: what the CRM was told is safe, but was not, is sent again.
//!
//! AWS keeps what it has acknowledged. The local cloud writes to disk only when it is stopped, so a crash takes the leads
//! with it that were on their way. The CRM keeps its own: those without an end are sent once more.

use serde_json::Value;

use super::endpoints::Endpoints;
use crate::{context::Context, crm_api::CrmApi};

/// Neither turned away nor handed over with a task.
const UNFINISHED: &str = "SELECT Id FROM Lead WHERE IsConverted = false AND RevLoops_Disqualified_Reason__c = null \
                          AND Id NOT IN (SELECT WhoId FROM Task WHERE RevLoops_Key__c != null)";

/// Has the CRM send again what has no end.
pub(super) async fn catch_up(context: &Context, endpoints: &Endpoints) -> anyhow::Result<()> {
    let step = context.console.step("Catching up after the crash");
    let crm = CrmApi::log_in(endpoints).await?;
    let leads = crm.query(UNFINISHED).await?;
    let ids: Vec<String> =
        leads.iter().filter_map(|lead| lead.get("Id").and_then(Value::as_str)).map(str::to_owned).collect();
    if ids.is_empty() {
        step.skipped("no lead was on its way");
    } else {
        step.done(format!("{} leads sent again", crm.resend(&ids).await?));
    }
    Ok(())
}
