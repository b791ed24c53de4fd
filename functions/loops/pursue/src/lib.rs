//! **Pursue** (acquisition chain): what has to be done for this deal, by whom and by when?
//!
//! | part | here |
//! |---|---|
//! | decides | the deal's play, and what becomes of each of its milestones |
//! | trigger | a lead was converted; an opportunity was made, or its stage, close date, owner, amount, type or company changed |
//! | emits | `play.started`, `play.replanned`; the watch of milestones `milestone.due`, `milestone.missed` |
//! | levers | `plays.yaml`: conditions, milestones, days, owners, exit criteria; `levers.yaml`: stages, regions with holidays, how much a day |
//! | metrics | one [`PursueFact`] a look: milestones on time, time in stage, how a play's deals end |
//! | closes it | when milestones are ticked off → other days, proposed |
//!
//! Looks at a deal are made one at a time and repeated until nothing is left to do (`loopkit::run_in_turn`), so that it does
//! not matter in which order messages come or where a run died. What a person has changed stays theirs.

pub mod config;
pub mod feedback;
pub mod inputs;
pub mod logic;
pub mod metrics;
pub mod outputs;
pub mod prior;

mod cases;
mod joined;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;

use revloops_domain::pursuit::names;
use revloops_loopkit::ports::{Deals, Sequences};
use revloops_loopkit::record::Mode;
use revloops_loopkit::the_loop::{LookedUp, RunFacts};
use revloops_loopkit::{Became, Card, Decision, Feedback, Look, Loop, Mismatch, Outcome, Outputs, Record, Seen};

pub use cases::{Given, PursueCase};
pub use config::PursueConfig;
pub use feedback::MilestoneOutcome;
pub use inputs::{PursueFacts, PursueInput, PursueTrigger};
pub use logic::PursueVerdict;
pub use metrics::PursueFact;

/// The loop, with the ports that looking up needs.
pub struct Pursue {
    /// Deals and their milestones.
    pub deals: Arc<dyn Deals>,
    /// What was written to people before.
    pub sequences: Arc<dyn Sequences>,
}

impl Loop for Pursue {
    const CARD: Card = Card {
        name: "pursue",
        version: env!("CARGO_PKG_VERSION"),
        chain: "acquisition",
        decides: "What has to be done for this deal, by whom and by when?",
        triggers: &["lead.converted", "opportunity.saved"],
        emits: &[names::PLAY_STARTED, names::PLAY_REPLANNED, names::MILESTONE_DUE, names::MILESTONE_MISSED],
        levers: &["plays", "milestones and their days", "owners by role", "exit criteria", "regions", "how much a day"],
        metrics: &["milestones on time", "time in stage", "won by play version", "left to people", "dropped"],
        feedback: "when milestones are ticked off → other days, proposed",
        guards: &[
            ("milestone_missed", "a milestone was not ticked off on the play's day"),
            ("lost", "the deal was lost"),
        ],
    };

    type Config = PursueConfig;
    type Trigger = PursueTrigger;
    type Input = PursueInput;
    type Facts = PursueFacts;
    type Verdict = PursueVerdict;
    type Metric = PursueFact;
    type OutcomeFact = MilestoneOutcome;
    type Case = PursueCase;

    async fn input(&self, trigger: Self::Trigger, _mode: Mode) -> Outcome<PursueInput> {
        Ok(PursueInput { event: trigger.0.event })
    }

    async fn look_up(
        &self,
        config: &PursueConfig,
        input: &PursueInput,
        at: Timestamp,
        _mode: Mode,
    ) -> Outcome<LookedUp<PursueFacts>> {
        inputs::look_up(self.deals.as_ref(), self.sequences.as_ref(), config, input, at).await
    }

    fn decide(
        config: &PursueConfig,
        input: &PursueInput,
        facts: &PursueFacts,
        at: Timestamp,
    ) -> Decision<PursueVerdict> {
        logic::decide(config, input, facts, at)
    }

    fn outputs(
        config: &PursueConfig,
        input: &PursueInput,
        facts: &PursueFacts,
        decision: &Decision<PursueVerdict>,
        run: &RunFacts,
    ) -> Outputs {
        outputs::outputs(config, input, facts, decision, run)
    }

    fn metrics(input: &PursueInput, facts: &PursueFacts, decision: &Decision<PursueVerdict>) -> Vec<PursueFact> {
        vec![metrics::fact(facts, decision, input.event.received_at)]
    }

    fn ripe_days(config: &PursueConfig) -> Option<u16> {
        Some(config.feedback.ripe_days)
    }

    fn looks(record: &Record) -> Outcome<Vec<Look>> {
        joined::looks(record)
    }

    fn became(config: &PursueConfig, record: &Record, seen: &Seen, at: Timestamp) -> Outcome<Became<MilestoneOutcome>> {
        joined::became(config, record, seen, at)
    }

    fn feedback(config: &PursueConfig, outcomes: &[MilestoneOutcome]) -> Feedback {
        feedback::propose(config, outcomes)
    }

    fn run_case(config: &PursueConfig, case: &PursueCase) -> Result<(), Vec<Mismatch>> {
        cases::run(config, case)
    }
}
