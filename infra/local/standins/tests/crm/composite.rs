use serde_json::{Value, json};

use crate::world::World;

fn step(reference: &str, method: &str, path: &str, body: Value) -> Value {
    json!({ "referenceId": reference, "method": method, "url": format!("/services/data/v68.0/{path}"), "body": body })
}

#[tokio::test]
async fn later_steps_use_what_earlier_ones_answered() {
    let world = World::start().await;
    let request = json!({ "allOrNone": true, "compositeRequest": [
        step("account", "POST", "sobjects/Account", json!({ "Name": "Northwind" })),
        step("contact", "POST", "sobjects/Contact", json!({ "LastName": "Holm", "AccountId": "@{account.id}" })),
        step("found", "GET", "query?q=SELECT+Id,AccountId+FROM+Contact+WHERE+AccountId='@{account.id}'", Value::Null),
        step("named", "PATCH", "sobjects/Contact/@{found.records[0].Id}", json!({ "FirstName": "Ida" })),
    ] });
    let answer = world.call("POST", "composite", request).await;
    assert_eq!(answer.status, 200);
    let statuses: Vec<_> = answer.body["compositeResponse"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reply| reply["httpStatusCode"].as_u64().unwrap())
        .collect();
    assert_eq!(statuses, [201, 201, 200, 204]);
    assert_eq!(world.query("SELECT Name, Account.Name FROM Contact").await[0]["Account"]["Name"], "Northwind");
}

#[tokio::test]
async fn all_or_none_takes_everything_back_and_says_which_step_failed() {
    let world = World::start().await;
    let request = json!({ "allOrNone": true, "compositeRequest": [
        step("account", "POST", "sobjects/Account", json!({ "Name": "Northwind" })),
        step("lead", "POST", "sobjects/Lead", json!({ "LastName": "Holm" })),
        step("task", "POST", "sobjects/Task", json!({ "WhoId": "@{lead.id}" })),
    ] });
    let answer = world.call("POST", "composite", request).await;
    let codes: Vec<_> = answer.body["compositeResponse"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reply| reply["body"][0]["errorCode"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING", "PROCESSING_HALTED"]);
    assert!(world.query("SELECT Id FROM Account").await.is_empty());
}

#[tokio::test]
async fn without_all_or_none_only_dependants_of_a_failed_step_stop() {
    let world = World::start().await;
    let request = json!({ "compositeRequest": [
        step("lead", "POST", "sobjects/Lead", json!({ "LastName": "Holm" })),
        step("task", "POST", "sobjects/Task", json!({ "WhoId": "@{lead.id}" })),
        step("account", "POST", "sobjects/Account", json!({ "Name": "Northwind" })),
    ] });
    let answer = world.call("POST", "composite", request).await;
    let statuses: Vec<_> = answer.body["compositeResponse"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reply| reply["httpStatusCode"].as_u64().unwrap())
        .collect();
    assert_eq!(statuses, [400, 400, 201]);
    assert_eq!(answer.body["compositeResponse"][1]["body"][0]["errorCode"], "PROCESSING_HALTED");
}

#[tokio::test]
async fn a_subrequest_has_only_its_own_headers() {
    let world = World::start().await;
    let queue = world.queue("Unassigned Leads", "Lead").await;
    world.call("PUT", "/_standin/org", json!({ "lead_assignment_rule_active": true })).await;
    let create = |reference: &str| {
        step(reference, "POST", "sobjects/Lead", json!({ "LastName": reference, "Company": "Northwind" }))
    };
    let mut off = create("off");
    off["httpHeaders"] = json!({ "Sforce-Auto-Assign": "FALSE" });
    let request = world
        .request("POST", "composite")
        .header("Sforce-Auto-Assign", "FALSE")
        .json(&json!({ "compositeRequest": [create("on"), off] }));
    world.send(request).await;
    let owned = world.query(&format!("SELECT LastName FROM Lead WHERE OwnerId = '{queue}'")).await;
    assert_eq!(owned.iter().map(|lead| lead["LastName"].as_str().unwrap()).collect::<Vec<_>>(), ["on"]);
}

#[tokio::test]
async fn more_than_twenty_five_steps_are_refused() {
    let world = World::start().await;
    let steps: Vec<Value> = (0..26).map(|n| step(&format!("s{n}"), "GET", "limits", Value::Null)).collect();
    assert_eq!(world.call("POST", "composite", json!({ "compositeRequest": steps })).await.status, 400);
}

#[tokio::test]
async fn a_batch_runs_independent_requests() {
    let world = World::start().await;
    let request = json!({ "batchRequests": [
        { "method": "POST", "url": "v68.0/sobjects/Account", "richInput": { "Name": "Northwind" } },
        { "method": "GET", "url": "v68.0/sobjects/Account/001xx000000zzzz" },
        { "method": "GET", "url": "v68.0/query?q=SELECT+COUNT()+FROM+Account" },
    ] });
    let answer = world.call("POST", "composite/batch", request).await;
    assert_eq!(answer.body["hasErrors"], true);
    let statuses: Vec<_> = answer.body["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["statusCode"].as_u64().unwrap())
        .collect();
    assert_eq!(statuses, [201, 404, 200]);
    assert_eq!(answer.body["results"][2]["result"]["totalSize"], 1);
}

#[tokio::test]
async fn a_tree_creates_parents_with_their_children_or_nothing() {
    let world = World::start().await;
    let account = |contact: Value| json!({ "records": [{ "attributes": { "type": "Account", "referenceId": "a" }, "Name": "Northwind", "Contacts": { "records": [contact] } }] });
    let good = world
        .call(
            "POST",
            "composite/tree/Account",
            account(json!({ "attributes": { "type": "Contact", "referenceId": "c" }, "LastName": "Holm" })),
        )
        .await;
    assert_eq!((good.status, &good.body["hasErrors"]), (201, &json!(false)));
    assert_eq!(world.query("SELECT Account.Name FROM Contact").await[0]["Account"]["Name"], "Northwind");
    let bad = world
        .call(
            "POST",
            "composite/tree/Account",
            account(json!({ "attributes": { "type": "Contact", "referenceId": "c" } })),
        )
        .await;
    assert_eq!((bad.status, &bad.body["results"][0]["referenceId"]), (400, &json!("c")));
    assert_eq!(world.query("SELECT Id FROM Account").await.len(), 1);
}
