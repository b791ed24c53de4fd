//! Design's levers: how the plan is simulated, and when a segment falls short. The plan itself is the scenario.

use schemars::JsonSchema;
use serde::Deserialize;

use revloops_config::{LeverFile, Levers, Problems, Sources};

/// The most trials: a step of the chain ends in time with them, for any plan.
const MOST_TRIALS: u32 = 100_000;

/// Design's checked config.
#[derive(Debug, Clone)]
pub struct DesignConfig {
    /// How the plan is simulated.
    pub simulation: Simulation,
    /// A segment whose capacity is below so many basis points of its target falls short.
    pub falls_short_below: i64,
    /// When outcomes carry a proposal.
    pub feedback: FeedbackLevers,
}

/// How the plan is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Simulation {
    /// Number of trials.
    pub trials: u32,
    /// The same seed gives the same figures.
    pub seed: u64,
}

/// When outcomes carry a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedbackLevers {
    /// Seats that a proposed figure must rest on.
    pub min_seats: usize,
}

/// `levers.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawLevers {
    /// How the plan is simulated.
    simulation: RawSimulation,
    /// A segment whose capacity is below so many percent of its target falls short.
    falls_short_below_percent: u16,
    /// When outcomes carry a proposal.
    feedback: RawFeedback,
}

/// How the plan is simulated.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawSimulation {
    /// Number of trials.
    trials: u32,
    /// Any whole number; the same one gives the same figures.
    seed: u64,
}

/// When outcomes carry a proposal.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawFeedback {
    /// Seats that a proposed figure must rest on.
    min_seats: u32,
}

impl Levers for DesignConfig {
    const LOOP: &'static str = "design";
    const FILES: &'static [LeverFile] =
        &[LeverFile { name: "levers.yaml", schema: || schemars::schema_for!(RawLevers) }];

    fn check(sources: &Sources, problems: &mut Problems) -> Option<Self> {
        let document = sources.get("levers.yaml")?;
        let raw: RawLevers = document.read(problems)?;
        let before = problems.len();
        if !(100..=MOST_TRIALS).contains(&raw.simulation.trials) {
            let what = format!("{} trials", raw.simulation.trials);
            problems.at(document, "/simulation/trials", what, format!("from 100 to {MOST_TRIALS}"));
        }
        if !(1..=200).contains(&raw.falls_short_below_percent) {
            let what = format!("{} percent", raw.falls_short_below_percent);
            problems.at(document, "/falls_short_below_percent", what, "from 1 to 200");
        }
        if raw.feedback.min_seats == 0 {
            let remedy = "at least 1: a proposal rests on something";
            problems.at(document, "/feedback/min_seats", "no seat at all", remedy);
        }
        (problems.len() == before).then_some(Self {
            simulation: Simulation { trials: raw.simulation.trials, seed: raw.simulation.seed },
            falls_short_below: i64::from(raw.falls_short_below_percent) * 100,
            feedback: FeedbackLevers { min_seats: raw.feedback.min_seats as usize },
        })
    }
}
