//! The demo's people: roles, users with profile, role and manager, permission sets, and queues with their members.

use std::collections::BTreeMap;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::{list, text};
use crate::crm_api::{CrmApi, literal};

const FILE: &str = "organisation.json";

/// What the file says of a user beside fields of the CRM's own.
const OURS: [&str; 4] = ["Profile", "Role", "Manager", "PermissionSets"];

/// Makes the roles, users and queues that are missing, and brings users that are there to the file's profile, role and
/// manager; returns how many users and queues are new.
///
/// # Errors
/// If the CRM refuses one.
pub async fn organisation(crm: &CrmApi) -> anyhow::Result<usize> {
    let content = include_str!("../organisation.json");
    let roles = roles(crm, &list(FILE, content, "roles")?).await?;
    let wanted = list(FILE, content, "users")?;
    let made = users(crm, &wanted, &roles).await?;
    let ids = ids(crm, "User", "Username").await?;
    managers(crm, &wanted, &ids).await?;
    permission_sets(crm, &wanted, &ids).await?;
    Ok(made + queues(crm, &list(FILE, content, "queues")?, &ids).await?)
}

/// Ids of all records of an object, by a field in lower case.
async fn ids(crm: &CrmApi, object: &str, field: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let found = crm.query(&format!("SELECT Id, {field} FROM {object}")).await?;
    Ok(found.iter().map(|record| (text(record, field).to_lowercase(), text(record, "Id").to_owned())).collect())
}

fn named<'i>(ids: &'i BTreeMap<String, String>, name: &str, what: &str) -> anyhow::Result<&'i String> {
    ids.get(&name.to_lowercase()).with_context(|| format!("{FILE}: the CRM has no {what} `{name}`"))
}

/// Ids by developer name. One by one, in the file's order: a role stands before those below it.
async fn roles(crm: &CrmApi, wanted: &[Value]) -> anyhow::Result<BTreeMap<String, String>> {
    let mut there = ids(crm, "UserRole", "DeveloperName").await?;
    for role in wanted {
        let name = text(role, "DeveloperName");
        if there.contains_key(&name.to_lowercase()) {
            continue;
        }
        let mut fields = json!({"Name": text(role, "Name"), "DeveloperName": name});
        let parent = text(role, "Parent");
        if let (false, Some(fields)) = (parent.is_empty(), fields.as_object_mut()) {
            fields.insert("ParentRoleId".into(), json!(named(&there, parent, "role")?));
        }
        let id = crm.create_all("UserRole", &[fields]).await?.into_iter().next().context("the CRM made no role")?;
        there.insert(name.to_lowercase(), id);
    }
    Ok(there)
}

async fn users(crm: &CrmApi, wanted: &[Value], roles: &BTreeMap<String, String>) -> anyhow::Result<usize> {
    let profiles = ids(crm, "Profile", "Name").await?;
    let there: BTreeMap<String, Value> = crm
        .query("SELECT Id, Username, ProfileId, UserRoleId FROM User")
        .await?
        .into_iter()
        .map(|user| (text(&user, "Username").to_lowercase(), user))
        .collect();
    let mut missing = Vec::new();
    for user in wanted {
        let username = text(user, "Username");
        let profile = named(&profiles, text(user, "Profile"), "profile")?;
        let role = match text(user, "Role") {
            "" => Value::Null,
            role => json!(named(roles, role, "role")?),
        };
        if let Some(there) = there.get(&username.to_lowercase()) {
            let differs = text(there, "ProfileId") != profile || there.get("UserRoleId") != Some(&role);
            if differs {
                let fields = json!({"ProfileId": profile, "UserRoleId": role});
                crm.update("User", text(there, "Id"), &fields).await?;
            }
            continue;
        }
        let alias: String = text(user, "LastName").chars().filter(char::is_ascii_alphabetic).take(8).collect();
        let mut user = user.clone();
        if let Some(fields) = user.as_object_mut() {
            fields.retain(|name, _| !OURS.contains(&name.as_str()));
            fields.extend([
                ("Alias".to_owned(), json!(alias.to_lowercase())),
                ("Email".to_owned(), json!(username)),
                ("ProfileId".to_owned(), json!(profile)),
                ("UserRoleId".to_owned(), role),
            ]);
            for (name, value) in
                [("LocaleSidKey", "en_GB"), ("LanguageLocaleKey", "en_US"), ("EmailEncodingKey", "UTF-8")]
            {
                fields.insert(name.into(), json!(value));
            }
        }
        missing.push(user);
    }
    crm.create_all("User", &missing).await?;
    Ok(missing.len())
}

