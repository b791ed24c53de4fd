//! **Design** (planning chain): what can this plan book, and where does it fall short?
//!
//! | part | here |
//! |---|---|
//! | decides | capacity against target by year, segment and territory; how sure that is; which segments fall short |
//! | trigger | first step of the planning chain: a scenario was promoted, or a plan of its territories is wanted |
//! | emits | `scenario.computed` |
//! | levers | `levers.yaml`: trials and seed of the simulation, the coverage below which a segment falls short. The plan itself is the scenario |
//! | metrics | one [`DesignFact`] a segment and year: capacity, target, gap, coverage, attainment factor |
//! | closes it | what was booked → ramp curves and productivity, proposed for the scenario |
//!
//! All of the arithmetic is `shared/capacity`'s: the function, the service, the command line and the report give the same cents.

pub mod config;
pub mod feedback;
pub mod inputs;
pub mod logic;
pub mod metrics;
pub mod outputs;

mod cases;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;

use revloops_config::ConfigStore;
use revloops_domain::events::names;
use revloops_loopkit::record::Mode;
use revloops_loopkit::the_loop::{LookedUp, RunFacts};
use revloops_loopkit::{Card, Decision, Feedback, Loop, Mismatch, Outcome, Outputs};

pub use cases::DesignCase;
pub use config::DesignConfig;
pub use feedback::DesignOutcome;
pub use inputs::{DesignFacts, DesignInput, DesignTrigger};
pub use logic::DesignVerdict;
pub use metrics::DesignFact;

/// The loop, with the port that looking up needs.
pub struct Design {
    /// Where scenarios are kept.
    pub store: Arc<dyn ConfigStore>,
}

impl Loop for Design {
    const CARD: Card = Card {
        name: "design",
        version: env!("CARGO_PKG_VERSION"),
        chain: "planning",
        decides: "What can this plan book, and where does it fall short?",
        triggers: &["planning chain, first step"],
        emits: &[names::SCENARIO_COMPUTED],
        levers: &["simulation.trials", "simulation.seed", "falls_short_below_percent", "feedback"],
        metrics: &["capacity", "target", "gap", "coverage", "attainment_factor"],
        feedback: "what was booked → ramp curves and productivity of the scenario",
        guards: &[],
    };

    type Config = DesignConfig;
    type Trigger = DesignTrigger;
    type Input = DesignInput;
    type Facts = DesignFacts;
    type Verdict = DesignVerdict;
    type Metric = DesignFact;
    type OutcomeFact = DesignOutcome;
    type Case = DesignCase;

    async fn input(&self, trigger: DesignTrigger, _mode: Mode) -> Outcome<DesignInput> {
        inputs::checked(trigger)
    }

    async fn look_up(
        &self,
        _config: &DesignConfig,
        input: &DesignInput,
        _at: Timestamp,
        _mode: Mode,
    ) -> Outcome<LookedUp<DesignFacts>> {
        inputs::look_up(self.store.as_ref(), input).await
    }

    fn decide(
        config: &DesignConfig,
        _input: &DesignInput,
        facts: &DesignFacts,
        _at: Timestamp,
    ) -> Decision<DesignVerdict> {
        logic::decide(config, facts)
    }

    fn outputs(
        _config: &DesignConfig,
        input: &DesignInput,
        _facts: &DesignFacts,
        decision: &Decision<DesignVerdict>,
        run: &RunFacts,
    ) -> Outputs {
        outputs::outputs(input, decision, run)
    }

    fn metrics(_input: &DesignInput, _facts: &DesignFacts, decision: &Decision<DesignVerdict>) -> Vec<DesignFact> {
        metrics::facts(&decision.verdict)
    }

    fn feedback(config: &DesignConfig, outcomes: &[DesignOutcome]) -> Feedback {
        feedback::propose(config, outcomes)
    }

    fn run_case(config: &DesignConfig, case: &DesignCase) -> Result<(), Vec<Mismatch>> {
        cases::run(config, case)
    }
}
