//! What becomes of each milestone.

use jiff::civil::Date;

use revloops_domain::{OwnerId, UserId};
use revloops_loopkit::ports::{DayLoad, Deal, MilestoneTask};
use revloops_loopkit::{Because, Reason, Verdict};

use super::days::Desk;
use super::owners::{Found, find};
use super::verdict::{Fate, PlannedMilestone};
use crate::config::{Milestone, Play, PursueConfig, Region};

/// What a person can have changed of a task.
const STATUS: &str = "status";
const DUE: &str = "due date";
const OWNER: &str = "owner";

/// What is known of the deal.
#[derive(Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) config: &'a PursueConfig,
    pub(super) region: &'a Region,
    pub(super) deal: &'a Deal,
    pub(super) today: Date,
    pub(super) loads: &'a [DayLoad],
}

/// One milestone of the play that is wanted, before days are given.
struct Wanted<'a> {
    milestone: &'a Milestone,
    task: Option<&'a MilestoneTask>,
    play_day: Date,
    found: Found,
    /// What a person has changed of its task.
    theirs: Vec<String>,
}

impl Wanted<'_> {
    fn task_id(&self) -> Option<&str> {
        self.task.map(|task| task.id.as_str())
    }

    fn is_theirs(&self, what: &str) -> bool {
        self.theirs.iter().any(|one| one == what)
    }

    /// Whether its open task gets another day: where the play gives another than before, and nobody has decided otherwise.
    fn moves(&self) -> bool {
        let other_day = |task: &MilestoneTask| !task.closed && task.play_day != Some(self.play_day);
        self.task.is_some_and(other_day) && !self.is_theirs(DUE) && !self.is_theirs(STATUS)
    }
}

/// The key of a milestone's task: the same for good.
pub(crate) fn key(deal: &Deal, play: &str, milestone: &str) -> String {
    format!("{}{}", key_start(deal), given_as(play, milestone))
}

fn key_start(deal: &Deal) -> String {
    format!("opportunity/{}/pursue/", deal.id)
}

/// As it is written on the deal that there has been a task.
pub(crate) fn given_as(play: &str, milestone: &str) -> String {
    format!("{play}/{milestone}")
}

