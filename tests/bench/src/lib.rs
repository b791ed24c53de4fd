//! What deciding and planning cost, held against others on the same rules, leads and plans, with the same answers.
//!
//! - [`random`]: numbers that are the same for the same seed, on every machine
//! - [`market`]: leads of a market with realistic skew
//! - [`rules`]: rules over them, in a form that every engine's own can be written from
//! - [`ours`]: the rules in our engine
//! - [`zen`]: the rules in GoRules' `zen-engine`, as decision tables and as expressions
//! - [`sql`]: the rules as one SQL `CASE`
//! - [`plan`]: a company's plan, of any number of seats
//! - [`draws`]: that plan and our draws of it as files, for NumPy
//! - [`figures`]: clocks, tables, memory

pub mod draws;
pub mod figures;
pub mod market;
pub mod ours;
pub mod plan;
pub mod random;
pub mod rules;
pub mod sql;
#[cfg(feature = "zen")]
pub mod zen;
