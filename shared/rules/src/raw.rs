//! Conditions as config writes them.
//!
//! One plain struct with optional keys: an enum would lose the line of a mistake. Which keys go together is checked in
//! [`crate::compile()`].

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// A condition: exactly one of `all`, `any`, `not`, `always`, or `field` with exactly one comparison.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCondition {
    /// Holds where each of these holds.
    #[serde(default)]
    pub all: Option<Vec<RawCondition>>,
    /// Holds where at least one of these holds.
    #[serde(default)]
    pub any: Option<Vec<RawCondition>>,
    /// Holds where this does not.
    #[serde(default)]
    #[schemars(with = "Box<RawCondition>")]
    pub not: Option<Box<RawCondition>>,
    /// `true`: holds for everybody. For the last rule.
    #[serde(default)]
    pub always: Option<bool>,
    /// The field that is compared; it goes with one of the keys below.
    #[serde(default)]
    pub field: Option<String>,
    /// Equal to this value; texts without regard to case.
    #[serde(default)]
    pub is: Option<Value>,
    /// Equal to one of these values.
    #[serde(default, rename = "in")]
    pub one_of: Option<Vec<Value>>,
    /// A number not below this one.
    #[serde(default)]
    pub at_least: Option<i64>,
    /// A number not above this one.
    #[serde(default)]
    pub at_most: Option<i64>,
    /// Two numbers, `[from, to]`, both included.
    #[serde(default)]
    pub between: Option<Vec<i64>>,
    /// A text that begins so, without regard to case.
    #[serde(default)]
    pub starts_with: Option<String>,
    /// A text that ends so, without regard to case.
    #[serde(default)]
    pub ends_with: Option<String>,
    /// `true`: the field has a value; `false`: it has none.
    #[serde(default)]
    pub present: Option<bool>,
}
