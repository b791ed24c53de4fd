//! A loop's outcomes, as others see it: what has to be looked at, what became of decisions, what that proposes.
//!
//! The loops' own facts are typed; between the loop and whoever keeps them they are JSON.

use jiff::Timestamp;
use revloops_changes::shadow::{self, Comparison};
use revloops_config::Bundle;
use revloops_domain::{ConfigStamp, ErrorClass};
use revloops_loopkit::{Became, Failure, Feedback, Loaded, Look, Loop, Outcome, Record, Seen};
use serde_json::Value;

use crate::history::loaded;

/// What became of one decision, with the facts as JSON.
pub type Joined = Outcome<Became<Value>>;

/// Joins many decisions.
pub type Join = fn(&Bundle, &[&Record], &Seen, Timestamp) -> Outcome<Vec<Joined>>;

/// What the facts of outcomes propose.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    /// The proposal, or why there is none.
    pub feedback: Feedback,
    /// Facts that cannot be read any more, and were left out.
    pub unread: usize,
}

/// A loop's outcomes.
#[derive(Debug, Clone, Copy)]
pub struct OutcomesEntry {
    /// Days after which what became of a decision counts; `None` where nothing is joined to this loop's decisions.
    pub ripe_days: fn(&Bundle) -> Outcome<Option<u16>>,
    /// What of the world shows what became of a decision.
    pub looks: fn(&Record) -> Outcome<Vec<Look>>,
    /// What became of decisions, one by one, as the config judges and the time shows it.
    pub became: Join,
    /// What the facts of outcomes propose.
    pub feedback: fn(&Bundle, &[Value]) -> Outcome<Learned>,
    /// What another version would have decided on each record.
    pub shadow: fn(&[Record], &Bundle, &ConfigStamp) -> Outcome<Vec<Comparison>>,
}

impl OutcomesEntry {
    pub(crate) fn of<L: Loop>() -> Self {
        Self {
            ripe_days: |bundle| Ok(L::ripe_days(&loaded::<L>(bundle)?)),
            looks: L::looks,
            became: became::<L>,
            feedback: feedback::<L>,
            shadow: |records, bundle, stamp| {
                let shadow = Loaded { config: loaded::<L>(bundle)?, stamp: stamp.clone() };
                records.iter().map(|record| shadow::compare::<L>(record, &shadow)).collect()
            },
        }
    }
}

fn became<L: Loop>(bundle: &Bundle, records: &[&Record], seen: &Seen, at: Timestamp) -> Outcome<Vec<Joined>> {
    let config = loaded::<L>(bundle)?;
    let one = |record: &&Record| {
        let Became { observed, facts } = L::became(&config, record, seen, at)?;
        let facts = facts.map(|facts| facts.iter().map(as_value::<L>).collect::<Outcome<Vec<Value>>>()).transpose()?;
        Ok(Became { observed, facts })
    };
    Ok(records.iter().map(one).collect())
}

fn feedback<L: Loop>(bundle: &Bundle, facts: &[Value]) -> Outcome<Learned> {
    let config = loaded::<L>(bundle)?;
    let read: Vec<L::OutcomeFact> = facts.iter().filter_map(|fact| serde_json::from_value(fact.clone()).ok()).collect();
    let unread = facts.len() - read.len();
    Ok(Learned { feedback: L::feedback(&config, &read), unread })
}

fn as_value<L: Loop>(fact: &L::OutcomeFact) -> Outcome<Value> {
    serde_json::to_value(fact).map_err(|error| {
        Failure::unreadable(ErrorClass::Bug, format_args!("writing an outcome of {}", L::CARD.name), &error)
    })
}
