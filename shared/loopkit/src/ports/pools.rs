use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::failure::Outcome;

/// One who may be picked now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolMember {
    /// Username.
    pub login: String,
    /// Share against the others'; at least 1.
    pub weight: u32,
}

/// What a pool has given to whom so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolState {
    /// Tickets drawn in all.
    pub drawn: u64,
    /// Tickets by username; an edited pool keeps them.
    pub counts: BTreeMap<String, u64>,
}

/// A drawn ticket: who gets this subject. The same subject draws the same ticket, however often it asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The pool.
    pub pool: String,
    /// Who was picked.
    pub login: String,
    /// The ticket's number in its pool, from 1.
    pub number: u64,
}

/// Round-robin pools. The ticket is drawn in the same transaction as its counter.
#[async_trait]
pub trait Pools: Send + Sync {
    /// Draws for `subject`, or finds the ticket that it drew before. `eligible` is not empty.
    async fn draw(&self, pool: &str, subject: &str, eligible: &[PoolMember]) -> Outcome<Ticket>;

    /// What drawing would give now, without drawing: for dry runs.
    async fn peek(&self, pool: &str, subject: &str, eligible: &[PoolMember]) -> Outcome<Ticket>;
}

/// Who is next: the eligible member with the fewest tickets for their weight; of equals the first in the pool's order.
///
/// Pure and total: the port's implementations call it inside their transaction. `None` for nobody.
#[must_use]
pub fn pick<'a>(state: &PoolState, eligible: &'a [PoolMember]) -> Option<&'a PoolMember> {
    // After one more ticket, (count + 1) / weight must stay smallest: compared by cross-multiplication, without fractions.
    let load = |member: &PoolMember| {
        (u128::from(state.counts.get(&member.login).copied().unwrap_or(0)) + 1, u128::from(member.weight.max(1)))
    };
    let mut best: Option<&PoolMember> = None;
    for member in eligible {
        let (count, weight) = load(member);
        match best {
            Some(so_far) => {
                let (best_count, best_weight) = load(so_far);
                if count * best_weight < best_count * weight {
                    best = Some(member);
                }
            }
            None => best = Some(member),
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(login: &str, weight: u32) -> PoolMember {
        PoolMember { login: login.into(), weight }
    }

    #[test]
    fn shares_follow_the_weights() {
        let eligible = [member("a", 2), member("b", 1), member("c", 1)];
        let mut state = PoolState::default();
        for _ in 0..400 {
            let login = pick(&state, &eligible).unwrap().login.clone();
            *state.counts.entry(login).or_default() += 1;
        }
        assert_eq!(state.counts, BTreeMap::from([("a".into(), 200), ("b".into(), 100), ("c".into(), 100)]));
    }

    #[test]
    fn nobody_eligible_picks_nobody() {
        assert_eq!(pick(&PoolState::default(), &[]), None);
    }
}
