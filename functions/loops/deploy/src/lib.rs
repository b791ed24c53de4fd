//! **Deploy**: what has to change in the CRM so that its territories are those of the active scenario, and why.
//!
//! | part | |
//! |---|---|
//! | config | `levers.yaml`: holds, caps, who comes into territories, what the AI agent is told: see [`config`] |
//! | logic | [`logic::make`]: scenario and CRM → a plan: territories, users and accounts, under holds and a cap |
//! | inputs | a promoted scenario, the nightly look for drift, saved accounts: see [`inputs`] |
//! | outputs | `territory.planned`, `territory.drift_found`, `account.pending`; after approval, the CRM's records, `account.assigned` and `territory.synced`: see [`outputs`], [`sync`] |
//! | metrics | one [`metrics::DeployFact`] a run |
//! | feedback | accounts that people placed → conditions of territories, proposed: see [`feedback`] |
//!
//! A plan writes nothing. It is printed ([`words`]), approved by its hash, and carried out by [`sync::apply`], which can be
//! taken back by [`sync::roll_back`].

pub mod config;
pub mod feedback;
pub mod inputs;
pub mod logic;
pub mod metrics;
pub mod outputs;
mod scenario;
pub mod sync;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;

use revloops_config::ConfigStore;
use revloops_domain::territory_events::names;
use revloops_loopkit::ports::{Cache, CrmDirectory, Model, Placements, Territories};
use revloops_loopkit::the_loop::{LookedUp, RunFacts};
use revloops_loopkit::{Card, Decision, Feedback, Loop, Mismatch, Mode, Outcome, Outputs};

use config::{DeployCase, DeployConfig};
use feedback::Resolved;
use inputs::{DeployInput, DeployTrigger, Ports};
use logic::facts::Facts;
use metrics::DeployFact;

pub use logic::drift::differences;
pub use logic::plan::{Plan, Step};
pub use logic::words::words;

/// The loop with what it looks up.
pub struct Deploy {
    /// Where scenarios are kept.
    pub config: Arc<dyn ConfigStore>,
    /// What the CRM has.
    pub territories: Arc<dyn Territories>,
    /// Who is who in the CRM.
    pub directory: Arc<dyn CrmDirectory>,
    /// What people said, and what moved when.
    pub placements: Arc<dyn Placements>,
    /// Who places accounts of unclear geography.
    pub model: Arc<dyn Model>,
    /// What it has said before.
    pub answers: Arc<dyn Cache>,
}

impl Loop for Deploy {
    const CARD: Card = Card {
        name: "deploy",
        version: env!("CARGO_PKG_VERSION"),
        chain: "planning",
        decides: "what has to change in the CRM so that its territories are those of the scenario?",
        triggers: &["scenario.promoted", "a schedule, each night", "account.saved", "a person who wants to see a plan"],
        emits: &[
            names::TERRITORY_PLANNED,
            names::TERRITORY_DRIFT_FOUND,
            names::TERRITORY_SYNCED,
            names::ACCOUNT_ASSIGNED,
            names::ACCOUNT_PENDING,
        ],
        levers: &[
            "the scenario's territories, their conditions, people and named accounts",
            "what holds accounts: customers, open opportunities, recent moves",
            "the cap on moved accounts",
            "who comes into territories, and what the CRM calls their roles",
            "what the AI agent is told, how sure it must be, and how often it is asked",
            "which plans need no approval",
        ],
        metrics: &[
            "drift",
            "accounts that wait for a person, and how long",
            "the agent's share",
            "overrides",
            "held and waiting accounts",
        ],
        feedback: "accounts that people placed alike become a territory's condition, proposed",
        guards: &[],
    };

    type Config = DeployConfig;
    type Trigger = DeployTrigger;
    type Input = DeployInput;
    type Facts = Facts;
    type Verdict = Plan;
    type Metric = DeployFact;
    type OutcomeFact = Resolved;
    type Case = DeployCase;

    async fn input(&self, trigger: Self::Trigger, _mode: Mode) -> Outcome<DeployInput> {
        inputs::checked(trigger)
    }

    async fn look_up(
        &self,
        config: &DeployConfig,
        input: &DeployInput,
        at: Timestamp,
        mode: Mode,
    ) -> Outcome<LookedUp<Facts>> {
        let ports = Ports {
            config: self.config.as_ref(),
            territories: self.territories.as_ref(),
            directory: self.directory.as_ref(),
            placements: self.placements.as_ref(),
            model: self.model.as_ref(),
            answers: self.answers.as_ref(),
        };
        // Boxed: by far the largest part of a run, and each caller would hold its room.
        Box::pin(inputs::look_up(ports, config, input, at, mode)).await
    }

    fn decide(config: &DeployConfig, _input: &DeployInput, facts: &Facts, at: Timestamp) -> Decision<Plan> {
        logic::decide(config, facts, at)
    }

    fn outputs(
        config: &DeployConfig,
        input: &DeployInput,
        _facts: &Facts,
        decision: &Decision<Plan>,
        run: &RunFacts,
    ) -> Outputs {
        outputs::outputs(config, input, decision, run)
    }

    fn metrics(input: &DeployInput, facts: &Facts, decision: &Decision<Plan>) -> Vec<DeployFact> {
        metrics::metrics(input, facts, decision)
    }

    fn feedback(config: &DeployConfig, outcomes: &[Resolved]) -> Feedback {
        feedback::feedback(config, outcomes)
    }

    fn run_case(config: &DeployConfig, case: &DeployCase) -> Result<(), Vec<Mismatch>> {
        config::run_case(config, case)
    }
}
