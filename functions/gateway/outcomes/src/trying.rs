//! Trials: a canary is judged by what became of both versions' decisions, a shadow decides what was decided.

use std::collections::BTreeSet;

use jiff::Timestamp;
use revloops_changes::rollout::{Observation, Verdict};
use revloops_changes::shadow;
use revloops_changes::trial::Trial;
use revloops_config::{Arm, Rollout, RolloutMode};
use revloops_loopkit::ports::CHUNK;
use revloops_loopkit::{Observed, Outcome, RunKey};

use crate::joining::{Joined, MOST, OfLoop};
use crate::{Within, World};

/// Looks at the loop's trial, where one is under way.
///
/// # Errors
/// When a store does not answer, or the pointer moved in between.
pub async fn look(
    world: &World<'_>,
    of: &OfLoop<'_>,
    joined: Option<&Joined>,
    within: &Within,
) -> Outcome<Option<Verdict>> {
    let Some((trial, rollout)) = &of.trial else { return Ok(None) };
    match rollout.mode {
        RolloutMode::Canary => canary(world, of, trial, joined, within.began).await,
        RolloutMode::Shadow => shadowed(world, of, (trial, rollout), within).await.map(|()| None),
    }
}

async fn canary(
    world: &World<'_>,
    of: &OfLoop<'_>,
    trial: &Trial,
    joined: Option<&Joined>,
    at: Timestamp,
) -> Outcome<Option<Verdict>> {
    let name = of.entry.card.name;
    for guard in &trial.spec.guards {
        if !of.entry.card.guards.iter().any(|(metric, _)| *metric == guard.metric) {
            tracing::warn!(
                r#loop = name,
                trial = trial.id,
                "guard {} is none of this loop's: nothing is observed of it",
                guard.metric
            );
        }
    }
    let observations = joined.map(|joined| observations(of, joined)).unwrap_or_default();
    let verdict = world.desk.look_at_trial(name, &observations, at).await?;
    if let Some(Verdict::Regressed { guard }) = &verdict {
        tracing::warn!(
            r#loop = name,
            trial = trial.id,
            "the version that was tried is returned: {}: {} of {} with it, {} of {} with the active one",
            guard.metric,
            guard.tried.bad,
            guard.tried.seen,
            guard.active.bad,
            guard.active.seen
        );
    }
    Ok(verdict)
}

/// What was observed of both versions since the trial began, in the order in which it was settled: pure.
#[must_use]
pub fn observations(of: &OfLoop<'_>, joined: &Joined) -> Vec<Observation> {
    let known = joined.known.iter().filter(|outcome| of.is_of_canary(outcome.decided_at, &outcome.config.sha256));
    let known = known.map(|outcome| (outcome.subject.as_str(), outcome.config.sha256.as_str(), &outcome.observed));
    let waiting = joined.waiting.iter().map(|one| (one.subject.as_str(), one.version.as_str(), &one.observed));
    let mut settled: Vec<(&Observed, &str, Arm)> = Vec::new();
    for (subject, version, observed) in known.chain(waiting) {
        let arm = if version == of.active.sha256 { Arm::Active } else { Arm::Candidate };
        settled.extend(observed.iter().map(|one| (one, subject, arm)));
    }
    settled.sort_by(|(a, one, _), (b, other, _)| (a.at, *one, &a.metric).cmp(&(b.at, *other, &b.metric)));
    let observation = |(observed, subject, arm): (&Observed, &str, Arm)| Observation {
        subject: subject.to_owned(),
        arm,
        metric: observed.metric.clone(),
        bad: observed.bad,
    };
    settled.into_iter().map(observation).collect()
}

async fn shadowed(
    world: &World<'_>,
    of: &OfLoop<'_>,
    (trial, rollout): (&Trial, &Rollout),
    within: &Within,
) -> Outcome<()> {
    let (name, at) = (of.entry.card.name, within.began);
    let notes = world.desk.documents.as_ref();
    let noted: BTreeSet<String> = shadow::noted(notes, &trial.id, at).await?;
    let decided = world.past.decided(name, trial.at, at, MOST).await?;
    let wanted: Vec<RunKey> = decided
        .into_iter()
        .rev()
        .filter(|one| one.version == of.active.sha256 && rollout.tries_on(&one.key.subject))
        .filter(|one| !noted.contains(&one.key.run_id().0))
        .map(|one| one.key)
        .collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let candidate = world.desk.bundle(&rollout.candidate).await?;
    for some in wanted.chunks(CHUNK) {
        if within.is_over(world.clock) {
            tracing::warn!(r#loop = name, trial = trial.id, "more was decided than one tick compares");
            break;
        }
        let records = world.past.records(some).await?;
        for comparison in (of.entry.outcomes.shadow)(&records, &candidate, &rollout.candidate)? {
            shadow::note(notes, &trial.id, &comparison, at).await?;
        }
    }
    Ok(())
}
