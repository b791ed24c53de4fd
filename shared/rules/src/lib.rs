//! The rule engine: one for live leads, batches and dry runs.
//!
//! - [`fields`]: the table of fields that a loop's rules may ask about, and one subject's values
//! - [`raw`]: conditions as config writes them
//! - [`known`]: names, lists and trees that conditions may refer to
//! - [`compile`]: raw conditions → [`Condition`], with all problems at once
//! - [`condition`]: evaluation, without allocating
//! - [`countries`]: whether country codes in conditions are some country's
//! - [`rows`]: a condition as alternatives of single comparisons
//! - [`trace`]: the same on request with what was found, for people
//! - [`rule_set`]: rules in priority order, and the checks of a whole set
//! - [`space`]: proofs with a lead as witness, and the smallest change of a lead
//! - `index`: the compiled form of a whole set, in which thousands of rules are tried at once
//!
//! The verdict of a rule set depends on the subject's values alone: no clock, no randomness, no network. Texts are
//! compared without regard to case and outer blanks, because CRM users type them. A test of a field that has no value
//! does not hold, except `present: false`; so `not` of such a test does.

mod compare;
pub mod compile;
pub mod condition;
pub mod countries;
mod days;
pub mod fields;
mod index;
pub mod known;
pub mod raw;
pub mod rows;
pub mod rule_set;
pub mod space;
pub mod trace;

#[cfg(test)]
mod property_tests;

pub use compile::{compile, compile_knowing};
pub use condition::{Condition, Test};
pub use countries::{check_countries, check_country};
pub use fields::{Field, FieldId, FieldTable, FieldType, FieldValues};
pub use known::{Known, NameTree, NamedList};
pub use raw::RawCondition;
pub use rows::{Literal, rows};
pub use rule_set::{Draft, Rule, RuleSet};
pub use space::{Aim, Book, Change, Changed, Derived, Domain, Fate, Found, Ground, Nearest, Region, Space, Witness};
pub use trace::{Tried, in_words, trace};
