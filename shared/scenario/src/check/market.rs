//! Segments, seasonality, productivity and targets.

use std::collections::BTreeSet;

use revloops_config::names::{id, once};
use revloops_config::{Document, Problems};
use revloops_domain::Cents;

use super::names::{Names, Placed, one_of};
use super::{amount, plan};
use crate::model::{Productivity, Scenario, Seasonality, Segment, Target};
use crate::raw::{RawProductivity, RawSeasonality, RawSegment, RawTarget};

pub(super) fn segments(document: &Document, names: &Names<'_>, problems: &mut Problems) -> Vec<Segment> {
    let raw = document.items::<RawSegment>("segments");
    once("segment", raw.iter().map(|(at, one)| (one.id.as_str(), format!("/segments/{at}/id"))), document, problems);
    let mut segments = Vec::new();
    for (at, raw) in raw {
        let pointer = format!("/segments/{at}");
        id(&raw.id, document, &format!("{pointer}/id"), problems);
        if let Some(name) = &raw.seasonality {
            let at = format!("{pointer}/seasonality");
            one_of(&names.seasonality, "seasonality", name, document, &at, problems);
        }
        segments.push(Segment { id: raw.id, name: raw.name, seasonality: raw.seasonality });
    }
    segments
}

pub(super) fn seasonality(document: &Document, problems: &mut Problems) -> Vec<Seasonality> {
    let raw = document.items::<RawSeasonality>("seasonality");
    let ids = raw.iter().map(|(at, one)| (one.id.as_str(), format!("/seasonality/{at}/id")));
    once("seasonality", ids, document, problems);
    let mut all = Vec::new();
    for (at, raw) in raw {
        let pointer = format!("/seasonality/{at}");
        id(&raw.id, document, &format!("{pointer}/id"), problems);
        let count = raw.weights.len();
        let weights = <[u32; 12]>::try_from(raw.weights);
        let at = format!("{pointer}/weights");
        match &weights {
            Err(_) => {
                let what = format!("there are {count} weights");
                problems.at(document, &at, what, "twelve: one for each month, January to December");
            }
            Ok(weights) if weights.iter().all(|weight| *weight == 0) => {
                let remedy = "at least one month has bookings: give it a weight above 0";
                problems.at(document, &at, "all weights are 0", remedy);
            }
            Ok(_) => {}
        }
        all.push(Seasonality { id: raw.id, weights: weights.unwrap_or([1; 12]) });
    }
    all
}

pub(super) fn productivity(document: &Document, names: &Names<'_>, problems: &mut Problems) -> Vec<Productivity> {
    let raw = document.items::<RawProductivity>("productivity");
    let any = |name: &Option<String>| name.as_deref().unwrap_or("any").to_owned();
    let rows: Vec<(String, String)> = raw
        .iter()
        .map(|(at, one)| {
            let named = format!("{} / {} / {}", one.profile, any(&one.segment), any(&one.territory));
            (named, format!("/productivity/{at}"))
        })
        .collect();
    once("productivity", rows.iter().map(|(named, at)| (named.as_str(), at.clone())), document, problems);
    let mut all = Vec::new();
    for (at, raw) in raw {
        let pointer = format!("/productivity/{at}");
        let placed = Placed {
            profile: Some(&raw.profile),
            segment: raw.segment.as_deref(),
            territory: raw.territory.as_deref(),
            manager: None,
        };
        names.check(&placed, document, &pointer, problems);
        let a_year = amount(raw.a_year, document, &format!("{pointer}/a_year"), problems);
        all.push(Productivity { profile: raw.profile, segment: raw.segment, territory: raw.territory, a_year });
    }
    all
}

/// Reports seats of which nothing says what they book; each combination once.
pub(super) fn missing_productivity(
    scenario: &Scenario,
    document: &Document,
    names: &Names<'_>,
    problems: &mut Problems,
) {
    // A row that could not be read may be the one.
    let rows = document.value().get("productivity").and_then(serde_json::Value::as_array).map_or(0, Vec::len);
    if rows != scenario.productivity.len() {
        return;
    }
    let seats = scenario.roster.iter().map(|seat| ("roster", &seat.id, &seat.profile, &seat.segment, &seat.territory));
    let hires = scenario
        .hiring_plan
        .iter()
        .map(|hire| ("hiring_plan", &hire.id, &hire.profile, &hire.segment, &hire.territory));
    let mut said = BTreeSet::new();
    for (list, id, profile, segment, territory) in seats.chain(hires) {
        let known = names.profiles.contains(profile.as_str())
            && names.segments.contains(segment.as_str())
            && names.territories.contains(territory.as_str());
        if !known || !said.insert((profile, segment, territory)) {
            continue;
        }
        if scenario.productivity_of(profile, segment, territory).is_none() {
            let at = document.names_in(list, "id").iter().position(|one| one == id).unwrap_or_default();
            let what = format!("nothing says what `{profile}` books in `{segment}` and `{territory}`");
            let remedy = format!("add to productivity: `{{profile: {profile}, segment: {segment}, a_year: …}}`");
            problems.at(document, &format!("/{list}/{at}"), what, remedy);
        }
    }
}

