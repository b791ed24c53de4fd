//! The real client against an org over real HTTP.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "the helpers of tests are tests")]

mod collections;
mod org;
mod personal;
mod territories;

use std::time::Duration;

use revloops_crm::Salesforce;
use revloops_domain::{ErrorClass, LeadId, UserId};
use revloops_loopkit::Failure;
use revloops_loopkit::ports::{
    CrmDirectory as _, CrmReader as _, CrmWriter as _, SnapshotOf, Snapshots as _, Workload as _,
};
use serde_json::{Map, Value, json};

use org::{Org, settings};

const LEAD: &str = "00Qxx0000000001EAA";
const NO_CACHE: Duration = Duration::ZERO;

fn fields(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

async fn update(client: &Salesforce) -> Result<(), Failure> {
    client.update("Lead", LEAD, &fields(json!({"OwnerId": "005xx000001SwiUAAS"}))).await
}

async fn read(client: &Salesforce) -> Result<Option<Map<String, Value>>, Failure> {
    client.fields("Lead", LEAD, &["Status"]).await
}

#[tokio::test]
async fn an_update_logs_in_once_and_keeps_the_orgs_assignment_rules_out() {
    let org = Org::start().await;
    let client = org.client(NO_CACHE);
    org.answers(204, Value::Null).answers(204, Value::Null);
    update(&client).await.unwrap();
    update(&client).await.unwrap();
    assert_eq!(org.logins().len(), 1);
    assert_eq!(org.logins()[0].authorization, "Basic a2V5OnMzY3JldA==");
    assert_eq!(org.logins()[0].body, "grant_type=client_credentials");
    let asked = &org.asked()[0];
    assert_eq!(
        (asked.method.as_str(), asked.target.as_str()),
        ("PATCH", "/services/data/v68.0/sobjects/Lead/00Qxx0000000001EAA")
    );
    assert_eq!(asked.authorization, "Bearer token-1");
    assert_eq!(asked.auto_assign.as_deref(), Some("FALSE"));
    assert_eq!(asked.body, json!({"OwnerId": "005xx000001SwiUAAS"}));
}

#[tokio::test]
async fn an_upsert_says_whether_it_created_and_its_key_is_one_path_segment() {
    let org = Org::start().await;
    let client = org.client(NO_CACHE);
    org.answers(201, json!({"id": "00Txx0000000001EAA", "success": true, "errors": [], "created": true}));
    org.answers(200, json!({"id": "00Txx0000000001EAA", "success": true, "errors": [], "created": false}));
    let task = fields(json!({"Subject": "Call"}));
    let key = "lead/00Q/created/engage/task 1";
    assert!(client.upsert("Task", "RevLoops_Key__c", key, &task).await.unwrap());
    assert!(!client.upsert("Task", "RevLoops_Key__c", key, &task).await.unwrap());
    let asked = &org.asked()[0];
    assert_eq!(
        asked.target,
        "/services/data/v68.0/sobjects/Task/RevLoops_Key__c/lead%2F00Q%2Fcreated%2Fengage%2Ftask%201"
    );
    assert_eq!(asked.auto_assign.as_deref(), Some("FALSE"));
}

#[tokio::test]
async fn a_session_that_has_run_out_is_renewed_once() {
    let org = Org::start().await;
    let client = org.client(NO_CACHE);
    org.fails(401, "INVALID_SESSION_ID").answers(204, Value::Null);
    update(&client).await.unwrap();
    assert_eq!(org.logins().len(), 2);
    assert_eq!(org.asked()[1].authorization, "Bearer token-2");
    org.fails(401, "INVALID_SESSION_ID").fails(401, "INVALID_SESSION_ID");
    assert_eq!(update(&client).await.unwrap_err().class(), ErrorClass::ConfigInvalid);
}

#[tokio::test]
async fn a_write_is_sent_once_and_a_read_twice() {
    let org = Org::start().await;
    let client = org.client(NO_CACHE);
    for status in [429, 500, 503] {
        org.fails(status, "SERVER_UNAVAILABLE");
        update(&client).await.unwrap_err();
    }
    assert_eq!(org.asked().len(), 3);
    org.fails(503, "SERVER_UNAVAILABLE").answers(200, json!({"attributes": {}, "Status": "New"}));
    assert_eq!(read(&client).await.unwrap(), Some(fields(json!({"Status": "New"}))));
    assert_eq!(org.asked().len(), 5);
}

#[tokio::test]
async fn errors_have_the_class_that_decides_and_a_text_without_what_was_sent() {
    for (status, code, class) in [
        (403, "REQUEST_LIMIT_EXCEEDED", ErrorClass::Throttled),
        (429, "TOO_MANY", ErrorClass::Throttled),
        (503, "ANY", ErrorClass::Throttled),
        (400, "UNABLE_TO_LOCK_ROW", ErrorClass::Transient),
        (400, "DUPLICATE_VALUE", ErrorClass::Transient),
        (500, "UNKNOWN_EXCEPTION", ErrorClass::Transient),
        (502, "ANY", ErrorClass::Transient),
        (400, "INVALID_FIELD", ErrorClass::Rejected),
        (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", ErrorClass::Rejected),
        (403, "INSUFFICIENT_ACCESS", ErrorClass::Rejected),
        (404, "NOT_FOUND", ErrorClass::Rejected),
        (404, "ENTITY_IS_DELETED", ErrorClass::Rejected),
        (412, "PRECONDITION_FAILED", ErrorClass::Rejected),
        (302, "MOVED", ErrorClass::ConfigInvalid),
    ] {
        let org = Org::start().await;
        org.fails(status, code);
        let failure = update(&org.client(NO_CACHE)).await.unwrap_err();
        assert_eq!(failure.class(), class, "{status} {code}");
        let gone = if status == 404 { ": the record is gone" } else { "" };
        assert_eq!(
            failure.to_string(),
            format!("updating Lead {LEAD}: the CRM answered {status} {code} for Email{gone}")
        );
    }
}

#[tokio::test]
async fn a_field_that_the_org_does_not_have_is_named() {
    let org = Org::start().await;
    org.answers(400, json!([{"message": "No such column 'RevLoops_Score__c' on sobject of type Lead", "errorCode": "INVALID_FIELD"}]));
    let failure = update(&org.client(NO_CACHE)).await.unwrap_err();
    assert!(failure.to_string().ends_with("the CRM answered 400 INVALID_FIELD for RevLoops_Score__c"), "{failure}");
}

#[tokio::test]
async fn a_key_that_several_records_have_is_refused_with_the_remedy() {
    let org = Org::start().await;
    org.answers(300, json!(["/services/data/v68.0/sobjects/Task/1", "/services/data/v68.0/sobjects/Task/2"]));
    let failure = org.client(NO_CACHE).upsert("Task", "RevLoops_Key__c", "k", &Map::new()).await.unwrap_err();
    assert_eq!(failure.class(), ErrorClass::Rejected);
    assert!(
        failure.to_string().ends_with("2 records have this key: the external-id field must also be unique"),
        "{failure}"
    );
}

#[tokio::test]
async fn slow_silent_and_absent_orgs_are_faults_that_pass() {
    let org = Org::start().await;
    org.answers(204, Value::Null).takes(Duration::from_secs(2));
    let failure = update(&org.client(NO_CACHE)).await.unwrap_err();
    assert_eq!(
        (failure.class(), failure.to_string().contains("did not answer in time")),
        (ErrorClass::Transient, true)
    );
    let nobody = Salesforce::new(&settings("http://127.0.0.1:9", NO_CACHE)).unwrap();
    let failure = update(&nobody).await.unwrap_err();
    assert_eq!((failure.class(), failure.to_string().contains("no connection")), (ErrorClass::Transient, true));
}

#[tokio::test]
async fn refused_credentials_and_a_foreign_org_are_for_whoever_keeps_the_settings() {
    let org = Org::start().await;
    org.logging_in_answers(
        400,
        json!({"error": "invalid_client", "error_description": "client secret s3cret is wrong"}),
    );
    let failure = update(&org.client(NO_CACHE)).await.unwrap_err();
    assert_eq!(failure.class(), ErrorClass::ConfigInvalid);
    assert!(failure.to_string().ends_with("logging in: the CRM answered `invalid_client`"), "{failure}");
    let org = Org::start().await;
    org.logging_in_answers(
        200,
        json!({"access_token": "t", "instance_url": "https://other.my.salesforce.com", "token_type": "Bearer"}),
    );
    assert_eq!(update(&org.client(NO_CACHE)).await.unwrap_err().class(), ErrorClass::ConfigInvalid);
}

#[tokio::test]
async fn credentials_go_over_plain_http_to_this_machine_alone() {
    let failure = Salesforce::new(&settings("http://crm.example", NO_CACHE)).unwrap_err();
    assert_eq!(failure.class(), ErrorClass::ConfigInvalid);
    assert!(failure.to_string().contains("not https"), "{failure}");
    assert!(Salesforce::new(&settings("https://crm.example", NO_CACHE)).is_ok());
}

#[tokio::test]
async fn a_lead_is_read_with_the_fields_that_make_one_and_a_gone_one_is_none() {
    let org = Org::start().await;
    let client = org.client(NO_CACHE);
    let id = LeadId::parse(LEAD).unwrap();
    org.answers(
        200,
        json!({"attributes": {"type": "Lead"}, "Id": LEAD, "Company": "Acme", "LastName": "Holm", "IsConverted": true}),
    );
    let lead = client.lead(&id).await.unwrap().unwrap();
    assert_eq!((lead.company.as_str(), lead.converted), ("Acme", true));
    let target = &org.asked()[0].target;
    for name in ["CountryCode", "SystemModstamp", "NumberOfEmployees"] {
        assert!(target.contains(name), "{target}");
    }
    for code in ["NOT_FOUND", "ENTITY_IS_DELETED"] {
        org.fails(404, code);
        assert_eq!(client.lead(&id).await.unwrap(), None);
    }
    org.answers(200, json!({"Id": LEAD, "Company": "Acme", "LastName": null}));
    let failure = client.lead(&id).await.unwrap_err();
    assert_eq!(failure.to_string(), format!("reading Lead {LEAD}: LastName is missing"));
    assert_eq!(failure.class(), ErrorClass::Rejected);
}

fn query_of(asked: &org::Asked) -> String {
    let (_, query) = asked.target.split_once("?q=").unwrap();
    let mut bytes = Vec::new();
    let mut rest = query.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).unwrap()
}

fn user(nth: usize, login: &str) -> Value {
    json!({"attributes": {"type": "User"}, "Id": format!("005xx00000{nth:05}"), "Username": login, "Name": "A B", "IsActive": nth != 2})
}

fn page(records: &[Value]) -> Value {
    json!({"totalSize": records.len(), "done": true, "records": records})
}

#[tokio::test]
async fn users_come_in_the_order_asked_for_and_a_name_that_nobody_has_is_left_out() {
    let org = Org::start().await;
    let client = org.client(NO_CACHE);
    org.answers(200, page(&[user(1, "ann@n.example"), user(2, "bob@n.example")]));
    let names = ["Bob@n.example", "x' OR Name != '", "ann@n.example", "ANN@n.example"].map(String::from);
    let users = client.users(&names).await.unwrap();
    assert_eq!(
        users.iter().map(|user| (user.login.as_str(), user.active)).collect::<Vec<_>>(),
        [("bob@n.example", false), ("ann@n.example", true)]
    );
    assert_eq!(
        query_of(&org.asked()[0]),
        r"SELECT Id, Username, Name, IsActive FROM User WHERE Username IN ('ann@n.example','Bob@n.example','x\' OR Name != \'')"
    );
}

#[tokio::test]
async fn who_was_found_is_not_asked_for_again_within_the_time_given() {
    let org = Org::start().await;
    let client = org.client(Duration::from_secs(60));
    let names = ["ann@n.example", "new@n.example"].map(String::from);
    org.answers(200, page(&[user(1, "ann@n.example")]));
    assert_eq!(client.users(&names).await.unwrap().len(), 1);
    org.answers(200, page(&[user(3, "new@n.example")]));
    assert_eq!(client.users(&names).await.unwrap().len(), 2, "who was missing is asked for again");
    assert!(!query_of(&org.asked()[1]).contains("ann@"));
    assert_eq!(client.users(&names).await.unwrap().len(), 2);
    assert_eq!(org.asked().len(), 2);
    let client = org.client(NO_CACHE);
    org.answers(200, page(&[user(1, "ann@n.example")])).answers(200, page(&[]));
    assert_eq!(client.users(&names[..1]).await.unwrap().len(), 1);
    assert_eq!(client.users(&names[..1]).await.unwrap().len(), 0, "without a time, nothing is kept");
}

#[tokio::test]
async fn queues_are_found_by_developer_name_over_all_pages() {
    let org = Org::start().await;
    let queue =
        |nth: usize, name: &str| json!({"Id": format!("00Gxx00000{nth:05}"), "DeveloperName": name, "Name": name});
    org.answers(200, json!({"totalSize": 2, "done": false, "nextRecordsUrl": "/services/data/v68.0/query/0r8xx-1", "records": [queue(1, "Triage")]}));
    org.answers(200, page(&[queue(2, "Partner_Desk")]));
    let names = ["Triage", "Partner_Desk"].map(String::from);
    let queues = org.client(NO_CACHE).queues(&names).await.unwrap();
    assert_eq!(
        queues.iter().map(|queue| queue.developer_name.as_str()).collect::<Vec<_>>(),
        ["Triage", "Partner_Desk"]
    );
    assert!(queues[0].id.is_queue());
    assert_eq!(
        query_of(&org.asked()[0]),
        "SELECT Id, DeveloperName, Name FROM Group WHERE Type = 'Queue' AND DeveloperName IN ('Partner_Desk','Triage')"
    );
}

#[tokio::test]
async fn owners_are_found_by_id_and_their_open_leads_are_counted_by_the_crm() {
    let org = Org::start().await;
    let client = org.client(NO_CACHE);
    org.answers(200, page(&[user(1, "ann@n.example"), user(2, "bob@n.example")]));
    let ids = ["005xx0000000002", "005xx0000000001"].map(|id| UserId::parse(id).unwrap());
    let users = client.users_by_id(&ids).await.unwrap();
    assert_eq!(users.iter().map(|user| user.login.as_str()).collect::<Vec<_>>(), ["bob@n.example", "ann@n.example"]);
    let count =
        |id: &UserId, leads: u64| json!({"attributes": {"type": "AggregateResult"}, "OwnerId": id, "leads": leads});
    org.answers(200, page(&[count(&ids[0], 7)]));
    let statuses = ["Open - Not Contacted".to_owned()];
    let counts = client.open_leads(&ids, &statuses).await.unwrap();
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), [(ids[0].clone(), 7)]);
    assert_eq!(
        query_of(&org.asked()[1]),
        format!(
            "SELECT OwnerId, COUNT(Id) leads FROM Lead WHERE OwnerId IN ('{}','{}') AND Status IN ('Open - Not Contacted') AND IsConverted = FALSE GROUP BY OwnerId",
            ids[0], ids[1]
        )
    );
    assert!(client.open_leads(&ids, &[]).await.unwrap().is_empty(), "without a status nothing is open");
    assert_eq!(org.asked().len(), 2);
}

