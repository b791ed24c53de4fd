//! Scenarios in the config store: each under `scenarios/<id>.json`, and a pointer to the active one.
//!
//! Every scenario of the config folder is there that has no problem: promoting a folder stores them all.

use thiserror::Error;

use revloops_config::store::{ConfigKeys, PointerRead, SCENARIO};
use revloops_config::{ConfigStore, StoreError};
use revloops_domain::{ConfigStamp, sha256_hex};

use crate::resolved::{Resolved, ResolvedError};

const FOLDER: &str = "scenarios/";

/// Why a stored scenario is not to be had.
#[derive(Debug, Error)]
pub enum StoredError {
    /// The store did not answer, or has no such version.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is stored cannot be used.
    #[error(transparent)]
    Unusable(#[from] ResolvedError),
    /// A stamp of something else.
    #[error("{0} is no scenario")]
    NoScenario(String),
    /// Other bytes than the stamp's.
    #[error("{key} has the hash {found}, its stamp says {wanted}")]
    WrongHash {
        /// The object's key.
        key: String,
        /// Hash of its bytes.
        found: String,
        /// Hash in the stamp.
        wanted: String,
    },
}

/// The active scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct ActiveScenario {
    /// The pointer.
    pub read: PointerRead,
    /// What it names.
    pub resolved: Resolved,
}

/// The key under which a scenario is stored.
#[must_use]
pub fn key(id: &str) -> String {
    format!("{FOLDER}{id}.json")
}

fn id_in(key: &str) -> Option<&str> {
    key.strip_prefix(FOLDER)?.strip_suffix(".json").filter(|id| !id.contains('/'))
}

/// The id of the scenario that a stamp names.
///
/// # Errors
/// Where it names something else.
pub fn id_of(stamp: &ConfigStamp) -> Result<&str, StoredError> {
    id_in(&stamp.key).ok_or_else(|| StoredError::NoScenario(stamp.key.clone()))
}

/// The ids of all stored scenarios, in order.
///
/// # Errors
/// Where the store does not answer.
pub async fn ids(keys: &dyn ConfigKeys) -> Result<Vec<String>, StoreError> {
    let found = keys.keys(FOLDER).await?;
    Ok(found.iter().filter_map(|key| id_in(key).map(str::to_owned)).collect())
}

/// Stores a scenario as a new version.
///
/// # Errors
/// Where the store does not answer.
pub async fn keep(store: &dyn ConfigStore, resolved: &Resolved) -> Result<ConfigStamp, StoreError> {
    let (key, bytes) = (key(&resolved.scenario.id), resolved.to_json());
    let sha256 = sha256_hex(&bytes);
    let version_id = store.put(&key, bytes).await?;
    Ok(ConfigStamp { key, version_id, sha256 })
}

/// The scenario that a stamp names, wherever it lies.
///
/// # Errors
/// Where it is not there, or not what the stamp says.
pub async fn load(store: &dyn ConfigStore, stamp: &ConfigStamp) -> Result<Resolved, StoredError> {
    let bytes = store.get(&stamp.key, &stamp.version_id).await?;
    let found = sha256_hex(&bytes);
    if found != stamp.sha256 {
        return Err(StoredError::WrongHash { key: stamp.key.clone(), found, wanted: stamp.sha256.clone() });
    }
    Ok(Resolved::from_json(&bytes)?)
}

/// The newest version of a scenario; `None` where none of this id is stored.
///
/// # Errors
/// Where the store does not answer, or what is there cannot be used.
pub async fn newest(store: &dyn ConfigStore, id: &str) -> Result<Option<Resolved>, StoredError> {
    match store.newest(&key(id)).await? {
        Some(bytes) => Ok(Some(Resolved::from_json(&bytes)?)),
        None => Ok(None),
    }
}

/// The active scenario; `None` where none is.
///
/// # Errors
/// Where the store does not answer, or what is there cannot be used.
pub async fn active(store: &dyn ConfigStore) -> Result<Option<ActiveScenario>, StoredError> {
    let Some(read) = store.pointer(SCENARIO).await? else { return Ok(None) };
    let resolved = load(store, &read.pointer.active).await?;
    Ok(Some(ActiveScenario { read, resolved }))
}
