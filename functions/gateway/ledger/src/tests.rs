//! The ledger on a bucket in memory: what comes late, twice, out of order or unreadable, and the lake made anew.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use revloops_domain::sha256_hex;
use revloops_lake::{Archive, Lake};
use revloops_loopkit::ports::{Lease, Objects as _, RunStore, Snapshot, SnapshotOf, Snapshots, TerritoryModel};
use revloops_loopkit::{Action, Effect, EffectKey, Outcome, Record, RunKey};
use revloops_testkit::{ObjectsInMemory, ParkedInMemory, TestWorld, lead_id, record};
use serde_json::{Map, Value, json};

use super::*;
use crate::crm::Crm;

/// Everything in memory, a function at a time.
struct Stage {
    objects: Arc<ObjectsInMemory>,
    parked: Arc<ParkedInMemory>,
    world: Arc<TestWorld>,
    org: Org,
    ledger: Ledger,
}

/// The records of a CRM, by object.
#[derive(Default)]
struct Org(Mutex<BTreeMap<String, Vec<Value>>>);

impl Org {
    fn save(&self, object: &str, record: Value) {
        let mut records = self.0.lock().unwrap();
        let records = records.entry(object.to_owned()).or_default();
        records.retain(|one| one["Id"] != record["Id"]);
        records.push(record);
    }

    fn delete(&self, object: &str, id: &str) {
        self.0.lock().unwrap().get_mut(object).unwrap().retain(|one| one["Id"] != id);
    }
}

#[async_trait]
impl Snapshots for Org {
    async fn snapshot(&self, of: &SnapshotOf<'_>, next: Option<&str>) -> Outcome<Snapshot> {
        let all = self.0.lock().unwrap();
        let changed = |record: &Value| record["SystemModstamp"].as_str().unwrap().parse::<Timestamp>().ok();
        let mut found: Vec<&Value> = all.get(of.object).into_iter().flatten().collect();
        found.retain(|record| of.since.is_none_or(|since| changed(record).is_none_or(|at| at >= since)));
        found.sort_by_key(|record| changed(record));
        // Pages of two.
        let from: usize = next.map_or(0, |next| next.parse().unwrap());
        let records: Vec<Map<String, Value>> =
            found.iter().skip(from).take(2).map(|record| record.as_object().unwrap().clone()).collect();
        Ok(Snapshot { records, next: (from + 2 < found.len()).then(|| (from + 2).to_string()) })
    }
}

fn noon() -> Timestamp {
    "2026-11-28T12:00:00Z".parse().unwrap()
}

fn stage() -> Stage {
    let (objects, parked) = (Arc::new(ObjectsInMemory::default()), Arc::new(ParkedInMemory::default()));
    let world = Arc::new(TestWorld::new(noon()));
    let ledger = Ledger {
        objects: objects.clone(),
        datasets: revloops_catalogue::datasets().into(),
        parked: parked.clone(),
        clock: world.clone(),
    };
    Stage { objects, parked, world, org: Org::default(), ledger }
}

impl Stage {
    async fn take(&self, payload: Value) -> Outcome<Value> {
        let works = World {
            ledger: &self.ledger,
            large_records: self.objects.as_ref(),
            past: self.world.as_ref(),
            crm: Crm { snapshots: &self.org, territories: self.world.as_ref() },
        };
        let within = Within { began: self.world.with(|memory| memory.now), works_for: SignedDuration::from_secs(60) };
        self.world.pass(SignedDuration::from_secs(1));
        handle(&payload, &works, &within).await
    }

    /// The lake's objects, by their keys below its folder.
    fn lake(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let below =
            |(key, bytes): (String, Vec<u8>)| Some((key.strip_prefix(&format!("{folder}/"))?.to_owned(), bytes));
        self.objects.all().into_iter().filter_map(below).collect()
    }

    async fn rows(&self, dataset: &str) -> Vec<Map<String, Value>> {
        let dataset = self.ledger.dataset(dataset).unwrap();
        let rows = self.ledger.lake().rows(dataset).await.unwrap();
        rows.iter().map(|row| row.members(dataset)).collect()
    }
}