/// Reads the targets into the scenario, whose territories are there already.
pub(super) fn targets(scenario: &mut Scenario, document: &Document, names: &Names<'_>, problems: &mut Problems) {
    let mut targets: Vec<(String, Target)> = Vec::new();
    for (at, raw) in document.items::<RawTarget>("targets") {
        let pointer = format!("/targets/{at}");
        let placed =
            Placed { profile: None, segment: Some(&raw.segment), territory: raw.territory.as_deref(), manager: None };
        names.check(&placed, document, &pointer, problems);
        let starts = plan::month(&raw.starts, document, &format!("{pointer}/starts"), problems);
        let a_year = amount(raw.a_year, document, &format!("{pointer}/a_year"), problems);
        let Some(starts) = starts else { continue };
        targets.push((pointer, Target { starts, segment: raw.segment, territory: raw.territory, a_year }));
    }
    overlapping(&targets, document, problems);
    contradicting(scenario, &targets, document, problems);
    scenario.targets = targets.into_iter().map(|(_, target)| target).collect();
}

/// Reports the later of two targets that count the same month twice.
fn overlapping(targets: &[(String, Target)], document: &Document, problems: &mut Problems) {
    for (at, (pointer, target)) in targets.iter().enumerate() {
        let same = |other: &Target| other.segment == target.segment && other.territory == target.territory;
        let overlaps = |other: &Target| same(other) && target.starts.since(other.starts).abs() < 12;
        if let Some((earlier, other)) = targets.iter().take(at).find(|(_, other)| overlaps(other)) {
            let what = format!("the target from {} overlaps with the one from {}", target.starts, other.starts);
            let line = document.line_in_words(earlier, pointer);
            let remedy =
                format!("each holds for twelve months: start it twelve later than the one in {line}, or keep one");
            problems.at(document, &format!("{pointer}/starts"), what, remedy);
        }
    }
}

/// Reports targets of territories that are together more than the target of the territory or segment that they are in, or
/// that begin in another month than it does.
fn contradicting(scenario: &Scenario, targets: &[(String, Target)], document: &Document, problems: &mut Problems) {
    let mut inside: Vec<Cents> = vec![Cents::ZERO; targets.len()];
    for (pointer, target) in targets {
        let Some(territory) = &target.territory else { continue };
        // The territories around it, and at last the whole segment.
        let around = scenario.territories.above(territory).skip(1).map(|one| Some(one.id.as_str())).chain([None]);
        for above in around {
            let is_above = |other: &Target| other.segment == target.segment && other.territory.as_deref() == above;
            if let Some(at) = targets.iter().position(|(_, other)| is_above(other) && other.starts == target.starts) {
                if let Some(sum) = inside.get_mut(at) {
                    *sum += target.a_year;
                }
                break;
            }
            let askew = |other: &Target| is_above(other) && other.starts.since(target.starts).abs() < 12;
            if let Some((other_at, other)) = targets.iter().find(|(_, other)| askew(other)) {
                let line = document.line_in_words(other_at, pointer);
                let what =
                    format!("the target from {} lies askew in the one from {} in {line}", target.starts, other.starts);
                let remedy = format!("let it start in {}, as the one that it is a part of", other.starts);
                problems.at(document, &format!("{pointer}/starts"), what, remedy);
                break;
            }
        }
    }
    for ((pointer, target), inside) in targets.iter().zip(inside) {
        if inside > target.a_year {
            let whose = target.territory.as_ref().unwrap_or(&target.segment);
            let what = format!(
                "the targets of the territories in `{whose}` are {inside} together, and its own is {}",
                target.a_year
            );
            problems.at(document, &format!("{pointer}/a_year"), what, format!("at least {inside}, or lower theirs"));
        }
    }
}
