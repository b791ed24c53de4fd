use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use revloops_domain::SalesforceId;
use revloops_domain::sequence::DraftedSequence;
use revloops_domain::sequence_state::{KeptSequence, SequenceState};
use revloops_domain::suppression::{Suppression, SuppressionKey, SuppressionKind};

use crate::failure::Outcome;

/// A change of one sequence's state, and what must hold for it. All of it is checked and written at once, or nothing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SequenceChange {
    /// The sequence.
    pub id: String,
    /// The version that the change was decided from.
    pub from: u64,
    /// The state that it gets.
    pub to: SequenceState,
    /// None of these may be on the list of suppressions.
    pub unless_suppressed: Vec<SuppressionKey>,
    /// What the change counts against.
    pub counts: Vec<Count>,
    /// Places that must be free, and are taken.
    pub takes: Vec<TakenPlace>,
    /// Places that are given back, and from when they may be taken again.
    pub frees: Vec<(String, Timestamp)>,
}

impl SequenceChange {
    /// To `to`, with nothing else to hold.
    #[must_use]
    pub fn of(kept: &KeptSequence, to: SequenceState) -> Self {
        Self {
            id: kept.drafted.id.clone(),
            from: kept.version,
            to,
            unless_suppressed: Vec::new(),
            counts: Vec::new(),
            takes: Vec::new(),
            frees: Vec::new(),
        }
    }
}

/// One more of something of which there may be so many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// What is counted: a day, and whose.
    pub name: String,
    /// So many may be counted.
    pub most: u32,
    /// When the count is of no use any more.
    pub forget_at: Timestamp,
}

/// A place that one sequence at a time has: one a person, or one an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenPlace {
    /// Its name: `person/00Q…`.
    pub name: String,
    /// When it is taken: it must have been free since before.
    pub at: Timestamp,
}

/// Who has a place, or from when it may be taken again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The sequence that has it.
    pub holder: Option<String>,
    /// The end of the cool-down after the last one.
    pub free_from: Option<Timestamp>,
}

impl Place {
    /// Whether `sequence` may take it.
    #[must_use]
    pub fn is_free_for(&self, sequence: &str, at: Timestamp) -> bool {
        match &self.holder {
            Some(holder) => holder == sequence,
            None => self.free_from.is_none_or(|from| from <= at),
        }
    }
}

/// How a change went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// It is made.
    Yes,
    /// The state has changed since: read again, and decide again.
    Overtaken,
    /// Somebody is on the list of suppressions.
    Suppressed(SuppressionKey),
    /// As many are counted as may be.
    Full(String),
    /// Another sequence has the place, or the cool-down is not over.
    Taken(String),
}

/// Sequences, from their drafts to their ends.
#[async_trait]
pub trait Sequences: Send + Sync {
    /// Keeps a draft; returns whether it is new. What is there already stays as it is.
    async fn keep(&self, drafted: &DraftedSequence) -> Outcome<bool>;

    /// One sequence.
    async fn get(&self, id: &str) -> Outcome<Option<KeptSequence>>;

    /// Those that a suppression of `key` stops, whatever their status, newest first.
    async fn about(&self, key: &SuppressionKey) -> Outcome<Vec<KeptSequence>>;

    /// The newest so many.
    async fn newest(&self, at_most: usize) -> Outcome<Vec<KeptSequence>>;

    /// Ids of those with something to do until then, the oldest first. May lag behind what was written a moment ago.
    async fn due(&self, until: Timestamp, at_most: usize) -> Outcome<Vec<String>>;

    /// Makes a change, all of it or nothing.
    async fn change(&self, change: &SequenceChange) -> Outcome<Changed>;

    /// Who has these places; those that nobody ever took are left out.
    async fn places(&self, names: &[String]) -> Outcome<BTreeMap<String, Place>>;

    /// What is counted under these names; nothing is left out.
    async fn counted(&self, names: &[String]) -> Outcome<BTreeMap<String, u32>>;

    /// Those that were written to a lead or contact, newest first.
    async fn of_person(&self, person: &SalesforceId) -> Outcome<Vec<KeptSequence>> {
        match SuppressionKey::of(SuppressionKind::Person, person.as_str()) {
            Ok(key) => self.about(&key).await,
            Err(_neither_lead_nor_contact) => Ok(Vec::new()),
        }
    }
}

/// Who must not be written to.
#[async_trait]
pub trait Suppressions: Send + Sync {
    /// Puts somebody on the list; returns whether they are new there. Who is there already stays as they are.
    async fn add(&self, suppression: &Suppression) -> Outcome<bool>;

    /// Takes somebody off the list; returns whether they were there.
    async fn remove(&self, key: &SuppressionKey) -> Outcome<bool>;

    /// Which of these are on the list.
    async fn among(&self, keys: &[SuppressionKey]) -> Outcome<Vec<Suppression>>;

    /// The whole list, by key.
    async fn all(&self) -> Outcome<Vec<Suppression>>;
}
