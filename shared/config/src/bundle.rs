//! What functions load: a loop's config files as one JSON object, so that a cold start parses no YAML.
//!
//! Beside the content stands the text of each file, comments included: from it, a change is made without a repository.
//! Functions do not look at it. **The hash covers it**: the same content with other comments is another version. A comment
//! says why a lever is where it is, so it is part of what a person approves, and one hash says all that was approved. The
//! price is that such a version has outcomes of its own; [`Bundle::content_sha256`] tells which versions decide alike.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

use revloops_domain::{ConfigStamp, sha256_hex};

use crate::{Document, Levers, Problems, Sources};

/// A loop's config, ready to be loaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bundle {
    /// The loop that it is for.
    #[serde(rename = "loop")]
    pub loop_name: String,
    /// Each file's content by name, `cases.yaml` included.
    pub files: Map<String, Value>,
    /// The text of the loop's own files by name. Versions from before it was kept have none; what a loop reads from
    /// elsewhere has none, for it is not changed here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<String, String>,
}

/// Why a bundle cannot be used.
#[derive(Debug, Error)]
pub enum BundleError {
    /// The bytes are not those that the pointer names.
    #[error("config {key} has the hash {found}, its pointer says {wanted}")]
    WrongHash {
        /// Object's key.
        key: String,
        /// Hash of the bytes.
        found: String,
        /// Hash in the pointer.
        wanted: String,
    },
    /// Not a bundle.
    #[error("config {key} is not a bundle")]
    NotABundle {
        /// Object's key.
        key: String,
        /// Why.
        source: serde_json::Error,
    },
    /// A bundle of another loop.
    #[error("config {key} is for the loop {found}, not for {wanted}")]
    WrongLoop {
        /// Object's key.
        key: String,
        /// The loop it is for.
        found: String,
        /// The loop that loads it.
        wanted: &'static str,
    },
    /// It does not pass its check.
    #[error("config {key} does not pass its check:\n{problems}")]
    Invalid {
        /// Object's key.
        key: String,
        /// Everything that is wrong.
        problems: Problems,
    },
}

impl Bundle {
    /// The bundle of `sources`.
    #[must_use]
    pub fn of(loop_name: &str, sources: &Sources) -> Self {
        let files = sources.iter().map(|(name, document)| (name.clone(), document.value().clone())).collect();
        let own =
            |name: &str, document: &Document| document.file() == name || document.file() == path_of(loop_name, name);
        let texts = sources.iter().filter(|(name, document)| own(name, document));
        let texts = texts.filter_map(|(name, document)| Some((name.clone(), document.text()?.to_owned()))).collect();
        Self { loop_name: loop_name.to_owned(), files, texts }
    }

    /// A bundle, whatever loop it is for, if the bytes are those that `stamp` names.
    ///
    /// # Errors
    /// When the bytes are not those of the stamp, or no bundle.
    pub fn read(bytes: &[u8], stamp: &ConfigStamp) -> Result<Self, BundleError> {
        let key = || stamp.key.clone();
        let found = sha256_hex(bytes);
        if found != stamp.sha256 {
            return Err(BundleError::WrongHash { key: key(), found, wanted: stamp.sha256.clone() });
        }
        serde_json::from_slice(bytes).map_err(|source| BundleError::NotABundle { key: key(), source })
    }

