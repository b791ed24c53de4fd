//! What a pool has given to whom.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::turns::LEAD;

/// What a pool has given to whom so far. A pool that is edited keeps it, and one that was stored before there were
/// credits begins level.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolState {
    /// Tickets drawn in all.
    pub drawn: u64,
    /// Tickets by username.
    pub counts: BTreeMap<String, u64>,
    /// What each is owed, in billionths of a lead; below zero for who has had more than their share.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub credits: BTreeMap<String, i64>,
    /// Who has a cap: what they have had in its window.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub windows: BTreeMap<String, Window>,
    /// The same for teams.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub teams: BTreeMap<String, Window>,
    /// Tickets of the last minutes, by minute and username: what the CRM may not show yet as open leads.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lately: BTreeMap<Timestamp, BTreeMap<String, u64>>,
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

/// What somebody has had in a window.
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
    /// What they are owed, in billionths of a lead; below zero for who has had more than their share.
    pub owed: i64,
}

impl Standing {
    /// What their weight entitled them to while they were there, in leads.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "for people: fifteen digits are enough")]
    pub fn ideal(&self) -> f64 {
        self.count as f64 + self.owed as f64 / LEAD as f64
    }
}

impl Window {
    /// Goes to `window`, unless a later one has begun: who comes late is counted in the newest.
    pub(super) fn go_to(&mut self, window: &str) {
        if self.window.as_str() < window {
            *self = Self { window: window.to_owned(), count: 0 };
        }
    }

    /// What came in since `before`.
    fn since(&self, before: Option<&Self>) -> Self {
        match before.filter(|before| before.window == self.window) {
            Some(before) => Self { window: self.window.clone(), count: self.count.saturating_sub(before.count) },
            None => self.clone(),
        }
    }

    fn add(&mut self, more: &Self) {
        self.go_to(&more.window);
        if self.window == more.window {
            self.count += more.count;
        }
    }
}

impl PoolState {
    /// How `login` stands.
    #[must_use]
    pub fn share(&self, login: &str) -> Standing {
        Standing {
            count: self.counts.get(login).copied().unwrap_or(0),
            owed: self.credits.get(login).copied().unwrap_or(0),
        }
    }

    /// What has been drawn from this copy since it was `before`: for [`super::Pools::settle`].
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let windows = |now: &BTreeMap<String, Window>, then: &BTreeMap<String, Window>| {
            let changed = now.iter().filter(|(name, window)| then.get(*name) != Some(*window));
            changed.map(|(name, window)| (name.clone(), window.since(then.get(name)))).collect()
        };
        let lately = self.lately.iter().map(|(minute, counts)| {
            let then = before.lately.get(minute);
            (*minute, difference(counts, |login| then.and_then(|then| then.get(login)).copied().unwrap_or(0)))
        });
        let credits = self
            .credits
            .iter()
            .map(|(login, credit)| (login.clone(), credit - before.credits.get(login).copied().unwrap_or(0)));
        let held = self.held.iter().filter(|(key, held)| before.held.get(*key) != Some(*held));
        Self {
            drawn: self.drawn.saturating_sub(before.drawn),
            counts: difference(&self.counts, |login| before.counts.get(login).copied().unwrap_or(0)),
            credits: credits.filter(|(_, credit)| *credit != 0).collect(),
            windows: windows(&self.windows, &before.windows),
            teams: windows(&self.teams, &before.teams),
            lately: lately.filter(|(_, counts)| !counts.is_empty()).collect(),
            held: held.map(|(key, held)| (key.clone(), held.clone())).collect(),
        }
    }

    /// Adds what another copy has drawn, as [`PoolState::since`] tells it. A key stays with whoever holds it longer.
    pub fn add(&mut self, drawn: &Self) {
        self.drawn += drawn.drawn;
        sum(&mut self.counts, &drawn.counts);
        for (login, credit) in &drawn.credits {
            *self.credits.entry(login.clone()).or_default() += credit;
        }
        for (mine, more) in [(&mut self.windows, &drawn.windows), (&mut self.teams, &drawn.teams)] {
            for (name, window) in more {
                mine.entry(name.clone()).or_default().add(window);
            }
        }
        for (minute, counts) in &drawn.lately {
            sum(self.lately.entry(*minute).or_default(), counts);
        }
        for (key, held) in &drawn.held {
            if self.held.get(key).is_none_or(|mine| mine.until < held.until) {
                self.held.insert(key.clone(), held.clone());
            }
        }
    }
}

fn difference(counts: &BTreeMap<String, u64>, before: impl Fn(&str) -> u64) -> BTreeMap<String, u64> {
    let grown = counts.iter().map(|(login, count)| (login.clone(), count.saturating_sub(before(login))));
    grown.filter(|(_, count)| *count > 0).collect()
}

fn sum(counts: &mut BTreeMap<String, u64>, more: &BTreeMap<String, u64>) {
    for (login, count) in more {
        *counts.entry(login.clone()).or_default() += count;
    }
}
