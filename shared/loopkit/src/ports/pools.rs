//! Pools: who takes turns, and what each has had.

mod draw;
mod state;
#[cfg(test)]
mod tests;
mod turns;

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::failure::Outcome;

pub use state::{Held, PoolState, Standing, Window};

/// One who is there and may be picked now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolMember {
    /// Username.
    pub login: String,
    /// Share against the others'; at least 1.
    pub weight: u32,
    /// How many they take at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Cap>,
    /// The team whose cap they fall under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Open leads that the CRM shows; for [`PickBy::LeastLoaded`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<u64>,
}

impl PoolMember {
    /// Somebody without caps, team or load.
    #[must_use]
    pub fn new(login: impl Into<String>, weight: u32) -> Self {
        Self { login: login.into(), weight, cap: None, team: None, load: None }
    }
}

/// How many tickets of one pool a member takes in a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cap {
    /// At most so many.
    pub most: u32,
    /// The window: the member's own day, `2026-11-22`. Windows follow each other in the order of their texts.
    pub window: String,
}

/// How many tickets of one pool a team takes in a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamCap {
    /// The team.
    pub team: String,
    /// At most so many.
    pub most: u32,
    /// The window, as in [`Cap`].
    pub window: String,
}

/// How a pool picks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PickBy {
    /// In turns, each with the share that the weight says: within about one lead of it, see `turns.rs`.
    #[default]
    Turns,
    /// Who has the fewest open leads for their weight.
    LeastLoaded,
}

/// Who had the key last gets it again, while they are there and below their caps. Otherwise it goes, with the ticket, to
/// whoever is next, so that all that belongs together stays together while somebody is away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sticky {
    /// What belongs together: `account/001…`, `domain/acme.com`.
    pub key: String,
    /// Until when whoever gets it now keeps it.
    pub until: Timestamp,
}

/// A question to a pool: who gets this subject?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draw {
    /// The pool.
    pub pool: String,
    /// What is given: `lead/00Q…`.
    pub subject: String,
    /// How it picks.
    pub by: PickBy,
    /// Who is there now, in the pool's order; caps are the draw's own business.
    pub eligible: Vec<PoolMember>,
    /// The caps of the members' teams.
    pub team_caps: Vec<TeamCap>,
    /// Whether somebody has had it before.
    pub sticky: Option<Sticky>,
    /// When.
    pub at: Timestamp,
}

/// What a draw gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drawn {
    /// Somebody.
    Ticket(Ticket),
    /// Nobody: everybody who is there is left out, as [`Ticket::left_out`] tells it.
    Nobody(Vec<(String, String)>),
}

/// Why the ticket went to its holder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketKind {
    /// It was their turn, or they had least.
    #[default]
    Turn,
    /// They had the key before.
    Sticky,
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
    /// Why they were.
    #[serde(default)]
    pub kind: TicketKind,
    /// The username of each whose cap kept them out of it, and how: `has 20 of 20 leads on 2026-11-22`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<(String, String)>,
}

/// Pools whose tickets are drawn in the same transaction as what they are counted in.
#[async_trait]
pub trait Pools: Send + Sync {
    /// Draws for the subject, or finds the ticket that it drew before.
    async fn draw(&self, draw: &Draw) -> Outcome<Drawn>;

    /// What drawing would give now, without drawing: for dry runs.
    async fn peek(&self, draw: &Draw) -> Outcome<Drawn>;

    /// What the pool has given to whom, without who holds which key: those are asked for by [`Pools::holders`].
    async fn state(&self, pool: &str) -> Outcome<PoolState>;

    /// Who holds which of `keys`; a key that nobody holds is left out.
    async fn holders(&self, pool: &str, keys: &[String]) -> Outcome<BTreeMap<String, Held>>;

    /// Adds what a batch has drawn from its own copy of the state, as [`PoolState::since`] tells it; once a job,
    /// however often it is called.
    async fn settle(&self, pool: &str, job: &str, drawn: &PoolState) -> Outcome<()>;
}
