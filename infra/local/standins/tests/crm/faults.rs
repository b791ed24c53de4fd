use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::world::World;

async fn set(world: &World, rule: Value) {
    assert_eq!(world.call("PUT", "/_standin/faults", json!({ "rules": [rule] })).await.status, 204);
}

#[tokio::test]
async fn throttling_and_errors_look_like_the_vendors() {
    let world = World::start().await;
    set(&world, json!({ "mode": "throttle", "path_prefix": "/services/data", "count": 1 })).await;
    let answer = world.call("GET", "limits", Value::Null).await;
    assert_eq!((answer.status, answer.code()), (403, "REQUEST_LIMIT_EXCEEDED"));
    assert_eq!(world.call("GET", "limits", Value::Null).await.status, 200);
    set(&world, json!({ "mode": "error", "status": 500 })).await;
    assert_eq!(world.call("GET", "limits", Value::Null).await.status, 500);
    set(&world, json!({ "mode": "error", "status": 400, "method": "PATCH" })).await;
    assert_eq!(world.call("PATCH", "sobjects/Lead/x", json!({})).await.code(), "UNABLE_TO_LOCK_ROW");
    assert_eq!(world.call("DELETE", "/_standin/faults", Value::Null).await.status, 204);
    assert_eq!(world.call("GET", "limits", Value::Null).await.status, 200);
}

#[tokio::test]
async fn a_slow_answer_is_late_and_right() {
    let world = World::start().await;
    set(&world, json!({ "mode": "slow", "delay_ms": 200 })).await;
    let started = Instant::now();
    assert_eq!(world.call("GET", "limits", Value::Null).await.status, 200);
    assert!(started.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn a_dropped_write_is_done_or_not_as_the_rule_says_and_never_answered() {
    let world = World::start().await;
    for (mode, written) in [("drop", 0), ("apply_then_drop", 1)] {
        set(&world, json!({ "mode": mode, "method": "POST", "path_prefix": "/services/data" })).await;
        let error = world.request("POST", "sobjects/Account").json(&json!({ "Name": mode })).send().await.unwrap_err();
        assert!(error.is_request(), "{error:?}");
        world.call("DELETE", "/_standin/faults", Value::Null).await;
        assert_eq!(
            world.query(&format!("SELECT Id FROM Account WHERE Name = '{mode}'")).await.len(),
            written,
            "{mode}"
        );
    }
}

#[tokio::test]
async fn rules_that_make_no_sense_are_refused() {
    let world = World::start().await;
    for rule in [json!({ "mode": "explode" }), json!({ "mode": "slow", "rat": 0.5 })] {
        let answer = world.call("PUT", "/_standin/faults", json!({ "rules": [rule] })).await;
        assert_eq!(answer.status, 422);
    }
}
