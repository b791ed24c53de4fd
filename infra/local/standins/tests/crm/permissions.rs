//! What a user's own token lets them see and change.

use serde_json::{Value, json};

use crate::world::{Answer, DATA, PASSWORD, World};

/// Somebody's own session.
struct Session<'w> {
    world: &'w World,
    id: String,
    token: String,
}

impl World {
    /// A new user of this profile, and in this role, with a session of their own.
    async fn person(&self, name: &str, profile: &str, role: Option<&str>) -> Session<'_> {
        let profile = self.query(&format!("SELECT Id FROM Profile WHERE Name = '{profile}'")).await[0]["Id"].clone();
        let id = self.user(name).await;
        self.change("User", &id, json!({ "ProfileId": profile, "UserRoleId": role })).await;
        self.session(name).await
    }

    async fn session(&self, name: &str) -> Session<'_> {
        let username = format!("{name}@northfield.example");
        let form = [
            ("grant_type", "password"),
            ("client_id", "app"),
            ("client_secret", "secret"),
            ("username", username.as_str()),
            ("password", PASSWORD),
        ];
        let answer = self.send(self.http.post(format!("{}/services/oauth2/token", self.url)).form(&form)).await;
        let token = answer.body["access_token"].as_str().unwrap().to_owned();
        let id = self.query(&format!("SELECT Id FROM User WHERE Username = '{username}'")).await[0]["Id"].clone();
        Session { world: self, id: id.as_str().unwrap().to_owned(), token }
    }

    async fn change(&self, object: &str, id: &str, fields: Value) {
        let answer = self.call("PATCH", &format!("sobjects/{object}/{id}"), fields).await;
        assert_eq!(answer.status, 204, "{}", answer.body);
    }
}

impl Session<'_> {
    async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request =
            self.world.http.request(method, format!("{}{DATA}/{path}", self.world.url)).bearer_auth(&self.token);
        self.world.send(if body.is_null() { request } else { request.json(&body) }).await
    }

    async fn names(&self, soql: &str) -> Vec<String> {
        let request = self.world.http.get(format!("{}{DATA}/query", self.world.url)).bearer_auth(&self.token);
        let answer = self.world.send(request.query(&[("q", soql)])).await;
        assert_eq!(answer.status, 200, "{soql}: {}", answer.body);
        let records = answer.body["records"].as_array().unwrap();
        records.iter().map(|record| record["Name"].as_str().unwrap_or("-").to_owned()).collect()
    }

    async fn refused(&self, method: &str, path: &str, body: Value) -> String {
        let answer = self.call(method, path, body).await;
        assert!(answer.status >= 400, "{method} {path} was allowed");
        answer.code().to_owned()
    }
}

/// A deal of this owner, on an account of theirs.
async fn deal(world: &World, name: &str, owner: &str) -> (String, String) {
    let account = world.create("Account", json!({ "Name": name, "OwnerId": owner })).await;
    let fields = json!({ "Name": name, "StageName": "Prospecting", "CloseDate": "2027-01-31", "AccountId": account, "OwnerId": owner });
    (account, world.create("Opportunity", fields).await)
}

