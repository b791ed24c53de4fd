//! The lead or the deal that somebody means.

use anyhow::bail;
use revloops_domain::{LeadId, OpportunityId};
use serde_json::Value;

use crate::crm_api::{CrmApi, literal};

/// So many that fit are named.
const MOST: usize = 20;

/// What was found.
#[derive(Debug)]
pub(super) enum Found {
    Lead(Value),
    Deal(Value),
}

/// What the words are looked for in; none where they cannot name a record of this kind.
#[derive(Debug, PartialEq, Eq)]
struct Conditions {
    lead: Option<String>,
    deal: Option<String>,
}

/// Finds the one that fits.
///
/// # Errors
/// If none fits, or more than one.
pub(super) async fn find(crm: &CrmApi, wanted: &str) -> anyhow::Result<Found> {
    let Conditions { lead, deal } = conditions(wanted);
    let mut found = Vec::new();
    if let Some(condition) = lead {
        let soql = query("Id, Name, Company, Email, Status, Owner.Name", "Lead", &condition);
        found.extend(crm.query(&soql).await?.into_iter().map(Found::Lead));
    }
    if let Some(condition) = deal {
        let fields = "Id, Name, StageName, CloseDate, Account.Name, Owner.Name, RevLoops_Play__c";
        found.extend(crm.query(&query(fields, "Opportunity", &condition)).await?.into_iter().map(Found::Deal));
    }
    the_one(wanted, found)
}

fn query(fields: &str, object: &str, condition: &str) -> String {
    format!("SELECT {fields} FROM {object} WHERE {condition} ORDER BY CreatedDate DESC LIMIT {MOST}")
}

fn conditions(wanted: &str) -> Conditions {
    if let Ok(id) = LeadId::parse(wanted) {
        return Conditions { lead: Some(format!("Id = {}", literal(id.as_str()))), deal: None };
    }
    if let Ok(id) = OpportunityId::parse(wanted) {
        return Conditions { lead: None, deal: Some(format!("Id = {}", literal(id.as_str()))) };
    }
    if wanted.contains('@') {
        return Conditions { lead: Some(format!("Email = {}", literal(wanted))), deal: None };
    }
    let like = literal(&format!("%{}%", wanted.replace(['%', '_'], "")));
    Conditions {
        lead: Some(format!("(Company LIKE {like} OR Name LIKE {like})")),
        deal: Some(format!("Name LIKE {like}")),
    }
}

fn the_one(wanted: &str, mut found: Vec<Found>) -> anyhow::Result<Found> {
    if found.len() > 1 {
        let lines: Vec<String> = found.iter().map(line).collect();
        bail!("`{wanted}` fits {} records; say which by its id:\n{}", found.len(), lines.join("\n"));
    }
    match found.pop() {
        Some(found) => Ok(found),
        None => bail!(
            "no lead and no deal fits `{wanted}`: give a lead's id, mail address, or a part of its name or company; a deal's \
             id or a part of its name; or an account's id"
        ),
    }
}

fn line(found: &Found) -> String {
    match found {
        Found::Lead(lead) => {
            format!("  {}  lead · {} · {}", field(lead, "Id"), field(lead, "Company"), field(lead, "Name"))
        }
        Found::Deal(deal) => {
            format!("  {}  deal · {} · {}", field(deal, "Id"), field(deal, "Name"), field(deal, "StageName"))
        }
    }
}

/// A record's text; a dash where it has none.
pub(super) fn field<'r>(record: &'r Value, name: &str) -> &'r str {
    record.get(name).and_then(Value::as_str).unwrap_or("–")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_id_names_one_kind_of_record_and_a_part_of_a_name_both() {
        let of = |wanted| {
            let Conditions { lead, deal } = conditions(wanted);
            (lead.unwrap_or_default(), deal.unwrap_or_default())
        };
        assert_eq!(of("006xx0000000001"), (String::new(), "Id = '006xx0000000001AAA'".to_owned()));
        assert_eq!(of("00Qxx0000000001"), ("Id = '00Qxx0000000001EAA'".to_owned(), String::new()));
        assert_eq!(of("ida@hanselog.example"), ("Email = 'ida@hanselog.example'".to_owned(), String::new()));
        let (lead, deal) = of("O'Neill %");
        assert_eq!(lead, r"(Company LIKE '%O\'Neill %' OR Name LIKE '%O\'Neill %')");
        assert_eq!(deal, r"Name LIKE '%O\'Neill %'");
    }

    #[test]
    fn a_name_of_a_lead_and_of_its_deal_is_told_with_both_ids() {
        let lead = || Found::Lead(json!({"Id": "00Qxx0000000001EAA", "Company": "Hanselog", "Name": "Ida Holm"}));
        let deal = || Found::Deal(json!({"Id": "006xx0000000001AAA", "Name": "Hanselog-", "StageName": "Prospecting"}));
        let both = the_one("Hanselog", vec![lead(), deal()]).unwrap_err().to_string();
        assert!(both.contains("fits 2 records; say which by its id"), "{both}");
        assert!(both.contains("00Qxx0000000001EAA  lead · Hanselog · Ida Holm"), "{both}");
        assert!(both.contains("006xx0000000001AAA  deal · Hanselog- · Prospecting"), "{both}");
        assert!(matches!(the_one("Hanselog", vec![deal()]), Ok(Found::Deal(_))));
        let none = the_one("zzz", Vec::new()).unwrap_err().to_string();
        assert!(none.contains("no lead and no deal fits `zzz`") && none.contains("a part of its name"), "{none}");
    }
}
