//! The CRM in a person's own name, against an org over real HTTP.

use std::time::Duration;

use revloops_crm::personal::{Personal, PersonalClient, PersonalError, Together};
use revloops_domain::{ErrorClass, Secret};
use serde_json::{Value, json};

use crate::fields;
use crate::org::Org;

fn personal(org: &Org) -> Personal {
    PersonalClient::new(Duration::from_millis(400)).unwrap().of(&org.url, &Secret::new("own-token")).unwrap()
}

fn failed<T: std::fmt::Debug>(answer: Result<T, PersonalError>) -> ErrorClass {
    match answer.unwrap_err() {
        PersonalError::Failed(failure) => failure.class(),
        other @ (PersonalError::SessionEnded | PersonalError::Refused(_)) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn calls_carry_the_persons_own_token_and_a_session_that_ended_is_told_at_once() {
    let org = Org::start().await;
    org.answers(401, json!([{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]));
    let error = personal(&org).query("SELECT Id FROM Lead", 10).await.unwrap_err();
    assert!(matches!(error, PersonalError::SessionEnded), "{error:?}");
    let asked = org.asked();
    assert_eq!((asked.len(), asked[0].authorization.as_str()), (1, "Bearer own-token"));
    assert!(org.logins().is_empty(), "nobody logs in as somebody else");
    assert!(!format!("{:?}", personal(&org)).contains("own-token"));
}

#[tokio::test]
async fn what_the_crm_refuses_is_told_with_code_words_and_fields() {
    let org = Org::start().await;
    org.fails(400, "INVALID_EMAIL_ADDRESS");
    let PersonalError::Refused(refused) = personal(&org).query("SELECT Id FROM Lead", 10).await.unwrap_err() else {
        panic!("the CRM refused it")
    };
    assert!(refused.is("INVALID_EMAIL_ADDRESS"));
    assert_eq!(
        refused.to_string(),
        "the CRM answered 400; INVALID_EMAIL_ADDRESS: invalid email address: ida@northwind.example (fields: Email)"
    );
}

#[tokio::test]
async fn only_what_may_be_repeated_is_sent_twice() {
    let org = Org::start().await;
    let crm = personal(&org);
    let lead = [fields(json!({"LastName": "Holm", "attributes": {"type": "User"}}))];
    org.answers(502, Value::Null);
    assert_eq!(failed(crm.create("Lead", &lead, Together::AllOrNone, false).await), ErrorClass::Transient);
    assert_eq!(org.asked().len(), 1);
    let sent = &org.asked()[0];
    assert_eq!((sent.method.as_str(), sent.auto_assign.as_deref()), ("POST", Some("FALSE")));
    assert_eq!(
        sent.body,
        json!({"allOrNone": true, "records": [{"attributes": {"type": "Lead"}, "LastName": "Holm"}]})
    );

    let ok = json!([{"id": "00QA", "success": true, "errors": []}]);
    org.answers(502, Value::Null).answers(200, ok.clone());
    assert!(crm.update("Lead", &lead, Together::EachAlone).await.unwrap()[0].success);
    org.answers(502, Value::Null).answers(200, ok);
    assert!(crm.upsert("Task", "RevLoops_Key__c", &lead, Together::EachAlone).await.unwrap()[0].success);
    // A refusal in words is an answer.
    org.fails(503, "SERVER_UNAVAILABLE");
    assert!(matches!(crm.update("Lead", &lead, Together::EachAlone).await.unwrap_err(), PersonalError::Refused(_)));
    assert_eq!(org.asked().len(), 6);
}

#[tokio::test]
async fn what_was_deleted_before_its_answer_was_lost_counts_as_deleted_and_what_was_gone_before_does_not() {
    let org = Org::start().await;
    let crm = personal(&org);
    let gone = json!([{"success": false, "errors": [{"statusCode": "ENTITY_IS_DELETED", "message": "entity is deleted", "fields": []}]}]);
    org.answers(502, Value::Null).answers(200, gone.clone());
    let saved = crm.delete(&["00QA"], Together::AllOrNone).await.unwrap();
    assert_eq!((saved[0].success, saved[0].id.as_deref(), saved[0].errors.len()), (true, Some("00QA"), 0));
    org.answers(200, gone);
    let saved = crm.delete(&["00QA"], Together::AllOrNone).await.unwrap();
    assert_eq!((saved[0].success, saved[0].errors[0].code.as_str()), (false, "ENTITY_IS_DELETED"));
    let target = "/services/data/v68.0/composite/sobjects?ids=00QA&allOrNone=true";
    assert!(org.asked().iter().all(|asked| asked.target == target && asked.method == "DELETE"));
    let many = vec!["00QA"; 201];
    assert_eq!(failed(crm.delete(&many, Together::AllOrNone).await), ErrorClass::Bug);
    assert_eq!(org.asked().len(), 3);
}

#[tokio::test]
async fn pages_are_read_up_to_the_cap_and_never_from_somewhere_else() {
    let org = Org::start().await;
    let crm = personal(&org);
    let row = |id: &str| json!({"attributes": {"type": "Lead", "url": "/x"}, "Id": id, "Owner": {"attributes": {"type": "User"}, "Name": "Ida"}});
    let next = "/services/data/v68.0/query/01gA-2";
    let first = json!({"totalSize": 5, "done": false, "nextRecordsUrl": next, "records": [row("A"), row("B")]});
    org.answers(200, first.clone());
    org.answers(200, json!({"totalSize": 5, "done": false, "nextRecordsUrl": "/services/data/v68.0/query/01gA-4", "records": [row("C"), row("D")]}));
    let found = crm.query("SELECT Id, Owner.Name FROM Lead", 3).await.unwrap();
    assert_eq!((found.records.len(), found.total, found.complete), (3, 5, false));
    assert_eq!(Value::from(found.records[0].clone()), json!({"Id": "A", "Owner": {"Name": "Ida"}}));
    assert_eq!(org.asked()[1].target, next);

    org.answers(200, first);
    org.answers(200, json!({"totalSize": 5, "done": false, "nextRecordsUrl": "https://evil.example/services/data/", "records": [row("C")]}));
    assert_eq!(failed(crm.query("SELECT Id FROM Lead", 100).await), ErrorClass::Transient);
    assert_eq!(org.asked().len(), 4);
}

#[tokio::test]
async fn a_name_from_outside_is_one_segment_of_the_address() {
    let org = Org::start().await;
    let crm = personal(&org);
    org.fails(404, "NOT_FOUND");
    crm.object("Lead/../User?x=1#y").await.unwrap_err();
    assert_eq!(org.asked()[0].target, "/services/data/v68.0/sobjects/Lead%2F..%2FUser%3Fx=1%23y/describe");
    assert_eq!(failed(crm.object("..").await), ErrorClass::Bug);
    assert_eq!(org.asked().len(), 1);
}
