//! Where a value stands in a file, as people write it: `rules[id=partner-leads].priority`, `send_window.zones["US-CA"]`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::problem::allowed;

/// The way to a value, from the top of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Path(pub Vec<Step>);

/// One step of the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into a mapping: `when`.
    Key(String),
    /// Into a list by place, from 0: `[2]`.
    At(usize),
    /// Into a list by what is in the entry: `[id=partner-leads]`; the entry itself where the key is empty: `[=DE]`.
    With {
        /// The entry's key.
        key: String,
        /// The value under it, as text.
        value: String,
    },
}

/// A step with nothing left to look up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Key(String),
    At(usize),
}

/// A path that cannot be read, or leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PathError {
    /// Not written as a path.
    #[error("`{path}` is no path: {what}; write `rules[id=partner-leads].priority`")]
    Unreadable {
        /// What was given.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// There is nothing.
    #[error("{path}: {what}; {remedy}")]
    NotThere {
        /// How far the way is right, and the step that is not.
        path: String,
        /// What is missing.
        what: String,
        /// What there is, and the nearest of it.
        remedy: String,
    },
}

impl Path {
    /// The same, one step further.
    #[must_use]
    pub fn then(&self, step: Step) -> Self {
        Self(self.0.iter().cloned().chain([step]).collect())
    }

    /// A key's value.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.then(Step::Key(key.to_owned()))
    }

    /// The entry of a list whose `key` is `value`.
    #[must_use]
    pub fn with(&self, key: &str, value: &str) -> Self {
        self.then(Step::With { key: key.to_owned(), value: value.to_owned() })
    }

    /// Whatever it leads to.
    ///
    /// # Errors
    /// Where there is nothing; says what there is.
    pub fn of<'v>(&self, root: &'v Value) -> Result<&'v Value, PathError> {
        self.places(root).map(|(_, value)| value)
    }

    /// The way by keys and numbers alone, and what is there.
    pub(crate) fn places<'v>(&self, root: &'v Value) -> Result<(Vec<Place>, &'v Value), PathError> {
        let mut at = root;
        let mut places = Vec::new();
        for (nth, step) in self.0.iter().enumerate() {
            let (place, next) = step.of(at).map_err(|(what, remedy)| {
                let path = Self(self.0.iter().take(nth + 1).cloned().collect()).to_string();
                PathError::NotThere { path, what, remedy }
            })?;
            places.push(place);
            at = next;
        }
        Ok((places, at))
    }
}

impl Step {
    /// What it leads to in `value`, or what is wrong and what would be right.
    pub(crate) fn of<'v>(&self, value: &'v Value) -> Result<(Place, &'v Value), (String, String)> {
        match (self, value) {
            (Self::Key(key), Value::Object(keys)) => match keys.get(key) {
                Some(next) => Ok((Place::Key(key.clone()), next)),
                None => {
                    let known: Vec<&str> = keys.keys().map(String::as_str).collect();
                    Err((format!("there is no `{key}`"), allowed(key, &known)))
                }
            },
            (Self::At(nth), Value::Array(items)) => match items.get(*nth) {
                Some(next) => Ok((Place::At(*nth), next)),
                None => Err((format!("the list has {} entries", items.len()), "they are counted from 0".to_owned())),
            },
            (Self::With { key, value }, Value::Array(items)) => {
                let mut fits = items.iter().enumerate().filter(|(_, item)| named(item, key).as_deref() == Some(value));
                match (fits.next(), fits.next()) {
                    (Some((nth, next)), None) => Ok((Place::At(nth), next)),
                    (Some(_), Some(_)) => {
                        Err((format!("several entries have `{value}`"), "name one by its number: `[0]`".to_owned()))
                    }
                    (None, _) => {
                        let known: Vec<String> = items.iter().filter_map(|item| named(item, key)).collect();
                        let known: Vec<&str> = known.iter().map(String::as_str).collect();
                        let of = if key.is_empty() { String::new() } else { format!(" with the {key}") };
                        Err((format!("there is no entry{of} `{value}`"), allowed(value, &known)))
                    }
                }
            }
            (Self::Key(key), Value::Array(_)) => {
                Err((format!("`{key}` is asked of a list"), "say which entry: `[id=…]` or `[0]`".to_owned()))
            }
            (Self::Key(_) | Self::At(_) | Self::With { .. }, other) => {
                Err((format!("it stands in {}", described(other)), "the way ends before".to_owned()))
            }
        }
    }
}

