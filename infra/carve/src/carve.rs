//! From a request to a proposal.

use serde::{Deserialize, Serialize};

use crate::SolverFailed;
use crate::market::{Market, Place, Request, Wrong};
use crate::obstacles::{self, Obstacle};
use crate::placement::{Figures, Placement, Tally};
use crate::polish::{even_out, mend, send_home};
use crate::relaxation::{Relaxed, relax};
use crate::rounding::{nearest, round};
use crate::waterfall::{Fill, waterfall};

/// What a request leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Reply {
    /// The request makes no sense.
    Wrong {
        /// Everything that is wrong with it.
        problems: Vec<Wrong>,
    },
    /// It cannot be done as asked. Nothing was relaxed.
    Impossible {
        /// What stands in the way.
        obstacles: Vec<Obstacle>,
    },
    /// It may be possible, but no placement of whole accounts was found.
    NotFound {
        /// The nearest that was found, which breaks a rule.
        nearest: Figures,
    },
    /// A proposal that keeps every rule.
    Proposed(Box<Proposal>),
}

/// A proposal, with what it is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Its figures.
    pub figures: Figures,
    /// What its moves cost, in the levers' measure.
    pub cost: i64,
    /// No placement that keeps every rule costs less.
    pub bound: i64,
    /// How much of the cost may be too much, in hundredths of a percent, rounded up; 0 is proven to be the best.
    pub gap_bp: u64,
    /// The waterfall that fills to the share, and the one that fills to the ceiling.
    pub waterfalls: Vec<Figures>,
    /// Each territory.
    pub territories: Vec<Filled>,
    /// Each account's territory, in the request's order.
    pub places: Vec<Place>,
    /// How much the solver had to look at.
    pub effort: Effort,
}

/// A territory, today and then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filled {
    /// Its id.
    pub id: String,
    /// What it should have.
    pub fair: i64,
    /// Its potential today.
    pub today: i64,
    /// Its potential in the proposal.
    pub proposed: i64,
    /// Its accounts today.
    pub accounts_today: u32,
    /// Its accounts in the proposal.
    pub accounts: u32,
}

/// How much the solver had to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effort {
    /// Pairs of account and territory that are possible.
    pub pairs: u64,
    /// Pairs that were written down.
    pub columns: u64,
    /// Rounds of the linear program.
    pub rounds: u64,
}

/// Carves.
///
/// # Errors
/// If the solver gives up.
pub fn carve(request: &Request) -> Result<Reply, SolverFailed> {
    let market = match Market::check(request) {
        Ok(market) => market,
        Err(problems) => return Ok(Reply::Wrong { problems }),
    };
    let mut obstacles = obstacles::plain(&market);
    obstacles.extend(obstacles::too_big(&market, request.accounts.iter().map(|account| account.id.as_str())));
    if !obstacles.is_empty() {
        return Ok(Reply::Impossible { obstacles });
    }
    let relaxed = relax(&market)?;
    if relaxed.missing > 1e-6 {
        let obstacles = obstacles::proven(&market)?;
        if !obstacles.is_empty() {
            return Ok(Reply::Impossible { obstacles });
        }
    }
    Ok(match best(&market, &relaxed)? {
        Ok(placement) => Reply::Proposed(Box::new(proposal(&market, &relaxed, placement))),
        Err(nearest) => Reply::NotFound { nearest: nearest.figures(&market) },
    })
}

/// The cheapest whole placement that was found; or the nearest that breaks a rule.
fn best(market: &Market, relaxed: &Relaxed) -> Result<Result<Placement, Placement>, SolverFailed> {
    let mut mended = nearest(market, relaxed);
    mend(market, &mut mended);
    let rounded = round(market, relaxed)?;
    let mut found: Vec<Placement> = rounded.into_iter().collect();
    if mended.is_kept(market) {
        found.push(mended.clone());
    }
    for placement in &mut found {
        send_home(market, placement);
    }
    let Some(mut best) = found.into_iter().min_by_key(|placement| placement.cost(market)) else {
        return Ok(Err(mended));
    };
    even_out(market, &mut best);
    Ok(Ok(best))
}

fn proposal(market: &Market, relaxed: &Relaxed, placement: Placement) -> Proposal {
    let cost = placement.cost(market);
    let bound = relaxed.whole_bound().min(cost);
    let gap =
        u64::try_from((i128::from(cost - bound) * 10_000 + i128::from(cost.max(1)) - 1) / i128::from(cost.max(1)));
    let today = Tally::of(market, |_, account| account.home);
    let territories = (0..).zip(&market.territories).map(|(place, territory)| Filled {
        id: territory.id.clone(),
        fair: market.fair(place),
        today: today.load(place),
        proposed: placement.tally().load(place),
        accounts_today: today.count(place),
        accounts: placement.tally().count(place),
    });
    let pairs = market.accounts.iter().map(|account| market.allowed(account).len() as u64).sum();
    Proposal {
        figures: placement.figures(market),
        cost,
        bound,
        gap_bp: gap.unwrap_or(u64::MAX),
        waterfalls: [Fill::Share, Fill::Ceiling].map(|fill| waterfall(market, fill).figures(market)).into(),
        territories: territories.collect(),
        places: placement.places().to_vec(),
        effort: Effort { pairs, columns: relaxed.columns.len() as u64, rounds: relaxed.rounds as u64 },
    }
}
