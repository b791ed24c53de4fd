//! The decision: which play a deal has, and what becomes of each milestone. Pure.
//!
//! What we wrote and what is there now are held against each other, field by field: where they differ a person has changed
//! it, and it stays theirs. A milestone keeps its task for good; its key says whose it is.

mod days;
pub mod fields;
mod milestones;
mod owners;
pub mod verdict;

use jiff::Timestamp;
use jiff::civil::Date;

use revloops_domain::pursuit::PursueStatus;
use revloops_loopkit::ports::Deal;
use revloops_loopkit::{Because, Decision, Reason, Verdict};
use revloops_rules::trace;

use crate::config::{Play, PursueConfig, Region};
use crate::inputs::{PursueFacts, PursueInput};
use milestones::{Given, milestones};
pub(crate) use milestones::{given_as, key};
pub use verdict::{Chosen, Fate, PlannedMilestone, PursueVerdict};

/// Decides about one deal at `at`.
#[must_use]
pub fn decide(
    config: &PursueConfig,
    _input: &PursueInput,
    facts: &PursueFacts,
    at: Timestamp,
) -> Decision<PursueVerdict> {
    let Some(deal) = &facts.deal else { return gone(config) };
    let country = deal.account.as_ref().and_then(|account| account.country_code.as_deref());
    let region = config.region(country);
    let (play, mut reasons) = choose(config, deal, region);
    let started_on = play.map(|play| started_on(play, deal, region, at));
    let given = Given { config, region, deal, today: region.day(at), loads: &facts.loads };
    let (planned, told) = milestones(&given, play.zip(started_on));
    reasons.extend(told);
    let chosen = play.zip(started_on).map(|(play, started_on)| Chosen {
        id: play.id.clone(),
        version: play.version.clone(),
        started_on,
    });
    let before = deal.written.as_ref().map(|written| &written.play);
    let former_play = before.filter(|before| chosen.as_ref().is_none_or(|chosen| chosen.id != **before)).cloned();
    let hands_over = !deal.has_brief && !facts.prior.is_empty() && chosen.is_some();
    let writes = planned.iter().any(|one| one.fate.writes());
    let other_version = chosen.as_ref().is_some_and(|chosen| {
        deal.written.as_ref().is_some_and(|written| written.play == chosen.id && written.version != chosen.version)
    });
    let status = match &chosen {
        None if writes || former_play.is_some() || deal.written.is_none() => PursueStatus::NoPlay,
        Some(chosen) if before != Some(&chosen.id) => PursueStatus::Started,
        Some(_) if writes || hands_over || other_version => PursueStatus::Replanned,
        Some(_) | None => PursueStatus::Unchanged,
    };
    let region = region.id.clone();
    let verdict = PursueVerdict { status, region, play: chosen, former_play, milestones: planned, hands_over };
    Decision::sure(status.name(), verdict, reasons)
}

fn gone(config: &PursueConfig) -> Decision<PursueVerdict> {
    let verdict = PursueVerdict {
        status: PursueStatus::Gone,
        region: config.region(None).id.clone(),
        play: None,
        former_play: None,
        milestones: Vec::new(),
        hands_over: false,
    };
    let because = vec![Because::new("the deal is in the CRM", "nothing", false)];
    Decision::sure(PursueStatus::Gone.name(), verdict, vec![Reason::new("deal", Verdict::Failed, because)])
}

/// The first play that fits. A deal that is won or lost takes no other than it has.
fn choose<'c>(config: &'c PursueConfig, deal: &Deal, region: &Region) -> (Option<&'c Play>, Vec<Reason>) {
    if deal.closed {
        let how = if deal.won { "won" } else { "lost" };
        let because = vec![Because::new("the deal is open", how, false)];
        let has = deal.written.as_ref().and_then(|written| config.play(&written.play));
        return (has, vec![Reason::new("open deal", Verdict::Failed, because)]);
    }
    let values = fields::values(deal, region.day(deal.created_at));
    let mut chosen = None;
    let mut reasons = Vec::new();
    for play in &config.plays {
        let what = format!("play {}", play.id);
        if chosen.is_some() {
            reasons.push(Reason::new(what, Verdict::NotTried, Vec::new()));
            continue;
        }
        let tried = trace(&play.when, &values, &fields::TABLE);
        let because = tried.into_iter().map(|one| Because::new(one.condition, one.found, one.holds)).collect();
        let holds = play.when.holds(&values);
        reasons.push(Reason::new(what, if holds { Verdict::Held } else { Verdict::Failed }, because));
        chosen = holds.then_some(play);
    }
    (chosen, reasons)
}

/// A deal's first play counts from the day on which the deal was made, however late that was told; one that takes the
/// place of another from the day of the change.
fn started_on(play: &Play, deal: &Deal, region: &Region, at: Timestamp) -> Date {
    match &deal.written {
        None => region.day(deal.created_at),
        Some(written) if written.play == play.id => written.started_on,
        Some(_) => region.day(at),
    }
}
