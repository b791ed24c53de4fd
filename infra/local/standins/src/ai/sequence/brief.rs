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

/// What a fact is about, in the order in which mails take the facts up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Topic {
    /// What happened at the company lately: the reason for writing.
    Signal,
    /// The recipient's job.
    Title,
    /// How many work there.
    Size,
    /// What the company does, in somebody's sentence.
    Summary,
    /// Its industry.
    Industry,
    /// Where it is.
    Location,
    /// Since when it is there.
    Founded,
    /// Anything that we have no words for.
    Other,
    /// How the lead came, and what we were to each other: worth no sentence.
    Source,
    /// What the recipient wrote: thanked for, never quoted.
    Message,
}

impl Fact {
    pub(super) fn topic(&self) -> Topic {
        match self.kind.as_str() {
            "person_title" => Topic::Title,
            "company_size" => Topic::Size,
            "summary" => Topic::Summary,
            "industry" => Topic::Industry,
            "location" => Topic::Location,
            "founded" => Topic::Founded,
            "signal" => Topic::Signal,
            "lead_source" | "history" => Topic::Source,
            "lead_message" => Topic::Message,
            _ => Topic::Other,
        }
    }

    /// The value; where there is none, what the text says after its first colon, as in `Acme is described as: …`.
    pub(super) fn content(&self) -> &str {
        let value = if self.value.trim().is_empty() {
            self.text.split_once(": ").map_or(self.text.as_str(), |(_, content)| content)
        } else {
            &self.value
        };
        value.trim().trim_end_matches('.')
    }
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
        && !lower.contains('@')
        && !lower.split_whitespace().any(is_domain)
        && !ORDERS.iter().any(|order| lower.contains(order))
}

/// Whether a word looks like a domain: letters on both sides of a dot.
fn is_domain(word: &str) -> bool {
    let word = word.trim_matches(|letter: char| !letter.is_alphanumeric());
    word.rsplit_once('.').is_some_and(|(before, after)| {
        before.ends_with(char::is_alphanumeric) && after.chars().count() > 1 && after.chars().all(char::is_alphabetic)
    })
}