/// Decides about all milestones of the play, and about the tasks of others.
pub(super) fn milestones(given: &Given<'_>, play: Option<(&Play, Date)>) -> (Vec<PlannedMilestone>, Vec<Reason>) {
    let (mut planned, mut reasons) = (Vec::new(), Vec::new());
    if let Some((play, started_on)) = play {
        let mut open: Vec<(usize, Wanted<'_>)> = Vec::new();
        for (at, milestone) in play.milestones.iter().enumerate() {
            let key = key(given.deal, &play.id, &milestone.id);
            let task = given.deal.tasks.iter().find(|task| task.key == key);
            let play_day = milestone.due.day(given.region, started_on, given.deal.close_on);
            let fate = match (settled(given, play, milestone, task), play_day) {
                (Some((fate, reason)), _) => {
                    reasons.push(reason);
                    fate
                }
                (None, Some(play_day)) => {
                    let (found, theirs) = (find(&milestone.owner, given.deal), theirs(task));
                    open.push((at, Wanted { milestone, task, play_day, found, theirs }));
                    // Decided below, when all are known: earlier days are given first.
                    Fate::Gone
                }
                (None, None) => Fate::NotMade { why: "the calendar has no such day".to_owned() },
            };
            let (play, milestone) = (play.id.clone(), milestone.id.clone());
            planned.push(PlannedMilestone { play, milestone, play_day, fate });
        }
        let mut desk = Desk::new(given.config.milestones_a_person_and_day, given.loads);
        let moving: Vec<&str> =
            open.iter().filter(|(_, one)| one.moves()).filter_map(|(_, one)| one.task_id()).collect();
        for task in given.deal.tasks.iter().filter(|task| !task.closed && !moving.contains(&task.id.as_str())) {
            if let Some(due_on) = task.due_on {
                desk.put(task.owner_id.clone(), due_on);
            }
        }
        open.sort_by_key(|(at, wanted)| (wanted.play_day, *at));
        let mut told: Vec<(usize, Reason)> = Vec::new();
        for (at, wanted) in open {
            let (fate, reason) = on_the_way(given, &wanted, &mut desk);
            told.push((at, reason));
            if let Some(one) = planned.get_mut(at) {
                one.fate = fate;
            }
        }
        told.sort_by_key(|(at, _)| *at);
        reasons.extend(told.into_iter().map(|(_, reason)| reason));
    }
    let (others, told) = of_other_plays(given, play.map(|(play, _)| play));
    planned.extend(others);
    reasons.extend(told);
    (planned, reasons)
}

/// What needs no day: done, deleted, past. `None` for a milestone that is still on its way.
fn settled(
    given: &Given<'_>,
    play: &Play,
    milestone: &Milestone,
    task: Option<&MilestoneTask>,
) -> Option<(Fate, Reason)> {
    let told = |verdict, condition: &str, found: String| {
        let because = vec![Because::new(condition, found, false)];
        Reason::new(format!("milestone {}", milestone.id), verdict, because)
    };
    match (task, past(given, milestone)) {
        (Some(task), _) if task.closed && task.dropped.is_none() => {
            let on = task.completed_at.map(|at| given.region.day(at));
            let found = on.map_or_else(|| "closed".to_owned(), |on| format!("ticked off on {on}"));
            let reason = told(Verdict::FellThrough, "still to be done", found);
            Some((Fate::Done { on, due_on: task.due_on }, reason))
        }
        (Some(task), Some(why)) if task.closed => Some((Fate::Gone, told(Verdict::Failed, "not past", why))),
        (Some(task), Some(why)) => Some(drop_task(task, why, &milestone.id)),
        (None, Some(why)) => {
            let reason = told(Verdict::Failed, "not past", why.clone());
            Some((Fate::NotMade { why }, reason))
        }
        (None, None) if was_given(given.deal, play, milestone) => {
            let reason = told(Verdict::FellThrough, "its task is there", "a person deleted it".to_owned());
            Some((Fate::Deleted, reason))
        }
        (Some(_) | None, None) => None,
    }
}

/// Why a milestone is past: the deal is won or lost, or as far as its exit criterion says.
fn past(given: &Given<'_>, milestone: &Milestone) -> Option<String> {
    if given.deal.closed {
        return Some(format!("the deal is {}", if given.deal.won { "won" } else { "lost" }));
    }
    let until = milestone.until_stage.as_deref()?;
    let (now, until_place) = (given.config.place_of(&given.deal.stage)?, given.config.place_of(until)?);
    (now >= until_place).then(|| format!("the deal has reached {until}"))
}

fn was_given(deal: &Deal, play: &Play, milestone: &Milestone) -> bool {
    let name = given_as(&play.id, &milestone.id);
    deal.written.as_ref().is_some_and(|written| written.given.contains(&name))
}

/// What a person has changed of an open task. Who has taken a task in hand decides about it.
fn theirs(task: Option<&MilestoneTask>) -> Vec<String> {
    let Some(task) = task.filter(|task| !task.closed) else { return Vec::new() };
    let mut theirs = Vec::new();
    if !["Not Started", "In Progress"].iter().any(|open| task.status.eq_ignore_ascii_case(open)) {
        theirs.push(STATUS.to_owned());
    }
    if task.due_on != task.written_due_on {
        theirs.push(DUE.to_owned());
    }
    if task.given_to.as_ref().is_some_and(|given| *given != task.owner_id) {
        theirs.push(OWNER.to_owned());
    }
    theirs
}

/// Closes a task, unless a person has changed it: then it is theirs to close.
fn drop_task(task: &MilestoneTask, why: String, milestone: &str) -> (Fate, Reason) {
    let theirs = theirs(Some(task));
    let what = format!("milestone {milestone}");
    if theirs.is_empty() {
        let because = vec![Because::new("not past", why.clone(), false)];
        return (Fate::Dropped { task: task.id.clone(), why }, Reason::new(what, Verdict::Failed, because));
    }
    let because = vec![
        Because::new("not past", why, false),
        Because::new("as we wrote it", format!("a person changed its {}", theirs.join(" and ")), false),
    ];
    (Fate::Kept { due_on: task.due_on, theirs }, Reason::new(what, Verdict::FellThrough, because))
}

/// A milestone that is still on its way: its day and its owner.
fn on_the_way(given: &Given<'_>, wanted: &Wanted<'_>, desk: &mut Desk) -> (Fate, Reason) {
    let Wanted { milestone, task, play_day, found, theirs } = wanted;
    let play_day = *play_day;
    let earliest = given.region.days.after(given.today, 0).unwrap_or(given.today);
    let owner = found.owner.clone();
    let mut because = vec![Because::new(format!("due on {play_day} by the play"), milestone.due.in_words(), true)];
    if let Some(instead) = &found.instead {
        because.push(Because::new("its owner is there", instead.clone(), false));
    }
    let mut take = |owner: Option<&UserId>, because: &mut Vec<Because>| {
        let due_on = desk.take(owner, milestone.due, play_day, earliest, given.region);
        if due_on != play_day {
            let why = if play_day < earliest { "that day is over" } else { "enough is to be done on that day" };
            because.push(Because::new("that day is free", format!("{why}: due on {due_on}"), false));
        }
        due_on
    };
    let fate = match task {
        None => Fate::Made { due_on: take(owner.as_ref(), &mut because), owner },
        Some(task) if task.closed => {
            Fate::Reopened { task: task.id.clone(), due_on: take(owner.as_ref(), &mut because), owner }
        }
        Some(task) => {
            let given_before = task.given_to.as_ref().unwrap_or(&task.owner_id);
            let decided = wanted.is_theirs(OWNER) || wanted.is_theirs(STATUS);
            let new_owner = owner.filter(|owner| !decided && *given_before != OwnerId::from(owner.clone()));
            let whose = new_owner.clone().or_else(|| UserId::parse(task.owner_id.as_str()).ok());
            let due_on = wanted.moves().then(|| take(whose.as_ref(), &mut because));
            if !theirs.is_empty() {
                let found = format!("a person changed its {}", theirs.join(" and "));
                because.push(Because::new("as we wrote it", found, false));
            }
            match (due_on, new_owner) {
                (None, None) => Fate::Kept { due_on: task.due_on, theirs: theirs.clone() },
                (due_on, owner) => Fate::Changed { task: task.id.clone(), due_on, owner },
            }
        }
    };
    let verdict = if matches!(fate, Fate::Kept { .. }) { Verdict::FellThrough } else { Verdict::Held };
    (fate, Reason::new(format!("milestone {}", milestone.id), verdict, because))
}

/// Open tasks of milestones that the deal's play does not have.
fn of_other_plays(given: &Given<'_>, play: Option<&Play>) -> (Vec<PlannedMilestone>, Vec<Reason>) {
    let (mut planned, mut reasons) = (Vec::new(), Vec::new());
    let start = key_start(given.deal);
    for task in given.deal.tasks.iter().filter(|task| !task.closed) {
        let Some((of, milestone)) = task.key.strip_prefix(&start).and_then(|rest| rest.split_once('/')) else {
            continue;
        };
        let still = play.is_some_and(|play| play.id == of && play.milestones.iter().any(|one| one.id == milestone));
        if still {
            continue;
        }
        let why = match play {
            Some(play) if play.id == of => format!("the play {of} has no such milestone any more"),
            Some(play) => format!("the deal has the play {} now", play.id),
            None => "no play fits the deal any more".to_owned(),
        };
        let (fate, reason) = drop_task(task, why, &given_as(of, milestone));
        reasons.push(reason);
        planned.push(PlannedMilestone {
            play: of.to_owned(),
            milestone: milestone.to_owned(),
            play_day: task.play_day,
            fate,
        });
    }
    (planned, reasons)
}
