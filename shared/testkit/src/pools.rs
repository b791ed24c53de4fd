//! Pools in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;

use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{Draw, Drawn, Held, PoolState, Pools};

use crate::world::TestWorld;

#[async_trait]
impl Pools for TestWorld {
    async fn draw(&self, draw: &Draw) -> Outcome<Drawn> {
        let of = (draw.pool.clone(), draw.subject.clone());
        if let Some(ticket) = self.read(|memory| memory.tickets.get(&of).cloned())? {
            return Ok(Drawn::Ticket(ticket));
        }
        self.write(|memory| {
            let drawn = memory.pools.entry(draw.pool.clone()).or_default().draw(draw);
            if let Drawn::Ticket(ticket) = &drawn {
                memory.tickets.insert(of, ticket.clone());
            }
            Ok(drawn)
        })
    }

    async fn peek(&self, draw: &Draw) -> Outcome<Drawn> {
        let of = (draw.pool.clone(), draw.subject.clone());
        self.read(|memory| match memory.tickets.get(&of) {
            Some(ticket) => Drawn::Ticket(ticket.clone()),
            None => memory.pools.get(&draw.pool).cloned().unwrap_or_default().draw(draw),
        })
    }

    async fn state(&self, pool: &str) -> Outcome<PoolState> {
        self.read(|memory| {
            let mut state = memory.pools.get(pool).cloned().unwrap_or_default();
            state.held.clear();
            state
        })
    }

    async fn holders(&self, pool: &str, keys: &[String]) -> Outcome<BTreeMap<String, Held>> {
        self.read(|memory| {
            let held = memory.pools.get(pool).map(|state| &state.held);
            let held_by = |key: &String| Some((key.clone(), held?.get(key)?.clone()));
            keys.iter().filter_map(held_by).collect()
        })
    }

    async fn settle(&self, pool: &str, job: &str, drawn: &PoolState) -> Outcome<()> {
        self.write(|memory| {
            if memory.settled.insert((pool.to_owned(), job.to_owned())) {
                memory.pools.entry(pool.to_owned()).or_default().add(drawn);
            }
            Ok(())
        })
    }
}
