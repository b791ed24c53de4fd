//! Which leads converted → proposed points.
//!
//! For each choice of each factor, and for each behaviour: the odds of conversion with it against without it (each cell with half a lead added,
//! after Haldane and Anscombe, so that empty cells stay finite). A choice is worth `10 × log2(odds ratio)` points: twice
//! the odds, ten points. It is proposed only where the difference is beyond chance (|z| ≥ 1.96 for the log odds ratio),
//! and moves by `max_change` at most.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use revloops_loopkit::{Feedback, LeverEdit, Proposal, TooLittleData};

use crate::config::QualifyConfig;
use crate::logic::behaviour::COUNTED;

const POINTS_PER_DOUBLED_ODDS: f64 = 10.0;
const BEYOND_CHANCE: f64 = 1.96;

/// What became of one scored lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversionFact {
    /// The band that it was put in.
    pub band: String,
    /// The choice that held, by factor.
    pub choices: BTreeMap<String, String>,
    /// Whether it was converted.
    pub converted: bool,
}

#[derive(Default, Clone, Copy)]
struct Count {
    leads: usize,
    converted: usize,
}

impl Count {
    fn of<'a>(outcomes: impl Iterator<Item = &'a ConversionFact>) -> Self {
        outcomes.fold(Self::default(), |count, one| Self {
            leads: count.leads + 1,
            converted: count.converted + usize::from(one.converted),
        })
    }

    fn share(self) -> f64 {
        if self.leads == 0 { 0.0 } else { number(self.converted) / number(self.leads) }
    }

    /// Won and lost, with half a lead added to each.
    fn cells(self) -> (f64, f64) {
        (number(self.converted) + 0.5, number(self.leads - self.converted) + 0.5)
    }
}

pub(crate) fn propose(config: &QualifyConfig, outcomes: &[ConversionFact]) -> Feedback {
    let levers = &config.feedback;
    let all = Count::of(outcomes.iter());
    if all.leads < levers.min_leads || all.converted < levers.min_conversions {
        return Feedback::TooLittleData(TooLittleData { sample: all.leads, needed: levers.min_leads });
    }
    let mut edits = Vec::new();
    let mut evidence = by_band(config, outcomes);
    for lever in points(config) {
        let holds = |one: &&ConversionFact| one.choices.get(lever.id).is_some_and(|choice| choice == lever.choice);
        let with = Count::of(outcomes.iter().filter(holds));
        let without = Count::of(outcomes.iter().filter(|one| !holds(one)));
        if with.leads.min(without.leads) < levers.min_leads_per_choice {
            continue;
        }
        let Some(to) = proposed(lever.points, with, without, levers.max_change) else {
            continue;
        };
        edits.push(LeverEdit {
            file: "scoring.yaml".to_owned(),
            path: lever.path,
            from: json!(lever.points),
            to: json!(to),
        });
        evidence.push(format!(
            "{} {}: {} converted with it, {} without",
            lever.id,
            lever.choice,
            said(with),
            said(without)
        ));
    }
    if edits.is_empty() {
        Feedback::NoChange { sample: all.leads }
    } else {
        Feedback::Proposal(Proposal { edits, sample: all.leads, evidence })
    }
}

/// Points that a proposal can move: those of a factor's choice, or of a behaviour, whose points are those of doing it
/// today.
struct PointsLever<'a> {
    id: &'a str,
    choice: &'a str,
    /// Where they stand in the file.
    path: String,
    points: i32,
}

fn points(config: &QualifyConfig) -> impl Iterator<Item = PointsLever<'_>> {
    let of_factors = config.scoring.factors.iter().flat_map(|factor| {
        factor.choices.iter().map(|choice| PointsLever {
            id: &factor.id,
            choice: &choice.path,
            path: match choice.path.as_str() {
                "when" => format!("factors[id={}].points", factor.id),
                path => format!("factors[id={}].{path}.points", factor.id),
            },
            points: choice.points,
        })
    });
    let of_behaviours = config.scoring.behaviours.iter().map(|one| PointsLever {
        id: &one.id,
        choice: COUNTED,
        path: format!("behaviours[id={}].points", one.id),
        points: one.points,
    });
    of_factors.chain(of_behaviours)
}

/// Other points than `now`, where the outcomes carry them.
fn proposed(now: i32, with: Count, without: Count, max_change: i32) -> Option<i32> {
    let ((won, lost), (won_without, lost_without)) = (with.cells(), without.cells());
    let log_odds_ratio = ((won * lost_without) / (lost * won_without)).ln();
    let error = (won.recip() + lost.recip() + won_without.recip() + lost_without.recip()).sqrt();
    if (log_odds_ratio / error).abs() < BEYOND_CHANCE {
        return None;
    }
    let worth = (POINTS_PER_DOUBLED_ODDS * log_odds_ratio / std::f64::consts::LN_2).round();
    // Odds ratios of samples stay within a few powers of two; held within 100 points before it becomes a whole number.
    #[expect(clippy::cast_possible_truncation, reason = "held within ±100 before")]
    let worth = worth.clamp(-100.0, 100.0) as i32;
    let to = worth.clamp(now - max_change, now + max_change).clamp(-100, 100);
    (to != now).then_some(to)
}

fn by_band(config: &QualifyConfig, outcomes: &[ConversionFact]) -> Vec<String> {
    let of = |band: &str| Count::of(outcomes.iter().filter(|one| one.band == band));
    let mut evidence: Vec<String> =
        config.scoring.bands.iter().map(|band| format!("band {}: {} converted", band.id, said(of(&band.id)))).collect();
    for pair in config.scoring.bands.windows(2) {
        if let [better, worse] = pair
            && of(&better.id).leads > 0
            && of(&worse.id).share() > of(&better.id).share()
        {
            evidence.push(format!("band {} converts better than band {}", worse.id, better.id));
        }
    }
    evidence
}

fn said(count: Count) -> String {
    format!("{} of {} ({:.0}%)", count.converted, count.leads, count.share() * 100.0)
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
