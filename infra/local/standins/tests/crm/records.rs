use serde_json::{Value, json};

use crate::world::World;

#[tokio::test]
async fn a_created_lead_is_read_back_with_what_the_organisation_adds() {
    let world = World::start().await;
    let answer = world
        .call(
            "POST",
            "sobjects/Lead/",
            json!({ "firstname": "Ida", "LastName": "Holm", "Company": "Northwind & Søn", "CountryCode": "dk" }),
        )
        .await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.body["success"], true);
    let id = answer.body["id"].as_str().unwrap();
    assert!(id.starts_with("00Q") && id.len() == 18);

    let lead = world.get(&format!("sobjects/Lead/{id}")).await;
    assert_eq!(
        (&lead["Name"], &lead["Country"], &lead["CountryCode"]),
        (&json!("Ida Holm"), &json!("Denmark"), &json!("DK"))
    );
    assert_eq!((&lead["Status"], &lead["IsConverted"]), (&json!("Open - Not Contacted"), &json!(false)));
    assert_eq!(lead["OwnerId"], lead["CreatedById"]);
    assert_eq!(lead["attributes"]["url"], format!("/services/data/v68.0/sobjects/Lead/{id}"));
    assert_eq!(world.get(&format!("sobjects/lead/{}?fields=Company", &id[..15])).await["Company"], "Northwind & Søn");
}

#[tokio::test]
async fn writes_that_the_vendor_refuses_are_refused_with_its_codes() {
    let world = World::start().await;
    let inactive = world.user("gone").await;
    world.call("PATCH", &format!("sobjects/User/{inactive}"), json!({ "IsActive": false })).await;
    let queue = world.queue("Tasks only", "Task").await;
    let lead = world.lead("Northwind").await;
    let account = world.create("Account", json!({ "Name": "Northwind" })).await;
    let with = |field: &str, value: Value| {
        let mut fields = json!({ "LastName": "Holm", "Company": "Northwind" });
        fields[field] = value;
        fields
    };
    for (object, fields, code, about) in [
        ("Lead", json!({ "FirstName": "Ida" }), "REQUIRED_FIELD_MISSING", json!(["LastName", "Company"])),
        ("Lead", with("Nickname", json!("Idchen")), "INVALID_FIELD", Value::Null),
        ("Lead", with("Id", json!("00Qxx0000000001EAA")), "INVALID_FIELD", Value::Null),
        ("Lead", with("IsConverted", json!(true)), "INVALID_FIELD_FOR_INSERT_UPDATE", json!(["IsConverted"])),
        (
            "Lead",
            with("CreatedDate", json!("2026-01-01T00:00:00Z")),
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            json!(["CreatedDate"]),
        ),
        ("Lead", with("Title", json!("x".repeat(129))), "STRING_TOO_LONG", json!(["Title"])),
        ("Lead", with("Email", json!("no mail")), "INVALID_EMAIL_ADDRESS", json!(["Email"])),
        ("Lead", with("CountryCode", json!("XX")), "FIELD_INTEGRITY_EXCEPTION", json!(["CountryCode"])),
        ("Lead", with("OwnerId", json!("nobody")), "MALFORMED_ID", json!(["OwnerId"])),
        ("Lead", with("OwnerId", json!(account)), "FIELD_INTEGRITY_EXCEPTION", json!(["OwnerId"])),
        ("Lead", with("OwnerId", json!("005xx000001SwiUAAS")), "INVALID_CROSS_REFERENCE_KEY", json!(["OwnerId"])),
        ("Lead", with("OwnerId", json!(inactive)), "INACTIVE_OWNER_OR_USER", json!(["OwnerId"])),
        ("Lead", with("OwnerId", json!(queue)), "INVALID_OPERATION", json!(["OwnerId"])),
        ("Lead", with("NumberOfEmployees", json!("many")), "JSON_PARSER_ERROR", Value::Null),
        ("Task", json!({ "WhoId": lead, "WhatId": account }), "FIELD_INTEGRITY_EXCEPTION", json!(["WhatId"])),
        ("Group", json!({ "Name": "x", "Type": "Heap" }), "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", json!(["Type"])),
    ] {
        let answer = world.call("POST", &format!("sobjects/{object}"), fields.clone()).await;
        assert_eq!((answer.status, answer.code()), (400, code), "{fields}");
        assert_eq!(answer.body[0].get("fields").cloned().unwrap_or_default(), about, "{fields}");
    }
    assert_eq!(world.query("SELECT Id FROM Lead").await.len(), 1, "a refused write leaves nothing");
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_what_was_deleted_says_so() {
    let world = World::start().await;
    let id = world.lead("Northwind").await;
    assert_eq!(world.call("DELETE", &format!("sobjects/Lead/{id}"), Value::Null).await.status, 204);
    for (path, code) in [
        (format!("sobjects/Lead/{id}"), "ENTITY_IS_DELETED"),
        ("sobjects/Lead/00Qxx000000zzzzEAA".to_owned(), "NOT_FOUND"),
        ("sobjects/Lead/nonsense".to_owned(), "NOT_FOUND"),
        ("sobjects/Unicorn".to_owned(), "NOT_FOUND"),
        ("unicorns".to_owned(), "NOT_FOUND"),
        ("/services/data/v99.0/limits".to_owned(), "NOT_FOUND"),
    ] {
        let answer = world.call("GET", &path, Value::Null).await;
        assert_eq!((answer.status, answer.code()), (404, code), "{path}");
    }
    assert_eq!(world.call("GET", "/services/data/v20.0/limits", Value::Null).await.status, 410);
    assert_eq!(world.call("DELETE", "sobjects/Lead", Value::Null).await.status, 405);
    assert!(world.query("SELECT Id FROM Lead").await.is_empty());
    let all = world.send(world.request("GET", "queryAll").query(&[("q", "SELECT Id, IsDeleted FROM Lead")])).await;
    assert_eq!(all.body["records"][0]["IsDeleted"], true);
}

#[tokio::test]
async fn an_upsert_by_external_id_creates_once_and_updates_after() {
    let world = World::start().await;
    let lead = world.lead("Northwind").await;
    let path = "sobjects/Task/RevLoops_Key__c/engage%2F00Q1%2Fdraft%2F1";
    let first = world.call("PATCH", path, json!({ "WhoId": lead, "Subject": "first" })).await;
    assert_eq!((first.status, &first.body["created"]), (201, &json!(true)));
    let second = world.call("PATCH", path, json!({ "Subject": "second" })).await;
    assert_eq!((second.status, &second.body["created"]), (200, &json!(false)));
    assert_eq!(first.body["id"], second.body["id"]);
    let task = world.get(path).await;
    assert_eq!((&task["Subject"], &task["RevLoops_Key__c"]), (&json!("second"), &json!("engage/00Q1/draft/1")));

    let twice = world.call("POST", "sobjects/Task", json!({ "RevLoops_Key__c": "engage/00Q1/draft/1" })).await;
    assert_eq!((twice.status, twice.code()), (400, "DUPLICATE_VALUE"));
    let named = world.call("PATCH", path, json!({ "RevLoops_Key__c": "other" })).await;
    assert_eq!((named.status, named.code()), (400, "INVALID_FIELD"));
    let no_key = world.call("PATCH", "sobjects/Task/Subject/x", json!({ "Priority": "High" })).await;
    assert_eq!((no_key.status, no_key.code()), (404, "NOT_FOUND"));
    // The field says that capitals count.
    assert_eq!(
        world.call("PATCH", "sobjects/Task/RevLoops_Key__c/ENGAGE%2F00Q1%2Fdraft%2F1", json!({})).await.status,
        201
    );
}

#[tokio::test]
async fn upserts_at_the_same_time_leave_one_record() {
    let world = World::start().await;
    let calls = (0..20)
        .map(|n| world.call("PATCH", "sobjects/Task/RevLoops_Key__c/same", json!({ "Subject": format!("{n}") })));
    let answers = futures::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 19);
    assert_eq!(world.query("SELECT Id FROM Task").await.len(), 1);
}

