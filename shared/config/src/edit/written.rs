//! How a new value is written where another stood.

use saphyr_parser::ScalarStyle;
use serde_json::{Map, Value};

use super::Kind;
use crate::yaml_text::{fits, in_one_line, list, mapping, quoted};

/// A value as text.
#[derive(Debug)]
pub(super) enum Written {
    /// Behind its key or dash.
    Line(String),
    /// In lines of its own, with what stands behind the key: `|`.
    Lines { header: &'static str, lines: String },
}

impl Written {
    /// A key with its value, as whole lines at `column`.
    pub(super) fn key(key: &str, value: &Value, column: usize) -> String {
        let mut text = String::new();
        if let Some((header, lines)) = value.as_str().and_then(|value| literal(value, column + 2)) {
            return format!("{}{}: {header}\n{lines}", " ".repeat(column), crate::yaml_text::scalar_text(key));
        }
        mapping(&Map::from_iter([(key.to_owned(), value.clone())]), column, true, &mut text);
        text
    }

    /// An entry of a block list, as whole lines with the dash at `column`.
    pub(super) fn item(value: &Value, column: usize, in_one: bool) -> String {
        let mut text = String::new();
        match value {
            Value::Object(keys) if !keys.is_empty() && !in_one => {
                text.push_str(&" ".repeat(column));
                text.push_str("- ");
                mapping(keys, column + 2, false, &mut text);
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                text.push_str(&format!("{}- {}\n", " ".repeat(column), in_one_line(value)));
            }
        }
        text
    }
}

/// An entry of a flow mapping.
pub(super) fn entry(key: &str, value: &Value) -> String {
    format!("{}: {}", crate::yaml_text::scalar_text(key), in_one_line(value))
}

/// `value` in the place of a value of this kind, whose key or dash stands at `column`.
pub(super) fn written(value: &Value, was: &Kind, flow: bool, column: usize, before: &str) -> Written {
    let line = match value {
        Value::String(text) if matches!(was, Kind::Scalar(ScalarStyle::DoubleQuoted)) => quoted(text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            in_one_line(value)
        }
    };
    if flow {
        return Written::Line(line);
    }
    let lines_before = before.contains('\n');
    match value {
        Value::String(text) => match literal(text, column + 2) {
            Some((header, lines)) => Written::Lines { header, lines },
            None => Written::Line(line),
        },
        Value::Object(keys) if !keys.is_empty() && (lines_before || !fits(value, &line, column)) => {
            let mut lines = String::new();
            mapping(keys, column + 2, true, &mut lines);
            Written::Lines { header: "", lines }
        }
        Value::Array(items) if !items.is_empty() && (lines_before || !fits(value, &line, column)) => {
            let mut lines = String::new();
            list(items, column + 2, &mut lines);
            Written::Lines { header: "", lines }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Written::Line(line),
    }
}

/// A text of several lines as people write it, where nothing in it needs quotes.
fn literal(text: &str, column: usize) -> Option<(&'static str, String)> {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let plain = |line: &str| line.chars().all(|c| !c.is_control()) && line.trim_end() == line;
    let harmless = body.contains('\n')
        && !body.starts_with([' ', '\n'])
        && !body.ends_with('\n')
        && body.split('\n').all(plain)
        && !body.contains(['\u{2028}', '\u{2029}', '\u{feff}', '\u{85}']);
    if !harmless {
        return None;
    }
    let mut lines = String::new();
    for line in body.split('\n') {
        if !line.is_empty() {
            lines.push_str(&" ".repeat(column));
            lines.push_str(line);
        }
        lines.push('\n');
    }
    Some((if text.ends_with('\n') { "|" } else { "|-" }, lines))
}
