//! A scenario: a complete, sharable plan. Design computes with it, Deploy brings its territories into the CRM, Route reads
//! them.
//!
//! - [`agent`]: what an AI agent is told of territories, and what its answer is worth
//! - [`model`]: the checked type, its nouns and units
//! - [`month`]: calendar months
//! - [`territories`]: where accounts and leads live, and who holds what there
//!
//! A file in `config/scenarios` may be based on another and then says only what differs. What is read here is resolved and
//! checked as a whole, with every problem at its line; a scenario that has one cannot be computed with, nor promoted.

pub mod agent;
pub mod model;
pub mod month;
pub mod territories;

pub use model::*;
pub use month::Month;
pub use territories::{Territories, Territory};
