//! Documents in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;

use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{Documents, Stored};

/// [`Documents`] without a world around it: each call is done at once.
#[derive(Debug, Default)]
pub struct DocumentsInMemory {
    kept: Mutex<BTreeMap<(String, String), Kept>>,
}

#[derive(Debug, Clone)]
struct Kept {
    stored: Stored,
    ends: Option<Timestamp>,
}

impl Kept {
    fn lasts(&self, at: Timestamp) -> bool {
        self.ends.is_none_or(|ends| ends.as_second() > at.as_second())
    }
}

impl DocumentsInMemory {
    /// Everything that is kept, as text: for tests that look for what must not be there.
    #[must_use]
    pub fn as_text(&self) -> String {
        format!("{:?}", self.locked())
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, BTreeMap<(String, String), Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Documents for DocumentsInMemory {
    async fn create(&self, kind: &str, id: &str, value: &Value, ends: Option<Timestamp>) -> Outcome<bool> {
        let mut kept = self.locked();
        let key = (kind.to_owned(), id.to_owned());
        if kept.contains_key(&key) {
            return Ok(false);
        }
        let stored = Stored { id: id.to_owned(), value: value.clone(), version: 1 };
        kept.insert(key, Kept { stored, ends });
        Ok(true)
    }

    async fn read(&self, kind: &str, id: &str, at: Timestamp) -> Outcome<Option<Stored>> {
        let found = self.locked().get(&(kind.to_owned(), id.to_owned())).cloned();
        Ok(found.filter(|kept| kept.lasts(at)).map(|kept| kept.stored))
    }

    async fn replace(
        &self,
        kind: &str,
        id: &str,
        value: &Value,
        ends: Option<Timestamp>,
        expected: u64,
    ) -> Outcome<bool> {
        let mut kept = self.locked();
        match kept.get_mut(&(kind.to_owned(), id.to_owned())) {
            Some(found) if found.stored.version == expected => {
                found.stored.value = value.clone();
                found.stored.version += 1;
                found.ends = ends;
                Ok(true)
            }
            Some(_) | None => Ok(false),
        }
    }

    async fn take(&self, kind: &str, id: &str, at: Timestamp) -> Outcome<Option<Value>> {
        let taken = self.locked().remove(&(kind.to_owned(), id.to_owned()));
        Ok(taken.filter(|kept| kept.lasts(at)).map(|kept| kept.stored.value))
    }

    async fn list(&self, kind: &str, at: Timestamp) -> Outcome<Vec<Stored>> {
        let kept = self.locked();
        let of = kept.iter().filter(|((of, _), kept)| of == kind && kept.lasts(at));
        Ok(of.map(|(_, kept)| kept.stored.clone()).collect())
    }
}
