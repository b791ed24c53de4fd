use std::collections::BTreeMap;

use async_trait::async_trait;
use http::Method;
use revloops_config::store::PointerRead;
use revloops_config::{Pointer, Problems, StoreError};
use revloops_scenario::Resolved;
use serde_json::{Value, json};

use super::*;

/// The shipped scenarios, stored; the baseline is active.
struct Stored(BTreeMap<String, Vec<u8>>);

#[async_trait]
impl ConfigStore for Stored {
    async fn put(&self, _: &str, _: Vec<u8>) -> Result<String, StoreError> {
        unreachable!("the service writes nothing")
    }
    async fn get(&self, key: &str, _: &str) -> Result<Vec<u8>, StoreError> {
        self.0.get(key).cloned().ok_or_else(|| StoreError::Missing(key.to_owned()))
    }
    async fn newest(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.get(key).cloned())
    }
    async fn pointer(&self, _: &str) -> Result<Option<PointerRead>, StoreError> {
        let active = revloops_domain::ConfigStamp {
            key: "scenarios/fy27-baseline.json".to_owned(),
            version_id: "1".to_owned(),
            sha256: revloops_domain::sha256_hex(&self.0["scenarios/fy27-baseline.json"]),
        };
        let pointer = Pointer::new(active, None, "ada", "");
        Ok(Some(PointerRead { pointer, etag: String::new() }))
    }
    async fn move_pointer(&self, _: &str, _: &Pointer, _: Option<&str>) -> Result<(), StoreError> {
        unreachable!("the service writes nothing")
    }
}

fn shipped(id: &str) -> Resolved {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../config");
    let mut problems = Problems::new();
    revloops_scenario::read(&root, id, &mut problems).unwrap_or_else(|| panic!("{problems}"))
}

fn ports() -> Ports {
    let stored = ["fy27-baseline", "fy27-iberia"].map(|id| (format!("scenarios/{id}.json"), shipped(id).to_json()));
    Ports { store: Arc::new(Stored(stored.into_iter().collect())) }
}

async fn send(method: Method, path: &str, kind: &str, body: Vec<u8>) -> (u16, Value) {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = path.parse().unwrap();
    if !kind.is_empty() {
        request.headers_mut().insert(header::CONTENT_TYPE, kind.parse().unwrap());
    }
    let response = handle(request, &ports()).await;
    let wanted = if response.status() == 200 { "application/json" } else { "application/problem+json" };
    assert_eq!(response.headers()[header::CONTENT_TYPE], wanted);
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

async fn post(path: &str, body: &Value) -> (u16, Value) {
    send(Method::POST, path, "application/json", body.to_string().into_bytes()).await
}

/// Path and what of each problem.
fn told(refusal: &Value) -> Vec<(String, String)> {
    let problems = refusal["problems"].as_array().unwrap().iter();
    problems.map(|one| (one["path"].as_str().unwrap().to_owned(), one["what"].as_str().unwrap().to_owned())).collect()
}

#[tokio::test]
async fn a_stored_plan_is_computed_and_so_is_its_content_when_it_is_sent() {
    let (status, stored) = post("/design/compute", &json!({"scenario": "fy27-baseline"})).await;
    assert_eq!(status, 200, "{stored}");
    let (_, active) = post("/design/compute", &json!({})).await;
    assert_eq!(stored, active);
    let content = shipped("fy27-baseline").content;
    let (status, sent) = post("/design/compute", &json!({"scenario": content})).await;
    assert_eq!(status, 200, "{sent}");
    assert_eq!(stored["computed"]["total"], sent["computed"]["total"]);
    assert_eq!(stored["computed"]["hash"], sent["computed"]["hash"]);
}

#[tokio::test]
async fn only_the_roll_ups_that_were_asked_for_are_answered() {
    let body = json!({"by": ["segment"], "with": ["hires_needed"]});
    let (_, answer) = post("/design/compute", &body).await;
    let computed = &answer["computed"];
    assert_eq!(computed["segments"].as_array().unwrap().len(), 2);
    for left_out in ["profiles", "territories", "managers", "seats"] {
        assert_eq!(computed[left_out], json!([]), "{left_out}");
    }
    assert!(answer["hires_needed"].is_object() && answer["sensitivity"].is_null());
}

#[tokio::test]
async fn the_same_seed_gives_the_same_answer_and_another_one_another() {
    let ask = async |seed: u64| post("/design/simulate", &json!({"trials": 300, "seed": seed})).await;
    let (status, first) = ask(1).await;
    assert_eq!(status, 200, "{first}");
    assert_eq!(first, ask(1).await.1);
    assert_ne!(first["plan"], ask(2).await.1["plan"]);
}

#[tokio::test]
async fn causes_of_a_difference_add_up_to_it() {
    let (status, difference) = post("/design/diff", &json!({"to": "fy27-iberia"})).await;
    assert_eq!(status, 200, "{difference}");
    let causes = difference["causes"].as_array().unwrap();
    for part in ["capacity", "target", "quota", "cost"] {
        let sum: i64 = causes.iter().map(|cause| cause["amounts"][part].as_i64().unwrap()).sum();
        assert_eq!(sum, difference["change"][part].as_i64().unwrap(), "{part}");
    }
    assert!(difference["change"]["capacity"].as_i64().unwrap() != 0);
}

#[tokio::test]
async fn every_mistake_of_a_plan_is_told_with_its_place_and_remedy() {
    let mut content = shipped("fy27-baseline").content;
    content["months"] = json!(99);
    content["roster"][0]["profile"] = json!("ae-enterprize");
    content["hiring_plan"][0]["territory"] = json!("atlantis");
    content["territories"][2]["parent"] = json!("nowhere");
    content["profiles"][0]["attrition_percent_a_year"] = json!(-3);
    let (status, refusal) = post("/design/compute", &json!({"scenario": content})).await;
    assert_eq!(status, 422, "{refusal}");
    let told = told(&refusal);
    for wanted in [
        "scenario.months",
        "scenario.roster[0].profile",
        "scenario.hiring_plan[0].territory",
        "scenario.territories[2].parent",
        "scenario.profiles[0].attrition_percent_a_year",
    ] {
        assert!(told.iter().any(|(path, _)| path == wanted), "{wanted} is not in {told:?}");
    }
    assert!(
        refusal["problems"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["remedy"].as_str().unwrap().contains("ae-enterprise"))
    );
}

#[tokio::test]
async fn unknown_and_misshapen_fields_are_told_all_at_once() {
    let body = json!({"scenario": "fy27-baseline", "trails": 5, "seed": "one", "trials": 1_000_000});
    let (status, refusal) = post("/design/simulate", &body).await;
    assert_eq!(status, 400);
    let paths: Vec<String> = told(&refusal).into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["seed", "trails", "trials"]);
}

