//! A value as YAML that reads back the same, laid out as people write it.

use serde_json::{Map, Value};

use crate::yaml::plain;

/// Lists and mappings that are no longer than this stand in one line.
const WIDTH: usize = 120;

/// Words that readers of YAML 1.1 take for `true` or `false`.
const OLD_BOOLEANS: [&str; 8] = ["y", "n", "yes", "no", "on", "off", "true", "false"];

/// The value as a YAML document. Whole numbers beyond 64 bits with a sign are not supported.
#[must_use]
pub fn yaml_text(value: &Value) -> String {
    let mut text = String::new();
    match value {
        Value::Object(keys) if !keys.is_empty() => mapping(keys, 0, true, &mut text),
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            text.push_str(&in_one_line(value));
            text.push('\n');
        }
    }
    text
}

/// Key by key; the first key's indentation is there already where `indented` is not set.
pub(crate) fn mapping(keys: &Map<String, Value>, indent: usize, indented: bool, text: &mut String) {
    for (at, (key, value)) in keys.iter().enumerate() {
        if at > 0 || indented {
            text.push_str(&" ".repeat(indent));
        }
        text.push_str(&scalar_text(key));
        text.push(':');
        let line = in_one_line(value);
        match value {
            Value::Object(inner) if !fits(value, &line, indent + key.len()) => {
                text.push('\n');
                mapping(inner, indent + 2, true, text);
            }
            Value::Array(items) if !fits(value, &line, indent + key.len()) => {
                text.push('\n');
                list(items, indent + 2, text);
            }
            Value::Object(_) | Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                text.push(' ');
                text.push_str(&line);
                text.push('\n');
            }
        }
    }
}

pub(crate) fn list(items: &[Value], indent: usize, text: &mut String) {
    for item in items {
        text.push_str(&" ".repeat(indent));
        text.push_str("- ");
        let line = in_one_line(item);
        match item {
            Value::Object(keys) if !fits(item, &line, indent + 2) => mapping(keys, indent + 2, false, text),
            Value::Object(_) | Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                text.push_str(&line);
                text.push('\n');
            }
        }
    }
}

/// Whether the value stands in one line: it is short, and no list of mappings.
pub(crate) fn fits(value: &Value, line: &str, before: usize) -> bool {
    let empty = value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty);
    let mappings = value.as_array().is_some_and(|items| items.iter().any(Value::is_object));
    empty || (!mappings && before + 2 + line.chars().count() <= WIDTH)
}

pub(crate) fn in_one_line(value: &Value) -> String {
    match value {
        Value::Null => "~".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => scalar_text(text),
        Value::Array(items) => format!("[{}]", items.iter().map(in_one_line).collect::<Vec<_>>().join(", ")),
        Value::Object(keys) => {
            let entry = |(key, value): (&String, &Value)| format!("{}: {}", scalar_text(key), in_one_line(value));
            format!("{{{}}}", keys.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
    }
}

/// The text as it is where nothing in it could be taken for something else, or in quotes.
pub(crate) fn scalar_text(text: &str) -> String {
    let harmless =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/' | '@' | '+' | '(' | ')');
    let bare = text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !text.ends_with(' ')
        // Before a closing bracket the parser takes it for an entry's dash.
        && !text.ends_with(" -")
        && text.chars().all(harmless)
        && !OLD_BOOLEANS.contains(&text.to_lowercase().as_str())
        && plain(text) == Value::String(text.to_owned());
    if bare { text.to_owned() } else { quoted(text) }
}

pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_dash_at_the_end_of_a_text_stays_text_in_brackets() {
        let value = json!({"list": [{"id": "a -"}, {"id": "b", "of": ["c -", "d -", "e - f"]}]});
        let text = yaml_text(&value);
        assert_eq!(
            crate::yaml::parse(&text, &mut BTreeMap::new()).map_err(|found| format!("{found:?}")),
            Ok(value),
            "{text}"
        );
    }

    #[test]
    fn short_things_stand_in_one_line_and_lists_of_entries_do_not() {
        let value = json!({
            "name": "FY27: baseline",
            "months": 36,
            "segments": [{"id": "mid-market", "name": "Mid-market"}],
            "curve": [0, 12.5, 100],
            "country": "NO",
            "when": null,
            "notes": [],
        });
        let wanted = "\
name: \"FY27: baseline\"
months: 36
segments:
  - {id: mid-market, name: Mid-market}
curve: [0, 12.5, 100]
country: \"NO\"
when: ~
notes: []
";
        assert_eq!(yaml_text(&value), wanted);
    }

    fn values() -> impl Strategy<Value = Value> {
        let text = prop_oneof![
            any::<String>(),
            "[ -~]{0,12}",
            prop::sample::select(vec![
                "", "~", "null", "1e3", "-5", "01067", "1:30", "- a", "a: b", "a #b", "yes", "---", "&a", "*a", "!t"
            ])
            .prop_map(str::to_owned),
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1e12..1e12f64).prop_map(Value::from),
            text.clone().prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 64, 8, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(text.clone(), inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_the_same(value in values()) {
            let text = yaml_text(&value);
            let read = crate::yaml::parse(&text, &mut BTreeMap::new());
            prop_assert_eq!(read.map_err(|found| format!("{found:?}\n{text}")), Ok(value));
        }
    }
}