/// A decision of Qualify about this lead, with personal data in what the ledger must not keep.
fn qualified(nth: u32) -> Record {
    let key =
        RunKey { subject: format!("lead/{}", lead_id(nth)), loop_name: "qualify".into(), trigger: "created".into() };
    let mut record = record(key, json!({"last_name": "Sørensen"}), json!({"band": "A"}), noon());
    record.decision.outcome = "qualified".into();
    record.facts = json!({"email": "ida@northwind.example"});
    record.metrics = vec![json!({
        "lead_id": lead_id(nth), "status": "qualified", "score": 80, "band": "A", "cached": false, "data_microusd": 250,
        "disqualified_because": [], "provenance": {"verified": 3, "unverified": 1, "conflict": 0, "not_found": 0},
        "factors": [{"factor": "size", "choice": "large", "points": 20}, {"factor": "title", "choice": null, "points": 0}],
    })];
    record.cost.data_microusd = 250;
    record.effects = vec![
        Effect {
            key: EffectKey::new(&record.key, "lead"),
            action: Action::UpdateRecord {
                object: "Lead".into(),
                id: lead_id(nth).to_string(),
                fields: Map::new(),
                marker: revloops_loopkit::Marker { field: "F".into(), value: json!(1) },
            },
        },
        Effect {
            key: EffectKey::new(&record.key, "event"),
            action: Action::Emit { name: "lead.qualified".into(), detail: json!({"name": "Ida"}) },
        },
    ];
    record
}

fn image(record: &Record, more: Value) -> Value {
    let mut image = json!({
        "pk": {"S": record.key.subject}, "sk": {"S": format!("run/{}/{}", record.key.trigger, record.key.loop_name)},
        "status": {"S": "decided"},
    });
    for (name, value) in more.as_object().unwrap() {
        image[name] = value.clone();
    }
    json!({"eventName": "MODIFY", "eventSource": "aws:dynamodb", "dynamodb": {"NewImage": image, "SequenceNumber": "1"}})
}

fn decided(record: &Record) -> Value {
    image(record, json!({"record": {"S": serde_json::to_string(record).unwrap()}}))
}

fn event(id: &str, name: &str, lead: u32) -> Value {
    let detail = json!({
        "event_id": id, "lead_id": lead_id(lead), "correlation_id": "c-1", "received_at": "2026-11-28T11:00:00Z",
        "profile": {"last_name": "Sørensen"},
    });
    let envelope = json!({
        "id": "e-1", "detail-type": name, "source": "revloops", "time": "2026-11-28T11:00:07Z", "detail": detail,
    });
    json!({"messageId": id, "eventSource": "aws:sqs", "body": envelope.to_string()})
}

fn lead(nth: u32, status: &str, modified: &str) -> Value {
    json!({
        "attributes": {"type": "Lead"}, "Id": lead_id(nth), "OwnerId": "005xx000001SwiUAAS", "Company": "Northwind",
        "Status": status, "RevLoops_Score__c": 80.0, "IsConverted": false, "IsDeleted": false,
        "CreatedDate": "2026-11-28T09:00:00.000+0000", "SystemModstamp": modified, "NumberOfEmployees": 240,
    })
}

#[tokio::test]
async fn a_decision_becomes_rows_of_decisions_effects_and_facts_and_nothing_of_a_person_is_kept() {
    let stage = stage();
    let reply = stage.take(json!({"Records": [decided(&qualified(1))]})).await.unwrap();
    assert_eq!(reply, json!({"batchItemFailures": []}));

    let decisions = stage.rows("decisions").await;
    let [row] = decisions.as_slice() else { panic!("{decisions:?}") };
    assert_eq!(
        (&row["loop"], &row["outcome"], &row["actor"]),
        (&json!("qualify"), &json!("qualified"), &json!("code"))
    );
    assert_eq!((&row["record_id"], &row["data_microusd"]), (&json!(lead_id(1)), &json!(250)));
    let targets: Vec<_> =
        stage.rows("effects").await.iter().map(|row| (row["kind"].clone(), row["target"].clone())).collect();
    assert_eq!(targets, [(json!("update_record"), json!("Lead")), (json!("emit"), json!("lead.qualified"))]);
    let facts = stage.rows("qualify_facts").await;
    assert_eq!((&facts[0]["score"], &facts[0]["provenance_verified"]), (&json!(80), &json!(3)));
    let factors: Vec<_> = stage.rows("qualify_factors").await.iter().map(|row| row["factor"].clone()).collect();
    assert_eq!(factors, [json!("size"), json!("title")]);

    assert_eq!(stage.parked.items(), []);
    for (key, bytes) in stage.objects.all() {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!text.contains("Sørensen") && !text.contains("ida@") && !text.contains("Ida"), "{key} names a person");
    }
}

