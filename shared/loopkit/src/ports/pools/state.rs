//! What a pool has given to whom, and who is next. Pure: live draws, batches and dry runs all call this.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Draw, Drawn, PoolMember, Ticket, TicketKind};

/// What a pool has given to whom so far. A pool that is edited keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolState {
    /// Tickets drawn in all.
    pub drawn: u64,
    /// Tickets by username.
    pub counts: BTreeMap<String, u64>,
    /// Who holds which key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub held: BTreeMap<String, Held>,
}

/// Who holds a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Username.
    pub login: String,
    /// Until when.
    pub until: Timestamp,
}

/// What has been given in a window.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The newest window.
    pub window: String,
    /// Tickets in it.
    pub count: u64,
}

/// How somebody stands in a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Tickets they have.
    pub count: u64,
    /// What their weight entitled them to while they were there, in billionths of a lead.
    pub ideal: i64,
}

impl PoolState {
    /// Who gets the subject, counted in.
    pub fn draw(&mut self, draw: &Draw) -> Drawn {
        let Some(member) = self.next(&draw.eligible) else { return Drawn::Nobody(Vec::new()) };
        let login = member.login.clone();
        self.drawn += 1;
        *self.counts.entry(login.clone()).or_default() += 1;
        Drawn::Ticket(Ticket { pool: draw.pool.clone(), login, number: self.drawn, kind: TicketKind::Turn })
    }

    fn next<'a>(&self, eligible: &'a [PoolMember]) -> Option<&'a PoolMember> {
        let load = |member: &PoolMember| {
            (u128::from(self.counts.get(&member.login).copied().unwrap_or(0)) + 1, u128::from(member.weight.max(1)))
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

    /// How `login` stands.
    #[must_use]
    pub fn share(&self, login: &str) -> Standing {
        let count = self.counts.get(login).copied().unwrap_or(0);
        Standing { count, ideal: i64::try_from(count).unwrap_or(i64::MAX).saturating_mul(1_000_000_000) }
    }

    /// What has been drawn from this copy since it was `before`: for [`super::Pools::settle`].
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let counts = self.counts.iter().map(|(login, count)| {
            (login.clone(), count.saturating_sub(before.counts.get(login).copied().unwrap_or(0)))
        });
        Self {
            drawn: self.drawn.saturating_sub(before.drawn),
            counts: counts.filter(|(_, count)| *count > 0).collect(),
            held: self
                .held
                .iter()
                .filter(|(key, held)| before.held.get(*key) != Some(*held))
                .map(|(key, held)| (key.clone(), held.clone()))
                .collect(),
        }
    }

    /// Adds what another copy has drawn, as [`PoolState::since`] tells it.
    pub fn add(&mut self, drawn: &Self) {
        self.drawn += drawn.drawn;
        for (login, count) in &drawn.counts {
            *self.counts.entry(login.clone()).or_default() += count;
        }
        self.held.extend(drawn.held.iter().map(|(key, held)| (key.clone(), held.clone())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::PickBy;

    fn draw(subject: &str, eligible: &[PoolMember]) -> Draw {
        Draw {
            pool: "team".into(),
            subject: subject.into(),
            by: PickBy::Turns,
            eligible: eligible.to_vec(),
            team_caps: Vec::new(),
            sticky: None,
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn shares_follow_the_weights() {
        let eligible = [PoolMember::new("a", 2), PoolMember::new("b", 1), PoolMember::new("c", 1)];
        let mut state = PoolState::default();
        for at in 0..400 {
            state.draw(&draw(&format!("lead/{at}"), &eligible));
        }
        assert_eq!(state.counts, BTreeMap::from([("a".into(), 200), ("b".into(), 100), ("c".into(), 100)]));
    }

    #[test]
    fn nobody_eligible_picks_nobody() {
        assert_eq!(PoolState::default().draw(&draw("lead/1", &[])), Drawn::Nobody(Vec::new()));
    }
}