#[tokio::test]
async fn a_write_that_is_conditional_on_time_fails_after_another_write() {
    let world = World::start().await;
    let id = world.lead("Northwind").await;
    let update = |date: &str| {
        world
            .request("PATCH", &format!("sobjects/Lead/{id}"))
            .header("If-Unmodified-Since", date)
            .json(&json!({ "Title": "CEO" }))
    };
    let stale = world.send(update("Wed, 21 Oct 2015 07:28:00 GMT")).await;
    assert_eq!(stale.status, 412);
    assert_eq!(world.send(update("Fri, 01 Jan 2100 00:00:00 GMT")).await.status, 204);
    let fresh = world
        .send(
            world
                .request("GET", &format!("sobjects/Lead/{id}"))
                .header("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT"),
        )
        .await;
    assert_eq!(fresh.status, 304);
}

#[tokio::test]
async fn the_assignment_rule_takes_a_lead_unless_the_client_switches_it_off() {
    let world = World::start().await;
    let queue = world.queue("Unassigned Leads", "Lead").await;
    let rep = world.user("rep").await;
    let lead = world.lead("Northwind").await;
    let owner = async || world.get(&format!("sobjects/Lead/{lead}")).await["OwnerId"].as_str().unwrap().to_owned();
    let own = |header: Option<&str>| {
        let request = world.request("PATCH", &format!("sobjects/Lead/{lead}")).json(&json!({ "OwnerId": rep }));
        if let Some(header) = header { request.header("Sforce-Auto-Assign", header) } else { request }
    };
    world.send(own(None)).await;
    assert_eq!(owner().await, rep, "no rule is active yet");
    world.call("PUT", "/_standin/org", json!({ "lead_assignment_rule_active": true })).await;
    world.send(own(None)).await;
    assert_eq!(owner().await, queue, "the header's default is TRUE");
    world.send(own(Some("FALSE"))).await;
    assert_eq!(owner().await, rep);
}