#[tokio::test]
async fn late_duplicate_and_out_of_order_end_as_the_same_rows() {
    let (one, other) = (stage(), stage());
    let (first, second) = (decided(&qualified(1)), decided(&qualified(2)));
    // What an effect leaves in the item tells the ledger nothing new.
    let noted = image(&qualified(1), json!({"record": {"S": "{}"}, "applied": {"NS": ["0"]}}));
    let events = [event("e1", "lead.saved", 1), event("e2", "lead.qualified", 1)];
    one.take(json!({"Records": [first, noted, second]})).await.unwrap();
    one.take(json!({"Records": events})).await.unwrap();

    other.take(json!({"Records": [events[1]]})).await.unwrap();
    other.take(json!({"Records": [second]})).await.unwrap();
    other.take(json!({"Records": [second, first]})).await.unwrap();
    other.take(json!({"Records": [events[0], events[1]]})).await.unwrap();
    for dataset in ["decisions", "effects", "qualify_facts", "qualify_factors", "events"] {
        let rows = |rows: Vec<Map<String, Value>>| -> Vec<_> {
            let without = |mut row: Map<String, Value>| {
                row.remove("seen_at");
                row
            };
            rows.into_iter().map(without).collect()
        };
        assert_eq!(rows(one.rows(dataset).await), rows(other.rows(dataset).await), "{dataset}");
    }
    assert_eq!((one.rows("decisions").await.len(), one.rows("events").await.len()), (2, 2));
    assert_eq!(one.parked.items(), []);
}

#[tokio::test]
async fn an_event_is_a_row_without_its_detail() {
    let stage = stage();
    stage.take(json!({"Records": [event("e1", "lead.saved", 1)]})).await.unwrap();
    let rows = stage.rows("events").await;
    let wanted = json!({
        "row_version": 1, "seen_at": "2026-11-28T12:00:01Z", "event_id": "e1", "name": "lead.saved", "source": "revloops",
        "record_id": lead_id(1), "correlation_id": "c-1", "at": "2026-11-28T11:00:00Z",
    });
    assert_eq!(rows, [wanted.as_object().unwrap().clone()]);
}

#[tokio::test]
async fn what_cannot_be_read_is_parked_with_its_reason_and_holds_nothing_up() {
    let stage = stage();
    let broken = image(&qualified(3), json!({"record": {"S": "{\"run_id\": \"secret name\"}"}}));
    let mut wrong = qualified(4);
    wrong.metrics = vec![json!({"score": "eighty"})];
    stage.take(json!({"Records": [broken, decided(&wrong), decided(&qualified(1))]})).await.unwrap();
    stage
        .take(json!({"Records": [{"messageId": "m", "body": "not an event"}, event("e1", "lead.saved", 1)]}))
        .await
        .unwrap();

    let parked = stage.parked.items();
    let reasons: Vec<&str> = parked.iter().map(|item| item.reason.as_str()).collect();
    assert_eq!(parked.len(), 3, "{reasons:#?}");
    assert!(parked.iter().all(|item| item.step == "ledger" && item.next_attempt_at.is_none()));
    assert!(parked[0].parked_id.starts_with(&format!("ledger/lead/{}/run/created/qualify/", lead_id(3))));
    assert!(reasons[1].contains("qualify_facts") && reasons[1].contains("score"), "{reasons:#?}");
    assert!(reasons[2].starts_with("no event of the bus"), "{reasons:#?}");
    assert!(reasons.iter().all(|reason| !reason.contains("secret")));
    // The decision whose facts are none is one all the same.
    assert_eq!(stage.rows("decisions").await.len(), 2);
    assert_eq!(stage.rows("qualify_facts").await.len(), 1);
    assert_eq!(stage.rows("events").await.len(), 1);
}

