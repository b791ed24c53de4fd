//! Many records at a time, against an org over real HTTP.

use std::time::Duration;

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{CHUNK, Collections as _, RecordWrite};
use serde_json::{Map, Value, json};

use crate::org::Org;

fn write<'a>(id: &'a str, owner: &str) -> RecordWrite<'a> {
    RecordWrite { id, fields: Map::from_iter([("OwnerId".to_owned(), json!(owner))]) }
}

#[tokio::test]
async fn a_write_is_one_call_with_a_result_for_each_and_keeps_the_orgs_assignment_rules_out() {
    let org = Org::start().await;
    let error = |code: &str| json!({"statusCode": code, "message": "ida@northwind.example", "fields": ["OwnerId"]});
    org.answers(
        200,
        json!([
            {"id": "001A", "success": true, "errors": []},
            {"success": false, "errors": [error("UNABLE_TO_LOCK_ROW")]},
            {"success": false, "errors": [error("INACTIVE_OWNER_OR_USER")]},
        ]),
    );
    let client = org.client(Duration::ZERO);
    let records = [write("001A", "005A"), write("001B", "005A"), write("001C", "005B")];
    let results = client.write("Account", &records).await.unwrap();
    let classes: Vec<Option<ErrorClass>> =
        results.iter().map(|result| result.as_ref().err().map(revloops_loopkit::Failure::class)).collect();
    assert_eq!(classes, [None, Some(ErrorClass::Transient), Some(ErrorClass::Rejected)]);
    let words = results[2].as_ref().unwrap_err().to_string();
    assert_eq!(words, "writing Account 001C: the CRM answered INACTIVE_OWNER_OR_USER for OwnerId");
    let asked = &org.asked()[0];
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("PATCH", "/services/data/v68.0/composite/sobjects"));
    assert_eq!(asked.auto_assign.as_deref(), Some("FALSE"));
    assert_eq!(asked.body["allOrNone"], false);
    let first = json!({"attributes": {"type": "Account"}, "id": "001A", "OwnerId": "005A"});
    assert_eq!((&asked.body["records"][0], asked.body["records"].as_array().unwrap().len()), (&first, 3));
}

#[tokio::test]
async fn a_write_is_sent_once_and_never_too_large() {
    let org = Org::start().await;
    let client = org.client(Duration::ZERO);
    org.fails(503, "SERVER_UNAVAILABLE");
    assert_eq!(client.write("Lead", &[write("00QA", "005A")]).await.unwrap_err().class(), ErrorClass::Transient);
    assert_eq!(org.asked().len(), 1);
    let many = vec![write("00QA", "005A"); CHUNK + 1];
    assert_eq!(client.write("Lead", &many).await.unwrap_err().class(), ErrorClass::Bug);
    assert!(client.write("Lead", &[]).await.unwrap().is_empty());
    assert_eq!(org.asked().len(), 1);
}

#[tokio::test]
async fn records_are_read_in_the_order_asked_and_a_gone_one_is_none() {
    let org = Org::start().await;
    let client = org.client(Duration::ZERO);
    org.answers(200, json!([{"attributes": {"type": "Account"}, "Id": "001A", "OwnerId": "005A"}, null]));
    let read = client.read("Account", &["001A", "001B"], &["OwnerId"]).await.unwrap();
    let first: Value = json!({"Id": "001A", "OwnerId": "005A"});
    assert_eq!(read, [Some(first.as_object().unwrap().clone()), None]);
    let asked = &org.asked()[0];
    assert_eq!(asked.target, "/services/data/v68.0/composite/sobjects/Account");
    assert_eq!(asked.body, json!({"ids": ["001A", "001B"], "fields": ["OwnerId"]}));
    org.answers(200, json!([null]));
    let failure = client.read("Account", &["001A", "001B"], &["OwnerId"]).await.unwrap_err();
    assert_eq!(failure.class(), ErrorClass::Transient);
}
