//! The decision record that every run leaves: from it, the same decision can be computed again.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use revloops_domain::{ConfigStamp, CorrelationId, Cost, ErrorClass, RunId, sha256_hex};

use crate::decision::Decision;
use crate::effect::Effect;
use crate::failure::{Failure, Outcome};
use crate::metering::AiCall;

/// What makes a run the same run: one loop, one subject, one trigger. It happens once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunKey {
    /// What is decided about: `lead/00Q…`.
    pub subject: String,
    /// The loop's name.
    pub loop_name: String,
    /// Why it runs: `created`, …
    pub trigger: String,
}

impl RunKey {
    /// The run's id. It follows from what makes it the same run, so that an attempt that died before storing leaves no
    /// other.
    #[must_use]
    pub fn run_id(&self) -> RunId {
        let of = format!("{}/{}/{}", self.subject, self.trigger, self.loop_name);
        RunId(sha256_hex(of.as_bytes()).chars().take(32).collect())
    }
}

/// Who decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The loop's logic.
    Code,
    /// An AI agent, by its model's name.
    Agent(String),
    /// A named person.
    Person(String),
}

/// Whether effects are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// They are.
    Live,
    /// They are not; nothing is stored either.
    DryRun,
}

/// Everything about one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The run's id.
    pub run_id: RunId,
    /// Subject, loop, trigger.
    pub key: RunKey,
    /// One for the whole chain.
    pub correlation_id: CorrelationId,
    /// Version of the loop's logic.
    pub loop_version: String,
    /// Which config decided.
    pub config: ConfigStamp,
    /// SHA-256 of the input's JSON.
    pub input_hash: String,
    /// The checked input.
    pub input: Value,
    /// What was looked up.
    pub facts: Value,
    /// What was decided, and why.
    pub decision: Decision<Value>,
    /// What the next step of the chain is told.
    pub reply: Value,
    /// Changes in the world, in the order in which they are applied.
    pub effects: Vec<Effect>,
    /// Typed facts that the loop reports.
    pub metrics: Vec<Value>,
    /// Who decided.
    pub actor: Actor,
    /// Live or dry run.
    pub mode: Mode,
    /// What it has cost.
    pub cost: Cost,
    /// Each call of the AI that it is made of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ai_calls: Vec<AiCall>,
    /// When it was decided; the time that the logic was given.
    pub decided_at: Timestamp,
}

impl Record {
    /// The input, as its loop has it.
    ///
    /// # Errors
    /// `Bug` where it cannot be read as that any more.
    pub fn input_as<T: DeserializeOwned>(&self) -> Outcome<T> {
        self.part("input", &self.input)
    }

    /// The verdict, as its loop has it.
    ///
    /// # Errors
    /// See [`Record::input_as`].
    pub fn verdict_as<T: DeserializeOwned>(&self) -> Outcome<T> {
        self.part("verdict", &self.decision.verdict)
    }

    fn part<T: DeserializeOwned>(&self, what: &str, value: &Value) -> Outcome<T> {
        T::deserialize(value).map_err(|error| {
            let doing = format!("reading the {what} of run {} of {}", self.run_id.0, self.key.loop_name);
            Failure::unreadable(ErrorClass::Bug, doing, &error)
        })
    }
}
