//! What is scanned for signals, how often and at what price; and which signals of a scan count.
//!
//! | file | answers |
//! |---|---|
//! | `levers` | `targets.yaml` of Generate: tiers and their cadence, budget, backoff, evidence, what the AI is told |
//! | `found` | which of the signals that the AI reports count, and why the others are dropped |

mod found;
mod levers;

pub use found::{Dropped, Found, Scanned, read};
pub use levers::{Backoff, Evidence, FILE, ScanAgent, TargetLevers, Tier, check, schema};
