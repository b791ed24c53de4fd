//! Capacity against target, how sure it is, and which segments fall short. Pure: `shared/capacity` does the arithmetic.

use serde::{Deserialize, Serialize};

use revloops_capacity::results::{Branch, Group, Year};
use revloops_capacity::{Asked, Chance, Computed, Variance, compute, simulate};
use revloops_loopkit::{Because, Decision, Reason, Verdict};
use revloops_scenario::{Month, Scenario};

use crate::config::DesignConfig;
use crate::inputs::{self, DesignFacts};

/// What the plan can book: years by what they roll up. Months and seats are computed again from the scenario whenever
/// somebody asks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DesignVerdict {
    /// The scenario's id.
    pub scenario: String,
    /// Hash of its content.
    pub hash: String,
    /// ISO 4217 code of every amount.
    pub currency: String,
    /// The whole plan.
    pub total: Vec<Year>,
    /// By segment.
    pub segments: Vec<RolledUp>,
    /// By territory, with all below.
    pub territories: Vec<RolledUp>,
    /// By manager, with all below.
    pub managers: Vec<RolledUp>,
    /// Segments that fall short, by year.
    pub short: Vec<FallsShort>,
    /// How bookings spread, and how likely the targets are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub simulated: Option<Spread>,
}

/// How the whole plan's bookings spread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    /// The same seed gives the same figures.
    pub seed: u64,
    /// Number of trials.
    pub trials: u32,
    /// By year of the plan.
    pub years: Vec<Chance>,
    /// Over the plan.
    pub plan: Chance,
    /// Which uncertainty the plan's spread comes from.
    pub variance: Variance,
}

/// Years of one segment, territory or manager.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolledUp {
    /// Its id.
    pub id: String,
    /// By year of the plan.
    pub years: Vec<Year>,
}

/// A segment whose capacity is below the levers' part of its target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FallsShort {
    /// The segment, by id.
    pub segment: String,
    /// First month of the year.
    pub year: Month,
    /// Capacity ÷ target in basis points.
    pub coverage: i64,
}

pub(crate) fn decide(config: &DesignConfig, facts: &DesignFacts) -> Decision<DesignVerdict> {
    match inputs::scenario(facts) {
        Ok(scenario) => {
            let mut decision = computed(config, &scenario);
            decision.verdict.simulated = Some(spread(config, &scenario));
            decision
        }
        // Looking up refuses it, so only a record from elsewhere can come here.
        Err(why) => {
            let because = Because::new("it passes its check", why.to_string(), false);
            let reason = Reason::new("scenario", Verdict::Failed, vec![because]);
            Decision::sure("unreadable", DesignVerdict::default(), vec![reason])
        }
    }
}

/// What a checked scenario can book; not simulated.
pub(crate) fn computed(config: &DesignConfig, scenario: &Scenario) -> Decision<DesignVerdict> {
    let computed = compute(scenario, &[]);
    let mut short = Vec::new();
    let mut reasons = Vec::new();
    for segment in &computed.segments {
        for year in &segment.years {
            let Some(coverage) = year.coverage else { continue };
            let falls_short = coverage < config.falls_short_below;
            reasons.push(reason(config, segment, year, coverage, !falls_short));
            if falls_short {
                short.push(FallsShort { segment: segment.id.clone(), year: year.starts, coverage });
            }
        }
    }
    let outcome = if short.is_empty() { "covered" } else { "short" };
    Decision::sure(outcome, verdict(computed, short), reasons)
}

/// On one thread: how many there are changes nothing but the time, and a function has one processor.
fn spread(config: &DesignConfig, scenario: &Scenario) -> Spread {
    let asked = Asked { seed: config.simulation.seed, trials: config.simulation.trials, threads: 1 };
    let simulated = simulate(scenario, asked);
    Spread {
        seed: simulated.seed,
        trials: simulated.trials,
        years: simulated.years,
        plan: simulated.plan,
        variance: simulated.plan_variance,
    }
}

fn reason(config: &DesignConfig, segment: &Group, year: &Year, coverage: i64, holds: bool) -> Reason {
    let condition = format!("capacity is at least {} of the target", percent(config.falls_short_below));
    let target = year.target.unwrap_or_default();
    let found = format!("{} of {target}: {}", year.capacity, percent(coverage));
    let verdict = if holds { Verdict::Held } else { Verdict::Failed };
    let what = format!("{} from {}", segment.id, year.starts);
    Reason::new(what, verdict, vec![Because::new(condition, found, holds)])
}

/// `97.5 %`.
pub(crate) fn percent(basis_points: i64) -> String {
    let (whole, part) = (basis_points / 100, (basis_points % 100).abs());
    if part == 0 { format!("{whole} %") } else { format!("{whole}.{part:02} %") }
}

fn verdict(computed: Computed, short: Vec<FallsShort>) -> DesignVerdict {
    let branches = |branches: Vec<Branch>| -> Vec<RolledUp> {
        branches.into_iter().map(|one| RolledUp { id: one.id, years: one.years }).collect()
    };
    DesignVerdict {
        scenario: computed.scenario,
        hash: computed.hash,
        currency: computed.currency,
        total: computed.total.years,
        segments: computed.segments.into_iter().map(|one| RolledUp { id: one.id, years: one.years }).collect(),
        territories: branches(computed.territories),
        managers: branches(computed.managers),
        short,
        simulated: None,
    }
}
