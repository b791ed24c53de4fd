//! What was found out about a person and written to them before they had a deal.

use std::fmt;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use revloops_domain::{Fact, SalesforceId};
use revloops_loopkit::Outcome;

/// One sequence with its brief. Its `Debug` shows the id alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prior {
    /// The sequence's id.
    pub sequence_id: String,
    /// The template's id.
    pub template: String,
    /// How far it is, in a word: `drafted`, `approved`, `stopped`, …
    pub status: String,
    /// When it was drafted.
    pub drafted_at: Timestamp,
    /// What is known, with sources.
    pub brief: Vec<Fact>,
    /// Its mails.
    pub steps: Vec<PriorStep>,
}

impl fmt::Debug for Prior {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prior").field("sequence_id", &self.sequence_id).finish_non_exhaustive()
    }
}

/// One mail. Its `Debug` shows no text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriorStep {
    /// Day, counted from the first mail.
    pub day: u16,
    /// How far it is, in words: `task since 2026-12-01`, `not due yet`, …
    pub status: String,
    /// Subject.
    pub subject: String,
    /// The text.
    pub text: String,
}

impl fmt::Debug for PriorStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PriorStep").field("day", &self.day).finish_non_exhaustive()
    }
}

/// Where sequences are kept.
#[async_trait]
pub trait PriorSequences: Send + Sync {
    /// Those that were written to a lead or contact.
    async fn of_person(&self, person: &SalesforceId) -> Outcome<Vec<Prior>>;
}

/// Nobody was written to.
#[derive(Debug, Clone, Copy)]
pub struct NothingBefore;

#[async_trait]
impl PriorSequences for NothingBefore {
    async fn of_person(&self, _person: &SalesforceId) -> Outcome<Vec<Prior>> {
        Ok(Vec::new())
    }
}