#[tokio::test]
async fn a_record_too_large_for_an_item_is_read_from_its_bucket() {
    let stage = stage();
    let record = qualified(1);
    let bytes = serde_json::to_vec(&record).unwrap();
    let sha256 = sha256_hex(&bytes);
    stage.objects.put("runs/large.json", bytes, "application/json").await.unwrap();
    let item =
        |sha256: &str| image(&record, json!({"record_key": {"S": "runs/large.json"}, "record_sha256": {"S": sha256}}));
    stage.take(json!({"Records": [item(&sha256)]})).await.unwrap();
    assert_eq!(stage.rows("decisions").await.len(), 1);
    stage.take(json!({"Records": [item("another")]})).await.unwrap();
    assert!(stage.parked.items()[0].reason.contains("is not what its run stored"));
}

#[tokio::test]
async fn an_outcome_is_a_row_for_each_thing_that_was_looked_at() {
    let stage = stage();
    let kept = json!({
        "run_id": "r1", "subject": format!("lead/{}", lead_id(1)), "loop": "route", "decided_at": "2026-11-20T10:00:00Z",
        "config": {"key": "k", "version_id": "v7", "sha256": "s"}, "facts": [{"owner": "kim"}], "known_at": "2026-11-28T10:00:00Z",
        "observed": [{"metric": "reassigned", "bad": true, "at": "2026-11-21T10:00:00Z"}, {"metric": "ignored", "bad": false, "at": "2026-11-22T10:00:00Z"}],
    });
    let image = json!({"pk": {"S": "outcome.route"}, "sk": {"S": "r1"}, "value": {"S": kept.to_string()}, "version": {"N": "1"}});
    let counted = json!({"pk": {"S": "outcome_metrics.route"}, "sk": {"S": "v7"}, "value": {"S": "{}"}});
    let records = [image, counted].map(|image| json!({"dynamodb": {"NewImage": image}}));
    stage.take(json!({"Records": records})).await.unwrap();
    let rows = stage.rows("outcomes").await;
    let told: Vec<_> =
        rows.iter().map(|row| (row["outcome"].clone(), row["bad"].clone(), row["config_version"].clone())).collect();
    assert_eq!(told, [(json!("ignored"), json!(false), json!("v7")), (json!("reassigned"), json!(true), json!("v7"))]);
    assert_eq!(stage.parked.items(), []);
}

#[tokio::test]
async fn the_crm_is_copied_by_change_and_a_look_that_finds_nothing_new_writes_nothing() {
    let stage = stage();
    for nth in 1..=5 {
        stage.org.save("Lead", lead(nth, "Open", &format!("2026-11-28T11:00:0{nth}.000+0000")));
    }
    stage.org.save(
        "Opportunity",
        json!({"Id": "006xx0000000001AAA", "OwnerId": "005xx000001SwiUAAS", "Name": "Deal", "StageName": "Proposal", "Amount": 1234.56,
            "CloseDate": "2026-12-31", "IsClosed": false, "IsWon": false, "IsDeleted": false,
            "CreatedDate": "2026-11-28T09:00:00.000+0000", "SystemModstamp": "2026-11-28T11:00:00.000+0000"}),
    );
    let reply = stage.take(json!({"refresh": true})).await.unwrap();
    assert_eq!((&reply["done"], &reply["datasets"]["crm_leads"]["rows"]), (&json!(true), &json!(5)));
    let deals = stage.rows("crm_opportunities").await;
    assert_eq!((&deals[0]["amount_cents"], &deals[0]["close_day"]), (&json!(123_456), &json!("2026-12-31")));
    let leads = stage.rows("crm_leads").await;
    assert_eq!((&leads[0]["score"], &leads[0]["created_at"]), (&json!(80), &json!("2026-11-28T09:00:00Z")));

    let before = stage.objects.all();
    stage.take(json!({"source": "aws.scheduler"})).await.unwrap();
    assert_eq!(stage.objects.all(), before);

    stage.org.save("Lead", lead(2, "Working", "2026-11-28T11:30:00.000+0000"));
    let reply = stage.take(json!({"refresh": true})).await.unwrap();
    assert_eq!(reply["datasets"]["crm_leads"]["lines"], json!(1));
    let leads = stage.rows("crm_leads").await;
    assert_eq!(leads.iter().filter(|lead| lead["status"] == "Working").count(), 1);
    assert_eq!(leads.len(), 5);
}

