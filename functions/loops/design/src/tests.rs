//! The loop against a store in memory, on the shipped baseline; and what its record gives again.

use std::sync::Arc;

use async_trait::async_trait;
use revloops_config::store::PointerRead;
use revloops_config::{ConfigStore, Pointer, Problems, StoreError};
use revloops_domain::{ConfigStamp, ErrorClass, sha256_hex};
use revloops_loopkit::run::decide_again;
use revloops_loopkit::{Loaded, Outcome, Record, dry_run};
use revloops_testkit::{TestWorld, config_root, shipped_config};
use serde_json::{Value, json};

use crate::{Design, DesignConfig};

/// One stored object.
struct Stored(Vec<u8>);

#[async_trait]
impl ConfigStore for Stored {
    async fn put(&self, key: &str, _: Vec<u8>) -> Result<String, StoreError> {
        panic!("a loop stores no config, and {key} neither")
    }

    async fn get(&self, key: &str, version_id: &str) -> Result<Vec<u8>, StoreError> {
        if version_id == "v1" { Ok(self.0.clone()) } else { Err(StoreError::Missing(key.to_owned())) }
    }

    async fn newest(&self, _: &str) -> Result<Option<Vec<u8>>, StoreError> {
        panic!("the version that was promoted is read, not the newest")
    }

    async fn pointer(&self, _: &str) -> Result<Option<PointerRead>, StoreError> {
        panic!("the chain says which scenario it is about")
    }

    async fn move_pointer(&self, _: &str, _: &Pointer, _: Option<&str>) -> Result<(), StoreError> {
        panic!("a loop promotes nothing")
    }
}

fn baseline() -> Vec<u8> {
    let mut problems = Problems::new();
    let read = revloops_scenario::read(&config_root(), "fy27-baseline", &mut problems);
    read.unwrap_or_else(|| panic!("{:?}", problems.sorted())).to_json()
}

async fn run(bytes: Vec<u8>, stamp: Value) -> (Outcome<Record>, DesignConfig) {
    let config: DesignConfig = shipped_config();
    let own = ConfigStamp { key: "k".to_owned(), version_id: "v".to_owned(), sha256: "s".to_owned() };
    let loaded = Loaded { config: config.clone(), stamp: own };
    let trigger = json!({"scenario": stamp, "why": "promoted", "event_id": "e1", "correlation_id": "c1"});
    let trigger = serde_json::from_value(trigger).unwrap();
    let world = TestWorld::new("2026-11-27T10:00:00Z".parse().unwrap());
    (dry_run(&Design { store: Arc::new(Stored(bytes)) }, &loaded, trigger, &world).await, config)
}

fn stamp_of(bytes: &[u8]) -> Value {
    json!({"key": "scenarios/fy27-baseline.json", "version_id": "v1", "sha256": sha256_hex(bytes)})
}

#[tokio::test]
async fn a_promoted_scenario_is_computed_and_its_record_gives_the_same_decision_again() {
    let bytes = baseline();
    let stamp = stamp_of(&bytes);
    let (record, config) = run(bytes, stamp.clone()).await;
    let record = record.unwrap();
    assert_eq!((record.key.subject.as_str(), record.key.trigger.as_str()), ("scenario/fy27-baseline", "e1"));
    let verdict = &record.decision.verdict;
    let segments: i64 = verdict["segments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|segment| segment["years"][0]["capacity"].as_i64().unwrap())
        .sum();
    assert_eq!(verdict["total"][0]["capacity"], segments, "the whole is the sum of its segments");
    assert_eq!(verdict["total"][0]["target"], 920_000_000, "7 and 2.2 million are to be booked in the first year");
    assert!(
        verdict["simulated"]["plan"]["bookings"]["p10"].as_i64()
            < verdict["simulated"]["plan"]["bookings"]["p90"].as_i64()
    );
    assert_eq!(record.reply["scenario"], stamp);
    assert_eq!(record.effects.len(), 1);
    let again =
        decide_again::<Design>(&serde_json::from_str(&serde_json::to_string(&record).unwrap()).unwrap(), &config);
    assert_eq!(again.unwrap(), record.decision);
}

#[tokio::test]
async fn what_is_not_the_promoted_version_is_not_computed() {
    let bytes = baseline();
    let mut other = stamp_of(&bytes);
    other["sha256"] = json!("0".repeat(64));
    let mut elsewhere = stamp_of(&bytes);
    elsewhere["key"] = json!("loops/route/bundle.json");
    let mut older = stamp_of(&bytes);
    older["version_id"] = json!("v0");
    let mut another = stamp_of(&bytes);
    another["key"] = json!("scenarios/fy27-iberia.json");
    for (stamp, class) in [
        (other, ErrorClass::ConfigInvalid),
        (older, ErrorClass::ConfigInvalid),
        (another, ErrorClass::ConfigInvalid),
        (elsewhere, ErrorClass::Rejected),
    ] {
        assert_eq!(run(bytes.clone(), stamp.clone()).await.0.unwrap_err().class(), class, "{stamp}");
    }
}
