//! What another version would have decided.
//!
//! A shadow decides from the record that the active version has left: the same input, the facts that were looked up then, and
//! the same time. So it needs nothing of the world and has no way to act. Facts that only the other version would have
//! looked up are not there: what it would have asked for beyond them shows in its own trial as a canary alone.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use revloops_config::Levers;
use revloops_domain::ErrorClass;
use revloops_loopkit::ports::Documents;
use revloops_loopkit::run::decide_again;
use revloops_loopkit::{Decision, Failure, Loaded, Loop, Outcome, Record};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Comparisons are kept so long.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Both versions' decisions on one record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What was decided about: `lead/00Q…`.
    pub subject: String,
    /// The active version's run.
    pub run_id: String,
    /// Short hash of the version that acted.
    pub active: String,
    /// Short hash of the shadow.
    pub shadow: String,
    /// Whether both decided the same.
    pub same: bool,
    /// What the active version decided, in a word; with the shadow's where that is another.
    pub outcome: (String, String),
    /// JSON pointers into the verdict at which they differ, with both values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<(String, Value, Value)>,
}

/// What many comparisons come to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShadowSummary {
    /// How many records both have decided.
    pub compared: usize,
    /// How many of them differently.
    pub different: usize,
    /// Up to twenty of these.
    pub examples: Vec<Comparison>,
}

/// Decides a record again by another version, and says what differs. Pure.
///
/// # Errors
/// `Bug` where the record cannot be read any more.
pub fn compare<L: Loop>(record: &Record, shadow: &Loaded<L::Config>) -> Outcome<Comparison>
where
    L::Config: Levers,
{
    let other = decide_again::<L>(record, &shadow.config)?;
    Ok(comparison(record, &other, shadow.stamp.short()))
}

fn comparison(record: &Record, other: &Decision<Value>, shadow: &str) -> Comparison {
    let mut differs = Vec::new();
    differing("", &record.decision.verdict, &other.verdict, &mut differs);
    let outcome = (record.decision.outcome.clone(), other.outcome.clone());
    Comparison {
        subject: record.key.subject.clone(),
        run_id: record.run_id.0.clone(),
        active: record.config.short().to_owned(),
        shadow: shadow.to_owned(),
        same: differs.is_empty() && outcome.0 == outcome.1,
        outcome,
        differs,
    }
}

fn differing(pointer: &str, one: &Value, other: &Value, differs: &mut Vec<(String, Value, Value)>) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let keys: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for key in keys {
                let at = |keys: &serde_json::Map<String, Value>| keys.get(key).cloned().unwrap_or(Value::Null);
                differing(&format!("{pointer}/{key}"), &at(one), &at(other), differs);
            }
        }
        (one, other) if one != other => differs.push((pointer.to_owned(), one.clone(), other.clone())),
        _ => {}
    }
}

fn kind(rollout: &str) -> String {
    format!("config_shadow.{rollout}")
}

/// Notes a comparison, once a run.
///
/// # Errors
/// Where the store of records does not answer.
pub async fn note(documents: &dyn Documents, rollout: &str, comparison: &Comparison, at: Timestamp) -> Outcome<()> {
    let value = serde_json::to_value(comparison)
        .map_err(|error| Failure::unreadable(ErrorClass::Bug, "writing a comparison", &error))?;
    let ends = at.saturating_add(KEPT).unwrap_or(Timestamp::MAX);
    documents.create(&kind(rollout), &comparison.run_id, &value, Some(ends)).await?;
    Ok(())
}

/// The runs of which a trial has a comparison.
///
/// # Errors
/// Where the store of records does not answer.
pub async fn noted(documents: &dyn Documents, rollout: &str, at: Timestamp) -> Outcome<BTreeSet<String>> {
    Ok(documents.list(&kind(rollout), at).await?.into_iter().map(|stored| stored.id).collect())
}

/// What a trial's comparisons come to.
///
/// # Errors
/// Where the store of records does not answer.
pub async fn summary(documents: &dyn Documents, rollout: &str, at: Timestamp) -> Outcome<ShadowSummary> {
    let mut summary = ShadowSummary { compared: 0, different: 0, examples: Vec::new() };
    for stored in documents.list(&kind(rollout), at).await? {
        let comparison: Comparison = serde_json::from_value(stored.value).map_err(|error| {
            Failure::unreadable(ErrorClass::Bug, format_args!("reading comparison {}", stored.id), &error)
        })?;
        summary.compared += 1;
        if !comparison.same {
            summary.different += 1;
            if summary.examples.len() < 20 {
                summary.examples.push(comparison);
            }
        }
    }
    Ok(summary)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_differs_is_told_by_place() {
        let mut differs = Vec::new();
        let (one, other) =
            (json!({"owner": "a", "rule": {"id": "x"}, "n": 1}), json!({"owner": "b", "rule": {"id": "x"}}));
        differing("", &one, &other, &mut differs);
        assert_eq!(differs, [("/n".to_owned(), json!(1), Value::Null), ("/owner".to_owned(), json!("a"), json!("b"))]);
    }
}
