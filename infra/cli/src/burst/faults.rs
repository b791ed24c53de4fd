//! Faults at the stand-ins: the kinds that vendors have.

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::local::Endpoints;

/// Tells each stand-in to fail in `percent` of its calls, in all the ways that it can.
pub(super) async fn arm(endpoints: &Endpoints, percent: u8, seed: u64) -> anyhow::Result<()> {
    let share = f64::from(percent) / 100.0;
    // Rules are walked in order, and each takes its part of what the ones before left.
    let split = |kinds: &[Value]| -> Vec<Value> {
        let each = share / kinds.len().max(1) as f64;
        let rule = |(at, kind): (usize, &Value)| {
            let mut rule = kind.clone();
            if let Some(fields) = rule.as_object_mut() {
                fields.insert("rate".into(), json!(each));
                fields.insert("seed".into(), json!(seed + at as u64));
            }
            rule
        };
        kinds.iter().enumerate().map(rule).collect()
    };
    let records = "/services/data/v68.0/sobjects";
    let crm = [
        json!({"path_prefix": records, "method": "PATCH", "mode": "apply_then_drop"}),
        json!({"path_prefix": records, "method": "PATCH", "mode": "drop"}),
        json!({"path_prefix": records, "method": "PATCH", "mode": "error"}),
        json!({"path_prefix": records, "method": "PATCH", "mode": "throttle"}),
    ];
    let provider = [
        json!({"mode": "throttle"}),
        json!({"mode": "error"}),
        json!({"mode": "drop"}),
        json!({"mode": "slow", "delay_ms": 3000}),
    ];
    let ai = [json!({"mode": "throttle"}), json!({"mode": "error"}), json!({"mode": "drop"})];
    let sets = [
        (&endpoints.crm.url, split(&crm)),
        (&endpoints.enrichment.url, split(&provider)),
        (&endpoints.ai.url, split(&ai)),
    ];
    for (url, rules) in sets {
        let put = reqwest::Client::new().put(format!("{url}/_standin/faults")).json(&json!({"rules": rules}));
        put.send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .with_context(|| format!("arming the faults of {url}"))?;
    }
    Ok(())
}

/// Takes the faults away; returns how often they hit.
pub(super) async fn disarm(endpoints: &Endpoints) -> anyhow::Result<u64> {
    let mut hits = 0;
    for url in [&endpoints.crm.url, &endpoints.enrichment.url, &endpoints.ai.url] {
        let (http, faults) = (reqwest::Client::new(), format!("{url}/_standin/faults"));
        let armed: Value = http.get(&faults).send().await?.json().await?;
        let rules = armed.get("rules").and_then(Value::as_array).into_iter().flatten();
        hits += rules.filter_map(|rule| rule.get("hits").and_then(Value::as_u64)).sum::<u64>();
        http.delete(&faults).send().await?.error_for_status()?;
    }
    Ok(hits)
}
