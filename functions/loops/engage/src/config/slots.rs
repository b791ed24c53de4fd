//! Slots of fixed texts: `{company}` and the like. Nothing else may stand in braces.

use super::EngageConfig;
use crate::logic::plan::Plan;

/// Slots of fallback texts.
pub(crate) const FALLBACK: &[&str] = &["greeting", "company", "sender", "sender_company", "offer", "signal"];
/// The slot that names the signal, as it is written.
pub(crate) const SIGNAL: &str = "{signal}";
/// Slots of the disclosure.
pub(crate) const DISCLOSURE: &[&str] = &["sources", "sender_company"];
/// Slots of the task's subject.
pub(crate) const SUBJECT: &[&str] = &["company"];

/// Fills the slots of a fallback text. What is filled in is not looked at for slots again.
pub(crate) fn fill(text: &str, config: &EngageConfig, plan: &Plan<'_>) -> String {
    let names = &plan.names;
    let greeting = names.first_name.as_ref().map_or_else(|| "Hello".to_owned(), |name| format!("Hello {name}"));
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, slot, after)) = next(rest) {
        filled.push_str(before);
        filled.push_str(match slot {
            "greeting" => &greeting,
            "company" => &names.company,
            "sender" => &names.sender,
            "sender_company" => &config.sender.company,
            "offer" => &plan.template.offer,
            "signal" => plan.signal.as_ref().map_or("", |signal| signal.headline.as_str()),
            _ => "",
        });
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// What is wrong with the slots of `text`: the first that is unknown or not closed.
pub(crate) fn wrong<'a>(text: &'a str, allowed: &[&str]) -> Option<&'a str> {
    let mut rest = text;
    while let Some((before, slot, after)) = next(rest) {
        if before.contains('}') {
            return Some("}");
        }
        if !allowed.contains(&slot) {
            return Some(slot);
        }
        rest = after;
    }
    rest.contains(['{', '}']).then_some(rest)
}

fn next(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (slot, after) = rest.split_once('}')?;
    Some((before, slot, after))
}