/// The text of an entry's key, or of the entry itself where the key is empty.
fn named(item: &Value, key: &str) -> Option<String> {
    match if key.is_empty() { item } else { item.get(key)? } {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

pub(crate) fn described(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a yes or no",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if key.is_empty() || key.contains(['.', '[', ']', '"']) => {
                    write!(f, "[{}]", Value::from(key.as_str()))?;
                }
                Step::Key(key) if nth > 0 => write!(f, ".{key}")?,
                Step::Key(key) => f.write_str(key)?,
                Step::At(nth) => write!(f, "[{nth}]")?,
                Step::With { key, value } => write!(f, "[{key}={value}]")?,
            }
        }
        Ok(())
    }
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let unreadable = |what: &str| PathError::Unreadable { path: text.to_owned(), what: what.to_owned() };
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(inside) = rest.strip_prefix('[') {
                let (step, after) = bracket(inside).map_err(&unreadable)?;
                steps.push(step);
                rest = after;
            } else {
                let rest_of_key = match rest.strip_prefix('.') {
                    Some(after) if !steps.is_empty() => after,
                    Some(_) => return Err(unreadable("it begins with a dot")),
                    None if steps.is_empty() => rest,
                    None => return Err(unreadable("a dot is missing after `]`")),
                };
                let end = rest_of_key.find(['.', '[']).unwrap_or(rest_of_key.len());
                let (key, after) = rest_of_key.split_at_checked(end).unwrap_or((rest_of_key, ""));
                if key.is_empty() {
                    return Err(unreadable("a key is empty"));
                }
                steps.push(Step::Key(key.to_owned()));
                rest = after;
            }
        }
        Ok(Self(steps))
    }
}

/// What stands in brackets, and what comes after them.
fn bracket(inside: &str) -> Result<(Step, &str), &'static str> {
    if inside.starts_with('"') {
        let mut keys = serde_json::Deserializer::from_str(inside).into_iter::<String>();
        let Some(Ok(key)) = keys.next() else { return Err("a quoted key does not end") };
        let after = inside.get(keys.byte_offset()..).and_then(|after| after.strip_prefix(']'));
        return Ok((Step::Key(key), after.ok_or("a bracket does not end")?));
    }
    let (step, after) = inside.split_once(']').ok_or("a bracket does not end")?;
    match step.split_once('=') {
        Some((key, value)) => Ok((Step::With { key: key.trim().to_owned(), value: value.trim().to_owned() }, after)),
        None => match step.trim().parse() {
            Ok(nth) => Ok((Step::At(nth), after)),
            Err(_) => Err("in brackets stands a number, `key=value` or a quoted key"),
        },
    }
}

impl Serialize for Path {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Path {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Path".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "Where it stands in the file: keys with dots, entries of lists in brackets by what is in them or by their number from 0.",
            "examples": ["first_touch.bands[band=A].minutes", "factors[id=company_size].bands[0].points"],
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_reads_back_as_it_is_written() {
        for text in ["a", "a.b-c[2].d", "rules[id=partner-leads].when.all[0]", "zones[\"a.b\"]", "values[=DE]", "[0].a"]
        {
            assert_eq!(text.parse::<Path>().unwrap().to_string(), text);
        }
        for wrong in ["a..b", ".a", "a[", "a[x]", "a[\"b]", "a[0]b"] {
            assert!(wrong.parse::<Path>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_there_is_told_with_the_nearest_name() {
        let value = json!({"rules": [{"id": "partner-leads", "priority": 10}, {"id": "customers"}]});
        let of = |text: &str| text.parse::<Path>().unwrap().of(&value).cloned();
        assert_eq!(of("rules[id=partner-leads].priority"), Ok(json!(10)));
        let said = |text: &str| of(text).unwrap_err().to_string();
        assert_eq!(
            said("rules[id=partner-lead].priority"),
            "rules[id=partner-lead]: there is no entry with the id `partner-lead`; did you mean `partner-leads`? \
             allowed: partner-leads, customers"
        );
        assert_eq!(said("rule"), "rule: there is no `rule`; did you mean `rules`? allowed: rules");
        assert_eq!(said("rules.id"), "rules.id: `id` is asked of a list; say which entry: `[id=…]` or `[0]`");
    }
}
