//! The demo's organisation and its leads, made through the CRM's own API.

mod people;

use std::collections::BTreeSet;

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::crm_api::{CrmApi, literal};

pub use people::organisation;

/// A lead of the demo.
#[derive(Debug, Clone)]
pub struct DemoLead {
    /// Its id in the CRM.
    pub id: String,
    /// Company.
    pub company: String,
    /// What it is in the demo for.
    pub shows: String,
}

fn list(file: &'static str, text: &str, name: &str) -> anyhow::Result<Vec<Value>> {
    let mut content: Value = serde_json::from_str(text).with_context(|| format!("reading {file}"))?;
    let found = if name.is_empty() { Some(content) } else { content.get_mut(name).map(Value::take) };
    match found {
        Some(Value::Array(items)) => Ok(items),
        Some(_) | None => anyhow::bail!("{file} has no list `{name}`"),
    }
}

pub(super) fn text<'a>(record: &'a Value, name: &str) -> &'a str {
    record.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Makes the accounts that are missing, each owned as the file says; returns how many. Users must be there.
///
/// # Errors
/// If the CRM refuses one.
pub async fn accounts(crm: &CrmApi) -> anyhow::Result<usize> {
    let wanted = list("organisation.json", include_str!("organisation.json"), "accounts")?;
    let there: BTreeSet<String> =
        crm.query("SELECT Name FROM Account").await?.iter().map(|account| text(account, "Name").to_owned()).collect();
    let mut made = 0;
    // One by one, in the file's order: a parent stands before its daughters.
    for mut account in wanted.into_iter().filter(|account| !there.contains(text(account, "Name"))) {
        let owner = literal(text(&account, "Owner"));
        let owner = crm.query(&format!("SELECT Id FROM User WHERE Username = {owner}")).await?;
        let owner = owner.first().with_context(|| format!("nobody is called {}", text(&account, "Owner")))?;
        let parent = match text(&account, "Parent") {
            "" => Vec::new(),
            name => crm.query(&format!("SELECT Id FROM Account WHERE Name = {} LIMIT 1", literal(name))).await?,
        };
        if let Some(fields) = account.as_object_mut() {
            fields.remove("Owner");
            fields.remove("Parent");
            fields.insert("OwnerId".to_owned(), json!(text(owner, "Id")));
            if let Some(parent) = parent.first() {
                fields.insert("ParentId".to_owned(), json!(text(parent, "Id")));
            }
        }
        crm.create_all("Account", &[account]).await?;
        made += 1;
    }
    Ok(made)
}

/// Makes the contacts that are missing; returns how many. Accounts must be there.
///
/// # Errors
/// If the CRM refuses one.
pub async fn contacts(crm: &CrmApi) -> anyhow::Result<usize> {
    let wanted = list("organisation.json", include_str!("organisation.json"), "contacts")?;
    let mut made = 0;
    for mut contact in wanted {
        let (email, account) = (literal(text(&contact, "Email")), literal(text(&contact, "Account")));
        if !crm.query(&format!("SELECT Id FROM Contact WHERE Email = {email} LIMIT 1")).await?.is_empty() {
            continue;
        }
        let found = crm.query(&format!("SELECT Id, OwnerId FROM Account WHERE Name = {account} LIMIT 1")).await?;
        let account = found.first().with_context(|| format!("there is no account {}", text(&contact, "Account")))?;
        if let Some(fields) = contact.as_object_mut() {
            fields.remove("Account");
            fields.insert("AccountId".to_owned(), json!(text(account, "Id")));
            fields.insert("OwnerId".to_owned(), json!(text(account, "OwnerId")));
        }
        crm.create_all("Contact", &[contact]).await?;
        made += 1;
    }
    Ok(made)
}

/// Saves the leads; who answered a campaign is its member from the first moment, as where a form of that campaign made
/// the lead: one transaction, after which the CRM's message goes out.
///
/// # Errors
/// If the CRM refuses one.
pub async fn leads(crm: &CrmApi) -> anyhow::Result<Vec<DemoLead>> {
    let mut records = list("leads.json", include_str!("leads.json"), "")?;
    let campaigns: Vec<Option<Value>> =
        records.iter_mut().map(|lead| lead.as_object_mut().and_then(|lead| lead.remove("campaign"))).collect();
    let shows: Vec<String> = records
        .iter_mut()
        .filter_map(|lead| lead.as_object_mut()?.remove("shows")?.as_str().map(ToOwned::to_owned))
        .collect();
    let alone: Vec<Value> = records
        .iter()
        .zip(&campaigns)
        .filter(|(_, campaign)| campaign.is_none())
        .map(|(lead, _)| lead.clone())
        .collect();
    let mut ids_alone = crm.create_all("Lead", &alone).await?.into_iter();
    let mut ids = Vec::with_capacity(records.len());
    for (lead, campaign) in records.iter().zip(&campaigns) {
        let id = match campaign {
            Some(campaign) => Some(member(crm, lead, campaign).await?),
            None => ids_alone.next(),
        };
        ids.push(id.context("the CRM answered for fewer leads than it was sent")?);
    }
    Ok(ids
        .into_iter()
        .zip(&records)
        .zip(shows)
        .map(|((id, record), shows)| DemoLead { id, company: text(record, "Company").to_owned(), shows })
        .collect())
}

/// Saves a lead together with its membership of a campaign, which is made where it is missing; returns the lead's id.
async fn member(crm: &CrmApi, lead: &Value, campaign: &Value) -> anyhow::Result<String> {
    let name = text(campaign, "Name");
    let found = crm.query(&format!("SELECT Id FROM Campaign WHERE Name = {} LIMIT 1", literal(name))).await?;
    let campaign_id = match found.first() {
        Some(found) => text(found, "Id").to_owned(),
        None => {
            let fields = json!({"Name": name, "Type": text(campaign, "Type"), "IsActive": true});
            crm.create_all("Campaign", &[fields]).await?.into_iter().next().context("the CRM made no campaign")?
        }
    };
    let fields = json!({"CampaignId": campaign_id, "LeadId": "@{lead.id}", "Status": text(campaign, "Status")});
    let ids = crm.create_together(&[("lead", "Lead", lead.clone()), ("member", "CampaignMember", fields)]).await?;
    ids.into_iter().next().context("the CRM made no lead")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_25_leads_and_each_says_what_it_shows() {
        let leads = list("leads.json", include_str!("leads.json"), "").unwrap();
        assert_eq!(leads.len(), 25);
        assert!(leads.iter().all(|lead| !text(lead, "shows").is_empty() && !text(lead, "LastName").is_empty()));
    }
}
