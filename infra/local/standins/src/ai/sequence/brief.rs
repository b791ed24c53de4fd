//! What is known, and which of it is fit to be used.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The data of a request for `draft_sequence`.
#[derive(Deserialize)]
pub(in crate::ai) struct Brief {
    #[serde(default)]
    pub(super) recipient: Recipient,
    #[serde(default)]
    pub(super) sender: Sender,
    #[serde(default)]
    pub(super) facts: Vec<Fact>,
    pub(super) template: Template,
}

/// Who is written to.
#[derive(Default, Deserialize)]
pub(super) struct Recipient {
    #[serde(default)]
    first_name: Option<String>,
    #[serde(default)]
    company: Option<String>,
}

/// Who writes.
#[derive(Default, Deserialize)]
pub(super) struct Sender {
    #[serde(default)]
    name: Option<String>,
}

/// A fact with its source.
#[derive(Deserialize)]
pub(super) struct Fact {
    pub(super) id: String,
    pub(super) kind: String,
    #[serde(default)]
    pub(super) text: String,
    #[serde(default, deserialize_with = "as_text")]
    pub(super) value: String,
}

/// How the sequence is laid out.
#[derive(Deserialize)]
pub(super) struct Template {
    #[serde(default)]
    pub(super) id: String,
    #[serde(default)]
    pub(super) tone: String,
    #[serde(default)]
    pub(super) offer: String,
    pub(super) steps: Vec<Step>,
}

/// One mail to write.
#[derive(Deserialize)]
pub(super) struct Step {
    pub(super) id: String,
    #[serde(default)]
    pub(super) purpose: String,
}

fn as_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        Value::Null => String::new(),
        other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => other.to_string(),
    })
}

impl Brief {
    /// The recipient's first name, if it looks like one.
    pub(super) fn first_name(&self) -> Option<&str> {
        self.recipient.first_name.as_deref().map(str::trim).filter(|name| is_name(name))
    }

    /// The sender's name, if it looks like one.
    pub(super) fn sender(&self) -> Option<&str> {
        self.sender.name.as_deref().map(str::trim).filter(|name| is_name(name))
    }

    /// The company's name, if it looks like one and has no digit, which no fact would account for.
    pub(super) fn company(&self) -> Option<&str> {
        self.recipient.company.as_deref().map(str::trim).filter(|name| is_name(name))
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.chars().count() <= 60
        && is_plain(name)
        && !name.chars().any(|letter| letter.is_ascii_digit())
}

/// Whether a text reads like a value, and not like an address, like markup, or like somebody telling us what to do.
pub(super) fn is_plain(text: &str) -> bool {
    const ORDERS: &[&str] = &[
        "assistant:",
        "disregard",
        "forget all",
        "forget everything",
        "ignore ",
        "instruction",
        "jailbreak",
        "override",
        "pretend",
        "prompt",
        "reply with",
        "respond with",
        "system:",
        "you are now",
        "you must",
        "your rules",
    ];
    let lower = text.to_lowercase();
    let markup =
        |letter: char| letter.is_control() || matches!(letter, '<' | '>' | '{' | '}' | '[' | ']' | '`' | '|' | '\\');
    text.chars().count() <= 240
        && !text.chars().any(markup)
        && !lower.contains("://")
        && !lower.contains("www.")
        && !ORDERS.iter().any(|order| lower.contains(order))
}
