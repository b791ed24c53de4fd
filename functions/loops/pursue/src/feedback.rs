//! What became of milestones → other days for them, proposed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use revloops_loopkit::{Feedback, LeverEdit, Proposal, TooLittleData};

use crate::config::{Due, Milestone, Play, PursueConfig};

/// A milestone that a person ticked off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestoneOutcome {
    /// The play's id.
    pub play: String,
    /// Its version.
    pub play_version: String,
    /// The milestone's id.
    pub milestone: String,
    /// Business days after the play's day on which it was ticked off; negative before it.
    pub business_days_late: i64,
    /// Whether the deal was won; `None` while it is open.
    #[serde(default)]
    pub won: Option<bool>,
}

/// Proposes another day for each milestone whose middle one is ticked off far from the play's day. Outcomes of other
/// versions of a play say nothing about this one.
pub(crate) fn propose(config: &PursueConfig, outcomes: &[MilestoneOutcome]) -> Feedback {
    let needed = config.feedback.min_sample;
    let mut by_milestone: BTreeMap<(&str, &str), Vec<&MilestoneOutcome>> = BTreeMap::new();
    for outcome in outcomes {
        if config.play(&outcome.play).is_some_and(|play| play.version == outcome.play_version) {
            by_milestone.entry((&outcome.play, &outcome.milestone)).or_default().push(outcome);
        }
    }
    let most = by_milestone.values().map(Vec::len).max().unwrap_or(0);
    if most < needed {
        return Feedback::TooLittleData(TooLittleData { sample: most, needed });
    }
    let (mut edits, mut evidence, mut sample) = (Vec::new(), Vec::new(), 0);
    for ((play_id, milestone_id), some) in by_milestone.into_iter().filter(|(_, some)| some.len() >= needed) {
        sample += some.len();
        let Some(play) = config.play(play_id) else { continue };
        let Some(milestone) = play.milestones.iter().find(|one| one.id == milestone_id) else { continue };
        if let Some((edit, said)) = other_day(config, play, milestone, &some) {
            edits.push(edit);
            evidence.push(said);
        }
    }
    if edits.is_empty() {
        return Feedback::NoChange { sample };
    }
    Feedback::Proposal(Proposal { edits, sample, evidence })
}

fn other_day(
    config: &PursueConfig,
    play: &Play,
    milestone: &Milestone,
    outcomes: &[&MilestoneOutcome],
) -> Option<(LeverEdit, String)> {
    let mut late: Vec<i64> = outcomes.iter().map(|one| one.business_days_late).collect();
    late.sort_unstable();
    let median = late.get(late.len().saturating_sub(1) / 2).copied()?;
    if median.unsigned_abs() < u64::from(config.feedback.min_off_business_days) {
        return None;
    }
    // Later is further from the start, and nearer to the close date.
    let (from, to) = match milestone.due {
        Due::AfterStart(days) => (days, i64::from(days) + median),
        Due::BeforeClose(days) => (days, i64::from(days) - median),
    };
    let to = to.clamp(0, 260);
    if to == i64::from(from) {
        return None;
    }
    let (won, ended) = (count(outcomes, Some(true)), count(outcomes, Some(true)) + count(outcomes, Some(false)));
    let edit = LeverEdit {
        file: "plays.yaml".to_owned(),
        path: format!("plays[id={}].milestones[id={}].due.{}", play.id, milestone.id, milestone.due.lever()),
        from: json!(from),
        to: json!(to),
    };
    let said = format!(
        "play {} ({}), milestone {}: of {} ticked off, the middle one {} business days {} its day; {won} of {ended} ended deals won",
        play.id,
        play.version,
        milestone.id,
        outcomes.len(),
        median.unsigned_abs(),
        if median > 0 { "after" } else { "before" },
    );
    Some((edit, said))
}

fn count(outcomes: &[&MilestoneOutcome], won: Option<bool>) -> usize {
    outcomes.iter().filter(|one| one.won == won).count()
}