#[tokio::test]
async fn a_territory_that_is_gone_is_marked() {
    let stage = stage();
    let model = TerritoryModel { id: "0MAxx0000000001".into(), developer_name: "plan".into() };
    stage.world.with(|memory| memory.crm.model = Some(model));
    let territory = |id: &str, name: &str| json!({"Id": id, "Name": name, "DeveloperName": name, "SystemModstamp": "2026-11-28T11:00:00.000+0000"});
    stage.org.save("Territory2", territory("0MIxx1", "DACH"));
    stage.org.save("Territory2", territory("0MIxx2", "Nordics"));
    stage.take(json!({"refresh": true})).await.unwrap();
    stage.org.delete("Territory2", "0MIxx2");
    for _ in 0..2 {
        stage.take(json!({"refresh": true})).await.unwrap();
        let rows = stage.rows("crm_territories").await;
        let told: Vec<_> = rows.iter().map(|row| (row["name"].clone(), row["is_deleted"].clone())).collect();
        assert_eq!(told, [(json!("DACH"), json!(false)), (json!("Nordics"), json!(true))]);
    }
}

#[tokio::test]
async fn the_lake_that_is_rebuilt_from_the_archive_has_the_same_bytes() {
    let stage = stage();
    stage.org.save("Lead", lead(1, "Open", "2026-11-28T11:00:00.000+0000"));
    stage.take(json!({"Records": [decided(&qualified(1)), decided(&qualified(2))]})).await.unwrap();
    stage.take(json!({"refresh": true})).await.unwrap();
    stage.take(json!({"Records": [decided(&qualified(1)), event("e1", "lead.saved", 1)]})).await.unwrap();
    stage.take(json!({"Records": [event("e1", "lead.saved", 1)]})).await.unwrap();
    stage.org.save("Lead", lead(1, "Working", "2026-11-28T11:30:00.000+0000"));
    stage.take(json!({"refresh": true})).await.unwrap();

    let reply = stage.take(json!({"rebuild": {"into": "rebuilt/anew"}})).await.unwrap();
    assert_eq!((&reply["done"], &reply["unread"]), (&json!(true), &json!(0)));
    assert!(stage.lake("lake").len() >= 5);
    assert_eq!(stage.lake("rebuilt/anew"), stage.lake("lake"));

    // In steps, from where one ended.
    let keys = Archive::new(stage.objects.clone()).keys(None).await.unwrap();
    let reply = stage.take(json!({"rebuild": {"into": "rebuilt/rest", "after": keys[1]}})).await.unwrap();
    assert_eq!((&reply["batches"], &reply["after"]), (&json!(keys.len() - 2), &json!(keys.last().unwrap())));
    for wrong in ["archive", "rebuilt/", "rebuilt/../lake", "marts"] {
        assert!(stage.take(json!({"rebuild": {"into": wrong}})).await.is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn what_a_stream_lost_is_caught_up_with() {
    let stage = stage();
    let runs = [qualified(1), qualified(2)];
    for record in &runs {
        let lease = Lease { owner: "f".into(), until: noon() };
        stage.world.claim(&record.key, &lease, noon()).await.unwrap();
        RunStore::decided(stage.world.as_ref(), &record.key, "f", record).await.unwrap();
    }
    stage.take(json!({"Records": [decided(&runs[0])]})).await.unwrap();
    let reply = stage.take(json!({"catch_up": {"after": "2026-11-28T00:00:00Z"}})).await.unwrap();
    assert_eq!((&reply["decisions"], &reply["next"]), (&json!(2), &Value::Null));
    assert_eq!(stage.rows("decisions").await.len(), 2);
    let lake = Lake::below(stage.objects.clone(), "lake");
    assert_eq!(lake.rows(stage.ledger.dataset("decisions").unwrap()).await.unwrap().len(), 2);
}