/// After all users are there, for a manager is one of them.
async fn managers(crm: &CrmApi, wanted: &[Value], ids: &BTreeMap<String, String>) -> anyhow::Result<()> {
    let there: BTreeMap<String, String> = crm
        .query("SELECT Id, ManagerId FROM User WHERE ManagerId != NULL")
        .await?
        .iter()
        .map(|user| (text(user, "Id").to_owned(), text(user, "ManagerId").to_owned()))
        .collect();
    for user in wanted.iter().filter(|user| !text(user, "Manager").is_empty()) {
        let id = named(ids, text(user, "Username"), "user")?;
        let manager = named(ids, text(user, "Manager"), "user")?;
        if there.get(id) != Some(manager) {
            crm.update("User", id, &json!({"ManagerId": manager})).await?;
        }
    }
    Ok(())
}

async fn permission_sets(crm: &CrmApi, wanted: &[Value], ids: &BTreeMap<String, String>) -> anyhow::Result<()> {
    for user in wanted {
        let id = named(ids, text(user, "Username"), "user")?;
        for set in user.get("PermissionSets").and_then(Value::as_array).into_iter().flatten() {
            let set = set.as_str().unwrap_or_default();
            let soql = format!(
                "SELECT Id FROM PermissionSetAssignment WHERE AssigneeId = {} AND PermissionSet.Name = {}",
                literal(id),
                literal(set)
            );
            if !crm.query(&soql).await?.is_empty() {
                continue;
            }
            let found = crm.query(&format!("SELECT Id FROM PermissionSet WHERE Name = {}", literal(set))).await?;
            let found = found.first().with_context(|| format!("{FILE}: the CRM has no permission set `{set}`"))?;
            let fields = json!({"AssigneeId": id, "PermissionSetId": text(found, "Id")});
            crm.create_all("PermissionSetAssignment", &[fields]).await?;
        }
    }
    Ok(())
}

async fn queues(crm: &CrmApi, wanted: &[Value], ids: &BTreeMap<String, String>) -> anyhow::Result<usize> {
    let mut made = 0;
    for queue in wanted {
        let name = literal(text(queue, "DeveloperName"));
        let found = crm.query(&format!("SELECT Id FROM Group WHERE Type = 'Queue' AND DeveloperName = {name}")).await?;
        let id = match found.first() {
            Some(found) => text(found, "Id").to_owned(),
            None => {
                let fields = json!({"Name": text(queue, "Name"), "DeveloperName": text(queue, "DeveloperName"), "Type": "Queue"});
                let id =
                    crm.create_all("Group", &[fields]).await?.into_iter().next().context("the CRM made no queue")?;
                crm.create_all("QueueSobject", &[json!({"QueueId": id, "SobjectType": "Lead"})]).await?;
                made += 1;
                id
            }
        };
        for member in queue.get("Members").and_then(Value::as_array).into_iter().flatten() {
            let member = named(ids, member.as_str().unwrap_or_default(), "user")?;
            let soql = format!(
                "SELECT Id FROM GroupMember WHERE GroupId = {} AND UserOrGroupId = {}",
                literal(&id),
                literal(member)
            );
            if crm.query(&soql).await?.is_empty() {
                crm.create_all("GroupMember", &[json!({"GroupId": id, "UserOrGroupId": member})]).await?;
            }
        }
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_is_somebody_of_each_kind_and_everybody_named_is_there() {
        let of = |name: &str| list(FILE, include_str!("../organisation.json"), name).unwrap();
        let (users, roles, queues) = (of("users"), of("roles"), of("queues"));
        let usernames: BTreeSet<&str> = users.iter().map(|user| text(user, "Username")).collect();
        let role_names: BTreeSet<&str> = roles.iter().map(|role| text(role, "DeveloperName")).collect();
        for user in &users {
            let (manager, role) = (text(user, "Manager"), text(user, "Role"));
            assert!(manager.is_empty() || usernames.contains(manager), "{user}");
            assert!(role.is_empty() || role_names.contains(role), "{user}");
            assert!(["Standard User", "Sales User"].contains(&text(user, "Profile")), "{user}");
        }
        for (at, role) in roles.iter().enumerate() {
            let parent = text(role, "Parent");
            assert!(
                parent.is_empty() || roles[..at].iter().any(|above| text(above, "DeveloperName") == parent),
                "{role}"
            );
        }
        let members = queues.iter().filter_map(|queue| queue.get("Members")?.as_array()).flatten();
        assert!(members.into_iter().all(|member| usernames.contains(member.as_str().unwrap())));
        let has = |wanted: &dyn Fn(&Value) -> bool| users.iter().filter(|user| wanted(user)).count();
        assert_eq!(has(&|user| user.get("PermissionSets").is_some()), 1, "an operations lead");
        assert!(has(&|user| text(user, "Manager") == "ingrid.solberg@northfield.example") >= 2, "reps below a manager");
    }
}
