//! What became of a deal's play: when its milestones were ticked off, and how the deal ended.

use jiff::Timestamp;

use revloops_domain::pursuit::PursueStatus;
use revloops_loopkit::outcomes::ripe_at;
use revloops_loopkit::ports::{Deal, MilestoneTask};
use revloops_loopkit::{Became, Look, Observed, Outcome, Record, Seen};

use crate::config::{PursueConfig, Region};
use crate::feedback::MilestoneOutcome;
use crate::inputs::PursueInput;
use crate::logic::verdict::Chosen;
use crate::logic::{PursueVerdict, key};

pub(crate) fn looks(record: &Record) -> Outcome<Vec<Look>> {
    let (input, verdict): (PursueInput, PursueVerdict) = (record.input_as()?, record.verdict_as()?);
    let deal = started(&verdict).map(|_| Look::Deal(input.event.opportunity_id));
    Ok(deal.into_iter().collect())
}

/// Each play that a deal started counts once; later looks at the deal say nothing new, and a deal that took another play or
/// version since says nothing of this one.
pub(crate) fn became(
    config: &PursueConfig,
    record: &Record,
    seen: &Seen,
    at: Timestamp,
) -> Outcome<Became<MilestoneOutcome>> {
    let (input, verdict): (PursueInput, PursueVerdict) = (record.input_as()?, record.verdict_as()?);
    let ripe = ripe_at(record.decided_at, config.feedback.ripe_days);
    if at < ripe {
        return Ok(Became::not_yet(Vec::new()));
    }
    let nothing = || Ok(Became::ripe(Vec::new(), None));
    let Some(play) = started(&verdict) else { return nothing() };
    let Some(deal) = seen.deals.get(&input.event.opportunity_id).filter(|deal| still_has(deal, play)) else {
        return nothing();
    };
    let region = config.region(deal.account.as_ref().and_then(|account| account.country_code.as_deref()));
    let start = key(deal, &play.id, "");
    let counted = |task: &&MilestoneTask| task.key.starts_with(&start) && task.dropped.is_none();
    let tasks: Vec<&MilestoneTask> = deal.tasks.iter().filter(counted).collect();
    let mut observed = Vec::new();
    let missed: Vec<bool> = tasks.iter().filter_map(|task| missed(task, region, ripe)).collect();
    if !missed.is_empty() {
        observed.push(Observed::new("milestone_missed", missed.contains(&true), ripe));
    }
    if deal.closed {
        observed.push(Observed::new("lost", !deal.won, ripe));
    }
    let facts = tasks.iter().filter_map(|task| {
        Some(MilestoneOutcome {
            play: play.id.clone(),
            play_version: play.version.clone(),
            milestone: task.key.strip_prefix(&start)?.to_owned(),
            business_days_late: region.days.between(task.play_day?, region.day(task.completed_at?)),
            won: deal.closed.then_some(deal.won),
        })
    });
    Ok(Became::ripe(observed, facts.collect::<Vec<_>>()))
}

fn started(verdict: &PursueVerdict) -> Option<&Chosen> {
    verdict.play.as_ref().filter(|_| verdict.status == PursueStatus::Started)
}

fn still_has(deal: &Deal, play: &Chosen) -> bool {
    deal.written.as_ref().is_some_and(|written| written.play == play.id && written.version == play.version)
}

/// Whether a milestone was not ticked off on the play's day; `None` where that day is still to come.
fn missed(task: &MilestoneTask, region: &Region, ripe: Timestamp) -> Option<bool> {
    let play_day = task.play_day?;
    match task.completed_at {
        Some(done) => Some(region.day(done) > play_day),
        None => (region.day(ripe) > play_day).then_some(!task.closed),
    }
}
