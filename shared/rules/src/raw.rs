//! Conditions as config writes them.
//!
//! One plain struct with optional keys: an enum would lose the line of a mistake. Which keys go together is checked in
//! [`crate::compile()`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A condition: exactly one of `all`, `any`, `not`, `always`, or `field` with exactly one comparison.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawCondition {
    /// Holds where each of these holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all: Option<Vec<RawCondition>>,
    /// Holds where at least one of these holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub any: Option<Vec<RawCondition>>,
    /// Holds where this does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Box<RawCondition>")]
    pub not: Option<Box<RawCondition>>,
    /// `true`: holds for everybody. For the last rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub always: Option<bool>,
    /// The field that is compared; it goes with one of the keys below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Equal to this value; texts without regard to case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Value>,
    /// Equal to one of these values.
    #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
    pub one_of: Option<Vec<Value>>,
    /// In the list of this name; a domain also where it is below an entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_list: Option<String>,
    /// This name or one below it in the tree: `under: emea`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under: Option<String>,
    /// A number, date (`"2026-11-22"`) or text (`"10115"`) not below this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Value>,
    /// A number, date or text not above this one; a text also where it begins with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Value>,
    /// Two numbers, dates or texts, `[from, to]`, both included: `["10115", "14199"]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between: Option<Vec<Value>>,
    /// A text that begins so, without regard to case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_with: Option<String>,
    /// A text that ends so, without regard to case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_with: Option<String>,
    /// `true`: the field has a value; `false`: it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub present: Option<bool>,
}