#[tokio::test]
async fn a_rep_sees_their_own_deals_a_manager_those_below_and_an_administrator_all() {
    let world = World::start().await;
    let above = world.create("UserRole", json!({ "Name": "Manager" })).await;
    let below = world.create("UserRole", json!({ "Name": "Rep", "ParentRoleId": above })).await;
    let manager = world.person("manager", "Standard User", Some(&above)).await;
    let (one, two) =
        (world.person("one", "Sales User", Some(&below)).await, world.person("two", "Sales User", Some(&below)).await);
    let alone = world.person("alone", "Standard User", None).await;
    deal(&world, "One", &one.id).await;
    let (_, twos) = deal(&world, "Two", &two.id).await;
    deal(&world, "Manager", &manager.id).await;

    const DEALS: &str = "SELECT Name FROM Opportunity ORDER BY Name";
    assert_eq!(one.names(DEALS).await, ["One"]);
    assert_eq!(two.names(DEALS).await, ["Two"]);
    assert_eq!(manager.names(DEALS).await, ["Manager", "One", "Two"]);
    assert_eq!(alone.names(DEALS).await, Vec::<String>::new());
    assert_eq!(world.session("admin").await.names(DEALS).await, ["Manager", "One", "Two"]);

    // However it is asked for.
    assert_eq!(one.call("GET", &format!("sobjects/Opportunity/{twos}"), Value::Null).await.code(), "NOT_FOUND");
    let many = json!({ "ids": [twos], "fields": ["Name"] });
    assert_eq!(one.call("POST", "composite/sobjects/Opportunity", many).await.body, json!([null]));
    let counted = world.http.get(format!("{}{DATA}/query", world.url)).bearer_auth(&one.token);
    let counted = world.send(counted.query(&[("q", "SELECT COUNT() FROM Opportunity")])).await;
    assert_eq!(counted.body["totalSize"], 1);
    for soql in [
        "SELECT Name FROM Account WHERE Id IN (SELECT AccountId FROM Opportunity) ORDER BY Name",
        "SELECT Name FROM Opportunity WHERE Name LIKE '%o%' ORDER BY Name",
    ] {
        assert_eq!(one.names(soql).await, ["One"], "{soql}");
    }
    let children = world.http.get(format!("{}{DATA}/query", world.url)).bearer_auth(&one.token);
    let soql = "SELECT Name, (SELECT Name FROM Opportunities) FROM Account WHERE Name = 'Two'";
    let children = world.send(children.query(&[("q", soql)])).await;
    assert_eq!(
        (&children.body["records"][0]["Name"], &children.body["records"][0]["Opportunities"]),
        (&json!("Two"), &Value::Null)
    );
}

#[tokio::test]
async fn a_parent_that_may_not_be_read_is_no_way_around() {
    let world = World::start().await;
    let (one, two) = (world.person("one", "Sales User", None).await, world.person("two", "Sales User", None).await);
    let (_, twos) = deal(&world, "Two", &two.id).await;
    let task = json!({ "Subject": "Ask", "WhatId": twos, "OwnerId": one.id });
    world.create("Task", task).await;
    let seen = world.http.get(format!("{}{DATA}/query", world.url)).bearer_auth(&one.token);
    let seen = world.send(seen.query(&[("q", "SELECT Subject, What.Name FROM Task")])).await;
    assert_eq!((&seen.body["records"][0]["Subject"], &seen.body["records"][0]["What"]), (&json!("Ask"), &Value::Null));
    let found = world.http.get(format!("{}{DATA}/query", world.url)).bearer_auth(&one.token);
    let found = world.send(found.query(&[("q", "SELECT Id FROM Task WHERE What.Name LIKE 'T%'")])).await;
    assert_eq!(found.body["totalSize"], 0);
    // Nor can one write what points at it.
    let fields = json!({ "Subject": "Mine", "WhatId": twos });
    assert_eq!(one.refused("POST", "sobjects/Task", fields).await, "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY");
}

#[tokio::test]
async fn everybody_reads_leads_and_accounts_and_only_owners_and_those_above_change_them() {
    let world = World::start().await;
    let above = world.create("UserRole", json!({ "Name": "Manager" })).await;
    let below = world.create("UserRole", json!({ "Name": "Rep", "ParentRoleId": above })).await;
    let manager = world.person("manager", "Standard User", Some(&above)).await;
    let (one, two) =
        (world.person("one", "Sales User", Some(&below)).await, world.person("two", "Sales User", Some(&below)).await);
    let lead = world.create("Lead", json!({ "LastName": "Holm", "Company": "Northwind", "OwnerId": one.id })).await;
    let path = format!("sobjects/Lead/{lead}");

    assert_eq!(two.names("SELECT Name FROM Lead").await, ["Holm"]);
    assert_eq!(two.refused("PATCH", &path, json!({ "Title": "CEO" })).await, "INSUFFICIENT_ACCESS_OR_READONLY");
    assert_eq!(two.refused("DELETE", &path, Value::Null).await, "INSUFFICIENT_ACCESS_OR_READONLY");
    let many = json!({ "records": [{ "attributes": { "type": "Lead" }, "Id": lead, "Title": "CEO" }] });
    let many = two.call("PATCH", "composite/sobjects", many).await;
    assert_eq!(many.body[0]["errors"][0]["statusCode"], "INSUFFICIENT_ACCESS_OR_READONLY");
    for session in [&one, &manager] {
        assert_eq!(session.call("PATCH", &path, json!({ "Title": "CEO" })).await.status, 204);
        let by =
            world.query(&format!("SELECT LastModifiedById, CreatedBy.Username FROM Lead WHERE Id = '{lead}'")).await;
        assert_eq!(by[0]["LastModifiedById"], json!(session.id));
        assert_eq!(by[0]["CreatedBy"]["Username"], "integration@northfield.example");
    }
    let own = one.call("POST", "sobjects/Lead", json!({ "LastName": "Own", "Company": "Alder" })).await;
    let own = world
        .query(&format!("SELECT OwnerId, CreatedById FROM Lead WHERE Id = '{}'", own.body["id"].as_str().unwrap()))
        .await;
    assert_eq!((&own[0]["OwnerId"], &own[0]["CreatedById"]), (&json!(one.id), &json!(one.id)));
    // Nor by the page's own conversion.
    let convert =
        world.http.post(format!("{}/_ui/convert", world.url)).bearer_auth(&two.token).json(&json!({ "leadId": lead }));
    assert_eq!(world.send(convert).await.code(), "INSUFFICIENT_ACCESS_OR_READONLY");
}

