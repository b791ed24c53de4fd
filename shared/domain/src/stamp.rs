//! Which version of the config decided.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The exact config that a run used: the object's key, its S3 version id, and the content's hash.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct ConfigStamp {
    /// The object's key in the config bucket.
    pub key: String,
    /// The S3 version id of that object; `local` where config was read from files.
    pub version_id: String,
    /// Lower-case hex SHA-256 of the object's bytes.
    pub sha256: String,
}

impl ConfigStamp {
    /// The first twelve characters of the hash: enough for a person to tell versions apart.
    #[must_use]
    pub fn short(&self) -> &str {
        self.sha256.get(..12).unwrap_or(&self.sha256)
    }
}

/// Lower-case hex SHA-256 of `bytes`.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _infallible = write!(hex, "{byte:02x}");
        hex
    })
}
