//! An input that satisfies any tool's schema, from the request's own data where names agree.

use serde_json::{Map, Value, json};

/// How deep a schema is followed; one that nests in itself ends here.
const MAX_DEPTH: usize = 16;

/// A value that satisfies `schema`: the data's value under the same name where it fits, else the first of an `enum`, else the
/// smallest that is allowed.
pub(super) fn fill(schema: &Value, data: &Value) -> Value {
    Filling { root: schema, data }.value(schema, "", 0)
}

struct Filling<'a> {
    root: &'a Value,
    data: &'a Value,
}

impl Filling<'_> {
    fn value(&self, schema: &Value, name: &str, depth: usize) -> Value {
        if depth > MAX_DEPTH {
            return Value::Null;
        }
        if let Some(target) =
            schema.get("$ref").and_then(Value::as_str).and_then(|at| self.root.pointer(at.trim_start_matches('#')))
        {
            return self.value(target, name, depth + 1);
        }
        if let Some(constant) = schema.get("const") {
            return constant.clone();
        }
        if let Some(first) = schema.get("enum").and_then(Value::as_array).and_then(|values| values.first()) {
            return first.clone();
        }
        for keyword in ["anyOf", "oneOf", "allOf"] {
            let choices = schema.get(keyword).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let is_null = |choice: &&Value| choice.get("type").is_some_and(|kind| kind == "null");
            if let Some(choice) = choices.iter().find(|choice| !is_null(choice)) {
                return self.value(choice, name, depth + 1);
            }
        }
        match kind(schema) {
            "object" => self.object(schema, depth),
            "array" => self.array(schema, name, depth),
            "string" => self.string(schema, name),
            "integer" => json!(self.number(schema, name).ceil() as i64),
            "number" => json!(self.number(schema, name)),
            "boolean" => json!(find(self.data, name).and_then(Value::as_bool).unwrap_or(false)),
            _ => Value::Null,
        }
    }

    fn object(&self, schema: &Value, depth: usize) -> Value {
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let mut object = Map::new();
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if required.contains(&name.as_str()) || find(self.data, name).is_some() {
                object.insert(name.clone(), self.value(property, name, depth + 1));
            }
        }
        Value::Object(object)
    }

    fn array(&self, schema: &Value, name: &str, depth: usize) -> Value {
        let at_least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(1);
        let Some(items) = schema.get("items") else { return json!([]) };
        Value::Array((0..at_least).map(|_| self.value(items, name, depth + 1)).collect())
    }

    fn string(&self, schema: &Value, name: &str) -> Value {
        let length =
            |keyword: &str| schema.get(keyword).and_then(Value::as_u64).and_then(|length| usize::try_from(length).ok());
        let found = find(self.data, name).and_then(Value::as_str);
        let mut text = match (found, schema.get("format").and_then(Value::as_str)) {
            (Some(found), _) => found.to_owned(),
            (None, Some("date")) => "2026-01-01".to_owned(),
            (None, Some("date-time")) => "2026-01-01T00:00:00Z".to_owned(),
            (None, _) => "From the data given".to_owned(),
        };
        if let Some(longest) = length("maxLength") {
            text = text.chars().take(longest).collect();
        }
        while text.chars().count() < length("minLength").unwrap_or(0) {
            text.push('.');
        }
        json!(text)
    }

    fn number(&self, schema: &Value, name: &str) -> f64 {
        let limit = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
        let number = find(self.data, name).and_then(Value::as_f64).unwrap_or(0.0);
        let number = limit("maximum").map_or(number, |most| number.min(most));
        limit("minimum").map_or(number, |least| number.max(least))
    }
}

/// The first type that is not `null`; an object where there are properties and no type.
fn kind(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("null")
        }
        Some(_) | None => {
            if schema.get("properties").is_some() {
                "object"
            } else {
                "null"
            }
        }
    }
}

/// The first value under `name`, outer ones first.
fn find<'a>(data: &'a Value, name: &str) -> Option<&'a Value> {
    if name.is_empty() {
        return None;
    }
    if let Some(value) = data.get(name) {
        return Some(value);
    }
    match data {
        Value::Object(object) => object.values().find_map(|value| find(value, name)),
        Value::Array(array) => array.iter().find_map(|value| find(value, name)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_satisfies_the_schema() {
        let schema = json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["territory", "confidence", "reasons", "kind", "when", "inner", "maybe"],
            "properties": {
                "territory": {"type": "string", "minLength": 3, "maxLength": 8},
                "confidence": {"type": "number", "minimum": 0.2, "maximum": 1},
                "reasons": {"type": "array", "minItems": 2, "items": {"type": "string"}},
                "kind": {"enum": ["b", "a"]},
                "when": {"type": "string", "format": "date"},
                "inner": {"$ref": "#/$defs/inner"},
                "maybe": {"anyOf": [{"type": "null"}, {"type": "integer", "minimum": 3}]},
                "unasked": {"type": "string"},
            },
            "$defs": {"inner": {"type": "object", "required": ["ok"], "properties": {"ok": {"type": "boolean"}}}},
        });
        let filled = fill(&schema, &json!({"account": {"territory": "Nordics and more"}}));
        assert_eq!(
            filled,
            json!({
                "territory": "Nordics ", "confidence": 0.2, "reasons": ["From the data given", "From the data given"],
                "kind": "b", "when": "2026-01-01", "inner": {"ok": false}, "maybe": 3,
            })
        );
    }

    #[test]
    fn a_schema_that_nests_in_itself_ends() {
        let schema = json!({"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#"}}});
        assert!(fill(&schema, &Value::Null).is_object());
    }
}