#[tokio::test]
async fn hostile_bodies_are_refused_and_never_echoed() {
    let deep = [vec![b'['; 200_000], vec![b']'; 200_000]].concat();
    let bodies: [(Vec<u8>, u16); 9] = [
        (Vec::new(), 400),
        (b"{".to_vec(), 400),
        (b"null".to_vec(), 400),
        (b"[]".to_vec(), 400),
        (b"\xff\xfe{}".to_vec(), 400),
        (deep, 400),
        (br#"{"scenario": 1e999}"#.to_vec(), 400),
        (br#"{"scenario": "../active/scenario"}"#.to_vec(), 400),
        (vec![b' '; revloops_planning::service::MAX_BODY_BYTES + 1], 413),
    ];
    for (body, wanted) in bodies {
        let shown: String = String::from_utf8_lossy(&body).chars().take(40).collect();
        let (status, refusal) = send(Method::POST, "/design/compute", "application/json", body).await;
        assert_eq!(status, wanted, "{shown}: {refusal}");
    }
    let secret = json!({"scenario": {"name": "hunter2-the-salary"}, "hunter2": 1});
    let (_, refusal) = post("/design/compute", &secret).await;
    assert!(!refusal.to_string().contains("the-salary"), "{refusal}");
}

#[tokio::test]
async fn amounts_at_the_end_of_the_numbers_are_answered_or_refused() {
    for amount in [json!(9_223_372_036_854_775_807_u64), json!(1e300), json!(92_233_720_368_547_i64), json!(-1)] {
        let mut content = shipped("fy27-baseline").content;
        for row in content["productivity"].as_array_mut().unwrap() {
            row["a_year"] = amount.clone();
        }
        content["hiring_plan"][0]["seats"] = json!(4_000);
        let (status, answer) = post("/design/compute", &json!({"scenario": content})).await;
        assert!(matches!(status, 200 | 422), "{amount}: {status} {}", answer["title"]);
    }
}

#[tokio::test]
async fn what_would_take_too_long_is_refused_before_it_begins() {
    let mut content = shipped("fy27-baseline").content;
    content["hiring_plan"][0]["seats"] = json!(3_000);
    let (status, refusal) = post("/design/simulate", &json!({"scenario": content, "trials": 100_000})).await;
    assert_eq!(status, 422);
    assert_eq!(told(&refusal), [("trials".to_owned(), "100000 trials of 3012 seats".to_owned())]);
    content["hiring_plan"][0]["seats"] = json!(6_000);
    let (status, _) = post("/design/compute", &json!({"scenario": content})).await;
    assert_eq!(status, 422);
}

#[tokio::test]
async fn an_answer_that_lambda_would_not_send_is_refused_with_what_to_do() {
    let mut content = shipped("fy27-baseline").content;
    content["hiring_plan"][0]["seats"] = json!(4_900);
    let (status, refusal) = post("/design/compute", &json!({"scenario": content, "by": ["seat"]})).await;
    assert_eq!(status, 422);
    assert_eq!(told(&refusal)[0].0, "by");
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    assert_eq!(post("/design/compute", &json!({"scenario": "fy99"})).await.0, 404);
    assert_eq!(post("/design/nothing", &json!({})).await.0, 404);
    assert_eq!(send(Method::GET, "/design/compute", "", Vec::new()).await.0, 405);
    assert_eq!(send(Method::POST, "/design/compute", "text/csv", b"{}".to_vec()).await.0, 415);
}

#[tokio::test]
async fn answers_are_what_the_description_says() {
    let (status, described) = send(Method::GET, "/design/openapi.json", "", Vec::new()).await;
    assert_eq!(status, 200);
    let schema =
        |name: &str| json!({"$ref": format!("#/components/schemas/{name}"), "components": described["components"]});
    let holds = |name: &str, value: &Value| {
        let validator = jsonschema::validator_for(&schema(name)).unwrap();
        let wrong: Vec<String> = validator.iter_errors(value).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
    };
    let full =
        json!({"by": ["segment", "profile", "territory", "manager", "seat"], "with": ["hires_needed", "sensitivity"]});
    holds("ComputeRequest", &full);
    holds("ComputeAnswer", &post("/design/compute", &full).await.1);
    holds("Simulated", &post("/design/simulate", &json!({"trials": 20})).await.1);
    let content = shipped("fy27-iberia").content;
    let diff = json!({"to": content});
    holds("DiffRequest", &diff);
    holds("Difference", &post("/design/diff", &diff).await.1);
    holds("Refusal", &post("/design/simulate", &json!({"trials": -1})).await.1);
}
