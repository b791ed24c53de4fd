//! A bucket in memory.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use revloops_domain::{ErrorClass, sha256_hex};
use revloops_loopkit::ports::{Listed, Object, Objects};
use revloops_loopkit::{Failure, Outcome};

/// [`Objects`] in memory. Each call lets other tasks run first, so that writers of one object meet.
#[derive(Debug, Default)]
pub struct ObjectsInMemory {
    kept: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl ObjectsInMemory {
    /// Everything, by key.
    #[must_use]
    pub fn all(&self) -> BTreeMap<String, Vec<u8>> {
        self.locked().clone()
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Objects for ObjectsInMemory {
    async fn read(&self, key: &str) -> Outcome<Option<Object>> {
        tokio::task::yield_now().await;
        let object = |bytes: &Vec<u8>| Object { bytes: bytes.clone(), tag: sha256_hex(bytes) };
        Ok(self.locked().get(key).map(object))
    }

    async fn range(&self, key: &str, range: Range<u64>) -> Outcome<Vec<u8>> {
        tokio::task::yield_now().await;
        let missing = || Failure::new(ErrorClass::Bug, format!("there is no object {key}"));
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        let kept = self.locked();
        let bytes = kept.get(key).ok_or_else(missing)?;
        Ok(bytes.get(place(range.start)..place(range.end).min(bytes.len())).unwrap_or_default().to_vec())
    }

    async fn list(&self, folder: &str, after: Option<&str>) -> Outcome<Vec<Listed>> {
        tokio::task::yield_now().await;
        let below = format!("{}/", folder.trim_end_matches('/'));
        let kept = self.locked();
        let kept =
            kept.iter().filter(|(key, _)| key.starts_with(&below) && after.is_none_or(|after| key.as_str() > after));
        Ok(kept
            .map(|(key, bytes)| Listed { key: key.clone(), size: bytes.len() as u64, tag: sha256_hex(bytes) })
            .collect())
    }

    async fn replace(&self, key: &str, bytes: Vec<u8>, expected: Option<&str>) -> Outcome<bool> {
        tokio::task::yield_now().await;
        let mut kept = self.locked();
        let as_expected = kept.get(key).map(|there| sha256_hex(there)).as_deref() == expected;
        if as_expected {
            kept.insert(key.to_owned(), bytes);
        }
        Ok(as_expected)
    }

    async fn put(&self, key: &str, bytes: Vec<u8>, _: &str) -> Outcome<()> {
        tokio::task::yield_now().await;
        self.locked().insert(key.to_owned(), bytes);
        Ok(())
    }
}