#[tokio::test]
async fn what_a_queue_owns_is_its_members() {
    let world = World::start().await;
    let queue = world.queue("Inbound", "Lead").await;
    let (member, other) =
        (world.person("member", "Standard User", None).await, world.person("other", "Standard User", None).await);
    world.create("GroupMember", json!({ "GroupId": queue, "UserOrGroupId": member.id })).await;
    let lead = world.create("Lead", json!({ "LastName": "Holm", "Company": "Northwind", "OwnerId": queue })).await;
    let path = format!("sobjects/Lead/{lead}");
    assert_eq!(other.refused("PATCH", &path, json!({ "OwnerId": other.id })).await, "INSUFFICIENT_ACCESS_OR_READONLY");
    assert_eq!(member.call("PATCH", &path, json!({ "OwnerId": member.id })).await.status, 204);
}

#[tokio::test]
async fn contacts_follow_their_account_and_tasks_what_they_are_about() {
    let world = World::start().await;
    let (one, two) = (world.person("one", "Sales User", None).await, world.person("two", "Sales User", None).await);
    let (account, opportunity) = deal(&world, "Two", &two.id).await;
    let contact =
        world.create("Contact", json!({ "LastName": "Of an account", "AccountId": account, "OwnerId": two.id })).await;
    world.create("Contact", json!({ "LastName": "Of nobody", "OwnerId": two.id })).await;
    const CONTACTS: &str = "SELECT Name FROM Contact ORDER BY Name";
    assert_eq!(one.names(CONTACTS).await, ["Of an account"]);
    assert_eq!(two.names(CONTACTS).await, ["Of an account", "Of nobody"]);
    let path = format!("sobjects/Contact/{contact}");
    assert_eq!(one.refused("PATCH", &path, json!({ "Title": "CEO" })).await, "INSUFFICIENT_ACCESS_OR_READONLY");
    assert_eq!(two.call("PATCH", &path, json!({ "Title": "CEO" })).await.status, 204);

    let of_contact = world.create("Task", json!({ "Subject": "Call", "WhoId": contact, "OwnerId": two.id })).await;
    let of_deal = world.create("Task", json!({ "Subject": "Offer", "WhatId": opportunity, "OwnerId": two.id })).await;
    let of_nothing = world.create("Task", json!({ "Subject": "Own", "OwnerId": two.id })).await;
    for (task, status) in [(&of_contact, 200), (&of_deal, 404), (&of_nothing, 404)] {
        assert_eq!(one.call("GET", &format!("sobjects/Task/{task}"), Value::Null).await.status, status);
        assert_eq!(two.call("GET", &format!("sobjects/Task/{task}"), Value::Null).await.status, 200);
    }
    let done = json!({ "Status": "Completed" });
    assert_eq!(
        one.refused("PATCH", &format!("sobjects/Task/{of_contact}"), done.clone()).await,
        "INSUFFICIENT_ACCESS_OR_READONLY"
    );
    assert_eq!(
        one.refused("PATCH", &format!("sobjects/Task/{of_deal}"), done).await,
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"
    );
}

