//! Batches: many records by the same engine as live leads, planned, carried out, and taken back as a whole.
//!
//! - [`carry_out`]: one chunk of 200 records, forth or back, resumable after a crash at any point.

mod carry_out;
mod merge;
mod tally;

pub use carry_out::carry_out;
pub use tally::{Tally, tally};
