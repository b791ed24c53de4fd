//! The signal scanner: what happened lately at the one target account that is the most overdue?
//!
//! A schedule ticks. Each tick claims one account, has the AI search the web for it, and keeps the signals that have their
//! evidence ([`revloops_signals::read`]); `signal.detected` starts the signal chain. There is no loop over accounts.
//!
//! | what happens | what becomes of the account |
//! |---|---|
//! | it was scanned, whatever was found | due again by its tier's cadence |
//! | the scan failed | due again by the backoff, later each time |
//! | the day's budget does not allow it | it keeps its place |
//! | the scanner died | its claim runs out, and the next tick carries on where the record says |
//!
//! A scan is a run of its own, with a record: it is asked for once, and its event is published once.

mod record;
mod request;
mod tick;

#[cfg(test)]
mod tests;

pub use request::request;
pub use tick::{Scanner, Ticked, tick};

/// The name under which scans are recorded, and their spending is counted.
pub const NAME: &str = "scanner";
