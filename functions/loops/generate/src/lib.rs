//! **Generate** (demand chain): is what happened at this account a reason to write to somebody there, and to whom?
//!
//! | part | here |
//! |---|---|
//! | decides | which signals are this account's, which tell of the same event, what they come to, whom to write to; or why not |
//! | trigger | first step of the signal chain: a target account was scanned and something was found |
//! | emits | `signal.qualified`, `signal.passed` |
//! | levers | `levers.yaml`: weight, half-life and cap of each kind, signals against writing, dedupe, evidence, fit, threshold, cool-down, titles |
//! | metrics | one [`SignalFact`] a run: detected, weak, elsewhere, repeated, new, kinds, score, how the person was found |
//! | closes it | meetings by kind → weights |
//!
//! Text of articles is data: it is compared, counted and kept, and never read as an instruction.

pub mod config;
pub mod feedback;
pub mod inputs;
pub mod labelled;
pub mod logic;
pub mod metrics;
pub mod outputs;

mod cases;
mod joined;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;

use revloops_domain::signal::{SignalsDetected, names};
use revloops_loopkit::ports::{AccountPeople, Accounts, CrmDirectory, Signals};
use revloops_loopkit::record::Mode;
use revloops_loopkit::the_loop::{LookedUp, RunFacts};
use revloops_loopkit::{Became, Card, Decision, Feedback, Look, Loop, Mismatch, Outcome, Outputs, Record, Seen};

pub use cases::GenerateCase;
pub use config::GenerateConfig;
pub use feedback::MeetingFact;
pub use inputs::{GenerateFacts, GenerateInput};
pub use logic::GenerateVerdict;
pub use metrics::SignalFact;

/// The loop, with the ports that looking up needs.
pub struct Generate {
    /// The account and its people.
    pub crm: Arc<dyn AccountPeople>,
    /// Who owns it.
    pub directory: Arc<dyn CrmDirectory>,
    /// Who else is called so.
    pub accounts: Arc<dyn Accounts>,
    /// What is known already.
    pub signals: Arc<dyn Signals>,
}

impl Loop for Generate {
    const CARD: Card = Card {
        name: "generate",
        version: env!("CARGO_PKG_VERSION"),
        chain: "signal",
        decides: "Is what happened at this account a reason to write, and to whom?",
        triggers: &["signal chain, first step"],
        emits: &[names::SIGNAL_QUALIFIED, names::SIGNAL_PASSED],
        levers: &[
            "kinds.weight",
            "kinds.half_life_days",
            "kinds.most_counted",
            "kinds.min_sources",
            "repeat_percent",
            "negative",
            "dedupe",
            "evidence",
            "fit",
            "min_score",
            "cool_down_days",
            "titles",
            "matching",
        ],
        metrics: &["status", "score", "detected", "weak", "elsewhere", "repeated", "new", "kinds", "person_matched_by"],
        feedback: "meetings by kind → weights",
        guards: &[("no_meeting", "an approved sequence about the signals led to no answer and no meeting")],
    };

    type Config = GenerateConfig;
    type Trigger = SignalsDetected;
    type Input = GenerateInput;
    type Facts = GenerateFacts;
    type Verdict = GenerateVerdict;
    type Metric = SignalFact;
    type OutcomeFact = MeetingFact;
    type Case = GenerateCase;

    async fn input(&self, trigger: SignalsDetected, _mode: Mode) -> Outcome<GenerateInput> {
        inputs::checked(trigger)
    }

    async fn look_up(
        &self,
        config: &GenerateConfig,
        input: &GenerateInput,
        at: Timestamp,
        _mode: Mode,
    ) -> Outcome<LookedUp<GenerateFacts>> {
        let known = inputs::Known {
            crm: self.crm.as_ref(),
            directory: self.directory.as_ref(),
            accounts: self.accounts.as_ref(),
            signals: self.signals.as_ref(),
        };
        inputs::look_up(&known, config, input, at).await
    }

    fn decide(
        config: &GenerateConfig,
        input: &GenerateInput,
        facts: &GenerateFacts,
        at: Timestamp,
    ) -> Decision<GenerateVerdict> {
        logic::decide(config, input, facts, at)
    }

    fn outputs(
        _config: &GenerateConfig,
        input: &GenerateInput,
        facts: &GenerateFacts,
        decision: &Decision<GenerateVerdict>,
        run: &RunFacts,
    ) -> Outputs {
        outputs::outputs(input, facts, &decision.verdict, run)
    }

    fn metrics(input: &GenerateInput, _facts: &GenerateFacts, decision: &Decision<GenerateVerdict>) -> Vec<SignalFact> {
        vec![metrics::fact(input, &decision.verdict)]
    }

    fn ripe_days(config: &GenerateConfig) -> Option<u16> {
        Some(config.feedback.ripe_days)
    }

    fn looks(record: &Record) -> Outcome<Vec<Look>> {
        joined::looks(record)
    }

    fn became(config: &GenerateConfig, record: &Record, seen: &Seen, at: Timestamp) -> Outcome<Became<MeetingFact>> {
        joined::became(config.feedback.ripe_days, record, seen, at)
    }

    fn feedback(config: &GenerateConfig, outcomes: &[MeetingFact]) -> Feedback {
        feedback::propose(config, outcomes)
    }

    fn run_case(config: &GenerateConfig, case: &GenerateCase) -> Result<(), Vec<Mismatch>> {
        cases::run(config, case)
    }
}
