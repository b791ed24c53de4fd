//! YAML events → a JSON value with positions. Strict where YAML is treacherous.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Number, Value};

/// Line, column, what, remedy.
type Found = (usize, usize, String, String);

const MAX_DEPTH: usize = 64;

enum Open {
    Sequence(Vec<Value>),
    Mapping { entries: Map<String, Value>, key: Option<String>, first_lines: BTreeMap<String, usize> },
}

struct Level {
    open: Open,
    pointer: String,
}

/// Parses one YAML 1.2 document (core schema), filling `positions` by JSON pointer.
pub(crate) fn parse(text: &str, positions: &mut BTreeMap<String, (usize, usize)>) -> Result<Value, Vec<Found>> {
    let mut problems: Vec<Found> = Vec::new();
    let mut levels: Vec<Level> = Vec::new();
    let mut root: Option<Value> = None;
    let mut documents = 0;

    for item in Parser::new_from_str(text) {
        let (event, span) = match item {
            Ok(item) => item,
            Err(error) => {
                let mark = error.marker();
                problems.push((
                    mark.line(),
                    mark.col() + 1,
                    format!("not YAML: {}", error.info()),
                    "look at the indentation, quotes and colons of this line".into(),
                ));
                return Err(problems);
            }
        };
        let (line, column) = (span.start.line(), span.start.col() + 1);
        let done = match event {
            Event::DocumentStart(_) => {
                documents += 1;
                if documents > 1 {
                    problems.push((
                        line,
                        column,
                        "a second document begins here".into(),
                        "one document a file: take the `---` out".into(),
                    ));
                    return Err(problems);
                }
                None
            }
            Event::Alias(_) => {
                problems.push((
                    line,
                    column,
                    "aliases (`*name`) are not supported".into(),
                    "write the value out".into(),
                ));
                Some(Value::Null)
            }
            Event::Scalar(scalar, style, _, tag) => {
                if tag.is_some() {
                    problems.push((
                        line,
                        column,
                        "tags (`!name`) are not supported".into(),
                        "take it out; quote a text that looks like a number".into(),
                    ));
                }
                if let Some(Level { open: Open::Mapping { entries, key: key @ None, first_lines }, pointer }) =
                    levels.last_mut()
                {
                    let name = scalar.into_owned();
                    if let Some(first) = first_lines.get(&name) {
                        problems.push((
                            line,
                            column,
                            format!("duplicate key `{name}`"),
                            format!("it stands in line {first} already: keep one"),
                        ));
                    } else {
                        first_lines.insert(name.clone(), line);
                    }
                    positions.insert(format!("{pointer}/{}", escape(&name)), (line, column));
                    entries.entry(name.clone()).or_insert(Value::Null);
                    *key = Some(name);
                    continue;
                }
                Some(if style == ScalarStyle::Plain { plain(&scalar) } else { Value::String(scalar.into_owned()) })
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if levels.len() >= MAX_DEPTH {
                    problems.push((
                        line,
                        column,
                        format!("nested deeper than {MAX_DEPTH} levels"),
                        "flatten it".into(),
                    ));
                    return Err(problems);
                }
                let pointer = child_pointer(levels.last());
                if let Some(Level { open: Open::Mapping { key: None, .. }, .. }) = levels.last() {
                    problems.push((line, column, "a key must be a text".into(), "write `name: value`".into()));
                    return Err(problems);
                }
                positions.entry(pointer.clone()).or_insert((line, column));
                let open = if matches!(event, Event::SequenceStart(..)) {
                    Open::Sequence(Vec::new())
                } else {
                    Open::Mapping { entries: Map::new(), key: None, first_lines: BTreeMap::new() }
                };
                levels.push(Level { open, pointer });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => levels.pop().map(|level| match level.open {
                Open::Sequence(items) => Value::Array(items),
                Open::Mapping { entries, .. } => Value::Object(entries),
            }),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => None,
        };
        let Some(value) = done else { continue };
        let pointer = child_pointer(levels.last());
        positions.entry(pointer).or_insert((line, column));
        match levels.last_mut().map(|level| &mut level.open) {
            Some(Open::Sequence(items)) => items.push(value),
            Some(Open::Mapping { entries, key, .. }) => {
                if let Some(name) = key.take() {
                    entries.insert(name, value);
                }
            }
            None => root = Some(value),
        }
    }
    if problems.is_empty() { Ok(root.unwrap_or(Value::Null)) } else { Err(problems) }
}

/// The pointer of the value that comes next inside `level`.
fn child_pointer(level: Option<&Level>) -> String {
    match level {
        None => String::new(),
        Some(Level { open: Open::Sequence(items), pointer }) => format!("{pointer}/{}", items.len()),
        Some(Level { open: Open::Mapping { key, .. }, pointer }) => {
            format!("{pointer}/{}", escape(key.as_deref().unwrap_or_default()))
        }
    }
}

pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// A plain scalar by YAML 1.2's core schema: `null`, `true`/`false`, numbers; `NO`, `on` and `1:30` stay texts.
pub(crate) fn plain(scalar: &str) -> Value {
    match scalar {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        text => number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let leading_zero = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    if !digits.starts_with(|c: char| c.is_ascii_digit()) || leading_zero {
        return None; // texts, `.inf`, and postal codes such as 01067
    }
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Number::from(whole));
    }
    let plausible = digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'-' | b'+'));
    plausible.then(|| text.parse::<f64>().ok()).flatten().and_then(Number::from_f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn value(text: &str) -> Value {
        parse(text, &mut BTreeMap::new()).unwrap()
    }

    fn problem(text: &str) -> String {
        let found = parse(text, &mut BTreeMap::new()).unwrap_err();
        format!("{}: {}", found[0].0, found[0].2)
    }

    #[test]
    fn norway_ontario_and_saxon_postal_codes_stay_texts() {
        assert_eq!(
            value("[NO, ON, on, yes, 01067, 1:30, '5']"),
            json!(["NO", "ON", "on", "yes", "01067", "1:30", "5"])
        );
    }

    #[test]
    fn numbers_booleans_and_null_are_typed() {
        assert_eq!(
            value("{a: 5, b: -1.5, c: true, d: ~, e: 1e3}"),
            json!({"a": 5, "b": -1.5, "c": true, "d": null, "e": 1000.0})
        );
    }

    #[test]
    fn a_duplicate_key_is_a_problem_with_its_line() {
        assert_eq!(problem("a: 1\nb: 2\na: 3\n"), "3: duplicate key `a`");
    }

    #[test]
    fn an_alias_bomb_is_refused_at_its_first_alias() {
        assert_eq!(problem("a: &a [1]\nb: [*a, *a]\n"), "2: aliases (`*name`) are not supported");
    }

    #[test]
    fn what_is_not_yaml_is_said_with_its_line() {
        assert!(problem("a: 1\nb: [1, 2\n").contains("not YAML"));
    }

    #[test]
    fn every_value_has_its_position() {
        let mut positions = BTreeMap::new();
        parse("rules:\n  - id: a\n    when: {all: []}\n  - id: b\n", &mut positions).unwrap();
        assert_eq!(positions["/rules/0/when"], (3, 5));
        assert_eq!(positions["/rules/1/id"], (4, 5));
    }
}
