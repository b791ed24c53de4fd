//! A scenario: a complete, sharable plan. Design computes with it, Deploy brings its territories into the CRM, Route reads
//! them.
//!
//! - [`agent`]: what an AI agent is told of territories, and what its answer is worth
//! - [`model`]: the checked type, its nouns and units
//! - [`month`]: calendar months
//! - [`territories`]: where accounts and leads live, and who holds what there
//! - [`fields`]: what conditions may ask about an account or lead
//! - [`lists`]: lists of values that conditions name
//! - [`source`]: files, what they are based on, and their schemas
//! - [`resolved`]: a scenario as it is stored, hashed and sent
//! - [`stored`]: scenarios in the config store, and which is active
//!
//! A file in `config/scenarios` may be based on another and then says only what differs. What is read here is resolved and
//! checked as a whole, with every problem at its line; a scenario that has one cannot be computed with, nor promoted.

pub mod agent;
mod check;
pub mod fields;
pub mod lists;
pub mod model;
pub mod month;
mod raw;
mod read;
pub mod resolved;
pub mod source;
pub mod stored;
pub mod territories;

#[cfg(test)]
mod tests;

pub use model::*;
pub use month::Month;
pub use read::{active, active_territories, all, parse_text, read};
pub use resolved::{Resolved, ResolvedError};
pub use territories::{Territories, Territory};