#[tokio::test]
async fn owner_and_status_changes_leave_history_and_every_write_is_in_the_journal() {
    let world = World::start().await;
    let (first, second) = (world.user("first").await, world.user("second").await);
    let lead = world.create("Lead", json!({ "LastName": "Holm", "Company": "Northwind", "OwnerId": first })).await;
    for fields in [
        json!({ "OwnerId": second }),
        json!({ "OwnerId": second }),
        json!({ "Title": "CEO" }),
        json!({ "Status": "Working - Contacted" }),
    ] {
        assert_eq!(world.call("PATCH", &format!("sobjects/Lead/{lead}"), fields).await.status, 204);
    }
    world.call("PATCH", &format!("sobjects/Lead/{lead}"), json!({ "Nonsense": 1 })).await;
    let history = world
        .query(&format!("SELECT Field, OldValue, NewValue FROM LeadHistory WHERE LeadId = '{lead}' ORDER BY Id"))
        .await;
    let rows: Vec<_> = history
        .iter()
        .map(|row| (row["Field"].as_str().unwrap(), row["OldValue"].as_str(), row["NewValue"].as_str()))
        .collect();
    assert_eq!(
        rows,
        [
            ("created", None, None),
            ("Owner", Some(first.as_str()), Some(second.as_str())),
            ("Status", Some("Open - Not Contacted"), Some("Working - Contacted"))
        ]
    );
    let writes = world.get(&format!("/_standin/writes?object=Lead&id={lead}")).await;
    let methods: Vec<_> =
        writes["writes"].as_array().unwrap().iter().map(|write| write["method"].as_str().unwrap()).collect();
    assert_eq!(methods, ["POST", "PATCH", "PATCH", "PATCH", "PATCH"]);
    let owner_writes = world.get(&format!("/_standin/writes?object=Lead&id={lead}&field=OwnerId")).await;
    assert_eq!(owner_writes["writes"].as_array().unwrap().len(), 3);
    assert_eq!(owner_writes["writes"][1]["fields"], json!({ "OwnerId": second }));
}

#[tokio::test]
async fn references_may_be_named_by_an_external_id_of_the_parent() {
    let world = World::start().await;
    let rep = world.user("rep").await;
    let named = json!({ "LastName": "Holm", "Company": "Northwind", "Owner": { "attributes": { "type": "User" }, "Username": "rep@northfield.example" } });
    let lead = world.create("Lead", named).await;
    assert_eq!(world.get(&format!("sobjects/Lead/{lead}")).await["OwnerId"], json!(rep));
}

#[tokio::test]
async fn describe_tells_what_clients_ask_for() {
    let world = World::start().await;
    let describe = world.get("sobjects/Task/describe").await;
    let field =
        |name: &str| describe["fields"].as_array().unwrap().iter().find(|field| field["name"] == name).unwrap().clone();
    let key = field("RevLoops_Key__c");
    let told = json!([
        key["type"],
        key["length"],
        key["externalId"],
        key["unique"],
        key["custom"],
        key["nillable"],
        key["createable"],
        key["idLookup"]
    ]);
    assert_eq!(told, json!(["string", 200, true, true, true, true, true, true]));
    assert_eq!(field("WhoId")["referenceTo"], json!(["Contact", "Lead"]));
    assert_eq!(field("WhoId")["relationshipName"], "Who");
    assert_eq!(field("Status")["picklistValues"][0]["value"], "Not Started");
    assert_eq!(field("CreatedDate")["updateable"], false);
    assert_eq!(describe["keyPrefix"], "00T");
    let lead = world.get("sobjects/Lead/describe").await;
    assert!(
        lead["childRelationships"]
            .as_array()
            .unwrap()
            .iter()
            .any(|child| child["relationshipName"] == "Tasks" && child["field"] == "WhoId")
    );
    let global = world.get("sobjects/").await;
    assert!(global["sobjects"].as_array().unwrap().iter().any(|object| object["name"] == "Opportunity"));
}

#[tokio::test]
async fn every_answer_counts_the_calls_and_limits_agree() {
    let world = World::start().await;
    let answer = world.call("GET", "limits/", Value::Null).await;
    let used: u64 = answer.headers["sforce-limit-info"]
        .to_str()
        .unwrap()
        .trim_start_matches("api-usage=")
        .split('/')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(answer.body["DailyApiRequests"]["Remaining"], 15_000 - used);
}

#[tokio::test]
async fn a_users_name_is_taken_once() {
    let world = World::start().await;
    world.user("rep").await;
    let profile = world.query("SELECT Id FROM Profile LIMIT 1").await[0]["Id"].clone();
    let again = json!({
        "Username": "REP@northfield.example", "Email": "rep@northfield.example", "LastName": "Rep", "Alias": "rep", "ProfileId": profile, "TimeZoneSidKey": "GMT",
        "LocaleSidKey": "en_US", "LanguageLocaleKey": "en_US", "EmailEncodingKey": "UTF-8",
    });
    let answer = world.call("POST", "sobjects/User", again).await;
    assert_eq!((answer.status, answer.code()), (400, "DUPLICATE_USERNAME"));
}
