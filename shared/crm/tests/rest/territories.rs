//! Territories, and records that are made and deleted many at a time, against an org over real HTTP.

use std::time::Duration;

use revloops_domain::{AccountId, ErrorClass};
use revloops_loopkit::Failure;
use revloops_loopkit::ports::{AssociationCause, CHUNK, Making as _, Territories as _};
use serde_json::{Map, Value, json};

use crate::org::Org;
use crate::{page, query_of};

const MODEL: &str = "0MAxx0000000001GAA";

fn account(nth: usize) -> Value {
    json!({"attributes": {"type": "Account"}, "Id": format!("001xx00000{nth:05}"), "Name": "A", "OwnerId": "005xx000001SwiUAAS"})
}

fn id(nth: usize) -> AccountId {
    AccountId::parse(&format!("001xx00000{nth:05}")).unwrap()
}

fn record(name: &str) -> Map<String, Value> {
    Map::from_iter([("Name".to_owned(), json!(name))])
}

#[tokio::test]
async fn the_active_model_and_the_types_are_read_and_an_org_without_a_model_has_none() {
    let org = Org::start().await;
    let client = org.client(Duration::ZERO);
    org.answers(200, page(&[json!({"Id": MODEL, "DeveloperName": "Sales"})])).answers(200, page(&[]));
    let model = client.active_model().await.unwrap().unwrap();
    assert_eq!((model.id.as_str(), model.developer_name.as_str()), (MODEL, "Sales"));
    assert_eq!(client.active_model().await.unwrap(), None);
    assert_eq!(query_of(&org.asked()[0]), "SELECT Id, DeveloperName FROM Territory2Model WHERE State = 'Active'");
    org.answers(200, page(&[json!({"Id": "0M5xx0000000001GAA", "DeveloperName": "Geography"})]));
    assert_eq!(client.territory_types().await.unwrap(), [("Geography".to_owned(), "0M5xx0000000001GAA".to_owned())]);
}

#[tokio::test]
async fn what_is_in_a_model_is_read_over_all_pages_and_the_models_id_is_data() {
    let org = Org::start().await;
    let client = org.client(Duration::ZERO);
    let row = |nth: usize, cause: &str| json!({"Id": format!("0Iw{nth}"), "Territory2Id": "0MI1", "ObjectId": format!("001xx00000{nth:05}"), "AssociationCause": cause});
    org.answers(200, json!({"totalSize": 3, "done": false, "nextRecordsUrl": "/services/data/v68.0/query/0r8xx-1", "records": [row(1, "Territory2Manual")]}));
    org.answers(200, page(&[row(2, "Territory2AssignmentRule"), row(3, "SomethingNew")]));
    let accounts = client.territory_accounts("0MA' OR Id != '").await.unwrap();
    let causes: Vec<AssociationCause> = accounts.iter().map(|account| account.cause).collect();
    assert_eq!(causes, [AssociationCause::Manual, AssociationCause::Org, AssociationCause::Org]);
    assert_eq!((accounts[2].account_id.clone(), accounts[2].territory_id.as_str()), (id(3), "0MI1"));
    assert_eq!(
        query_of(&org.asked()[0]),
        r"SELECT Id, Territory2Id, ObjectId, AssociationCause FROM ObjectTerritory2Association WHERE Territory2.Territory2ModelId = '0MA\' OR Id != \'' AND SobjectType = 'Account' ORDER BY Id"
    );
    org.answers(200, page(&[json!({"Id": "0MI1", "Name": "DACH", "DeveloperName": "DACH", "ParentTerritory2Id": "0MI2", "RevLoops_Id__c": "dach", "Description": null})]));
    let territories = client.territories(MODEL).await.unwrap();
    assert_eq!(
        (territories[0].parent_id.as_deref(), territories[0].revloops_id.as_deref()),
        (Some("0MI2"), Some("dach"))
    );
    org.answers(
        200,
        page(&[json!({"Id": "0My1", "Territory2Id": "0MI1", "UserId": "001xx0000000001", "RoleInTerritory2": null})]),
    );
    let failure = client.territory_users(MODEL).await.unwrap_err();
    assert_eq!(failure.class(), ErrorClass::Rejected);
    assert!(failure.to_string().starts_with("reading the id of a user in a territory"), "{failure}");
}

#[tokio::test]
async fn all_accounts_come_with_their_open_opportunities_counted_in_one_pass() {
    let org = Org::start().await;
    let client = org.client(Duration::ZERO);
    org.answers(200, page(&[account(2), account(1)]));
    let open = |nth: usize| json!({"AccountId": format!("001xx00000{nth:05}")});
    org.answers(200, page(&[open(2), open(9), open(2)]));
    let placed = client.placed_accounts(None).await.unwrap();
    let told: Vec<_> = placed.into_iter().map(|placed| (placed.account.id, placed.open_opportunities)).collect();
    assert_eq!(told, [(id(1), 0), (id(2), 2)]);
    assert_eq!(
        query_of(&org.asked()[1]),
        "SELECT AccountId FROM Opportunity WHERE IsClosed = FALSE AND AccountId != NULL"
    );
}

