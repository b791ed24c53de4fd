//! Points for what a person did. Each act counts for the first behaviour that it fits; of those the newest count, as
//! many as the levers let; what each is worth fades with its age.

use jiff::Timestamp;

use revloops_domain::decay::{left_milli, whole};
use revloops_loopkit::ports::{Act, ActKind};
use revloops_loopkit::{Because, Reason, Verdict};

use super::score::{ScoredFactor, Sums};
use crate::config::{BehaviourFactor, Kind, Scoring, fold};

/// The path by which a behaviour that gave points is named, as factors name their choices.
pub(crate) const COUNTED: &str = "points";

/// Scores all behaviours in the levers' order; with each, the reason for the record.
pub(crate) fn score(
    scoring: &Scoring,
    acts: &[Act],
    at: Timestamp,
    sums: &mut Sums<'_>,
) -> (Vec<ScoredFactor>, Vec<Reason>) {
    let mut of: Vec<Vec<&Act>> = vec![Vec::new(); scoring.behaviours.len()];
    for act in acts {
        let first = scoring.behaviours.iter().position(|behaviour| fits(&behaviour.kind, &act.kind));
        if let Some(acts) = first.and_then(|place| of.get_mut(place)) {
            acts.push(act);
        }
    }
    let mut scored = Vec::new();
    let mut reasons = Vec::new();
    for (behaviour, mut acts) in scoring.behaviours.iter().zip(of) {
        acts.sort_by(|one, other| (other.at, &one.id).cmp(&(one.at, &other.id)));
        let counted: Vec<Counted<'_>> = acts
            .iter()
            .take(usize::try_from(behaviour.count_at_most).unwrap_or(usize::MAX))
            .map(|act| {
                let age = age_seconds(act.at, at);
                Counted { act, age, milli: left_milli(behaviour.points, age, behaviour.half_life_days) }
            })
            .collect();
        let given = whole(counted.iter().map(|one| one.milli).sum());
        let (points, held_to) = sums.take(behaviour.group, given);
        let said = in_words(behaviour, acts.len(), &counted);
        scored.push(ScoredFactor {
            factor: behaviour.id.clone(),
            choice: (!counted.is_empty()).then(|| COUNTED.to_owned()),
            points,
            reason: held_to.map_or_else(|| said.clone(), |held| format!("{said} {held}")),
        });
        reasons.push(tried(behaviour, &counted, points));
    }
    (scored, reasons)
}

/// One act that counts.
struct Counted<'a> {
    act: &'a Act,
    age: u64,
    milli: i64,
}

/// A response carries a day and no time, and clocks differ: what lies ahead is as new as can be.
fn age_seconds(then: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(now.as_second().saturating_sub(then.as_second())).unwrap_or(0)
}

fn fits(kind: &Kind, act: &ActKind) -> bool {
    let within = |wanted: Option<&std::collections::BTreeSet<String>>, found: Option<&str>| {
        wanted.is_none_or(|wanted| found.is_some_and(|found| wanted.contains(&fold(found))))
    };
    match (kind, act) {
        (
            Kind::Campaign { types, statuses, responded },
            ActKind::Campaign { campaign_type, status, responded: has_responded },
        ) => {
            within(types.as_ref(), campaign_type.as_deref())
                && within(statuses.as_ref(), status.as_deref())
                && responded.is_none_or(|wanted| wanted == *has_responded)
        }
        (Kind::Activity(subtypes), ActKind::Activity { subtype }) => within(Some(subtypes), subtype.as_deref()),
        (Kind::Campaign { .. }, ActKind::Activity { .. }) | (Kind::Activity(_), ActKind::Campaign { .. }) => false,
    }
}

/// `Came to a webinar (3 times, 2 count; last 4 days ago)`.
fn in_words(behaviour: &BehaviourFactor, times: usize, counted: &[Counted<'_>]) -> String {
    let Some(newest) = counted.first() else {
        return format!("{}: never", behaviour.reason);
    };
    let times_said = if times == 1 { "once".to_owned() } else { format!("{times} times") };
    let counting = if counted.len() < times { format!(", {} count", counted.len()) } else { String::new() };
    format!("{} ({times_said}{counting}; last {})", behaviour.reason, ago(newest.age))
}

fn ago(age_seconds: u64) -> String {
    match age_seconds / 86_400 {
        0 => "today".to_owned(),
        1 => "1 day ago".to_owned(),
        days => format!("{days} days ago"),
    }
}

fn tried(behaviour: &BehaviourFactor, counted: &[Counted<'_>], points: i32) -> Reason {
    let mut because: Vec<Because> = counted
        .iter()
        .map(|one| {
            let faded = format!("{}, half after {} days", behaviour.points, behaviour.half_life_days);
            let left = format!("{}, {}: {} left", said(&one.act.kind), ago(one.age), points_said(one.milli));
            Because::new(format!("{} ({faded})", wanted(&behaviour.kind)), left, true)
        })
        .collect();
    if because.is_empty() {
        because.push(Because::new(wanted(&behaviour.kind), "nothing", false));
    }
    Reason {
        what: format!("behaviour {}", behaviour.id),
        verdict: if counted.is_empty() { Verdict::Failed } else { Verdict::Held },
        points: Some(points),
        because,
    }
}

/// Thousandths of a point as a number with its sign.
fn points_said(milli: i64) -> String {
    let sign = if milli < 0 { '-' } else { '+' };
    format!("{sign}{}.{:03}", milli.abs() / 1_000, milli.abs() % 1_000)
}

/// What a behaviour asks for: `campaign type is one of webinar, responded`.
fn wanted(kind: &Kind) -> String {
    let list = |words: &std::collections::BTreeSet<String>| words.iter().cloned().collect::<Vec<_>>().join(", ");
    match kind {
        Kind::Activity(subtypes) => format!("completed activity is one of {}", list(subtypes)),
        Kind::Campaign { types, statuses, responded } => {
            let parts = [
                types.as_ref().map(|types| format!("campaign type is one of {}", list(types))),
                statuses.as_ref().map(|statuses| format!("status is one of {}", list(statuses))),
                responded.map(|yes| if yes { "responded".to_owned() } else { "did not respond".to_owned() }),
            ];
            parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
    }
}

fn said(kind: &ActKind) -> String {
    match kind {
        ActKind::Campaign { campaign_type, status, responded } => {
            let typed = campaign_type.as_deref().unwrap_or("campaign without a type");
            let answered = if *responded { "responded" } else { "no response" };
            format!("{typed}, {}, {answered}", status.as_deref().unwrap_or("no status"))
        }
        ActKind::Activity { subtype } => subtype.as_deref().unwrap_or("activity").to_owned(),
    }
}
