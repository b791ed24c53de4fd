//! The trait: without any one of the six parts it is no loop.

use std::future::Future;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use revloops_config::Levers;
use revloops_domain::{ConfigStamp, CorrelationId, Cost};

use crate::card::Card;
use crate::cases::Mismatch;
use crate::decision::Decision;
use crate::effect::Effect;
use crate::failure::Outcome;
use crate::feedback::Feedback;
use crate::outcomes::{Became, Look, Seen};
use crate::record::{Actor, Mode, Record, RunKey};

/// A self-contained, composable unit that covers one stage of the revenue life cycle.
///
/// `self` holds the ports that [`Loop::look_up`] needs; everything else is pure.
pub trait Loop: Send + Sync + 'static {
    /// Name, version, triggers, events, levers, metrics.
    const CARD: Card;

    /// **Config**: the levers, checked.
    type Config: Levers;

    /// **Inputs**: what the wire brings …
    type Trigger: DeserializeOwned + Send;
    /// … and what it becomes once checked.
    type Input: LoopInput;

    /// What has to be looked up before deciding. Kept in the record, so that the decision can be computed again.
    type Facts: Serialize + DeserializeOwned + Send + Sync;
    /// **Logic**'s typed verdict.
    type Verdict: Serialize + DeserializeOwned + Clone + Send + Sync;
    /// **Metrics**: one typed fact that this loop reports; its schema is the table that BI reads.
    type Metric: Serialize + JsonSchema;
    /// **Feedback**'s input: what became of an earlier decision.
    type OutcomeFact: Serialize + DeserializeOwned;
    /// One case of `cases.yaml`: the operators' own test.
    type Case: DeserializeOwned + JsonSchema;

    /// Should we act, and on what? Wire payload → checked input.
    ///
    /// # Errors
    /// `Rejected` where the payload can never be acted upon.
    fn input(&self, trigger: Self::Trigger, mode: Mode) -> impl Future<Output = Outcome<Self::Input>> + Send;

    /// Looks up what `decide` needs. The only part that touches the world.
    ///
    /// # Errors
    /// With the class that decides between retry and parking.
    fn look_up(
        &self,
        config: &Self::Config,
        input: &Self::Input,
        at: Timestamp,
        mode: Mode,
    ) -> impl Future<Output = Outcome<LookedUp<Self::Facts>>> + Send;

    /// The decision: pure, total, explained.
    fn decide(
        config: &Self::Config,
        input: &Self::Input,
        facts: &Self::Facts,
        at: Timestamp,
    ) -> Decision<Self::Verdict>;

    /// **Outputs**: the decision as effects and as the reply for the chain.
    fn outputs(
        config: &Self::Config,
        input: &Self::Input,
        facts: &Self::Facts,
        decision: &Decision<Self::Verdict>,
        run: &RunFacts,
    ) -> Outputs;

    /// Typed facts of this run.
    fn metrics(input: &Self::Input, facts: &Self::Facts, decision: &Decision<Self::Verdict>) -> Vec<Self::Metric>;

    /// Days after which what became of a decision counts; `None` where nothing is joined to this loop's decisions.
    fn ripe_days(_config: &Self::Config) -> Option<u16> {
        None
    }

    /// What of the world shows what became of an earlier decision. Pure.
    ///
    /// # Errors
    /// `Bug` where the record cannot be read any more.
    fn looks(_record: &Record) -> Outcome<Vec<Look>> {
        Ok(Vec::new())
    }

    /// What became of an earlier decision, as `at` shows it. Pure.
    ///
    /// # Errors
    /// `Bug` where the record cannot be read any more.
    fn became(
        _config: &Self::Config,
        _record: &Record,
        _seen: &Seen,
        _at: Timestamp,
    ) -> Outcome<Became<Self::OutcomeFact>> {
        Ok(Became::not_yet(Vec::new()))
    }

    /// Outcomes and config → proposed edits of the levers, or why there are none.
    fn feedback(config: &Self::Config, outcomes: &[Self::OutcomeFact]) -> Feedback;

    /// Runs one case of `cases.yaml` against a config.
    ///
    /// # Errors
    /// What was expected and what came instead.
    fn run_case(config: &Self::Config, case: &Self::Case) -> Result<(), Vec<Mismatch>>;
}

/// What every checked input can tell.
pub trait LoopInput: Serialize + DeserializeOwned + Send + Sync {
    /// What is decided about: `lead/00Q…`.
    fn subject(&self) -> String;
    /// Why the loop runs: `created`, …
    fn trigger(&self) -> &str;
    /// One for the whole chain.
    fn correlation_id(&self) -> &CorrelationId;
}

/// Looked-up facts and what looking them up has cost.
#[derive(Debug)]
pub struct LookedUp<F> {
    /// The facts.
    pub facts: F,
    /// Data and AI cost; the compute time is added by the runner.
    pub cost: Cost,
    /// Who decides on these facts: code, or an agent whose answer is among them.
    pub actor: Actor,
}

/// What outputs may name of the run.
#[derive(Debug, Clone)]
pub struct RunFacts {
    /// The run's id.
    pub run_id: revloops_domain::RunId,
    /// Subject, loop, trigger: keys of effects are made from it.
    pub key: RunKey,
    /// One for the whole chain.
    pub correlation_id: CorrelationId,
    /// Which config decides.
    pub config: ConfigStamp,
    /// The time given to the logic.
    pub at: Timestamp,
}

/// A decision's outputs, as data.
#[derive(Debug, Clone, PartialEq)]
pub struct Outputs {
    /// Changes in the world, in the order in which they are applied.
    pub effects: Vec<Effect>,
    /// What the next step of the chain is told.
    pub reply: Value,
}
