//! What a change of config would have done to the past month.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use revloops_changes::Simulation;
use revloops_changes::ports::Simulator;
use revloops_config::Bundle;
use revloops_domain::{ErrorClass, sha256_hex};
use revloops_loopkit::ports::Past;
use revloops_loopkit::{Failure, Outcome};
use serde_json::json;

use crate::history::DecidedTwice;

/// How far back.
const BACK: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Records that are decided again: a function has half a minute.
const MOST: usize = 2_000;
/// Examples in the summary.
const EXAMPLES: usize = 10;

/// Decides the loop's records of the last thirty days by both versions.
pub struct OnHistory<'a> {
    /// What was decided.
    pub past: &'a dyn Past,
    /// When it is now.
    pub at: Timestamp,
}

#[async_trait]
impl Simulator for OnHistory<'_> {
    async fn simulate(&self, active: &Bundle, candidate: &Bundle) -> Outcome<Simulation> {
        let name = active.loop_name.as_str();
        let entry = crate::all().into_iter().find(|entry| entry.card.name == name);
        let entry = entry.ok_or_else(|| Failure::new(ErrorClass::Rejected, format!("there is no loop {name}")))?;
        let since = self.at.checked_sub(BACK).unwrap_or(Timestamp::MIN);
        let records = self.past.decisions(name, since, MOST).await?;
        Ok(summarised(&(entry.decided_twice)(&records, active, candidate)?))
    }
}

fn summarised(decided: &[DecidedTwice]) -> Simulation {
    let changed: Vec<&DecidedTwice> = decided.iter().filter(|both| !both.same()).collect();
    let mut moves: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for both in &changed {
        *moves.entry((&both.outcome.0, &both.outcome.1)).or_default() += 1;
    }
    let mut summary = vec![format!(
        "{} of {} decisions of the last 30 days would have come out differently",
        changed.len(),
        decided.len()
    )];
    if decided.len() == MOST {
        summary.push(format!("there are more: {MOST} were decided again"));
    }
    for ((from, to), count) in moves {
        let words =
            if from == to { format!("{from}, otherwise than before") } else { format!("{to} instead of {from}") };
        summary.push(format!("{count}: {words}"));
    }
    summary.extend(changed.iter().take(EXAMPLES).map(|both| format!("for example {}", both.subject)));
    let whole: Vec<_> = decided.iter().map(|both| json!([both.subject, both.outcome, both.verdict])).collect();
    Simulation {
        summary,
        looked_at: u64::try_from(decided.len()).unwrap_or(u64::MAX),
        changed: u64::try_from(changed.len()).unwrap_or(u64::MAX),
        sha256: sha256_hex(json!(whole).to_string().as_bytes()),
    }
}
