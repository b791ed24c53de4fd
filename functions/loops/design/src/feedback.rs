//! What was booked → ramp curves and productivity, proposed for the scenario. The arithmetic is `shared/capacity`'s.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use revloops_capacity::{Booking, Finding, Learned, learn};
use revloops_loopkit::{Feedback, LeverEdit, Proposal, TooLittleData};
use revloops_scenario::Month;

use crate::config::DesignConfig;
use crate::inputs::{self, DesignFacts};

/// What the seats of a scenario have booked in some months.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DesignOutcome {
    /// The scenario with its hash, as it was stored.
    pub stored: Value,
    /// First month that is looked at.
    pub from: Month,
    /// The month after the last one: what is still under way would count as nothing booked.
    pub until: Month,
    /// The bookings, by seat and month.
    pub bookings: Vec<Booking>,
}

pub(crate) fn propose(config: &DesignConfig, outcomes: &[DesignOutcome]) -> Feedback {
    let needed = config.feedback.min_seats;
    let mut edits = Vec::new();
    let mut evidence = Vec::new();
    let (mut sample, mut enough) = (0, false);
    for outcome in outcomes {
        let facts = DesignFacts { stored: outcome.stored.clone() };
        let Ok(scenario) = inputs::scenario(&facts) else {
            evidence.push("bookings of a scenario that cannot be read were left out".to_owned());
            continue;
        };
        let learned = learn(&scenario, &outcome.bookings, outcome.from..outcome.until, needed);
        let seats = learned.productivity.iter().map(|one| one.sample.seats);
        let months = learned.ramps.iter().flat_map(|ramp| ramp.months.iter().map(|month| month.sample.seats));
        sample = seats.chain(months).max().unwrap_or(0).max(sample);
        enough = enough || is_enough(&learned);
        of_productivity(&scenario.id, &learned, &mut edits, &mut evidence);
        of_ramps(&scenario.id, &learned, &mut edits, &mut evidence);
    }
    if !enough {
        return Feedback::TooLittleData(TooLittleData { sample, needed });
    }
    if edits.is_empty() {
        Feedback::NoChange { sample }
    } else {
        Feedback::Proposal(Proposal { edits, sample, evidence })
    }
}

fn is_enough(learned: &Learned) -> bool {
    let findings = learned.productivity.iter().map(|one| one.finding);
    let ramps = learned.ramps.iter().map(|one| one.finding);
    findings.chain(ramps).any(|finding| match finding {
        Finding::TooLittleData => false,
        Finding::AsAssumed | Finding::Differs => true,
    })
}

fn file(scenario: &str) -> String {
    format!("scenarios/{scenario}.yaml")
}

fn of_productivity(scenario: &str, learned: &Learned, edits: &mut Vec<LeverEdit>, evidence: &mut Vec<String>) {
    for one in &learned.productivity {
        for row in &one.proposed {
            let mut path = format!("productivity[profile={}", one.profile);
            for (key, value) in [("segment", &row.segment), ("territory", &row.territory)] {
                if let Some(value) = value {
                    path.push_str(&format!(",{key}={value}"));
                }
            }
            let (from, to) = (json!(row.from.0 / 100), json!(row.to.0 / 100));
            edits.push(LeverEdit { file: file(scenario), path: format!("{path}].a_year"), from, to });
        }
        if !one.proposed.is_empty() {
            evidence.push(format!(
                "{}: {} ramped seats booked {} of what was expected, give or take {}",
                one.profile,
                one.sample.seats,
                percent(one.observed),
                percent(one.error)
            ));
        }
    }
}

fn of_ramps(scenario: &str, learned: &Learned, edits: &mut Vec<LeverEdit>, evidence: &mut Vec<String>) {
    for ramp in &learned.ramps {
        let Some(proposed) = &ramp.proposed else { continue };
        let percents = |levels: &mut dyn Iterator<Item = u32>| -> Vec<Value> {
            levels.map(|level| json!(f64::from(level) / 100.0)).collect()
        };
        edits.push(LeverEdit {
            file: file(scenario),
            path: format!("ramp_curves[id={}].percent_by_month", ramp.curve),
            from: json!(percents(&mut ramp.months.iter().map(|month| month.assumed))),
            to: json!(percents(&mut proposed.iter().copied())),
        });
        for month in ramp.months.iter().filter(|month| month.finding == Finding::Differs) {
            evidence.push(format!(
                "{}, month {} of tenure: {} seats came to {}, give or take {}; assumed is {}",
                ramp.curve,
                month.tenure + 1,
                month.sample.seats,
                percent(month.observed),
                percent(month.error),
                percent(Some(i64::from(month.assumed)))
            ));
        }
    }
}

fn percent(basis_points: Option<i64>) -> String {
    basis_points.map_or_else(|| "an unknown part".to_owned(), crate::logic::percent)
}
