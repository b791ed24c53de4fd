use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use revloops_standins::crm::Delivery;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::world::World;

const ACK: &str = r#"<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse></soapenv:Body></soapenv:Envelope>"#;

/// What a receiver got, and how often it refuses first.
#[derive(Default)]
struct Receiver {
    bodies: Mutex<Vec<String>>,
    refusals_left: Mutex<u32>,
}

impl Receiver {
    async fn start(refusals: u32) -> (Arc<Self>, String) {
        let receiver = Arc::new(Self { refusals_left: Mutex::new(refusals), ..Self::default() });
        let router = Router::new().route("/crm/messages", post(take)).with_state(Arc::clone(&receiver));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move { axum::serve(listener, router).await });
        // The kind of host that the local cloud gives: the sender has to know that it is this machine.
        (receiver, format!("http://a1b2.execute-api.localhost:{port}/crm/messages"))
    }

    fn bodies(&self) -> Vec<String> {
        self.bodies.lock().unwrap().clone()
    }
}

async fn take(State(receiver): State<Arc<Receiver>>, body: String) -> (StatusCode, String) {
    receiver.bodies.lock().unwrap().push(body);
    let mut left = receiver.refusals_left.lock().unwrap();
    if *left == 0 {
        return (StatusCode::OK, ACK.to_owned());
    }
    *left -= 1;
    if *left % 2 == 0 {
        (StatusCode::OK, ACK.replace("true", "false"))
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, String::new())
    }
}

fn quick(endpoint_url: Option<String>) -> Delivery {
    Delivery {
        endpoint_url,
        base_delay: Duration::from_millis(40),
        window: Duration::from_millis(20),
        ..Delivery::default()
    }
}

