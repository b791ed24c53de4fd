//! A versioned config store in memory, whose caller can die after any write.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use revloops_config::store::{ConfigKeys, PointerRead, pointer_key};
use revloops_config::{ConfigStore, Pointer, StoreError};

/// [`ConfigStore`] without a bucket.
#[derive(Debug, Default)]
pub struct ConfigInMemory {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Every version by key, the oldest first; a version's id is its number.
    objects: BTreeMap<String, Vec<Vec<u8>>>,
    /// Writes that are still answered; all, where it is not said.
    writes_left: Option<usize>,
}

impl ConfigInMemory {
    fn locked(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// After so many further writes, the next ones are done and not answered: whoever asked has died. `None` ends that.
    pub fn die_after(&self, writes: Option<usize>) {
        self.locked().writes_left = writes;
    }

    /// The keys that there are.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.locked().objects.keys().cloned().collect()
    }

    /// How many versions a key has.
    #[must_use]
    pub fn versions(&self, key: &str) -> usize {
        self.locked().objects.get(key).map_or(0, Vec::len)
    }

    /// Puts an object there by hand, as anybody with access to the bucket can; its version's id.
    pub fn put_by_hand(&self, key: &str, bytes: &[u8]) -> String {
        let mut kept = self.locked();
        let versions = kept.objects.entry(key.to_owned()).or_default();
        versions.push(bytes.to_vec());
        versions.len().to_string()
    }
}

impl Kept {
    fn answered(&mut self, key: &str) -> Result<(), StoreError> {
        match &mut self.writes_left {
            Some(0) => {
                let source = "the caller has died".into();
                Err(StoreError::Unavailable { context: format!("writing {key}"), source })
            }
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

#[async_trait]
impl ConfigKeys for ConfigInMemory {
    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        Ok(self.locked().objects.keys().filter(|key| key.starts_with(prefix)).cloned().collect())
    }
}

#[async_trait]
impl ConfigStore for ConfigInMemory {
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<String, StoreError> {
        let version = self.put_by_hand(key, &bytes);
        self.locked().answered(key)?;
        Ok(version)
    }

    async fn get(&self, key: &str, version_id: &str) -> Result<Vec<u8>, StoreError> {
        let kept = self.locked();
        let version: usize = version_id.parse().unwrap_or_default();
        let found = kept.objects.get(key).and_then(|versions| versions.get(version.checked_sub(1)?));
        found.cloned().ok_or_else(|| StoreError::Missing(format!("{key} in version {version_id}")))
    }

    async fn newest(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.locked().objects.get(key).and_then(|versions| versions.last().cloned()))
    }

    async fn pointer(&self, loop_name: &str) -> Result<Option<PointerRead>, StoreError> {
        let key = pointer_key(loop_name);
        let kept = self.locked();
        let Some(versions) = kept.objects.get(&key) else { return Ok(None) };
        let Some(bytes) = versions.last() else { return Ok(None) };
        let pointer = serde_json::from_slice(bytes)
            .map_err(|error| StoreError::Unavailable { context: format!("reading {key}"), source: Box::new(error) })?;
        Ok(Some(PointerRead { pointer, etag: versions.len().to_string() }))
    }

    async fn move_pointer(&self, loop_name: &str, to: &Pointer, expected: Option<&str>) -> Result<(), StoreError> {
        let key = pointer_key(loop_name);
        let bytes = serde_json::to_vec(to)
            .map_err(|error| StoreError::Unavailable { context: format!("writing {key}"), source: Box::new(error) })?;
        let mut kept = self.locked();
        let versions = kept.objects.entry(key.clone()).or_default();
        let now = (!versions.is_empty()).then(|| versions.len().to_string());
        if now.as_deref() != expected {
            return Err(StoreError::Conflict(key));
        }
        versions.push(bytes);
        kept.answered(&key)
    }
}
