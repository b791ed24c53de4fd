//! **Engage** (acquisition chain): what do we write to this person, and may we?
//!
//! | part | here |
//! |---|---|
//! | decides | which sequence a rep is shown, every claim in it with its fact; or why none |
//! | trigger | last step of the demand chain: a lead has its owner; last step of the signal chain: a signal is strong enough |
//! | emits | `sequence.drafted`, `sequence.blocked` |
//! | levers | `levers.yaml`: prompt, limits, life of facts, disclosure, suppression; `templates.yaml`: sequences; `policy.yaml`: whom we may write to, when, how often |
//! | metrics | one [`EngageFact`] a run: template, prompt version, claims, redrafts, fallback, broken rules, tokens, cost |
//! | closes it | what reps cut before sending → shorter steps |
//!
//! The AI drafts; it does not decide. A draft in which one claim is not borne out by the brief is refused, asked for once
//! more with the reasons, and replaced by the template's own text if it is refused again. Nothing is sent by this system.

pub mod config;
pub mod drill;
pub mod feedback;
pub mod inputs;
pub mod logic;
pub mod metrics;
pub mod outputs;

mod cases;
mod joined;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;

use revloops_domain::events::names;
use revloops_loopkit::ports::{CrmReader, History, Model, Relations, Sequences, Suppressions};
use revloops_loopkit::record::Mode;
use revloops_loopkit::the_loop::{LookedUp, RunFacts};
use revloops_loopkit::{Became, Card, Decision, Feedback, Look, Loop, Mismatch, Outcome, Outputs, Record, Seen};

pub use cases::EngageCase;
pub use config::EngageConfig;
pub use feedback::SentFact;
pub use inputs::{EngageFacts, EngageInput, EngageTrigger, RoutedLead, StoredDraft};
pub use logic::EngageVerdict;
pub use metrics::EngageFact;

/// The loop, with the ports that looking up needs.
pub struct Engage {
    /// Who drafts.
    pub model: Arc<dyn Model>,
    /// Our history with the account.
    pub history: Arc<dyn History>,
    /// The recipient's record.
    pub crm: Arc<dyn CrmReader>,
    /// What runs already, and whose turn it is.
    pub sequences: Arc<dyn Sequences>,
    /// Who must not be written to.
    pub suppressions: Arc<dyn Suppressions>,
    /// How the recipient stands with us.
    pub standings: Arc<dyn Relations>,
}

impl Engage {
    /// With one CRM and one store of sequences behind their ports.
    #[must_use]
    pub fn of<C, S>(model: Arc<dyn Model>, crm: Arc<C>, sequences: Arc<S>) -> Self
    where
        C: CrmReader + History + Relations + 'static,
        S: Sequences + Suppressions + 'static,
    {
        Self { model, history: crm.clone(), standings: crm.clone(), crm, suppressions: sequences.clone(), sequences }
    }
}

impl Loop for Engage {
    const CARD: Card = Card {
        name: "engage",
        version: env!("CARGO_PKG_VERSION"),
        chain: "acquisition",
        decides: "What do we write to this person, and may we?",
        triggers: &["demand chain, after Route", "signal chain, after Generate"],
        emits: &[names::SEQUENCE_DRAFTED, names::SEQUENCE_BLOCKED],
        levers: &[
            "prompt",
            "limits",
            "facts.keep_days",
            "disclosure",
            "suppression",
            "forbidden_words",
            "wording",
            "approval",
            "policy",
            "templates",
        ],
        metrics: &["template", "prompt_version", "claims", "redrafts", "fallback", "broken_rules", "ai_microusd"],
        feedback: "what reps cut before sending → shorter steps",
        guards: &[
            ("blocked", "nothing was drafted"),
            ("fallback", "no draft of the AI held, and the template's own text is used"),
            ("rejected", "the rep turned the sequence down"),
        ],
    };

    type Config = EngageConfig;
    type Trigger = EngageTrigger;
    type Input = EngageInput;
    type Facts = EngageFacts;
    type Verdict = EngageVerdict;
    type Metric = EngageFact;
    type OutcomeFact = SentFact;
    type Case = EngageCase;

    async fn input(&self, trigger: Self::Trigger, _mode: Mode) -> Outcome<EngageInput> {
        inputs::checked(trigger)
    }

    async fn look_up(
        &self,
        config: &EngageConfig,
        input: &EngageInput,
        at: Timestamp,
        _mode: Mode,
    ) -> Outcome<LookedUp<EngageFacts>> {
        inputs::look_up(self, config, input, at).await
    }

    fn decide(
        config: &EngageConfig,
        input: &EngageInput,
        facts: &EngageFacts,
        at: Timestamp,
    ) -> Decision<EngageVerdict> {
        logic::decide(config, input, facts, at)
    }

    fn outputs(
        config: &EngageConfig,
        input: &EngageInput,
        facts: &EngageFacts,
        decision: &Decision<EngageVerdict>,
        run: &RunFacts,
    ) -> Outputs {
        outputs::outputs(config, input, facts, &decision.verdict, run)
    }

    fn metrics(input: &EngageInput, facts: &EngageFacts, decision: &Decision<EngageVerdict>) -> Vec<EngageFact> {
        vec![metrics::fact(input, facts, &decision.verdict)]
    }

    fn ripe_days(config: &EngageConfig) -> Option<u16> {
        Some(config.feedback.ripe_days)
    }

    fn looks(record: &Record) -> Outcome<Vec<Look>> {
        joined::looks(record)
    }

    fn became(config: &EngageConfig, record: &Record, seen: &Seen, at: Timestamp) -> Outcome<Became<SentFact>> {
        joined::became(config.feedback.ripe_days, record, seen, at)
    }

    fn feedback(config: &EngageConfig, outcomes: &[SentFact]) -> Feedback {
        feedback::propose(config, outcomes)
    }

    fn run_case(config: &EngageConfig, case: &EngageCase) -> Result<(), Vec<Mismatch>> {
        cases::run(config, case)
    }
}
