//! What functions load: a loop's config files as one JSON object, so that a cold start parses no YAML.

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
        Self { loop_name: loop_name.to_owned(), files }
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
        let found = sha256_hex(bytes);
        if found != stamp.sha256 {
            return Err(BundleError::WrongHash { key: key(), found, wanted: stamp.sha256.clone() });
        }
        let bundle: Self =
            serde_json::from_slice(bytes).map_err(|source| BundleError::NotABundle { key: key(), source })?;
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
        self.files.iter().map(|(name, value)| (name.clone(), Document::from_value(name, value.clone()))).collect()
    }
}
