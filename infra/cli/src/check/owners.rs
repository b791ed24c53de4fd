//! Whom the CRM knows: what is held against the owners that Route's config names.

use std::collections::BTreeSet;

use revloops_domain::{OwnerId, UserId};
use revloops_loopkit::ports::{CrmUser, Queue};
use revloops_route::logic::facts::Facts;
use serde_json::Value;

use crate::crm_api::{CrmApi, literal};

/// Names to a query: it travels in the URL, which has a limit.
const NAMES_PER_QUERY: usize = 40;

/// Adds what the CRM says of these people and queues to what is known already, which stays.
///
/// # Errors
/// If the CRM does not answer.
pub async fn look_up(
    crm: &CrmApi,
    logins: &BTreeSet<&str>,
    queues: &BTreeSet<&str>,
    facts: &mut Facts,
) -> anyhow::Result<()> {
    let logins: Vec<String> =
        logins.iter().filter(|login| !facts.users.contains_key(**login)).map(|login| (*login).to_owned()).collect();
    for names in logins.chunks(NAMES_PER_QUERY) {
        let soql = format!("SELECT Id, Username, Name, IsActive FROM User WHERE Username IN ({})", literals(names));
        let found = crm.query(&soql).await?;
        facts.know_users(names, found.iter().filter_map(user).collect());
    }
    let queues: Vec<String> =
        queues.iter().filter(|queue| !facts.queues.contains_key(**queue)).map(|queue| (*queue).to_owned()).collect();
    for names in queues.chunks(NAMES_PER_QUERY) {
        let soql = format!(
            "SELECT Id, DeveloperName, Name FROM Group WHERE Type = 'Queue' AND DeveloperName IN ({})",
            literals(names)
        );
        let found: Vec<Queue> = crm.query(&soql).await?.iter().filter_map(queue).collect();
        names.iter().for_each(|name| facts.know_queue(name, found.clone()));
    }
    Ok(())
}

fn user(row: &Value) -> Option<CrmUser> {
    let text = |name: &str| row.get(name).and_then(Value::as_str);
    Some(CrmUser {
        id: UserId::parse(text("Id")?).ok()?,
        login: text("Username")?.to_owned(),
        name: text("Name")?.to_owned(),
        active: row.get("IsActive").and_then(Value::as_bool)?,
    })
}

fn queue(row: &Value) -> Option<Queue> {
    let text = |name: &str| row.get(name).and_then(Value::as_str);
    Some(Queue {
        id: OwnerId::parse(text("Id")?).ok()?,
        developer_name: text("DeveloperName")?.to_owned(),
        name: text("Name")?.to_owned(),
    })
}

fn literals(names: &[String]) -> String {
    names.iter().map(|name| literal(name)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_of_the_crm_are_people_and_queues_and_a_broken_one_is_nobody() {
        let row = json!({"Id": "005Dn000001aB3c", "Username": "Rob@acme.example", "Name": "Rob", "IsActive": false});
        let found = user(&row).unwrap();
        assert_eq!((found.login.as_str(), found.active), ("Rob@acme.example", false));
        assert!(user(&json!({"Id": "005Dn000001aB3c"})).is_none());
        let row = json!({"Id": "00GDn000001aB3c", "DeveloperName": "Partner_Desk", "Name": "Partner Desk"});
        assert_eq!(queue(&row).unwrap().developer_name, "Partner_Desk");
    }
}
