//! Pools in memory that many draw from at once, and that answer as a table of another machine does: whoever read before
//! somebody else wrote has to start again, and some answers are lost after the write.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tokio::sync::Semaphore;

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{Draw, Drawn, Held, PoolState, Pools, Ticket};
use revloops_loopkit::{Failure, Outcome};

/// So many draws are on their way at once, however many wait: each that gets through makes all others start again.
const CONNECTIONS: usize = 24;

/// [`Pools`] with optimistic writes.
#[derive(Debug)]
pub struct ContendedPools {
    store: Mutex<Store>,
    lose_every: u64,
    connections: Semaphore,
}

#[derive(Debug, Default)]
struct Store {
    pools: BTreeMap<String, (u64, PoolState)>,
    tickets: BTreeMap<(String, String), Ticket>,
    settled: BTreeSet<(String, String)>,
    writes: u64,
    conflicts: u64,
    lost: u64,
}

impl ContendedPools {
    /// The answer to every `lose_every`-th write is lost; none where it is 0.
    #[must_use]
    pub fn losing_every(lose_every: u64) -> Self {
        Self { store: Mutex::default(), lose_every, connections: Semaphore::new(CONNECTIONS) }
    }

    /// How many writes met another's, and how many answers were lost.
    #[must_use]
    pub fn conflicts_and_lost_answers(&self) -> (u64, u64) {
        let store = self.store();
        (store.conflicts, store.lost)
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The ticket that the subject has, and the pool's state with its version.
    fn read(&self, pool: &str, subject: &str) -> (Option<Ticket>, u64, PoolState) {
        let store = self.store();
        let ticket = store.tickets.get(&(pool.to_owned(), subject.to_owned())).cloned();
        let (version, state) = store.pools.get(pool).cloned().unwrap_or_default();
        (ticket, version, state)
    }

    /// Writes where nobody else has since `version`; `Ok(false)` where somebody has.
    fn write(&self, pool: &str, version: u64, state: PoolState, rest: impl FnOnce(&mut Store)) -> Outcome<bool> {
        let mut store = self.store();
        if store.pools.get(pool).map_or(0, |(version, _)| *version) != version {
            store.conflicts += 1;
            return Ok(false);
        }
        store.pools.insert(pool.to_owned(), (version + 1, state));
        rest(&mut store);
        store.writes += 1;
        if self.lose_every > 0 && store.writes.is_multiple_of(self.lose_every) {
            store.lost += 1;
            return Err(Failure::new(ErrorClass::Transient, "the answer was lost"));
        }
        Ok(true)
    }
}

#[async_trait]
impl Pools for ContendedPools {
    async fn draw(&self, draw: &Draw) -> Outcome<Drawn> {
        let _connection = self.connections.acquire().await;
        loop {
            let (before, version, mut state) = self.read(&draw.pool, &draw.subject);
            if let Some(ticket) = before {
                return Ok(Drawn::Ticket(ticket));
            }
            // Between reading and writing, others get their turn: as on the way to a table and back.
            tokio::task::yield_now().await;
            let drawn = state.draw(draw);
            let Drawn::Ticket(ticket) = &drawn else { return Ok(drawn) };
            let key = (draw.pool.clone(), draw.subject.clone());
            let keep = |store: &mut Store| {
                store.tickets.insert(key, ticket.clone());
            };
            if self.write(&draw.pool, version, state, keep)? {
                return Ok(drawn);
            }
        }
    }

    async fn peek(&self, draw: &Draw) -> Outcome<Drawn> {
        let (before, _, mut state) = self.read(&draw.pool, &draw.subject);
        Ok(before.map_or_else(|| state.draw(draw), Drawn::Ticket))
    }

    async fn state(&self, pool: &str) -> Outcome<PoolState> {
        let (_, _, mut state) = self.read(pool, "");
        state.held.clear();
        Ok(state)
    }

    async fn holders(&self, pool: &str, keys: &[String]) -> Outcome<BTreeMap<String, Held>> {
        let (_, _, state) = self.read(pool, "");
        Ok(keys.iter().filter_map(|key| Some((key.clone(), state.held.get(key)?.clone()))).collect())
    }

    async fn settle(&self, pool: &str, job: &str, drawn: &PoolState) -> Outcome<()> {
        let key = (pool.to_owned(), job.to_owned());
        loop {
            let (_, version, mut state) = self.read(pool, "");
            if self.store().settled.contains(&key) {
                return Ok(());
            }
            tokio::task::yield_now().await;
            state.add(drawn);
            let note = |store: &mut Store| {
                store.settled.insert(key.clone());
            };
            if self.write(pool, version, state, note)? {
                return Ok(());
            }
        }
    }
}
