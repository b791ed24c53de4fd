//! How the model is made to answer by the tool.
//!
//! Models up to generation 4 take `tool_choice: tool`, which leaves them no other way. Later ones think before they answer and
//! refuse it with 400 (`type "tool" and "any" are not supported for this model`); there the tool is offered, named in the task,
//! and marked strict where its schema allows.
//!
//! Source: <https://platform.claude.com/docs/en/models/sonnet-5-5/whats-new-sonnet-5-5>.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How the tool is called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolCall {
    /// By `tool_choice`: the model can do nothing else.
    Forced,
    /// By a sentence in the task; the model could answer in words, which fails as `Transient`.
    Asked,
}

impl ToolCall {
    /// What the model takes, by its name: forced for generations 3 and 4, asked for all others, which works with every model.
    #[must_use]
    pub fn for_model(model: &str) -> Self {
        // `claude-3-5-haiku-20241022` writes the generation first, `claude-sonnet-4-5-20250929` after the family.
        // Bedrock writes a region and the vendor in front.
        let model = model.rsplit_once("anthropic.").map_or(model, |(_, name)| name);
        let generation = model.split('-').skip(1).find_map(|part| part.parse::<u32>().ok());
        if matches!(generation, Some(3 | 4)) { Self::Forced } else { Self::Asked }
    }
}

/// How much the model thinks before it answers. Only later models know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effort {
    /// Little: fast and cheap.
    Low,
    /// The middle.
    Medium,
    /// Much.
    High,
}

/// Keywords that a strict tool's schema may use; any other makes the API refuse it.
///
/// Source: <https://platform.claude.com/docs/en/build-with-claude/structured-outputs>, "JSON Schema limitations".
const STRICT_KEYWORDS: &[&str] = &[
    "$defs",
    "$ref",
    "additionalProperties",
    "anyOf",
    "const",
    "default",
    "description",
    "enum",
    "items",
    "properties",
    "required",
    "title",
    "type",
];

/// Whether a tool with this schema may be marked strict: known keywords alone, and every object closed.
pub(crate) fn may_be_strict(schema: &Value) -> bool {
    let Value::Object(keywords) = schema else { return false };
    let is_object = keywords.get("type").is_some_and(|kind| kind == "object") || keywords.contains_key("properties");
    if is_object && keywords.get("additionalProperties") != Some(&Value::Bool(false)) {
        return false;
    }
    keywords.iter().all(|(keyword, value)| {
        if !STRICT_KEYWORDS.contains(&keyword.as_str()) {
            return false;
        }
        match keyword.as_str() {
            "properties" | "$defs" => value.as_object().is_some_and(|inner| inner.values().all(may_be_strict)),
            "anyOf" => value.as_array().is_some_and(|inner| inner.iter().all(may_be_strict)),
            "items" => may_be_strict(value),
            _ => true,
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_generations_that_take_it_are_forced() {
        for model in [
            "claude-3-5-haiku-20241022",
            "claude-sonnet-4-5",
            "claude-haiku-4-5-20251001",
            "claude-opus-4-6",
            "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
        ] {
            assert_eq!(ToolCall::for_model(model), ToolCall::Forced, "{model}");
        }
        for model in ["claude-sonnet-5-5", "claude-opus-5", "claude-fable-5-1", "claude-next"] {
            assert_eq!(ToolCall::for_model(model), ToolCall::Asked, "{model}");
        }
    }

    #[test]
    fn a_closed_schema_of_known_keywords_may_be_strict() {
        let steps = |item: Value| {
            json!({"type": "object", "required": ["steps"], "additionalProperties": false,
                   "properties": {"steps": {"type": "array", "items": item}}})
        };
        let closed =
            json!({"type": "object", "properties": {"maximum": {"type": "string"}}, "additionalProperties": false});
        assert!(may_be_strict(&steps(closed)));
        assert!(!may_be_strict(&steps(json!({"type": "object", "properties": {}}))), "open object");
        assert!(!may_be_strict(&steps(json!({"type": "integer", "minimum": 1}))), "a keyword that is refused");
    }
}
