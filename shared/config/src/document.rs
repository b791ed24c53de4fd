//! A config file's content with the position of every value.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::problem::Problems;
use crate::{Problem, schema_check, yaml};

/// One config file: its value, and where each part of it stands.
#[derive(Debug, Clone)]
pub struct Document {
    file: Arc<str>,
    value: Value,
    places: BTreeMap<String, Place>,
    shape: Shape,
    /// What it was parsed from, comments included; `None` where it was never text, or is made of several.
    text: Option<Arc<str>>,
}

/// Whether the document has the shape that it must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Nobody has looked.
    Unknown,
    /// It was checked before.
    Checked,
    /// What does not fit was reported before.
    Reported,
}

/// Where a value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: Arc<str>,
    /// 1-based.
    pub(crate) line: usize,
    /// 1-based.
    pub(crate) column: usize,
    /// JSON pointer in its own file, where that is another than in the document: one that is made of several files has
    /// the entries of its lists elsewhere than they do.
    pub(crate) pointer: Option<Box<str>>,
}

/// The files of one config folder by name.
pub type Sources = BTreeMap<String, Document>;

impl Document {
    /// Parses YAML. What is not YAML, duplicate keys, aliases and several documents are problems.
    pub fn parse_yaml(file: &str, text: &str, problems: &mut Problems) -> Option<Self> {
        let mut positions = BTreeMap::new();
        match yaml::parse(text, &mut positions) {
            Ok(value) => {
                let file: Arc<str> = file.into();
                let place = |(line, column)| Place { file: Arc::clone(&file), line, column, pointer: None };
                let places = positions.into_iter().map(|(pointer, at)| (pointer, place(at))).collect();
                Some(Self { file, value, places, shape: Shape::Unknown, text: Some(text.into()) })
            }
            Err(found) => {
                for (line, column, what, remedy) in found {
                    problems.push(Problem { file: file.to_owned(), line, column, path: String::new(), what, remedy });
                }
                None
            }
        }
    }

    /// Reads and parses a file; one that is missing or unreadable is a problem.
    pub fn read_yaml(root: &Path, file: &str, problems: &mut Problems) -> Option<Self> {
        match std::fs::read_to_string(root.join(file)) {
            Ok(text) => Self::parse_yaml(file, &text, problems),
            Err(error) => {
                problems.push(Problem {
                    file: file.to_owned(),
                    line: 0,
                    column: 0,
                    path: String::new(),
                    what: format!("cannot be read: {error}"),
                    remedy: "the file must exist and be UTF-8 text".to_owned(),
                });
                None
            }
        }
    }

    /// A document out of a bundle: checked before, so without positions.
    #[must_use]
    pub fn from_value(file: &str, value: Value) -> Self {
        Self { file: file.into(), value, places: BTreeMap::new(), shape: Shape::Checked, text: None }
    }

    /// A document that somebody sent: without positions, and not checked by anybody yet.
    #[must_use]
    pub fn received(file: &str, value: Value) -> Self {
        Self { file: file.into(), value, places: BTreeMap::new(), shape: Shape::Unknown, text: None }
    }

    pub(crate) fn of_places(file: &str, value: Value, places: BTreeMap<String, Place>) -> Self {
        Self { file: file.into(), value, places, shape: Shape::Unknown, text: None }
    }

    /// The part of the document under these keys; everything in it stands where it did.
    #[must_use]
    pub fn only(&self, keys: &[&str]) -> Self {
        let kept = self.value.as_object().into_iter().flatten().filter(|(key, _)| keys.contains(&key.as_str()));
        let value = Value::Object(kept.map(|(key, value)| (key.clone(), value.clone())).collect());
        let inside = |pointer: &str| pointer.split('/').nth(1).is_none_or(|key| keys.contains(&key));
        let places = self.places.iter().filter(|(pointer, _)| inside(pointer));
        let places = places.map(|(pointer, place)| (pointer.clone(), place.clone())).collect();
        Self { file: Arc::clone(&self.file), value, places, shape: self.shape, text: None }
    }

