//! What became of earlier decisions: what has to be looked at for it, and what a loop makes of what it sees.
//!
//! | step | who |
//! |---|---|
//! | [`Look`]s: what of the world shows what became of a decision | the loop, from its record: pure |
//! | they are looked at, many at a time | `functions/gateway/outcomes` |
//! | [`Became`]: what happened, as facts for feedback and as observations for trials | the loop, from record and [`Seen`]: pure |
//!
//! Facts count when the outcome is **ripe**: the bad ones and the good ones of one day together. An outcome that counted as soon
//! as it is bad would make every young version look worse than it is.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use revloops_domain::sequence_state::KeptSequence;
use revloops_domain::{OpportunityId, SalesforceId};

use crate::ports::{CrmUser, Deal};

/// Something of the world that shows what became of a decision.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// Some fields of one record of the CRM; of a field `OwnerId` the user, too, where it is one.
    Record {
        /// The object: `Lead`.
        object: &'static str,
        /// The record.
        id: String,
        /// The fields.
        fields: &'static [&'static str],
    },
    /// One sequence, by its id.
    Sequence(String),
    /// The sequences that were written to a lead or contact.
    SequencesTo(SalesforceId),
    /// When somebody first met us, since then.
    Meeting {
        /// The lead or contact.
        person: SalesforceId,
        /// From then on.
        since: Timestamp,
    },
    /// A deal with its milestones.
    Deal(OpportunityId),
}

/// What was seen. What is not in it was looked for and is gone, or was not asked for.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Fields of the CRM's records, by object and id.
    pub records: BTreeMap<(&'static str, String), Map<String, Value>>,
    /// Users who own such records, by their ids.
    pub users: BTreeMap<String, CrmUser>,
    /// Sequences by id.
    pub sequences: BTreeMap<String, KeptSequence>,
    /// Sequences by whom they were written to.
    pub written_to: BTreeMap<SalesforceId, Vec<KeptSequence>>,
    /// First meetings, by person and since when.
    pub meetings: BTreeMap<(SalesforceId, Timestamp), Timestamp>,
    /// Deals by id.
    pub deals: BTreeMap<OpportunityId, Deal>,
}

impl Seen {
    /// One record, `None` where it is gone.
    #[must_use]
    pub fn record(&self, object: &'static str, id: &str) -> Option<&Map<String, Value>> {
        self.records.get(&(object, id.to_owned()))
    }

    /// The text of a record's field.
    #[must_use]
    pub fn text(&self, object: &'static str, id: &str, field: &str) -> Option<&str> {
        self.record(object, id)?.get(field)?.as_str()
    }
}

/// One thing about a subject that was looked at, and whether it was bad: what trials are judged by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// Its name, one of the card's guards: `reassigned`.
    pub metric: String,
    /// Whether the bad thing happened.
    pub bad: bool,
    /// When that was settled, by the world's clock: the same whenever one looks.
    pub at: Timestamp,
}

impl Observed {
    /// One observation.
    #[must_use]
    pub fn new(metric: &str, bad: bool, at: Timestamp) -> Self {
        Self { metric: metric.to_owned(), bad, at }
    }
}

/// What became of a decision, as far as it is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Became<F> {
    /// What is settled by now.
    pub observed: Vec<Observed>,
    /// What feedback learns from; `None` while the outcome is not ripe, empty where there is nothing to learn.
    pub facts: Option<Vec<F>>,
}

impl<F> Became<F> {
    /// Not ripe; with what is settled already.
    #[must_use]
    pub fn not_yet(observed: Vec<Observed>) -> Self {
        Self { observed, facts: None }
    }

    /// Ripe.
    #[must_use]
    pub fn ripe(observed: Vec<Observed>, facts: impl IntoIterator<Item = F>) -> Self {
        Self { observed, facts: Some(facts.into_iter().collect()) }
    }
}

/// When a decision's outcome is ripe: so many days after it.
#[must_use]
pub fn ripe_at(decided_at: Timestamp, days: u16) -> Timestamp {
    decided_at.saturating_add(days_long(days)).unwrap_or(Timestamp::MAX)
}

/// So many days, as a duration.
#[must_use]
pub fn days_long(days: u16) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(days))
}
