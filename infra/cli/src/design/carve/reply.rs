//! What the solver's program replies, as it comes on the wire; `infra/carve` writes it.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A reply.
#[derive(Debug, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub(super) enum Reply {
    Wrong { problems: Vec<Wrong> },
    Impossible { obstacles: Vec<Obstacle> },
    NotFound { nearest: Figures },
    Proposed(Box<Proposal>),
}

#[derive(Debug, Deserialize)]
pub(super) struct Wrong {
    pub(super) account: Option<usize>,
    pub(super) territory: Option<usize>,
    pub(super) why: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Figures {
    pub(super) moves: u64,
    pub(super) potential_moved: i64,
    pub(super) placed: u64,
    pub(super) max_imbalance_bp: u64,
    pub(super) mean_imbalance_bp: u64,
    pub(super) outside: u64,
    pub(super) over_cap: u64,
    pub(super) locked_moved: u64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Proposal {
    pub(super) figures: Figures,
    pub(super) cost: i64,
    pub(super) bound: i64,
    pub(super) gap_bp: u64,
    pub(super) waterfalls: Vec<Figures>,
    pub(super) territories: Vec<Filled>,
    pub(super) places: Vec<usize>,
    pub(super) effort: Effort,
}

/// A territory, today and then.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Filled {
    pub(super) id: String,
    pub(super) fair: i64,
    pub(super) today: i64,
    pub(super) proposed: i64,
    pub(super) accounts_today: u32,
    pub(super) accounts: u32,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Effort {
    pub(super) pairs: u64,
    pub(super) columns: u64,
    pub(super) rounds: u64,
}

impl Proposal {
    /// All of it but the accounts, which are in the file.
    pub(super) fn summary(&self) -> Value {
        json!({
            "status": "proposed",
            "figures": self.figures,
            "cost": self.cost,
            "bound": self.bound,
            "gap_bp": self.gap_bp,
            "waterfalls": self.waterfalls,
            "territories": self.territories,
            "effort": self.effort,
        })
    }
}

/// What stands in the way.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Obstacle {
    LockedAboveCeiling { territory: String, locked: i64, ceiling: i64, too_much: i64 },
    LockedAboveCap { territory: String, locked: u64, max_accounts: u32 },
    CapsTooSmall { accounts: u64, seats: u64 },
    AccountTooBig { account: String, potential: i64, ceiling: i64 },
    OutOfReach { territories: Vec<String>, reachable: i64, floors: i64, missing: i64 },
    NowhereElse { territories: Vec<String>, captive: i64, ceilings: i64, too_much: i64 },
    Together { territories: Vec<String>, missing: i64 },
    TooFewMoves { needed: i64, max_moves: u32 },
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LockedAboveCeiling { territory, locked, ceiling, too_much } => write!(
                f,
                "{territory}: its locked accounts alone are worth {locked}, and it may have {ceiling}: unlock {too_much} of \
                 it, or give it a larger share"
            ),
            Self::LockedAboveCap { territory, locked, max_accounts } => {
                write!(f, "{territory}: it has {locked} locked accounts, and may have {max_accounts}")
            }
            Self::CapsTooSmall { accounts, seats } => {
                write!(f, "there are {accounts} accounts, and all caps together leave room for {seats}")
            }
            Self::AccountTooBig { account, potential, ceiling } => write!(
                f,
                "account {account} is worth {potential}, and none of its territories may have more than {ceiling}: lock \
                 it where it is, or give one of them a larger share"
            ),
            Self::OutOfReach { territories, reachable, floors, missing } => write!(
                f,
                "{} need {floors} at least, and all accounts that may be there are worth {reachable}: {missing} is missing",
                territories.join(", ")
            ),
            Self::NowhereElse { territories, captive, ceilings, too_much } => write!(
                f,
                "accounts worth {captive} may be nowhere but in {}, which may have {ceilings} at most: {too_much} too much",
                territories.join(", ")
            ),
            Self::Together { territories, missing } => write!(
                f,
                "shares, locks, eligibility and caps leave no way together: {missing} at least stays out of place, about {}",
                territories.join(", ")
            ),
            Self::TooFewMoves { needed, max_moves } => {
                write!(f, "{needed} accounts must move at least, and {max_moves} may")
            }
        }
    }
}