#[tokio::test]
async fn many_names_are_asked_for_in_several_queries() {
    let org = Org::start().await;
    org.answers(200, page(&[])).answers(200, page(&[])).answers(200, page(&[]));
    let names: Vec<String> = (0..100).map(|nth| format!("user-{nth}@n.example")).collect();
    org.client(NO_CACHE).users(&names).await.unwrap();
    assert_eq!(org.asked().len(), 3);
}

#[tokio::test]
async fn a_record_is_looked_for_by_its_key_as_data() {
    let org = Org::start().await;
    let client = org.client(NO_CACHE);
    org.answers(200, page(&[json!({"Id": "00Txx0000000001EAA"})])).answers(200, page(&[]));
    assert!(client.has("Task", "RevLoops_Key__c", "it's").await.unwrap());
    assert!(!client.has("Task", "RevLoops_Key__c", "it's").await.unwrap());
    assert_eq!(query_of(&org.asked()[0]), r"SELECT Id FROM Task WHERE RevLoops_Key__c = 'it\'s' LIMIT 1");
    let failure = client.has("Task WHERE Id != ''", "RevLoops_Key__c", "k").await.unwrap_err();
    assert_eq!((failure.class(), org.asked().len()), (ErrorClass::Bug, 2));
}

#[tokio::test]
async fn what_changed_is_read_with_what_is_in_the_bin_page_after_page() {
    let org = Org::start().await;
    let client = org.client(NO_CACHE);
    let next = "/services/data/v68.0/query/0r8xx-2000";
    let page = |id: &str, next: Option<&str>| {
        let record = json!({"attributes": {"type": "Lead"}, "Id": id, "IsDeleted": true});
        json!({"totalSize": 2, "done": next.is_none(), "nextRecordsUrl": next, "records": [record]})
    };
    org.answers(200, page(LEAD, Some(next))).answers(200, page("00Qxx0000000002EAA", None));
    let since = Some("2026-11-28T12:00:00.5Z".parse().unwrap());
    let leads = SnapshotOf { object: "Lead", fields: &["Id", "IsDeleted"], since, only: Some("IsConverted = FALSE") };
    let first = client.snapshot(&leads, None).await.unwrap();
    assert_eq!((first.records[0]["Id"].as_str(), first.next.as_deref()), (Some(LEAD), Some(next)));
    let rest = client.snapshot(&leads, first.next.as_deref()).await.unwrap();
    assert_eq!((rest.records.len(), rest.next), (1, None));
    let asked = org.asked();
    assert!(asked[0].target.starts_with("/services/data/v68.0/queryAll?"), "{}", asked[0].target);
    assert_eq!(
        query_of(&asked[0]),
        "SELECT Id, IsDeleted FROM Lead WHERE SystemModstamp >= 2026-11-28T12:00:00Z AND IsConverted = FALSE \
         ORDER BY SystemModstamp, Id"
    );
    assert_eq!(asked[1].target, next);
}
