//! What each version has led to, in numbers.

use std::collections::BTreeMap;

use jiff::Timestamp;
use revloops_changes::VersionOutcomes;
use revloops_changes::rollout::Count;
use revloops_loopkit::Outcome;

use crate::World;
use crate::joining::{Joined, OfLoop};

/// Counts by version: pure.
#[must_use]
pub fn counted(of: &OfLoop<'_>, joined: &Joined, at: Timestamp) -> Vec<VersionOutcomes> {
    let mut versions: BTreeMap<&str, VersionOutcomes> = BTreeMap::new();
    for (version, decided) in &joined.decided {
        let new = VersionOutcomes {
            loop_name: of.entry.card.name.to_owned(),
            version: version.clone(),
            proposal: of.proposals.get(version).cloned(),
            decided: *decided,
            ripe: 0,
            guards: BTreeMap::new(),
            at,
        };
        versions.insert(version, new);
    }
    for outcome in &joined.known {
        let Some(version) = versions.get_mut(outcome.config.sha256.as_str()) else { continue };
        version.ripe += 1;
        for observed in &outcome.observed {
            let count = version.guards.entry(observed.metric.clone()).or_insert(Count::default());
            count.seen += 1;
            count.bad += u32::from(observed.bad);
        }
    }
    versions.into_values().collect()
}

/// Counts, and keeps what has changed.
///
/// # Errors
/// When the table does not answer.
pub async fn count(world: &World<'_>, of: &OfLoop<'_>, joined: &Joined, at: Timestamp) -> Outcome<()> {
    for version in counted(of, joined, at) {
        version.keep(world.outcomes, at).await?;
    }
    Ok(())
}