#[tokio::test]
async fn a_profile_says_what_may_be_done_with_a_kind_of_record_and_describe_tells_it() {
    let world = World::start().await;
    let (sales, standard, reads) = (
        world.person("sales", "Sales User", None).await,
        world.person("standard", "Standard User", None).await,
        world.person("reads", "Read Only", None).await,
    );
    for (session, status) in [(&sales, 403), (&standard, 204)] {
        let (_, own) = deal(&world, "Own", &session.id).await;
        assert_eq!(session.call("DELETE", &format!("sobjects/Opportunity/{own}"), Value::Null).await.status, status);
        let described = session.call("GET", "sobjects/Opportunity/describe", Value::Null).await.body;
        assert_eq!((&described["createable"], &described["deletable"]), (&json!(true), &json!(status == 204)));
    }
    let lead = json!({ "LastName": "Holm", "Company": "Northwind" });
    assert_eq!(reads.refused("POST", "sobjects/Lead", lead).await, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY");
    for object in ["User", "Profile", "PermissionSetAssignment", "GroupMember", "Territory2"] {
        assert_eq!(
            standard.refused("POST", &format!("sobjects/{object}"), json!({})).await,
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
        );
        assert_eq!(
            standard.call("GET", &format!("sobjects/{object}/describe"), Value::Null).await.body["createable"],
            false
        );
    }
    let raised = json!({ "ProfileId": world.query("SELECT Id FROM Profile WHERE Name = 'System Administrator'").await[0]["Id"] });
    let path = format!("sobjects/User/{}", standard.id);
    assert_eq!(standard.refused("PATCH", &path, raised).await, "INSUFFICIENT_ACCESS_OR_READONLY");
    let taken = json!({ "NewPassword": "a new password" });
    let admin = world.query("SELECT Id FROM User WHERE Username = 'admin@northfield.example'").await[0]["Id"].clone();
    let of_admin = format!("sobjects/User/{}/password", admin.as_str().unwrap());
    assert_eq!(standard.refused("POST", &of_admin, taken.clone()).await, "INSUFFICIENT_ACCESS");
    assert_eq!(standard.call("POST", &format!("{path}/password"), taken).await.status, 204);
}

#[tokio::test]
async fn the_operations_permission_set_comes_with_the_package_and_shows_every_deal() {
    let world = World::start().await;
    let (rep, ops) = (world.person("rep", "Sales User", None).await, world.person("ops", "Standard User", None).await);
    let (_, reps) = deal(&world, "Reps", &rep.id).await;
    assert_eq!(ops.names("SELECT Name FROM Opportunity").await, Vec::<String>::new());
    let set = world.query("SELECT Id FROM PermissionSet WHERE Name = 'RevLoops_Operations'").await[0]["Id"].clone();
    world.create("PermissionSetAssignment", json!({ "PermissionSetId": set, "AssigneeId": ops.id })).await;
    assert_eq!(ops.names("SELECT Name FROM Opportunity").await, ["Reps"]);
    assert_eq!(
        ops.refused("PATCH", &format!("sobjects/Opportunity/{reps}"), json!({ "Name": "Mine" })).await,
        "INSUFFICIENT_ACCESS_OR_READONLY"
    );
    let request = world.http.get(format!("{}{DATA}/query", world.url)).bearer_auth(&ops.token);
    let soql = format!("SELECT PermissionSet.Name FROM PermissionSetAssignment WHERE AssigneeId = '{}'", ops.id);
    let sets = world.send(request.query(&[("q", soql.as_str())])).await;
    assert_eq!(sets.body["records"][0]["PermissionSet"]["Name"], "RevLoops_Operations");
    let who =
        world.query(&format!("SELECT Profile.Name, UserRole.Name, ManagerId FROM User WHERE Id = '{}'", ops.id)).await;
    assert_eq!(
        (&who[0]["Profile"]["Name"], &who[0]["UserRole"], &who[0]["ManagerId"]),
        (&json!("Standard User"), &Value::Null, &Value::Null)
    );
}
