//! A config file's content with the position of every value.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::problem::Problems;
use crate::{Problem, schema_check, yaml};

/// One config file: its value, and where each part of it stands.
#[derive(Debug, Clone)]
pub struct Document {
    file: String,
    value: Value,
    positions: BTreeMap<String, (usize, usize)>,
    from_text: bool,
}

/// The files of one config folder by name.
pub type Sources = BTreeMap<String, Document>;

impl Document {
    /// Parses YAML. What is not YAML, duplicate keys, aliases and several documents are problems.
    pub fn parse_yaml(file: &str, text: &str, problems: &mut Problems) -> Option<Self> {
        let mut positions = BTreeMap::new();
        match yaml::parse(text, &mut positions) {
            Ok(value) => Some(Self { file: file.to_owned(), value, positions, from_text: true }),
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
        Self { file: file.to_owned(), value, positions: BTreeMap::new(), from_text: false }
    }

    /// The raw shape `T` of the file. A document from text is held against `T`'s JSON Schema first, so that all
    /// problems are found at once.
    pub fn read<T: DeserializeOwned + JsonSchema>(&self, problems: &mut Problems) -> Option<T> {
        if self.from_text {
            let schema = schemars::schema_for!(T);
            if !schema_check::check(self, schema.as_value(), problems) {
                return None;
            }
        }
        match T::deserialize(&self.value) {
            Ok(shape) => Some(shape),
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
        let mut at = pointer;
        loop {
            if let Some(found) = self.positions.get(at) {
                return *found;
            }
            match at.rfind('/') {
                Some(cut) => at = at.get(..cut).unwrap_or_default(),
                None => return (0, 0),
            }
        }
    }

    /// Whether it was read from text: what comes out of a bundle was checked before.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.from_text
    }

    /// The file's name.
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
