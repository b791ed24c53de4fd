//! What is to be done about one lead now: pure.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use revloops_domain::first_touch::{AfterMiss, MissedBecause, TouchClock, TouchedBy};
use revloops_domain::{OffReason, OwnerId};
use revloops_loopkit::ports::{OurTask, PersonsActKind, REMINDER, Untouched};

use crate::NAME;
use crate::history::History;
use crate::terms::Terms;

/// One thing to be done, and by which clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Whose clock, and how far it is.
    pub clock: TouchClock,
    /// What.
    pub step: Step,
}

/// What can be done about a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum Step {
    /// The first touch is noted.
    Touched {
        /// When it was.
        at: Timestamp,
        /// How it shows.
        by: TouchedBy,
        /// Whether the working minutes were not over.
        in_time: bool,
        /// Whether the lead can still be written: the CRM takes no changes of converted leads.
        noted_on_lead: bool,
    },
    /// A person gave the lead away: the clock starts anew for the owner.
    GivenAway {
        /// Whose clock ran before, and since when.
        before: Option<(OwnerId, Timestamp)>,
        /// The new promise.
        due: Timestamp,
        /// Our open tasks that go along.
        tasks: Vec<String>,
    },
    /// A task of ours goes to the owner.
    TaskMoved {
        /// The task's id.
        task: String,
    },
    /// The working minutes end later than promised.
    Postponed {
        /// The new promise.
        due: Timestamp,
    },
    /// The owner is reminded.
    Reminded {
        /// When the first touch is due.
        due: Timestamp,
    },
    /// The owner was not in touch in time.
    Missed {
        /// Why.
        because: MissedBecause,
        /// How often the lead was missed, this time included.
        misses: usize,
        /// Who missed it, each time.
        passed_over: Vec<OwnerId>,
        /// What becomes of the lead.
        then: AfterMiss,
    },
}

impl Decided {
    /// The clock's name: whose it is and since when. No other clock has the same.
    #[must_use]
    pub fn clock_name(&self) -> String {
        clock_name(&self.clock)
    }

    /// What makes this step the same step, however often it is decided.
    #[must_use]
    pub fn trigger(&self) -> String {
        let clock = self.clock_name();
        match &self.step {
            Step::Touched { .. } => "touched".to_owned(),
            // By the clock before: the moment of the change is not told, only guessed.
            Step::GivenAway { before, .. } => {
                let before = before.as_ref().map(|(owner, since)| format!("{owner}-{}-", compact(*since)));
                format!("given-{}{}", before.unwrap_or_default(), self.clock.owner_id)
            }
            Step::TaskMoved { task } => format!("moved-{task}-{clock}"),
            Step::Postponed { due } => format!("postponed-{clock}-{}", compact(*due)),
            Step::Reminded { .. } => due_soon(&clock),
            Step::Missed { .. } => format!("missed-{clock}"),
        }
    }
}

fn clock_name(clock: &TouchClock) -> String {
    format!("{}-{}", clock.owner_id, compact(clock.since))
}

fn due_soon(clock: &str) -> String {
    format!("due_soon-{clock}")
}

