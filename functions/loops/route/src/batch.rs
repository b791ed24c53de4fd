//! Batches: many records by the same engine as live leads, planned, carried out, and taken back as a whole.
//!
//! - [`Decider`]: subject by subject, with pools drawn from a copy of their states.
//! - [`Comparison`]: what was decided against what other rules would have decided.
//! - [`Plan`]: what will change, approved by its hash.
//! - [`carry_out`]: one chunk of 200 records, forth or back, resumable after a crash at any point.

mod carry_out;
mod compare;
mod decide;
mod plan;
#[cfg(test)]
mod same_verdict;
mod snapshot;
mod subject;
mod tally;

pub use carry_out::carry_out;
pub use compare::{Comparison, FirstTouches, MemberPicks, Outcome, OwnerMoves, RuleMoves};
pub use decide::{Decided, Decider};
pub use plan::{Change, Counts, Input, Plan, PlanRow};
pub use snapshot::Answers;
pub use subject::{Object, Subject};
pub use tally::{Tally, tally};
