use serde_json::{Value, json};

use crate::world::World;

fn lead(last_name: &str) -> Value {
    json!({ "attributes": { "type": "Lead" }, "LastName": last_name, "Company": "Bulk" })
}

#[tokio::test]
async fn each_record_gets_its_own_result() {
    let world = World::start().await;
    let records = json!([lead("a"), { "attributes": { "type": "Lead" }, "LastName": "b" }, lead("c")]);
    let answer = world.call("POST", "composite/sobjects", json!({ "records": records })).await;
    assert_eq!(answer.status, 200);
    let told: Vec<_> =
        answer.body.as_array().unwrap().iter().map(|entry| entry["success"].as_bool().unwrap()).collect();
    assert_eq!(told, [true, false, true]);
    assert_eq!(
        answer.body[1]["errors"],
        json!([{ "statusCode": "REQUIRED_FIELD_MISSING", "message": "Required fields are missing: [Company]", "fields": ["Company"] }])
    );
    assert_eq!(world.query("SELECT Id FROM Lead").await.len(), 2);
}

#[tokio::test]
async fn all_or_none_leaves_nothing_where_one_fails() {
    let world = World::start().await;
    let records = json!([lead("a"), { "attributes": { "type": "Lead" }, "LastName": "b" }]);
    let answer = world.call("POST", "composite/sobjects", json!({ "allOrNone": true, "records": records })).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body[0]["errors"][0]["statusCode"], "ALL_OR_NONE_OPERATION_ROLLED_BACK");
    assert_eq!(answer.body[1]["errors"][0]["statusCode"], "REQUIRED_FIELD_MISSING");
    assert!(world.query("SELECT Id FROM Lead").await.is_empty());
    assert!(world.get("/_standin/writes?object=Lead").await["writes"].as_array().unwrap().is_empty());
    assert_eq!(world.get("/_standin/outbound").await["counts"]["pending"], 0);
}

#[tokio::test]
async fn updates_upserts_retrieves_and_deletes_work_on_many() {
    let world = World::start().await;
    let (first, second) = (world.lead("A").await, world.lead("B").await);
    let updates = json!([{ "attributes": { "type": "Lead" }, "Id": first, "Title": "CEO" }, { "attributes": { "type": "Lead" }, "id": "00Qxx000000zzzzEAA", "Title": "x" }]);
    let answer = world.call("PATCH", "composite/sobjects", json!({ "records": updates })).await;
    assert_eq!(answer.body[0]["success"], true);
    assert_eq!(answer.body[1]["errors"][0]["statusCode"], "INVALID_CROSS_REFERENCE_KEY");

    let tasks = |subject: &str| json!({ "records": [{ "attributes": { "type": "Task" }, "RevLoops_Key__c": "k", "Subject": subject }] });
    let created = world.call("PATCH", "composite/sobjects/Task/RevLoops_Key__c", tasks("one")).await;
    let updated = world.call("PATCH", "composite/sobjects/Task/RevLoops_Key__c", tasks("two")).await;
    assert_eq!((&created.body[0]["created"], &updated.body[0]["created"]), (&json!(true), &json!(false)));

    let read = world
        .call(
            "POST",
            "composite/sobjects/Lead",
            json!({ "ids": [second, "00Qxx000000zzzzEAA", first], "fields": ["Company", "Title"] }),
        )
        .await;
    assert_eq!(read.body[0]["Company"], "B");
    assert_eq!(read.body[1], Value::Null);
    assert_eq!(read.body[2]["Title"], "CEO");
    let read = world.get(&format!("composite/sobjects/Lead?ids={first},{second}&fields=Company")).await;
    assert_eq!(read[1]["Company"], "B");

    let gone =
        world.call("DELETE", &format!("composite/sobjects?ids={first},{second}&allOrNone=true"), Value::Null).await;
    assert_eq!(
        gone.body,
        json!([{ "id": first, "success": true, "errors": [] }, { "id": second, "success": true, "errors": [] }])
    );
}

#[tokio::test]
async fn more_than_two_hundred_records_are_refused() {
    let world = World::start().await;
    let records: Vec<Value> = (0..201).map(|n| lead(&n.to_string())).collect();
    let answer = world.call("POST", "composite/sobjects", json!({ "records": records })).await;
    assert_eq!((answer.status, answer.code()), (400, "EXCEEDED_ID_LIMIT"));
    let mixed: Vec<Value> = (0..12).map(|n| json!({ "attributes": { "type": if n % 2 == 0 { "Lead" } else { "Task" } }, "LastName": "x", "Company": "y" })).collect();
    assert_eq!(world.call("POST", "composite/sobjects", json!({ "records": mixed })).await.status, 400);
}

#[tokio::test]
async fn a_thousand_leads_are_created_in_about_a_second() {
    let world = World::start().await;
    let started = std::time::Instant::now();
    for chunk in 0..5 {
        let records: Vec<Value> = (0..200).map(|n| lead(&format!("{chunk}-{n}"))).collect();
        let answer = world.call("POST", "composite/sobjects", json!({ "records": records })).await;
        assert!(answer.body.as_array().unwrap().iter().all(|entry| entry["success"] == true));
    }
    let took = started.elapsed();
    assert_eq!(world.soql("SELECT COUNT() FROM Lead").await.body["totalSize"], 1000);
    // Well under a second on an idle machine; the rest is room for one that is busy building.
    assert!(took < std::time::Duration::from_secs(5), "took {took:?}");
}
