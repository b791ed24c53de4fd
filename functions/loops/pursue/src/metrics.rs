//! One fact a look at a deal.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use revloops_domain::pursuit::PursueStatus;
use revloops_loopkit::Decision;

use crate::inputs::PursueFacts;
use crate::logic::{Fate, PursueVerdict};

/// What is counted: milestones on time, time in stage, how a play's deals end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PursueFact {
    /// How it ended.
    pub status: PursueStatus,
    /// The play's id.
    pub play: Option<String>,
    /// Its version.
    pub play_version: Option<String>,
    /// Whose holidays count.
    pub region: String,
    /// Stage of the deal.
    pub stage: Option<String>,
    /// Days since the deal came into it.
    pub days_in_stage: Option<i64>,
    /// Whether the deal is won; `None` while it is open.
    pub won: Option<bool>,
    /// Milestones that get a task.
    pub made: usize,
    /// Milestones with another day or owner than before.
    pub changed: usize,
    /// Milestones whose task a person has changed.
    pub left_to_people: usize,
    /// Milestones ticked off on their day or earlier.
    pub done_on_time: usize,
    /// Milestones ticked off later.
    pub done_late: usize,
    /// Milestones whose tasks we close.
    pub dropped: usize,
    /// Milestones whose play's day was over or full.
    pub put_off: usize,
    /// Facts of the brief that travels on to the deal.
    pub facts_handed_over: usize,
}

pub(crate) fn fact(facts: &PursueFacts, decision: &Decision<PursueVerdict>, at: Timestamp) -> PursueFact {
    let verdict = &decision.verdict;
    let count = |wanted: &dyn Fn(&Fate) -> bool| verdict.milestones.iter().filter(|one| wanted(&one.fate)).count();
    let deal = facts.deal.as_ref();
    let put_off = verdict.milestones.iter().filter(|one| match &one.fate {
        Fate::Made { due_on, .. } | Fate::Reopened { due_on, .. } | Fate::Changed { due_on: Some(due_on), .. } => {
            one.play_day != Some(*due_on)
        }
        Fate::Changed { due_on: None, .. }
        | Fate::Kept { .. }
        | Fate::Done { .. }
        | Fate::Dropped { .. }
        | Fate::Gone
        | Fate::NotMade { .. }
        | Fate::Deleted => false,
    });
    let on_time = |fate: &Fate| match fate {
        Fate::Done { on: Some(on), due_on: Some(due_on) } => Some(on <= due_on),
        Fate::Done { .. }
        | Fate::Made { .. }
        | Fate::Changed { .. }
        | Fate::Kept { .. }
        | Fate::Dropped { .. }
        | Fate::Gone
        | Fate::Reopened { .. }
        | Fate::NotMade { .. }
        | Fate::Deleted => None,
    };
    PursueFact {
        status: verdict.status,
        play: verdict.play.as_ref().map(|play| play.id.clone()),
        play_version: verdict.play.as_ref().map(|play| play.version.clone()),
        region: verdict.region.clone(),
        stage: deal.map(|deal| deal.stage.clone()),
        days_in_stage: deal.map(|deal| {
            let since = deal.stage_since.unwrap_or(deal.created_at);
            at.duration_since(since).as_hours().max(0) / 24
        }),
        won: deal.filter(|deal| deal.closed).map(|deal| deal.won),
        made: count(&|fate| matches!(fate, Fate::Made { .. } | Fate::Reopened { .. })),
        changed: count(&|fate| matches!(fate, Fate::Changed { .. })),
        left_to_people: count(&|fate| fate.name() == "left"),
        done_on_time: count(&|fate| on_time(fate) == Some(true)),
        done_late: count(&|fate| on_time(fate) == Some(false)),
        dropped: count(&|fate| matches!(fate, Fate::Dropped { .. })),
        put_off: put_off.count(),
        facts_handed_over: if verdict.hands_over { facts.brief().len() } else { 0 },
    }
}