#[tokio::test]
async fn an_account_that_cannot_be_read_fails_the_whole_and_is_not_left_out() {
    let org = Org::start().await;
    let mut odd = account(2);
    odd["ParentId"] = json!("00Qxx0000000001EAA");
    org.answers(200, page(&[account(1), odd]));
    let failure = org.client(Duration::ZERO).placed_accounts(None).await.unwrap_err();
    assert_eq!(failure.class(), ErrorClass::Rejected);
    assert!(failure.to_string().starts_with("reading Account 001xx0000000002: ParentId is not"), "{failure}");
}

#[tokio::test]
async fn some_accounts_are_asked_for_by_id_each_once_and_gone_ones_are_left_out() {
    let org = Org::start().await;
    let client = org.client(Duration::ZERO);
    let gone = Value::Null;
    org.answers(200, json!([account(1), gone])).answers(200, page(&[]));
    let placed = client.placed_accounts(Some(&[id(2), id(1), id(2)])).await.unwrap();
    assert_eq!(placed.len(), 1);
    let asked = org.asked();
    assert_eq!(asked[0].target, "/services/data/v68.0/composite/sobjects/Account");
    assert_eq!(asked[0].body["ids"], json!([id(1), id(2)]));
    assert_eq!(
        query_of(&asked[1]),
        format!("SELECT AccountId FROM Opportunity WHERE IsClosed = FALSE AND AccountId IN ('{}','{}')", id(1), id(2))
    );
    assert!(client.placed_accounts(Some(&[])).await.unwrap().is_empty());
    assert_eq!(org.asked().len(), 2, "nothing is asked for nobody");
}

#[tokio::test]
async fn records_are_made_in_one_call_that_is_sent_once_with_an_id_or_a_reason_for_each() {
    let org = Org::start().await;
    let client = org.client(Duration::ZERO);
    let error = json!({"statusCode": "DUPLICATE_DEVELOPER_NAME", "message": "ida@northwind.example", "fields": ["DeveloperName"]});
    org.answers(200, json!([{"id": "0MI1", "success": true, "errors": []}, {"success": false, "errors": [error]}]));
    let made = client.create("Territory2", &[record("West"), record("East")]).await.unwrap();
    assert_eq!(made[0].as_ref().unwrap(), "0MI1");
    assert_eq!(
        made[1].as_ref().unwrap_err().to_string(),
        "creating Territory2, record 2 of 2: the CRM answered DUPLICATE_DEVELOPER_NAME for DeveloperName"
    );
    let asked = &org.asked()[0];
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("POST", "/services/data/v68.0/composite/sobjects"));
    assert_eq!((asked.auto_assign.as_deref(), &asked.body["allOrNone"]), (Some("FALSE"), &json!(false)));
    assert_eq!(asked.body["records"][1], json!({"attributes": {"type": "Territory2"}, "Name": "East"}));
    org.fails(503, "SERVER_UNAVAILABLE");
    assert_eq!(client.create("Territory2", &[record("West")]).await.unwrap_err().class(), ErrorClass::Transient);
    let many = vec![record("West"); CHUNK + 1];
    assert_eq!(client.create("Territory2", &many).await.unwrap_err().class(), ErrorClass::Bug);
    assert!(client.create("Territory2", &[]).await.unwrap().is_empty());
    assert_eq!(org.asked().len(), 2);
}

#[tokio::test]
async fn records_of_several_kinds_are_deleted_in_one_call_that_is_sent_once() {
    let org = Org::start().await;
    let client = org.client(Duration::ZERO);
    let error = |code: &str| json!({"success": false, "errors": [{"statusCode": code, "message": "", "fields": []}]});
    org.answers(
        200,
        json!([{"id": "0Iw1", "success": true, "errors": []}, error("ENTITY_IS_DELETED"), error("UNABLE_TO_LOCK_ROW")]),
    );
    let gone = client.delete(&["0Iw1", "0My2", "0MI3"]).await.unwrap();
    let classes: Vec<Option<ErrorClass>> =
        gone.iter().map(|result| result.as_ref().err().map(Failure::class)).collect();
    assert_eq!(classes, [None, Some(ErrorClass::Rejected), Some(ErrorClass::Transient)]);
    let asked = &org.asked()[0];
    assert_eq!(
        (asked.method.as_str(), asked.target.as_str()),
        ("DELETE", "/services/data/v68.0/composite/sobjects?ids=0Iw1%2C0My2%2C0MI3&allOrNone=false")
    );
    org.fails(503, "SERVER_UNAVAILABLE");
    assert_eq!(client.delete(&["0Iw1"]).await.unwrap_err().class(), ErrorClass::Transient);
    assert!(client.delete(&[]).await.unwrap().is_empty());
    org.answers(200, json!([]));
    assert_eq!(client.delete(&["0Iw1"]).await.unwrap_err().class(), ErrorClass::Transient, "no result came");
    assert_eq!(org.asked().len(), 3);
}
