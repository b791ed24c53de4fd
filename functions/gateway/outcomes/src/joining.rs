//! Which decisions are held against the world, and what comes of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use revloops_catalogue::LoopEntry;
use revloops_changes::trial::Trial;
use revloops_config::{Bundle, Rollout, RolloutMode};
use revloops_domain::{ConfigStamp, RunId};
use revloops_loopkit::outcomes::{days_long, ripe_at};
use revloops_loopkit::ports::{CHUNK, PastDecision};
use revloops_loopkit::{Became, Observed, Outcome, Record, RunKey};

use crate::kept::{KeptOutcome, sort};
use crate::{Within, World};

/// A decision whose outcome has not been joined so many days after it was ripe is given up.
const LATE_DAYS: u16 = 30;
/// So many decisions of a loop are looked through in one tick.
pub(crate) const MOST: usize = 50_000;

/// One loop, as a tick finds it.
pub struct OfLoop<'a> {
    /// The loop.
    pub entry: &'a LoopEntry,
    /// Its active version.
    pub active: &'a ConfigStamp,
    /// What that is.
    pub bundle: &'a Bundle,
    /// The trial that is under way.
    pub trial: Option<(Trial, Rollout)>,
    /// Proposals by the hash of the version that came of them.
    pub proposals: BTreeMap<String, String>,
}

/// A decision of a trial whose outcome is not ripe, with what is settled already.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// What was decided about.
    pub subject: String,
    /// SHA-256 of the config that decided.
    pub version: String,
    /// What is settled.
    pub observed: Vec<Observed>,
}

/// What joining came to.
#[derive(Debug, Default)]
pub struct Joined {
    /// Every outcome that is known, in the order of the decisions.
    pub known: Vec<KeptOutcome>,
    /// Decisions by version, those without an outcome among them.
    pub decided: BTreeMap<String, u64>,
    /// Decisions of a trial that are not ripe.
    pub waiting: Vec<Waiting>,
    /// Outcomes that became known now.
    pub new: usize,
    /// Decisions that could not be joined; the next tick tries them again.
    pub failed: usize,
    /// Whether the time was over before everything was joined.
    pub unfinished: bool,
}

/// Joins a loop's decisions. `None` where nothing is joined to this loop's decisions.
///
/// # Errors
/// When CRM or tables do not answer.
pub async fn join(world: &World<'_>, of: &OfLoop<'_>, within: &Within) -> Outcome<Option<Joined>> {
    let at = within.began;
    let Some(days) = (of.entry.outcomes.ripe_days)(of.bundle)? else { return Ok(None) };
    let name = of.entry.card.name;
    let mut joined = Joined { known: KeptOutcome::all(world.outcomes, name, at).await?, ..Joined::default() };
    let runs: BTreeSet<RunId> = joined.known.iter().map(|outcome| outcome.run_id.clone()).collect();
    let back = days_long(days.saturating_add(LATE_DAYS));
    let since = at.checked_sub(back).unwrap_or(Timestamp::MIN);
    let decided = world.past.decided(name, since, at, MOST).await?;
    if decided.len() == MOST {
        tracing::warn!(r#loop = name, "more than {MOST} decisions in {back:#}: older ones are not looked at");
    }
    let missing: Vec<&PastDecision> = decided.iter().filter(|one| !runs.contains(&one.key.run_id())).collect();
    let versions = joined.known.iter().map(|outcome| &outcome.config.sha256);
    for version in versions.chain(missing.iter().map(|one| &one.version)).filter(|version| !version.is_empty()) {
        *joined.decided.entry(version.clone()).or_default() += 1;
    }
    // The oldest first: what a tick does not come to is younger than what it has done.
    let (ripe, young): (Vec<&PastDecision>, Vec<&PastDecision>) =
        missing.into_iter().rev().partition(|one| ripe_at(one.at, days) <= at);
    let tried = young.into_iter().filter(|one| of.is_of_canary(one.at, &one.version));
    let wanted: Vec<&RunKey> = ripe.into_iter().chain(tried).map(|one| &one.key).collect();
    for some in wanted.chunks(CHUNK) {
        if within.is_over(world.clock) {
            joined.unfinished = true;
            tracing::warn!(r#loop = name, "more decisions have outcomes than one tick joins");
            break;
        }
        let keys: Vec<RunKey> = some.iter().map(|key| (*key).clone()).collect();
        let records = world.past.records(&keys).await?;
        chunk(world, of, &records, at, &mut joined).await?;
    }
    sort(&mut joined.known);
    Ok(Some(joined))
}

impl OfLoop<'_> {
    /// Whether a decision is one by which a canary is judged.
    pub(crate) fn is_of_canary(&self, decided_at: Timestamp, version: &str) -> bool {
        self.trial.as_ref().is_some_and(|(trial, rollout)| {
            let one_of_both = version == self.active.sha256 || version == rollout.candidate.sha256;
            rollout.mode == RolloutMode::Canary && decided_at >= trial.at && one_of_both
        })
    }
}

async fn chunk(
    world: &World<'_>,
    of: &OfLoop<'_>,
    records: &[Record],
    at: Timestamp,
    joined: &mut Joined,
) -> Outcome<()> {
    let mut looks = BTreeSet::new();
    let mut readable = Vec::new();
    for record in records {
        match (of.entry.outcomes.looks)(record) {
            Ok(some) => {
                looks.extend(some);
                readable.push(record);
            }
            Err(failure) => not_joined(record, &failure, joined),
        }
    }
    let seen = crate::seeing::see(world, &looks).await?;
    let became = (of.entry.outcomes.became)(of.bundle, &readable, &seen, at)?;
    for (record, became) in readable.into_iter().zip(became) {
        match became {
            Ok(Became { observed, facts: Some(facts) }) => {
                let outcome = KeptOutcome {
                    run_id: record.run_id.clone(),
                    subject: record.key.subject.clone(),
                    loop_name: record.key.loop_name.clone(),
                    proposal: of.proposals.get(&record.config.sha256).cloned(),
                    config: record.config.clone(),
                    decided_at: record.decided_at,
                    observed,
                    facts,
                    known_at: at,
                };
                // Another tick may have seen it a moment ago; what it saw holds, and the next tick reads it.
                if outcome.keep(world.outcomes).await? {
                    joined.new += 1;
                    joined.known.push(outcome);
                }
            }
            Ok(Became { observed, facts: None }) => joined.waiting.push(Waiting {
                subject: record.key.subject.clone(),
                version: record.config.sha256.clone(),
                observed,
            }),
            Err(failure) => not_joined(record, &failure, joined),
        }
    }
    Ok(())
}

fn not_joined(record: &Record, failure: &revloops_loopkit::Failure, joined: &mut Joined) {
    joined.failed += 1;
    let (run_id, name) = (record.run_id.0.as_str(), record.key.loop_name.as_str());
    tracing::warn!(r#loop = name, run_id, class = %failure.class(), "outcome: {failure}");
}