fn compact(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Everything that is to be done about `lead` at `at`.
#[must_use]
pub fn decide(terms: &Terms<'_>, lead: &Untouched, history: &History, at: Timestamp) -> Vec<Decided> {
    let since = since(lead, at);
    let clock = |until: Timestamp| TouchClock {
        lead_id: lead.lead_id.clone(),
        owner_id: lead.owner_id.clone(),
        band: lead.band.clone(),
        since,
        working_minutes: terms.work.minutes_between(since, until),
        allotted_minutes: terms.minutes,
    };
    if let Some((touched, by)) = first_touch(terms, lead, since, at) {
        let in_time = terms.work.add_minutes(since, terms.minutes).is_some_and(|due| touched <= due);
        let step = Step::Touched { at: touched, by, in_time, noted_on_lead: !lead.converted };
        return vec![Decided { clock: clock(touched), step }];
    }
    let now = clock(at);
    let astray = tasks_astray(lead, history);
    let tasks: Vec<String> = astray.map(|task| task.id.clone()).collect();
    if !owner_has_the_clock(lead) {
        let due = terms.work.add_minutes(since, terms.minutes).unwrap_or(at);
        let before = lead.clock_of.clone().map(|owner| (owner, lead.clock_since.unwrap_or(lead.routed_at)));
        let step = Step::GivenAway { before, due, tasks };
        return vec![Decided { clock: now, step }];
    }
    let moved = tasks.into_iter().map(|task| Step::TaskMoved { task });
    let steps = moved.chain(by_the_clock(terms, lead, history, &now, at));
    steps.map(|step| Decided { clock: now.clone(), step }).collect()
}

/// Since when the owner's clock runs. Of a change by hand the CRM does not tell the time: it was not later than the
/// record's last change.
fn since(lead: &Untouched, at: Timestamp) -> Timestamp {
    if owner_has_the_clock(lead) { lead.clock_since.unwrap_or(lead.routed_at) } else { lead.changed_at.min(at) }
}

fn owner_has_the_clock(lead: &Untouched) -> bool {
    lead.clock_of.as_ref() == Some(&lead.owner_id)
}

/// The earliest of what counts as a touch. Status and conversion come without a time, too: the record's last change.
fn first_touch(terms: &Terms<'_>, lead: &Untouched, since: Timestamp, at: Timestamp) -> Option<(Timestamp, TouchedBy)> {
    let act = lead.acts.iter().find(|act| act.at >= lead.routed_at && act.at <= at).map(|act| {
        let by = match act.kind {
            PersonsActKind::Task => TouchedBy::Task,
            PersonsActKind::Meeting => TouchedBy::Meeting,
        };
        (act.at, by)
    });
    let untouched = |status: &String| status.eq_ignore_ascii_case(&lead.status);
    let moved_on = !terms.untouched_statuses.is_empty() && !terms.untouched_statuses.iter().any(untouched);
    let by_record = match (lead.converted, moved_on) {
        (true, _) => Some(TouchedBy::Conversion),
        (false, true) => Some(TouchedBy::Status),
        (false, false) => None,
    };
    let record = by_record.map(|by| (lead.changed_at.max(since).min(at), by));
    act.into_iter().chain(record).min_by_key(|(touched, _)| *touched)
}

/// Our open tasks that belong to somebody who had the lead, or to nobody. A task that a person gave to a colleague stays.
fn tasks_astray<'a>(lead: &'a Untouched, history: &'a History) -> impl Iterator<Item = &'a OurTask> {
    open_tasks_of_others(lead).filter(|task| {
        task.nobodys || history.had.contains(&task.owner_id) || lead.clock_of.as_ref() == Some(&task.owner_id)
    })
}

fn open_tasks_of_others(lead: &Untouched) -> impl Iterator<Item = &OurTask> {
    lead.our_tasks.iter().filter(|task| task.open && !task.is_reminder() && task.owner_id != lead.owner_id)
}

/// Whether what was decided before can change what is decided now; looking it up is not free.
pub(crate) fn needs_history(lead: &Untouched, steps: &[Decided]) -> bool {
    open_tasks_of_others(lead).next().is_some()
        || steps.iter().any(|decided| matches!(decided.step, Step::Missed { .. }))
}

fn by_the_clock(
    terms: &Terms<'_>,
    lead: &Untouched,
    history: &History,
    clock: &TouchClock,
    at: Timestamp,
) -> Option<Step> {
    let promised = at >= lead.due_at;
    let on_leave = terms.work.off(at).is_some_and(|off| matches!(off.why, OffReason::Leave));
    let due = terms.work.add_minutes(clock.since, terms.minutes);
    if clock.working_minutes >= terms.minutes {
        return Some(missed(terms, history, clock, MissedBecause::TimeIsUp));
    }
    if promised && (on_leave || due.is_none()) {
        return Some(missed(terms, history, clock, MissedBecause::OnLeave));
    }
    match due {
        // Since it was promised, a holiday, leave or other hours have come in between.
        Some(due) if promised && due > lead.due_at => Some(Step::Postponed { due }),
        Some(due) if reminder_is_due(terms, lead, clock) => Some(Step::Reminded { due }),
        Some(_) | None => None,
    }
}

fn reminder_is_due(terms: &Terms<'_>, lead: &Untouched, clock: &TouchClock) -> bool {
    let reminder = format!("/{}{REMINDER}", due_soon(&clock_name(clock)));
    terms.remind_after.is_some_and(|after| clock.working_minutes >= after)
        && !lead.our_tasks.iter().any(|task| task.key.ends_with(&reminder))
}

fn missed(terms: &Terms<'_>, history: &History, clock: &TouchClock, because: MissedBecause) -> Step {
    let this = clock_name(clock);
    let before = history.missed.iter().filter(|(clock, _)| *clock != this).map(|(_, owner)| owner);
    let passed_over: Vec<OwnerId> = before.chain([&clock.owner_id]).cloned().collect();
    let then = if terms.routes_again { AfterMiss::RoutedAgain } else { AfterMiss::Stays };
    Step::Missed { because, misses: passed_over.len(), passed_over, then }
}

/// The subject of everything that is recorded about the lead.
pub(crate) fn subject(lead: &Untouched) -> String {
    format!("lead/{}", lead.lead_id)
}

/// The key of a step's run.
pub(crate) fn run_key(lead: &Untouched, decided: &Decided) -> revloops_loopkit::RunKey {
    revloops_loopkit::RunKey { subject: subject(lead), loop_name: NAME.to_owned(), trigger: decided.trigger() }
}
