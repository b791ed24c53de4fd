//! An outcome, kept once: which decision, by which config, what became of it.

use jiff::{SignedDuration, Timestamp};
use revloops_domain::{ConfigStamp, ErrorClass, RunId};
use revloops_loopkit::ports::Documents;
use revloops_loopkit::{Failure, Observed, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Outcomes are kept so long after they became known.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 180);

/// What became of one decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptOutcome {
    /// The run that decided.
    pub run_id: RunId,
    /// What was decided about: `lead/00Q…`.
    pub subject: String,
    /// The loop.
    #[serde(rename = "loop")]
    pub loop_name: String,
    /// The config that decided.
    pub config: ConfigStamp,
    /// The proposal that this config comes from, where it comes from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<String>,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// What trials are judged by.
    pub observed: Vec<Observed>,
    /// What the loop's feedback learns from, as the loop has it.
    pub facts: Vec<Value>,
    /// When it became known here.
    pub known_at: Timestamp,
}

fn kind(loop_name: &str) -> String {
    format!("outcome.{loop_name}")
}

impl KeptOutcome {
    /// Keeps it, if no other tick has; what is there stays.
    ///
    /// # Errors
    /// Where the store does not answer.
    pub async fn keep(&self, documents: &dyn Documents) -> Outcome<bool> {
        let value = serde_json::to_value(self)
            .map_err(|error| Failure::unreadable(ErrorClass::Bug, "writing an outcome", &error))?;
        let ends = self.known_at.saturating_add(KEPT).unwrap_or(Timestamp::MAX);
        documents.create(&kind(&self.loop_name), &self.run_id.0, &value, Some(ends)).await
    }

    /// A loop's outcomes, in the order in which they were decided.
    ///
    /// # Errors
    /// Where the store does not answer, or one cannot be read.
    pub async fn all(documents: &dyn Documents, loop_name: &str, at: Timestamp) -> Outcome<Vec<Self>> {
        let mut all = Vec::new();
        for stored in documents.list(&kind(loop_name), at).await? {
            let outcome: Self = serde_json::from_value(stored.value).map_err(|error| {
                Failure::unreadable(ErrorClass::Bug, format_args!("reading outcome {}", stored.id), &error)
            })?;
            all.push(outcome);
        }
        sort(&mut all);
        Ok(all)
    }
}

/// In the order in which they were decided.
pub(crate) fn sort(outcomes: &mut [KeptOutcome]) {
    outcomes.sort_by(|a, b| a.decided_at.cmp(&b.decided_at).then_with(|| a.run_id.0.cmp(&b.run_id.0)));
}
