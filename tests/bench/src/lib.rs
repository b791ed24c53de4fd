//! What deciding costs, held against others on the same rules, the same leads and the same answers.
//!
//! - [`random`]: numbers that are the same for the same seed, on every machine
//! - [`market`]: leads of a market with realistic skew
//! - [`rules`]: rules over them, in a form that every engine's own can be written from
//! - [`ours`]: the rules in our engine
//! - [`zen`]: the rules in GoRules' `zen-engine`, as decision tables and as expressions
//! - [`sql`]: the rules as one SQL `CASE`
//! - [`figures`]: clocks, tables, memory

pub mod figures;
pub mod market;
pub mod ours;
pub mod random;
pub mod rules;
pub mod sql;
pub mod zen;
