//! Outcomes: what became of decisions, and what that says of the config that decided.
//!
//! Each tick of a schedule, for every loop whose decisions have outcomes ([`tick`]):
//!
//! | step | |
//! |---|---|
//! | join | decisions that are ripe, and those of a trial, are held against the world ([`joining`], [`seeing`]); each outcome is kept once |
//! | count | one document a version: decided, known, each guard's rate ([`counting`]) |
//! | propose | outcomes of the **active** version alone go to the loop's `feedback`; its edits become a proposal in the desk, with evidence and a simulation ([`proposing`]) |
//! | try | a canary is judged by the outcomes of both versions since it began; a shadow decides what was decided ([`trying`]) |
//!
//! Nothing here changes config: a proposal waits for people as anybody's does. A canary whose regression is sure is returned, as
//! whoever began it has declared.
//!
//! A tick that dies leaves what it kept, and the next goes on; two at once come to the same.

pub mod counting;
pub mod joining;
pub mod kept;
pub mod proposing;
pub mod seeing;
pub mod trying;

mod tick;

#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use revloops_changes::ChangeDesk;
use revloops_loopkit::ports::{Clock, Collections, CrmDirectory, Deals, Documents, Meetings, Past, Sequences};

pub use tick::{LoopTick, Ticked, tick};

/// The machine that proposes.
pub const NAME: &str = "feedback";

/// What a tick works with.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// Where config is changed.
    pub desk: &'a ChangeDesk,
    /// Where outcomes are kept.
    pub outcomes: &'a dyn Documents,
    /// What was decided.
    pub past: &'a dyn Past,
    /// The CRM's records.
    pub records: &'a dyn Collections,
    /// Its users.
    pub directory: &'a dyn CrmDirectory,
    /// Its deals.
    pub deals: &'a dyn Deals,
    /// Its meetings.
    pub meetings: &'a dyn Meetings,
    /// What became of drafts.
    pub sequences: &'a dyn Sequences,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// How long a tick may join; what it did not come to, the next one does.
#[derive(Debug, Clone, Copy)]
pub struct Within {
    /// When it began.
    pub began: Timestamp,
    /// For so long.
    pub works_for: SignedDuration,
}

impl Within {
    /// Whether its time is over.
    #[must_use]
    pub fn is_over(&self, clock: &dyn Clock) -> bool {
        clock.now().duration_since(self.began) > self.works_for
    }
}
