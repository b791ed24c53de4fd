//! A scenario as it is stored, hashed, sent and computed with.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

use revloops_config::{Document, Problems, names, yaml_text};
use revloops_domain::sha256_hex;

use crate::check;
use crate::model::Scenario;
use crate::raw::RawScenario;
use crate::source::{in_whole, path_of};

/// A scenario without base: checked, and as the canonical content of which the hash is taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// The checked plan.
    pub scenario: Scenario,
    /// All that the plan says, defaults written out, keys sorted.
    pub content: Value,
}

/// One file that holds a whole scenario.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    scenario: String,
    sha256: String,
    content: Value,
}

/// Why a stored or sent scenario cannot be used.
#[derive(Debug, Error)]
pub enum ResolvedError {
    /// Not such a file.
    #[error("this is no exported scenario: it has `scenario`, `sha256` and `content`")]
    NotExported(#[source] serde_json::Error),
    /// The content is not that of which the hash was taken.
    #[error("the content of scenario {scenario} has the hash {found}, the file says {wanted}")]
    WrongHash {
        /// The scenario's id.
        scenario: String,
        /// Hash of the content.
        found: String,
        /// Hash in the file.
        wanted: String,
    },
    /// It does not pass its check.
    #[error("scenario {scenario} does not pass its check:\n{problems}")]
    Invalid {
        /// The scenario's id.
        scenario: String,
        /// Everything that is wrong.
        problems: Problems,
    },
    /// There is a scenario of this id already.
    #[error("there is a scenario {0} already: import it under another name, or take the file away first")]
    Exists(String),
    /// The file cannot be written.
    #[error("writing {path}")]
    Unwritable {
        /// Under the config root.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

impl Resolved {
    /// Checks a merged document; `None` where anything is wrong, which is all added.
    pub(crate) fn of(id: &str, based_on: Vec<String>, document: &Document, problems: &mut Problems) -> Option<Self> {
        let scenario = check::check(id, based_on, document, problems)?;
        let raw = RawScenario::deserialize(document.value());
        let content = raw.and_then(|raw| serde_json::to_value(normal(raw))).map(sorted);
        let content = match content {
            Ok(content) => content,
            Err(error) => {
                problems.at(document, "", error.to_string(), "this is a bug in RevLoops");
                return None;
            }
        };
        let hash = hash_of(&content);
        Some(Self { scenario: Scenario { hash, ..scenario }, content })
    }

    /// The scenario as one file with its hash: what is exported, and what is stored for functions.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let (scenario, sha256) = (self.scenario.id.clone(), self.scenario.hash.clone());
        let sealed = Sealed { scenario, sha256, content: self.content.clone() };
        serde_json::to_vec(&sealed).unwrap_or_default()
    }

    /// The scenario in such a file. Hash and content are checked again; it is based on none.
    ///
    /// # Errors
    /// When it is no such file, the hash is another, or the content does not pass the check.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ResolvedError> {
        let sealed: Sealed = serde_json::from_slice(bytes).map_err(ResolvedError::NotExported)?;
        let (scenario, content) = (sealed.scenario, sorted(sealed.content));
        let found = hash_of(&content);
        if found != sealed.sha256 {
            return Err(ResolvedError::WrongHash { scenario, found, wanted: sealed.sha256 });
        }
        Self::from_content(&scenario, content)
    }

    /// The scenario of which this is the content, as somebody sent it: checked, and based on none.
    ///
    /// # Errors
    /// When the content does not pass the check; every problem is told.
    pub fn from_content(id: &str, content: Value) -> Result<Self, ResolvedError> {
        let mut problems = Problems::new();
        let document = Document::received(&path_of(id), content);
        names::id(id, &document, "", &mut problems);
        document.fits(&in_whole(), &mut problems);
        let read = Self::of(id, Vec::new(), &document.reported(), &mut problems);
        problems.into_result(read).map_err(|problems| ResolvedError::Invalid { scenario: id.to_owned(), problems })
    }

    /// Where accounts and leads live by this plan: its roles, lists and territories, as those read them who are told of a
    /// plan's territories.
    #[must_use]
    pub fn territories(&self) -> Document {
        Document::received(&path_of(&self.scenario.id), self.content.clone()).only(&check::TERRITORY_KEYS)
    }

    /// The scenario as a complete YAML file: based on none, everything written out.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        // In the order in which people write it, which is that of the raw shape.
        let raw = RawScenario::deserialize(&self.content).and_then(serde_json::to_value);
        let laid_out = raw.map(without_nothing).unwrap_or_else(|_| self.content.clone());
        format!(
            "# {}, as it was imported: everything is written out.\n\n{}",
            self.scenario.name.replace(['\n', '\r'], " "),
            yaml_text(&laid_out)
        )
    }

    /// The same plan under another id; `None` where that is no id.
    #[must_use]
    pub fn renamed(mut self, id: &str) -> Option<Self> {
        id.clone_into(&mut self.scenario.id);
        names::is_id(id).then_some(self)
    }

    /// Writes the scenario into `config_root`/scenarios; returns the file's path under the config root.
    ///
    /// # Errors
    /// When there is a scenario of this id, or the file cannot be written.
    pub fn write(&self, config_root: &Path) -> Result<String, ResolvedError> {
        let path = path_of(&self.scenario.id);
        let file = config_root.join(&path);
        if file.exists() {
            return Err(ResolvedError::Exists(self.scenario.id.clone()));
        }
        std::fs::write(file, self.to_yaml())
            .map_err(|source| ResolvedError::Unwritable { path: path.clone(), source })?;
        Ok(path)
    }
}

/// What is the same plan in other words comes out the same.
fn normal(mut raw: RawScenario) -> RawScenario {
    for seat in &mut raw.roster {
        seat.person = seat.person.take().map(|person| person.to_lowercase());
    }
    for account in &mut raw.named_accounts {
        if let Ok(id) = revloops_domain::AccountId::parse(&account.account) {
            id.as_str().clone_into(&mut account.account);
        }
    }
    raw.named_accounts.sort_by(|a, b| a.account.cmp(&b.account));
    raw.territories.iter_mut().for_each(crate::territories::read::RawTerritory::lower_usernames);
    raw
}

fn hash_of(sorted: &Value) -> String {
    sha256_hex(&serde_json::to_vec(sorted).unwrap_or_default())
}

/// Keys in order, at every depth; keys without a value left out.
fn sorted(value: Value) -> Value {
    match without_nothing(value) {
        Value::Object(keys) => {
            let mut entries: Vec<(String, Value)> = keys.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => other,
    }
}

fn without_nothing(value: Value) -> Value {
    match value {
        Value::Object(keys) => {
            let there = keys.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(there.map(|(key, value)| (key, without_nothing(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nothing).collect()),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => other,
    }
}
