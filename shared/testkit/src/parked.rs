//! Parked work in memory.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;

use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{Parked, ParkedItem, ParkedStatus};

/// [`Parked`] in memory.
#[derive(Default)]
pub struct ParkedInMemory(Mutex<Vec<ParkedItem>>);

impl ParkedInMemory {
    /// All items, oldest next attempt first.
    #[must_use]
    pub fn items(&self) -> Vec<ParkedItem> {
        let mut items = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        items.sort_by_key(|item| item.next_attempt_at.unwrap_or(Timestamp::MAX));
        items
    }

    fn change<T>(&self, parked_id: &str, change: impl FnOnce(&mut ParkedItem) -> T) -> Option<T> {
        let mut items = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        items.iter_mut().find(|item| item.parked_id == parked_id).map(change)
    }
}

#[async_trait]
impl Parked for ParkedInMemory {
    async fn park(&self, item: &ParkedItem) -> Outcome<()> {
        let known = self.change(&item.parked_id, |known| {
            let (parked_at, next_attempt_at, attempts) = (known.parked_at, known.next_attempt_at, known.attempts + 1);
            *known = ParkedItem { parked_at, next_attempt_at, attempts, ..item.clone() };
        });
        if known.is_none() {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(item.clone());
        }
        Ok(())
    }

    async fn list(&self, status: ParkedStatus, limit: usize) -> Outcome<Vec<ParkedItem>> {
        Ok(self.items().into_iter().filter(|item| item.status == status).take(limit).collect())
    }

    async fn due(&self, now: Timestamp, limit: usize) -> Outcome<Vec<ParkedItem>> {
        let due = |item: &ParkedItem| {
            item.status == ParkedStatus::Waiting && item.next_attempt_at.is_some_and(|at| at <= now)
        };
        Ok(self.items().into_iter().filter(due).take(limit).collect())
    }

    async fn postpone(&self, parked_id: &str, from: Timestamp, to: Timestamp) -> Outcome<bool> {
        let moved = self.change(parked_id, |item| {
            let ours = item.status == ParkedStatus::Waiting && item.next_attempt_at == Some(from);
            if ours {
                item.next_attempt_at = Some(to);
            }
            ours
        });
        Ok(moved.unwrap_or(false))
    }

    async fn close(&self, parked_id: &str, _at: Timestamp) -> Outcome<()> {
        let _nothing_there = self.change(parked_id, |item| item.status = ParkedStatus::Done);
        Ok(())
    }
}