    /// The same, with the text that it was written as.
    #[must_use]
    pub(crate) fn written_as(self, text: &str) -> Self {
        Self { text: Some(text.into()), ..self }
    }

    /// What it was parsed from, comments included; `None` where it was never text, or is made of several files.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// The same, where all that does not fit its shape has been reported: [`Document::read`] does not say it again.
    #[must_use]
    pub fn reported(self) -> Self {
        Self { shape: Shape::Reported, ..self }
    }

    /// Holds the document against a schema; whether it fits.
    pub fn fits(&self, schema: &schemars::Schema, problems: &mut Problems) -> bool {
        schema_check::check(self, schema.as_value(), problems)
    }

    /// The raw shape `T` of the file. A document from text is held against `T`'s JSON Schema first, so that all
    /// problems are found at once.
    pub fn read<T: DeserializeOwned + JsonSchema>(&self, problems: &mut Problems) -> Option<T> {
        if self.shape == Shape::Unknown {
            let schema = schemars::schema_for!(T);
            if !schema_check::check(self, schema.as_value(), problems) {
                return None;
            }
        }
        match T::deserialize(&self.value) {
            Ok(shape) => Some(shape),
            Err(_) if self.shape == Shape::Reported => None,
            Err(error) => {
                problems.at(self, "", error.to_string(), "");
                None
            }
        }
    }

    /// The entries of the list under `key` that have the shape `T`, with their indexes; [`Document::read`] has reported
    /// the others. Checking goes on with these, so that one misspelt key does not hide what else is wrong.
    #[must_use]
    pub fn items<T: DeserializeOwned>(&self, key: &str) -> Vec<(usize, T)> {
        let items = self.value.get(key).and_then(Value::as_array).into_iter().flatten();
        items.enumerate().filter_map(|(at, item)| T::deserialize(item).ok().map(|item| (at, item))).collect()
    }

    /// The text under `name` of every entry of the list under `key`, entries of a wrong shape included: what other
    /// files may refer to.
    #[must_use]
    pub fn names_in(&self, key: &str, name: &str) -> Vec<&str> {
        let items = self.value.get(key).and_then(Value::as_array).into_iter().flatten();
        items.filter_map(|item| item.get(name).and_then(Value::as_str)).collect()
    }

    /// 1-based line and column of the value at a JSON pointer, or of its nearest ancestor; (0, 0) without text.
    #[must_use]
    pub fn position(&self, pointer: &str) -> (usize, usize) {
        self.place(pointer).map_or((0, 0), |(place, _)| (place.line, place.column))
    }

    /// Where the value at a JSON pointer stands, for a text about the value at `beside`: `line 12`, or `line 12 of
    /// scenarios/base.yaml` where that stands in another file.
    #[must_use]
    pub fn line_in_words(&self, pointer: &str, beside: &str) -> String {
        let file = |pointer| self.place(pointer).map(|(place, _)| &place.file);
        let line = self.position(pointer).0;
        match file(pointer) {
            Some(there) if file(beside) != Some(there) => format!("line {line} of {there}"),
            Some(_) | None => format!("line {line}"),
        }
    }

    /// The place of the value at a JSON pointer, or of its nearest ancestor, and the pointer's rest below that.
    pub(crate) fn place<'p>(&self, pointer: &'p str) -> Option<(&Place, &'p str)> {
        let mut at = pointer;
        loop {
            if let Some(place) = self.places.get(at) {
                return Some((place, pointer.get(at.len()..).unwrap_or_default()));
            }
            at = at.get(..at.rfind('/')?).unwrap_or_default();
        }
    }

    pub(crate) fn place_at(&self, pointer: &str) -> Option<&Place> {
        self.places.get(pointer)
    }

    /// Whether it was read from text: what comes out of a bundle was checked before.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.shape != Shape::Checked
    }

    /// The file's name; of several, the one that says what differs.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The content.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }
}
