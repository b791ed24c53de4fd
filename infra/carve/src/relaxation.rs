//! The linear program: accounts may be split. Its columns are made as they are needed.
//!
//! Of ten million pairs of account and territory only those are written down that are worth a look at the present
//! prices. When no other pair is, the program's answer is the answer over all pairs, and [`Prices::bound`], which looks
//! at all pairs, says so independently.

mod program;

use std::cmp::Ordering;

use crate::SolverFailed;
use crate::bound::{Prices, Scale, real};
use crate::market::{Market, Place};
pub(crate) use program::seed;
use program::{Answer, Program};

/// Columns that one round adds, at most.
const A_ROUND: usize = 6_000;
/// Places of one account that one round adds, at most.
const AN_ACCOUNT: usize = 2;
/// Rounds, at most: far more than are ever needed.
const ROUNDS: usize = 400;
/// How far below zero a reduced cost must be to count.
const WORTH_IT: f64 = 1e-6;
/// What a mean account's potential costs that a territory has too little or too much of, in moves.
const PENALTY: f64 = 1e4;

/// The linear program's answer.
#[derive(Debug, Clone)]
pub struct Relaxed {
    /// The pairs that were looked at: how much of an account goes there, and what one more would cost.
    pub columns: Vec<Column>,
    /// The bound for whole accounts, in the levers' measure: no placement costs less.
    pub bound: f64,
    /// The prices that prove it.
    pub prices: Prices,
    /// Potential outside the corridors, and accounts above caps, in the scale; nothing where it can be done.
    pub missing: f64,
    /// Rounds.
    pub rounds: usize,
}

/// A pair of account and territory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    /// The account's number.
    pub account: usize,
    /// Where it would go.
    pub place: Place,
    /// How much of it goes there, 0 to 1.
    pub value: f64,
    /// What the whole would cost more if it went there.
    pub reduced_cost: f64,
}

/// Solves it.
///
/// # Errors
/// If the solver gives up.
pub fn relax(market: &Market) -> Result<Relaxed, SolverFailed> {
    generate(market, Scale::of(market), PENALTY)
}

/// The least potential outside the corridors (and accounts above caps), whatever the moves: zero where all can be kept.
///
/// # Errors
/// If the solver gives up.
pub fn least_missing(market: &Market) -> Result<Relaxed, SolverFailed> {
    generate(market, Scale { moves: 0.0, cost: 1.0, ..Scale::of(market) }, 1.0)
}

fn generate(market: &Market, scale: Scale, penalty: f64) -> Result<Relaxed, SolverFailed> {
    let mut program = Program::new(market, scale, penalty)?;
    let mut best: Option<(f64, Prices)> = None;
    for round in 1..=ROUNDS {
        let answer = program.solve()?;
        let bound = answer.prices.bound(market, scale);
        if best.as_ref().is_none_or(|(best, _)| bound > *best) {
            best = Some((bound, answer.prices.clone()));
        }
        let wanted = worthwhile(market, scale, &program, &answer);
        let proven = best.as_ref().map_or(f64::NEG_INFINITY, |(bound, _)| *bound);
        let closed = answer.cost - proven <= 1e-6 * (1.0 + answer.cost.abs());
        if wanted.is_empty() || closed || round == ROUNDS {
            let (bound, prices) = best.unwrap_or((f64::NEG_INFINITY, answer.prices.clone()));
            let columns = program.columns(&answer, market, scale);
            return Ok(Relaxed { columns, bound: bound * scale.cost, prices, missing: answer.missing, rounds: round });
        }
        for (_, account, place) in wanted {
            program.add(account, place)?;
        }
    }
    Err(SolverFailed("no rounds were allowed".to_owned()))
}

/// The pairs that would make the program's answer better, the best first.
fn worthwhile(market: &Market, scale: Scale, program: &Program<'_>, answer: &Answer) -> Vec<(f64, usize, Place)> {
    let mut wanted = Vec::new();
    let mut own: Vec<(f64, Place)> = Vec::new();
    for (number, account) in market.accounts.iter().enumerate() {
        if account.locked {
            continue;
        }
        let stays = market.stays(account);
        let base = stays.map_or(0.0, |home| answer.prices.priced(market, scale, account, home));
        let base = base + answer.split(program.split_row(number));
        own.clear();
        for place in market.allowed(account) {
            if stays == Some(*place) {
                continue;
            }
            let reduced = answer.prices.priced(market, scale, account, *place) - base;
            if reduced < -WORTH_IT && !program.has(number, *place) {
                own.push((reduced, *place));
            }
        }
        own.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        wanted.extend(own.iter().take(AN_ACCOUNT).map(|(reduced, place)| (*reduced, number, *place)));
    }
    let order = |one: &(f64, usize, Place), other: &(f64, usize, Place)| -> Ordering {
        one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)).then(one.2.cmp(&other.2))
    };
    if wanted.len() > A_ROUND {
        wanted.select_nth_unstable_by(A_ROUND, order);
        wanted.truncate(A_ROUND);
    }
    wanted.sort_by(order);
    wanted
}

impl Relaxed {
    /// The bound as whole costs: a placement's cost is a whole number.
    #[expect(clippy::cast_possible_truncation, reason = "costs are below 2^52")]
    pub fn whole_bound(&self) -> i64 {
        (self.bound - 1e-6 * self.bound.abs().max(1.0)).ceil().clamp(0.0, real(1 << 52)) as i64
    }
}
