//! What a scenario can book: capacity month by month, against what is to be booked; how sure that is; and why two scenarios
//! differ.
//!
//! - [`results`]: what [`compute`] gives, with units
//! - [`mod@compute`]: the model, seat by seat, and its roll-ups
//! - [`parts`]: shares of a year, ramp, survival and presence, in integers
//! - [`seats`]: the scenario's seats, made ready to be computed with
//! - [`hires`]: whom to hire, and when they have to start
//! - [`mod@sensitivity`]: what moves the answer most
//! - [`mod@diff`]: why two scenarios differ
//! - [`mod@simulate`]: how sure it is, by seeded trials
//! - [`actuals`]: what bookings say about ramp and productivity
//! - [`targets`]: what is to be booked, spread over months and rolled up
//!
//! Everything is a function of its arguments: no clock, no randomness of its own, no floating point where amounts are made.
//! A seat's month is rounded to a cent once; every other figure is a sum of these cents, so roll-ups equal the sum of their
//! parts.

pub mod actuals;
pub mod compute;
pub mod diff;
pub mod hires;
pub mod parts;
pub mod results;
pub mod seats;
pub mod sensitivity;
pub mod simulate;
pub mod targets;

pub use actuals::{Finding, Learned, learn};
pub use compute::{Booking, Totals, compute, totals};
pub use diff::diff;
pub use hires::{HiringLimits, hires_needed};
pub use results::{
    Against, Amounts, Branch, Cause, CauseKind, Chance, Computed, Difference, Effect, Group, HiresNeeded, LeverEffect,
    Quantiles, SeatRow, SegmentChance, SegmentHires, Series, Side, Simulated, Starts, Variance, Year, YearClosed,
};
pub use sensitivity::sensitivity;
pub use simulate::{Asked, simulate};

#[cfg(test)]
mod testing;