async fn settled(world: &World, acked: u64) -> Value {
    for _ in 0..500 {
        let state = world.get("/_standin/outbound").await;
        if state["counts"]["acked"] == acked && state["counts"]["pending"] == 0 && state["counts"]["sending"] == 0 {
            return state;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not settled: {}", world.get("/_standin/outbound").await)
}

fn texts(envelope: &str, name: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(envelope).unwrap();
    document
        .descendants()
        .filter(|node| node.tag_name().name() == name)
        .map(|node| node.text().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test]
async fn a_created_lead_is_told_in_the_vendors_envelope() {
    let (receiver, url) = Receiver::start(0).await;
    let world = World::with(quick(Some(url))).await;
    let id = world.create("Lead", json!({ "LastName": "Holm", "Company": "Northwind & Søn <A/S>", "CountryCode": "DK", "NumberOfEmployees": 240 })).await;
    settled(&world, 1).await;
    let bodies = receiver.bodies();
    assert_eq!(bodies.len(), 1);
    let document = roxmltree::Document::parse(&bodies[0]).unwrap();
    let outbound = "http://soap.sforce.com/2005/09/outbound";
    let fields = "urn:sobject.enterprise.soap.sforce.com";
    let one = |ns: &str, name: &str| {
        document
            .descendants()
            .find(|node| node.has_tag_name((ns, name)))
            .and_then(|node| node.text())
            .map(str::to_owned)
    };
    assert_eq!(one(outbound, "OrganizationId").as_deref(), Some("00Dxx0000001gPLEAY"));
    assert!(one(outbound, "ActionId").unwrap().starts_with("04k"));
    assert!(one(outbound, "Id").unwrap().starts_with("04l"));
    assert_eq!(one(outbound, "EnterpriseUrl"), Some(format!("{}/services/Soap/c/68.0/00Dxx0000001gPL", world.url)));
    assert_eq!(one(fields, "Id"), Some(id));
    assert_eq!(one(fields, "Company").as_deref(), Some("Northwind & Søn <A/S>"));
    assert_eq!(one(fields, "Country").as_deref(), Some("Denmark"));
    assert_eq!(one(fields, "NumberOfEmployees").as_deref(), Some("240"));
    assert!(one(fields, "CreatedDate").unwrap().ends_with('Z'));
    assert_eq!(one(fields, "Email"), None, "an empty field is left out");
    assert_eq!(one(fields, "RevLoops_Score__c"), None, "a field that the message does not carry");
    let session = document.descendants().find(|node| node.has_tag_name((outbound, "SessionId"))).unwrap();
    assert_eq!(session.attribute(("http://www.w3.org/2001/XMLSchema-instance", "nil")), Some("true"));
}

#[tokio::test]
async fn up_to_a_hundred_share_an_envelope_and_objects_never_do() {
    let (receiver, url) = Receiver::start(0).await;
    let world = World::with(quick(None)).await;
    let records: Vec<Value> = (0..150)
        .map(|n| json!({ "attributes": { "type": "Lead" }, "LastName": n.to_string(), "Company": "Bulk" }))
        .collect();
    world.call("POST", "composite/sobjects", json!({ "records": records })).await;
    world.create("Opportunity", json!({ "Name": "Deal", "StageName": "Prospecting", "CloseDate": "2027-01-31" })).await;
    let waiting = world.get("/_standin/outbound").await;
    assert_eq!((&waiting["counts"]["pending"], &waiting["endpoint_url"]), (&json!(151), &Value::Null));
    let set = world.call("PUT", "/_standin/outbound", json!({ "endpoint_url": url })).await;
    assert_eq!(set.status, 200);
    let state = settled(&world, 151).await;
    assert_eq!(state["ack_latency_ms"].as_array().unwrap().len(), 3);
    let mut sizes: Vec<(usize, usize)> =
        receiver.bodies().iter().map(|body| (texts(body, "Company").len(), texts(body, "StageName").len())).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [(0, 1), (50, 0), (100, 0)]);
}

#[tokio::test]
async fn an_update_is_not_told() {
    let (receiver, url) = Receiver::start(0).await;
    let world = World::with(quick(Some(url))).await;
    let id = world.lead("Northwind").await;
    settled(&world, 1).await;
    world.call("PATCH", &format!("sobjects/Lead/{id}"), json!({ "Title": "CEO" })).await;
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert_eq!(receiver.bodies().len(), 1);
}

#[tokio::test]
async fn what_is_not_acknowledged_is_sent_again_with_the_same_id_and_the_latest_values() {
    let (receiver, url) = Receiver::start(3).await;
    let world = World::with(quick(Some(url))).await;
    let id = world.lead("Before").await;
    while receiver.bodies().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    world.call("PATCH", &format!("sobjects/Lead/{id}"), json!({ "Company": "After" })).await;
    let state = settled(&world, 1).await;
    assert_eq!(state["attempts"], 4);
    let bodies = receiver.bodies();
    assert_eq!(bodies.len(), 4);
    let ids: std::collections::BTreeSet<String> = bodies.iter().map(|body| texts(body, "Id")[0].clone()).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(
        (texts(&bodies[0], "Company"), texts(&bodies[3], "Company")),
        (vec!["Before".to_owned()], vec!["After".to_owned()])
    );
}

#[tokio::test]
async fn an_answer_on_a_task_is_told_with_who_gave_it_whoever_changes_the_task_afterwards() {
    let (receiver, url) = Receiver::start(0).await;
    let world = World::with(quick(None)).await;
    let (rep, other) = (world.user("rep").await, world.user("other").await);
    let id = world.create("Task", json!({ "Subject": "Preview", "RevLoops_Sequence__c": "seq-1" })).await;
    let as_user = async |name: &str, fields: Value| {
        let login = json!({ "username": format!("{name}@northfield.example") });
        let token = world.call("POST", "/_ui/login", login).await.body["token"].as_str().unwrap().to_owned();
        let path = format!("{}/services/data/v68.0/sobjects/Task/{id}", world.url);
        world.send(world.http.patch(path).bearer_auth(token).json(&fields)).await.status
    };
    // Only a change of the answer is told, and who makes it cannot be made up.
    assert_eq!(as_user("other", json!({ "Priority": "High" })).await, 204);
    assert_eq!(as_user("rep", json!({ "RevLoops_Answer__c": "Perhaps" })).await, 400);
    let forged = json!({ "RevLoops_Answer__c": "Approve", "RevLoops_Answered_By__c": other });
    assert_eq!(as_user("rep", forged).await, 204);
    assert_eq!(as_user("other", json!({ "Priority": "Low" })).await, 204);
    world.call("PUT", "/_standin/outbound", json!({ "endpoint_url": url })).await;
    settled(&world, 1).await;
    let told = receiver.bodies().remove(0);
    assert_eq!(texts(&told, "RevLoops_Answered_By__c"), [rep]);
    assert_eq!(texts(&told, "RevLoops_Answer__c"), ["Approve"]);
    assert_eq!(texts(&told, "RevLoops_Sequence__c"), ["seq-1"]);
}

#[tokio::test]
async fn pauses_between_attempts_grow() {
    let (receiver, url) = Receiver::start(u32::MAX).await;
    let world = World::with(Delivery {
        base_delay: Duration::from_millis(100),
        window: Duration::from_millis(1),
        ..quick(Some(url))
    })
    .await;
    world.lead("Northwind").await;
    tokio::time::sleep(Duration::from_millis(1000)).await;
    // At 0, 100, 300 and 700 ms; the next one is due at 1,500.
    let sent = receiver.bodies().len();
    assert!((3..=4).contains(&sent), "{sent} attempts in a second");
    assert_eq!(world.get("/_standin/outbound").await["counts"]["acked"], 0);
}

#[tokio::test]
async fn messages_outlive_the_process() {
    let (receiver, url) = Receiver::start(0).await;
    let world = World::with(quick(None)).await;
    world.lead("Northwind").await;
    let world = world.restarted(quick(Some(url))).await;
    settled(&world, 1).await;
    assert_eq!(receiver.bodies().len(), 1);
    assert_eq!(world.query("SELECT Company FROM Lead").await[0]["Company"], "Northwind");
}

#[tokio::test]
async fn an_envelope_can_be_sent_again_many_times_at_once() {
    let (receiver, url) = Receiver::start(0).await;
    let world = World::with(quick(Some(url))).await;
    let records: Vec<Value> = (0..3)
        .map(|n| json!({ "attributes": { "type": "Lead" }, "LastName": n.to_string(), "Company": "Bulk" }))
        .collect();
    let created = world.call("POST", "composite/sobjects", json!({ "records": records })).await;
    settled(&world, 3).await;
    let first = receiver.bodies()[0].clone();
    let answer = world
        .call("POST", "/_standin/outbound/resend", json!({ "lead_ids": [created.body[0]["id"]], "times": 5 }))
        .await;
    assert_eq!(
        answer.body["envelopes"].as_array().unwrap().iter().filter(|envelope| envelope["acknowledged"] == true).count(),
        5
    );
    let bodies = receiver.bodies();
    assert_eq!(bodies.len(), 6);
    assert!(bodies.iter().all(|body| *body == first));
    let unknown = world.call("POST", "/_standin/outbound/resend", json!({ "lead_ids": ["00Qxx000000zzzzEAA"] })).await;
    assert_eq!(unknown.status, 404);
}
