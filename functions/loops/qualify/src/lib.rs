//! **Qualify** (demand chain): is this lead worth a rep's time, and how much?
//!
//! | part | here |
//! |---|---|
//! | decides | score 0 to 100, band, or why the lead is turned away; which account it belongs to |
//! | trigger | first step of the demand chain: a lead was created in the CRM |
//! | emits | `lead.qualified`, `lead.disqualified` |
//! | levers | `levers.yaml`: providers, budgets, cache days, provenance, industries, seniorities, disqualifiers; `scoring.yaml`: factors, behaviours, caps, bands; `matching.yaml`: which account |
//! | metrics | one [`QualifyFact`] a run: band, score, enrichment, cost, what the CRM and the provider knew and how well, points for behaviour, how the account was found |
//! | closes it | which leads converted, by band and factor → proposed points |

pub mod config;
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
use serde_json::Value;

use revloops_domain::events::{ChainStep, names};
use revloops_loopkit::ports::{Accounts, Behaviour, Cache, CrmReader, Leads, Provider, Spend};
use revloops_loopkit::record::Mode;
use revloops_loopkit::the_loop::{LookedUp, RunFacts};
use revloops_loopkit::{Became, Card, Decision, Feedback, Look, Loop, Mismatch, Outcome, Outputs, Record, Seen};

pub use cases::QualifyCase;
pub use config::QualifyConfig;
pub use feedback::ConversionFact;
pub use inputs::{QualifyFacts, QualifyInput};
pub use logic::QualifyVerdict;
pub use metrics::QualifyFact;

/// The loop, with the ports that looking up needs.
pub struct Qualify {
    /// Newest versions of leads, as the CRM's messages told them.
    pub leads: Arc<dyn Leads>,
    /// The CRM, for a lead that no message told.
    pub crm: Arc<dyn CrmReader>,
    /// Data providers; the levers say which are asked, and in which order.
    pub providers: Vec<Arc<dyn Provider>>,
    /// Answers of the providers.
    pub cache: Arc<dyn Cache>,
    /// What the providers have cost today.
    pub spend: Arc<dyn Spend>,
    /// What people did.
    pub behaviour: Arc<dyn Behaviour>,
    /// The CRM's accounts.
    pub accounts: Arc<dyn Accounts>,
}

impl Loop for Qualify {
    const CARD: Card = Card {
        name: "qualify",
        version: env!("CARGO_PKG_VERSION"),
        chain: "demand",
        decides: "Is this lead worth a rep's time, and how much?",
        triggers: &["demand chain, first step"],
        emits: &[names::LEAD_QUALIFIED, names::LEAD_DISQUALIFIED],
        levers: &[
            "enrichment.waterfall",
            "enrichment.match_cache_days",
            "enrichment.daily_budget_microusd",
            "provenance",
            "disqualifiers",
            "factors",
            "behaviours",
            "groups",
            "bands",
            "second_facts",
            "ties",
        ],
        metrics: &[
            "band",
            "score",
            "enrichment",
            "data_microusd",
            "over_budget",
            "known_by_crm",
            "known_by_provider",
            "provenance",
            "behaviour_points",
            "account_match",
            "account_confidence",
        ],
        feedback: "conversion by band and factor → proposed points",
        guards: &[
            ("disqualified", "the lead was turned away"),
            ("not_converted", "the lead was not converted by the time at which its outcome is ripe"),
        ],
    };

    type Config = QualifyConfig;
    type Trigger = ChainStep<Option<Value>>;
    type Input = QualifyInput;
    type Facts = QualifyFacts;
    type Verdict = QualifyVerdict;
    type Metric = QualifyFact;
    type OutcomeFact = ConversionFact;
    type Case = QualifyCase;

    async fn input(&self, trigger: Self::Trigger, _mode: Mode) -> Outcome<QualifyInput> {
        inputs::newest_lead(self.leads.as_ref(), self.crm.as_ref(), trigger.event).await
    }

    async fn look_up(
        &self,
        config: &QualifyConfig,
        input: &QualifyInput,
        at: Timestamp,
        mode: Mode,
    ) -> Outcome<LookedUp<QualifyFacts>> {
        let (cache, spend) = (self.cache.as_ref(), self.spend.as_ref());
        // On the heap: two waterfalls at once are much for the stack of everybody who runs a loop.
        let enriched = Box::pin(inputs::enrich(&self.providers, cache, spend, config, input, at, mode));
        let (mut looked_up, acts) = tokio::join!(enriched, inputs::acts(self.behaviour.as_ref(), config, input));
        looked_up.facts.acts = acts?;
        // After the providers: where the lead says no domain, theirs finds the account.
        let known = logic::profile::known(config, &input.lead, &looked_up.facts);
        let company = logic::account::company(config, &input.lead, &known.profile);
        looked_up.facts.accounts =
            inputs::account::look_up(self.accounts.as_ref(), self.crm.as_ref(), &config.matching, &company).await?;
        Ok(looked_up)
    }

    fn decide(
        config: &QualifyConfig,
        input: &QualifyInput,
        facts: &QualifyFacts,
        at: Timestamp,
    ) -> Decision<QualifyVerdict> {
        logic::decide(config, &input.lead, facts, at)
    }

    fn outputs(
        config: &QualifyConfig,
        input: &QualifyInput,
        facts: &QualifyFacts,
        decision: &Decision<QualifyVerdict>,
        run: &RunFacts,
    ) -> Outputs {
        outputs::outputs(config, input, facts, &decision.verdict, run)
    }

    fn metrics(input: &QualifyInput, facts: &QualifyFacts, decision: &Decision<QualifyVerdict>) -> Vec<QualifyFact> {
        vec![metrics::fact(input, facts, &decision.verdict)]
    }

    fn ripe_days(config: &QualifyConfig) -> Option<u16> {
        Some(config.feedback.ripe_days)
    }

    fn looks(record: &Record) -> Outcome<Vec<Look>> {
        joined::looks(record)
    }

    fn became(config: &QualifyConfig, record: &Record, seen: &Seen, at: Timestamp) -> Outcome<Became<ConversionFact>> {
        joined::became(config.feedback.ripe_days, record, seen, at)
    }

    fn feedback(config: &QualifyConfig, outcomes: &[ConversionFact]) -> Feedback {
        feedback::propose(config, outcomes)
    }

    fn run_case(config: &QualifyConfig, case: &QualifyCase) -> Result<(), Vec<Mismatch>> {
        cases::run(config, case)
    }
}
