//! What the ledger is told, as the archive keeps it: everything that rows are made of, and nothing of a person.
//!
//! Of a decision's record, input, facts and reasons stay behind: they hold names and what people wrote. What the loop
//! reports of it (its metrics) names nobody.

use jiff::Timestamp;
use revloops_domain::{ConfigStamp, Cost};
use revloops_loopkit::{Action, Actor, Observed, Record};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A line of the archive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// When it reached the ledger.
    pub seen_at: Timestamp,
    /// What it tells.
    #[serde(flatten)]
    pub told: Told,
}

/// What one line tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// Something was decided.
    Decision(Box<Decided>),
    /// It is known what became of a decision.
    Outcome(BecameOf),
    /// Something was published on the bus.
    Event(Published),
    /// A record of the CRM is so.
    Crm(CrmState),
}

impl Told {
    /// What it is about, for whoever looks at what is parked.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Decision(decided) => format!("run/{}", decided.run_id),
            Self::Outcome(became) => format!("outcome/{}", became.run_id),
            Self::Event(event) => format!("event/{}", event.event_id),
            Self::Crm(state) => {
                let id = state.members.get("id").and_then(Value::as_str).unwrap_or("without an id");
                format!("{}/{id}", state.dataset)
            }
        }
    }
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decided {
    /// The run.
    pub run_id: String,
    /// What was decided about: `lead/00Q…`.
    pub subject: String,
    /// The loop's name.
    #[serde(rename = "loop")]
    pub loop_name: String,
    /// Why it ran.
    pub trigger: String,
    /// One for the whole chain.
    pub correlation_id: String,
    /// Version of the loop's logic.
    pub loop_version: String,
    /// Which config decided.
    pub config: ConfigStamp,
    /// The outcome in a word.
    pub outcome: String,
    /// Route's rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The owner that Route gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<String>,
    /// Who decided.
    pub actor: Actor,
    /// How many reasons its record has.
    pub reasons: usize,
    /// Changes in the world.
    pub effects: Vec<Effected>,
    /// What the loop reports.
    pub metrics: Vec<Value>,
    /// What it has cost.
    pub cost: Cost,
    /// Calls of the AI.
    pub ai_calls: usize,
    /// When it was decided.
    pub decided_at: Timestamp,
}

/// A change in the world.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effected {
    /// `update_record`, …
    pub kind: String,
    /// The CRM's object, or the event's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

impl Decided {
    /// What the ledger keeps of a record.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        let verdict = &record.decision.verdict;
        let of_route = |pointer: &str| match record.key.loop_name.as_str() {
            "route" => verdict.pointer(pointer).and_then(Value::as_str).map(str::to_owned),
            _ => None,
        };
        Self {
            run_id: record.run_id.0.clone(),
            subject: record.key.subject.clone(),
            loop_name: record.key.loop_name.clone(),
            trigger: record.key.trigger.clone(),
            correlation_id: record.correlation_id.as_str().to_owned(),
            loop_version: record.loop_version.clone(),
            config: record.config.clone(),
            outcome: record.decision.outcome.clone(),
            rule: of_route("/rule"),
            owner_id: of_route("/owner/id"),
            actor: record.actor.clone(),
            reasons: record.decision.reasons.len(),
            effects: record.effects.iter().map(|effect| Effected::of(&effect.action)).collect(),
            metrics: record.metrics.clone(),
            cost: record.cost,
            ai_calls: record.ai_calls.len(),
            decided_at: record.decided_at,
        }
    }
}

impl Effected {
    fn of(action: &Action) -> Self {
        let (kind, target) = match action {
            Action::UpdateRecord { object, .. } => ("update_record", Some(object)),
            Action::UpsertRecord { object, .. } => ("upsert_record", Some(object)),
            Action::KeepSequence { .. } => ("keep_sequence", None),
            Action::KeepSignals { .. } => ("keep_signals", None),
            Action::Emit { name, .. } => ("emit", Some(name)),
        };
        Self { kind: kind.to_owned(), target: target.cloned() }
    }
}

/// What became of a decision, as the outcomes function keeps it; of its fields, those that rows are made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BecameOf {
    /// The run that decided.
    pub run_id: String,
    /// What was decided about.
    pub subject: String,
    /// The loop.
    #[serde(rename = "loop")]
    pub loop_name: String,
    /// The config that decided.
    pub config: ConfigStamp,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// What was looked at.
    pub observed: Vec<Observed>,
}

/// An event of the bus, without its detail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The same however often it is published.
    pub event_id: String,
    /// `lead.saved`, …
    pub name: String,
    /// Who published it.
    pub source: String,
    /// The CRM's record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_id: Option<String>,
    /// The chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// A record of the CRM.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CrmState {
    /// The dataset that it is a row of.
    pub dataset: String,
    /// The row's members, without `seen_at`.
    pub members: Map<String, Value>,
}
