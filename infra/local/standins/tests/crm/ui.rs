use serde_json::{Value, json};

use crate::world::World;

#[tokio::test]
async fn a_rep_signs_in_and_works_with_a_token_of_their_own() {
    let world = World::start().await;
    let rep = world.user("rep").await;
    let users = world.get("/_ui/users").await;
    assert!(users["users"].as_array().unwrap().iter().any(|user| user["username"] == "rep@northfield.example"));
    let login = world.call("POST", "/_ui/login", json!({ "username": "rep@northfield.example" })).await;
    assert_eq!(login.body["userId"], json!(rep));
    let cookie = login.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let info =
        world.send(world.http.get(format!("{}/services/oauth2/userinfo", world.url)).header("cookie", cookie)).await;
    assert_eq!(info.body["user_id"], json!(rep));
    assert_eq!(world.call("POST", "/_ui/login", json!({ "username": "nobody" })).await.status, 404);
}

#[tokio::test]
async fn a_converted_lead_becomes_account_contact_and_opportunity_with_its_tasks() {
    let world = World::start().await;
    let rep = world.user("rep").await;
    let lead = world
        .create("Lead", json!({ "FirstName": "Ida", "LastName": "Holm", "Company": "Northwind", "CountryCode": "DK", "Email": "ida@northwind.example", "OwnerId": rep, "Industry": "Retail" }))
        .await;
    world.create("Task", json!({ "WhoId": lead, "Subject": "Write" })).await;
    let done = world.call("POST", "/_ui/convert", json!({ "leadId": lead })).await;
    assert_eq!(done.status, 200, "{}", done.body);
    let (account, contact, opportunity) =
        (&done.body["accountId"], &done.body["contactId"], &done.body["opportunityId"]);

    let converted = world.query(&format!("SELECT IsConverted, Status, ConvertedAccountId, ConvertedContactId, ConvertedOpportunityId, ConvertedDate FROM Lead WHERE Id = '{lead}'")).await;
    assert_eq!((&converted[0]["IsConverted"], &converted[0]["Status"]), (&json!(true), &json!("Closed - Converted")));
    assert_eq!(
        (
            &converted[0]["ConvertedAccountId"],
            &converted[0]["ConvertedContactId"],
            &converted[0]["ConvertedOpportunityId"]
        ),
        (account, contact, opportunity)
    );
    let contacts = world
        .query("SELECT Name, Email, Account.Name, Account.Industry, Account.BillingCountry, OwnerId FROM Contact")
        .await;
    assert_eq!(
        (&contacts[0]["Name"], &contacts[0]["Account"]["Industry"], &contacts[0]["Account"]["BillingCountry"]),
        (&json!("Ida Holm"), &json!("Retail"), &json!("Denmark"))
    );
    assert_eq!(contacts[0]["OwnerId"], json!(rep));
    let deals = world.query("SELECT Id, StageName, Probability, IsClosed, Account.Name FROM Opportunity").await;
    assert_eq!(
        (&deals[0]["Id"], &deals[0]["StageName"], &deals[0]["Probability"]),
        (opportunity, &json!("Prospecting"), &json!(10.0))
    );
    let tasks = world.query("SELECT WhoId, WhatId FROM Task").await;
    assert_eq!((&tasks[0]["WhoId"], &tasks[0]["WhatId"]), (contact, opportunity));
    // One each about the new lead, its conversion, the account and the opportunity.
    assert_eq!(world.get("/_standin/outbound").await["counts"]["pending"], 4);

    let again = world.call("POST", "/_ui/convert", json!({ "leadId": lead })).await;
    assert_eq!(again.status, 400);
    let late = world.call("PATCH", &format!("sobjects/Lead/{lead}"), json!({ "Title": "CEO" })).await;
    assert_eq!(late.code(), "CANNOT_UPDATE_CONVERTED_LEAD");
}

#[tokio::test]
async fn a_lead_of_a_queue_has_to_get_an_owner_first() {
    let world = World::start().await;
    let queue = world.queue("Inbound", "Lead").await;
    let lead = world.create("Lead", json!({ "LastName": "Holm", "Company": "Northwind", "OwnerId": queue })).await;
    let answer = world.call("POST", "/_ui/convert", json!({ "leadId": lead })).await;
    assert_eq!(answer.status, 400);
    assert_eq!(world.soql("SELECT COUNT() FROM Account").await.body["totalSize"], Value::from(0));
}