    /// A file's text: as it was written, or written anew where it was not kept. `None` where there is no such file.
    #[must_use]
    pub fn text(&self, file: &str) -> Option<Cow<'_, str>> {
        match self.texts.get(file) {
            Some(text) => Some(Cow::Borrowed(text)),
            None => self.files.get(file).map(|value| Cow::Owned(crate::yaml_text(value))),
        }
    }

    /// The files as they are to be checked, some of them replaced: parsed from their text, so that every problem has its
    /// line. What a loop reads from elsewhere is what it was.
    #[must_use]
    pub fn sources_with(&self, replaced: &BTreeMap<String, String>, problems: &mut Problems) -> Sources {
        let kept = self.files.iter().filter(|(name, _)| !self.texts.contains_key(*name));
        let mut sources: Sources =
            kept.map(|(name, value)| (name.clone(), Document::from_value(name, value.clone()))).collect();
        let texts = self.texts.iter().filter(|(name, _)| !replaced.contains_key(*name)).chain(replaced);
        for (name, text) in texts {
            match Document::parse_yaml(&path_of(&self.loop_name, name), text, problems) {
                Some(document) => sources.insert(name.clone(), document),
                None => sources.remove(name),
            };
        }
        sources
    }

    /// SHA-256 of the content alone: the same for versions that differ in comments and layout only.
    #[must_use]
    pub fn content_sha256(&self) -> String {
        sha256_hex(&serde_json::to_vec(&self.files).unwrap_or_default())
    }

    /// The bytes that are stored and hashed: the same for the same content.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The key under which a loop's bundles are stored; S3 keeps the versions.
    #[must_use]
    pub fn key(loop_name: &str) -> String {
        format!("loops/{loop_name}/bundle.json")
    }

    /// Loads and checks the bundle that `stamp` names.
    ///
    /// # Errors
    /// When the bytes are not those of the stamp, or do not pass the check.
    pub fn load<L: Levers>(bytes: &[u8], stamp: &ConfigStamp) -> Result<L, BundleError> {
        let key = || stamp.key.clone();
        let bundle = Self::read(bytes, stamp)?;
        if bundle.loop_name != L::LOOP {
            return Err(BundleError::WrongLoop { key: key(), found: bundle.loop_name, wanted: L::LOOP });
        }
        let mut problems = Problems::new();
        let levers = L::check(&bundle.sources(), &mut problems);
        problems.into_result(levers).map_err(|problems| BundleError::Invalid { key: key(), problems })
    }

    /// The files as documents without positions.
    #[must_use]
    pub fn sources(&self) -> Sources {
        let document = |(name, value): (&String, &Value)| {
            let document = Document::from_value(name, value.clone());
            match self.texts.get(name) {
                Some(text) => (name.clone(), document.written_as(text)),
                None => (name.clone(), document),
            }
        };
        self.files.iter().map(document).collect()
    }
}

/// Where a file stands in the config folder.
#[must_use]
pub fn path_of(loop_name: &str, file: &str) -> String {
    format!("loops/{loop_name}/{file}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Bundle {
        let mut problems = Problems::new();
        let document = Document::parse_yaml("loops/route/levers.yaml", text, &mut problems).unwrap();
        let elsewhere = Document::parse_yaml("loops/other/calendars.yaml", "days: 1\n", &mut problems).unwrap();
        let sources = [("levers.yaml".to_owned(), document), ("calendars.yaml".to_owned(), elsewhere)];
        Bundle::of("route", &sources.into_iter().collect())
    }

    fn stamp(bytes: &[u8]) -> ConfigStamp {
        ConfigStamp { key: Bundle::key("route"), version_id: "1".to_owned(), sha256: sha256_hex(bytes) }
    }

    #[test]
    fn a_version_keeps_the_comments_of_its_own_files() {
        let text = "# why\nmin: 5 # five\n";
        let bundle = parsed(text);
        let read = Bundle::read(&bundle.to_bytes(), &stamp(&bundle.to_bytes())).unwrap();
        assert_eq!(read, bundle);
        assert_eq!(read.texts.keys().collect::<Vec<_>>(), ["levers.yaml"], "not what stands elsewhere");
        assert_eq!(read.text("levers.yaml").as_deref(), Some(text));
        assert_eq!(Bundle::of("route", &read.sources()), bundle, "and a second time");
    }

    #[test]
    fn other_comments_are_another_version_that_decides_alike() {
        let (one, other) = (parsed("min: 5\n"), parsed("min: 5 # since May\n"));
        assert_ne!(sha256_hex(&one.to_bytes()), sha256_hex(&other.to_bytes()));
        assert_eq!(one.content_sha256(), other.content_sha256());
        assert_ne!(one.content_sha256(), parsed("min: 6\n").content_sha256());
    }

    #[test]
    fn a_version_from_before_texts_were_kept_still_loads() {
        let bytes = br#"{"loop":"route","files":{"levers.yaml":{"min":5}}}"#;
        let bundle = Bundle::read(bytes, &stamp(bytes)).unwrap();
        assert_eq!(bundle.to_bytes(), bytes, "and has the same hash");
        assert_eq!(bundle.text("levers.yaml").as_deref(), Some("min: 5\n"));
        assert_eq!(bundle.text("rules.yaml"), None);
    }

    #[test]
    fn a_replaced_file_is_parsed_anew_and_its_problems_have_lines() {
        let mut problems = Problems::new();
        let replaced = BTreeMap::from([("levers.yaml".to_owned(), "a: 1\na: 2\n".to_owned())]);
        let sources = parsed("min: 5\n").sources_with(&replaced, &mut problems);
        assert!(problems.to_string().starts_with("loops/route/levers.yaml:2:1: duplicate key"), "{problems}");
        assert!(!sources.contains_key("levers.yaml"), "what cannot be read is not taken from before");
        assert!(sources.contains_key("calendars.yaml"));
    }
}
