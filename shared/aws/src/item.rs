//! Small readers and writers of DynamoDB items.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use revloops_domain::ErrorClass;
use revloops_loopkit::{Failure, Outcome};

/// An item as the SDK has it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// A text attribute.
pub(crate) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A number attribute.
pub(crate) fn n(number: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// The text under `name`.
pub(crate) fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str)
}

/// The number under `name`.
pub(crate) fn number(item: &Item, name: &str) -> Option<i64> {
    item.get(name).and_then(|value| value.as_n().ok()).and_then(|digits| digits.parse().ok())
}

/// `value` as JSON text.
pub(crate) fn to_json<T: Serialize>(value: &T) -> Outcome<String> {
    serde_json::to_string(value).map_err(|error| Failure::new(ErrorClass::Bug, "writing JSON").caused_by(error))
}

/// The JSON text under `name`, read.
pub(crate) fn from_json<T: DeserializeOwned>(item: &Item, name: &str) -> Outcome<T> {
    let json = text(item, name).ok_or_else(|| Failure::new(ErrorClass::Bug, format!("stored item has no `{name}`")))?;
    serde_json::from_str(json).map_err(|error| {
        Failure::unreadable(ErrorClass::Bug, format_args!("reading `{name}` of a stored item"), &error)
    })
}
