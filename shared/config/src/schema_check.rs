//! Holds a document against a raw shape's JSON Schema and turns every violation into a [`Problem`](crate::Problem).

use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::Value;

use crate::problem::allowed;
use crate::{Document, Problems};

/// Whether `document` fits `schema`; adds a problem for each place where it does not.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the validator knows many more kinds; those that config can meet are named"
)]
pub fn check(document: &Document, schema: &Value, problems: &mut Problems) -> bool {
    let validator = match jsonschema::validator_for(schema) {
        Ok(validator) => validator,
        Err(error) => {
            problems.at(document, "", format!("the schema itself is wrong: {error}"), "this is a bug in RevLoops");
            return false;
        }
    };
    let mut fits = true;
    for error in validator.iter_errors(document.value()) {
        fits = false;
        let pointer = error.instance_path().as_str();
        let given = error.instance();
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                let known = known_keys(schema, error.schema_path().as_str());
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                for key in unexpected {
                    let at = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                    problems.at(document, &at, format!("unknown key `{key}`"), allowed(key, &known));
                }
            }
            ValidationErrorKind::AnyOf { context } => any_of(document, pointer, given, context, problems),
            kind => {
                let (what, remedy) = in_words(kind, given).unwrap_or_else(|| (error.to_string(), String::new()));
                problems.at(document, pointer, what, remedy);
            }
        }
    }
    fits
}

/// What is wrong with `given` and what would be right; `None` for kinds that config does not meet.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the validator knows many more kinds; those that config can meet are named"
)]
fn in_words(kind: &ValidationErrorKind, given: &Value) -> Option<(String, String)> {
    Some(match kind {
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            (format!("`{name}` is missing"), format!("add `{name}: …`"))
        }
        ValidationErrorKind::Enum { options } => {
            let options: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let shown = shown(given);
            (format!("`{shown}` is not allowed here"), allowed(&shown, &options))
        }
        ValidationErrorKind::Type { kind } => {
            (format!("{} is of the wrong type", described(given)), format!("must be {}", wanted(kind)))
        }
        ValidationErrorKind::Minimum { limit } => {
            (format!("{} is too small", shown(given)), format!("at least {limit}"))
        }
        ValidationErrorKind::Maximum { limit } => {
            (format!("{} is too large", shown(given)), format!("at most {limit}"))
        }
        ValidationErrorKind::MinItems { limit } => ("the list is too short".to_owned(), format!("at least {limit}")),
        _ => return None,
    })
}

/// `Option<T>` is `anyOf [T, null]` in a schema: what matters is why the first alternative does not fit.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the validator knows many more kinds; those that config can meet are named"
)]
fn any_of(
    document: &Document,
    pointer: &str,
    given: &Value,
    context: &[Vec<jsonschema::ValidationError<'static>>],
    problems: &mut Problems,
) {
    let mut said = false;
    for error in context.first().into_iter().flatten() {
        said = true;
        let inner = error.instance_path().as_str();
        let at = if inner.starts_with(pointer) { inner.to_owned() } else { format!("{pointer}{inner}") };
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                for key in unexpected {
                    problems.at(
                        document,
                        &format!("{at}/{key}"),
                        format!("unknown key `{key}`"),
                        "take it out, or see the schema in config/schemas",
                    );
                }
            }
            kind => {
                let (what, remedy) =
                    in_words(kind, error.instance()).unwrap_or_else(|| (error.to_string(), String::new()));
                problems.at(document, &at, what, remedy);
            }
        }
    }
    if !said {
        problems.at(
            document,
            pointer,
            format!("{} does not fit", described(given)),
            "see the schema in config/schemas",
        );
    }
}

/// The `properties` beside the `additionalProperties` that a violation's schema path ends in.
fn known_keys(schema: &Value, schema_path: &str) -> Vec<String> {
    let mut at = schema;
    let mut object = schema;
    for part in schema_path.split('/').skip(1) {
        if part == "$ref" {
            if let Some(next) =
                at.get("$ref").and_then(Value::as_str).and_then(|to| schema.pointer(to.trim_start_matches('#')))
            {
                at = next;
            }
            continue;
        }
        if part == "additionalProperties" {
            object = at;
            break;
        }
        let part = part.replace("~1", "/").replace("~0", "~");
        let next = match at {
            Value::Array(items) => part.parse::<usize>().ok().and_then(|index| items.get(index)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => at.get(&part),
        };
        match next {
            Some(next) => at = next,
            None => break,
        }
        // Some validators report the resolved path without `$ref` in it.
        while at.get("properties").is_none() {
            let Some(next) =
                at.get("$ref").and_then(Value::as_str).and_then(|to| schema.pointer(to.trim_start_matches('#')))
            else {
                break;
            };
            at = next;
        }
        object = at;
    }
    object.get("properties").and_then(Value::as_object).map(|p| p.keys().cloned().collect()).unwrap_or_default()
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.chars().take(60).collect(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            other.to_string().chars().take(60).collect()
        }
    }
}

fn described(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(_) | Value::Number(_) => format!("`{}`", shown(value)),
        Value::String(_) => format!("the text `{}`", shown(value)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a mapping".to_owned(),
    }
}

fn wanted(kind: &TypeKind) -> String {
    let words = |name: String| match name.as_str() {
        "string" => "a text".to_owned(),
        "integer" => "a whole number".to_owned(),
        "number" => "a number".to_owned(),
        "boolean" => "`true` or `false`".to_owned(),
        "array" => "a list".to_owned(),
        "object" => "a mapping (`key: value`)".to_owned(),
        "null" => "nothing".to_owned(),
        _ => name,
    };
    match kind {
        TypeKind::Single(one) => words(one.to_string()),
        TypeKind::Multiple(many) => many
            .iter()
            .map(|one| words(one.to_string()))
            .filter(|word| word != "nothing")
            .collect::<Vec<_>>()
            .join(" or "),
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Deserialize;

    use crate::{Document, Problems};

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    enum Channel {
        Email,
        Call,
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Step {
        id: String,
        #[schemars(range(min = 0, max = 100))]
        points: i32,
        channel: Channel,
        fallback: Option<Channel>,
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Raw {
        steps: Vec<Step>,
        #[serde(default)]
        active: bool,
    }

    #[test]
    fn every_problem_is_found_at_once_with_line_remedy_and_nearest_name() {
        let text = "\
steps:
  - id: a
    points: 120
    channel: mail
  - id: 5
    point: 10
    channel: call
    fallback: cal
activ: true
";
        let mut problems = Problems::new();
        let document = Document::parse_yaml("levers.yaml", text, &mut problems).unwrap();
        assert!(document.read::<Raw>(&mut problems).is_none());
        let said = problems.to_string();
        for wanted in [
            "levers.yaml:3:5 steps[0].points: 120 is too large; at most 100",
            "levers.yaml:4:5 steps[0].channel: `mail` is not allowed here; did you mean `email`? allowed: email, call",
            "levers.yaml:5:5 steps[1].id: `5` is of the wrong type; must be a text",
            "levers.yaml:6:5 steps[1].point: unknown key `point`; did you mean `points`?",
            "steps[1]: `points` is missing",
            "levers.yaml:8:5 steps[1].fallback: `cal` is not allowed here; did you mean `call`?",
            "levers.yaml:9:1 activ: unknown key `activ`; did you mean `active`?",
        ] {
            assert!(said.contains(wanted), "wanted {wanted}\nin\n{said}");
        }
    }
}
