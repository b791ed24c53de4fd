//! From split accounts to whole ones: a small integer program over the pairs that are nearly free.
//!
//! Where the linear program is sure (moving an account would cost far more or far less than leaving it), its answer
//! stands. What is left are some thousand pairs, of which the solver picks the cheapest set that keeps every rule.

use highs::{ColProblem, HighsModelStatus, HighsSolutionStatus, Row, Sense};

use crate::SolverFailed;
use crate::bound::Scale;
use crate::market::{Account, Market, Place};
use crate::placement::{Placement, Tally};
use crate::relaxation::{Column, Relaxed};

/// How many pairs with each territory are looked at beside the accounts that the linear program splits; more where the
/// fewer know no answer.
const SPARE: [usize; 2] = [6, 30];
/// What is at most nearly free, in moves of a mean account.
const NEARLY_FREE: f64 = 0.1;
/// Up to so many pairs, all of them are looked at, and the answer is the best of all.
const FEW: usize = 4_000;
/// Branches for those.
const NODES_FOR_FEW: i32 = 20_000;
/// Below this, a part of an account is nothing.
const NOTHING: f64 = 1e-6;
/// Branches that the solver may look at: a count, not a time, so that the answer is the same on any machine.
const NODES: i32 = 10;
/// What the answer may cost more than the bound: five in a thousand.
const GAP: f64 = 5e-3;

/// A placement of whole accounts that keeps every rule, where one is found.
///
/// # Errors
/// If the solver gives up.
pub fn round(market: &Market, relaxed: &Relaxed) -> Result<Option<Placement>, SolverFailed> {
    let pairs: usize = market.accounts.iter().map(|account| market.allowed(account).len()).sum();
    if pairs <= FEW {
        return Rounding::of_all(market).solve(relaxed);
    }
    for spare in SPARE {
        if let Some(placement) = Rounding::new(market, relaxed, spare).solve(relaxed)? {
            return Ok(Some(placement));
        }
    }
    Ok(None)
}

/// The nearest whole placement, whatever rules it breaks: each account goes where most of it goes.
pub fn nearest(market: &Market, relaxed: &Relaxed) -> Placement {
    let mut most: Vec<Option<(f64, Place)>> = vec![None; market.accounts.len()];
    let mut gone = vec![0.0; market.accounts.len()];
    for column in &relaxed.columns {
        if let (Some(most), Some(gone)) = (most.get_mut(column.account), gone.get_mut(column.account)) {
            *gone += column.value;
            if most.is_none_or(|(value, _)| column.value > value) {
                *most = Some((column.value, column.place));
            }
        }
    }
    let places = market.accounts.iter().zip(most.iter().zip(gone));
    let place = |(account, (most, gone)): (_, (&Option<(f64, Place)>, f64))| {
        let stays = market.stays(account);
        match (stays, most) {
            (Some(home), Some((value, place))) => {
                if *value > 1.0 - gone {
                    *place
                } else {
                    home
                }
            }
            (Some(home), None) => home,
            (None, Some((_, place))) => *place,
            (None, None) => market.allowed(account).first().copied().unwrap_or_default(),
        }
    };
    Placement::new(market, places.map(place).collect())
}

/// The integer program.
struct Rounding<'a> {
    market: &'a Market,
    /// Everybody whose place is sure, and the others at home (or, who has none, nowhere: see `loose`).
    settled: Vec<Option<Place>>,
    /// Pairs to choose from, those of one account together.
    open: Vec<Column>,
    nodes: i32,
}

impl<'a> Rounding<'a> {
    fn new(market: &'a Market, relaxed: &Relaxed, spare: usize) -> Self {
        let mut settled: Vec<Option<Place>> = market.accounts.iter().map(|account| market.stays(account)).collect();
        let mut sorted: Vec<&Column> = relaxed.columns.iter().collect();
        // The freest first, so that each territory's spares are the best for it.
        sorted.sort_by(|one, other| {
            let free = |column: &Column| column.reduced_cost.abs();
            free(one).total_cmp(&free(other)).then((one.account, one.place).cmp(&(other.account, other.place)))
        });
        let is_split = |column: &Column| column.value > NOTHING && column.value < 1.0 - NOTHING;
        let mut split = vec![false; market.accounts.len()];
        for column in sorted.iter().filter(|column| is_split(column)) {
            split.get_mut(column.account).into_iter().for_each(|split| *split = true);
        }
        let mut spared = vec![0; market.territories.len()];
        let mut is_open = vec![false; market.accounts.len()];
        let mut open: Vec<Column> = Vec::new();
        for column in sorted {
            let near = column.reduced_cost.abs() <= NEARLY_FREE;
            let split = split.get(column.account).copied().unwrap_or_default();
            let Some(spared) = spared.get_mut(usize::from(column.place)) else { continue };
            let Some(is_open) = is_open.get_mut(column.account) else { continue };
            let take = column.value > NOTHING && (split || *is_open) || near && (split || *spared < spare);
            if take {
                *spared += usize::from(!split);
                *is_open = true;
                open.push(*column);
            }
        }
        // Whoever is open can go where the linear program has it, too.
        for column in relaxed.columns.iter().filter(|column| column.value > 1.0 - NOTHING) {
            let is_open = is_open.get(column.account).copied().unwrap_or_default();
            if !is_open {
                settled.get_mut(column.account).into_iter().for_each(|slot| *slot = Some(column.place));
            } else if !open.iter().any(|other| other.account == column.account && other.place == column.place) {
                open.push(*column);
            }
        }
        open.sort_by_key(|column| (column.account, column.place));
        Self { market, settled, open, nodes: NODES }
    }

    /// With every pair that is possible.
    fn of_all(market: &'a Market) -> Self {
        let settled: Vec<Option<Place>> = market.accounts.iter().map(|account| market.stays(account)).collect();
        let mut open = Vec::new();
        for (number, (account, home)) in market.accounts.iter().zip(&settled).enumerate() {
            let elsewhere = market.allowed(account).iter().filter(|place| Some(**place) != *home);
            open.extend(elsewhere.map(|place| Column {
                account: number,
                place: *place,
                value: 0.0,
                reduced_cost: 0.0,
            }));
        }
        Self { market, settled, open, nodes: NODES_FOR_FEW }
    }

    fn solve(&self, relaxed: &Relaxed) -> Result<Option<Placement>, SolverFailed> {
        let market = self.market;
        let scale = Scale::of(market);
        let settled = Tally::of(market, |number, _| self.settled.get(number).copied().flatten());
        let is_moved = |(account, place): &(&Account, &Option<Place>)| {
            account.home.is_some() && place.is_some_and(|place| account.home != Some(place))
        };
        let moved = market.accounts.iter().zip(&self.settled).filter(is_moved).count();
        let moved = f64::from(u32::try_from(moved).unwrap_or(u32::MAX));
        let mut problem = ColProblem::new();
        // Loads are whole numbers, and the solver keeps rows to a millionth: what it calls kept is kept.
        let margin = 0.4 / scale.potential - 1e-6;
        let mut balance: Vec<Row> = Vec::new();
        for (place, territory) in (0..).zip(&market.territories) {
            let within = |side: i64| scale.potential(side - settled.load(place));
            let (low, high) = (within(territory.floor), within(territory.ceiling));
            balance.push(problem.add_row(low - margin..=high + margin));
        }
        let mut caps: Vec<Option<Row>> = Vec::new();
        for (place, territory) in (0..).zip(&market.territories) {
            let most = territory.max_accounts.map(|most| f64::from(most) - f64::from(settled.count(place)));
            caps.push(most.map(|most| problem.add_row(..=most)));
        }
        let cap = market.levers.max_moves.map(|most| problem.add_row(..=f64::from(most) - moved));
        for columns in self.open.chunk_by(|one, other| one.account == other.account) {
            let Some(account) = columns.first().and_then(|column| market.accounts.get(column.account)) else {
                continue;
            };
            let stays = market.stays(account);
            let once = problem.add_row(f64::from(u8::from(stays.is_none()))..=1.0);
            let potential = scale.potential(account.potential);
            for column in columns {
                let mut factors = vec![(once, 1.0)];
                let mut at = |place: Place, sign: f64| {
                    factors.extend(balance.get(usize::from(place)).map(|row| (*row, sign * potential)));
                    factors.extend(caps.get(usize::from(place)).copied().flatten().map(|row| (row, sign)));
                };
                at(column.place, 1.0);
                if let Some(home) = stays {
                    at(home, -1.0);
                }
                if account.home.is_some() {
                    factors.extend(cap.map(|row| (row, 1.0)));
                }
                problem.add_integer_column(scale.cost(market, account), 0.0..=1.0, factors);
            }
        }
        let chosen = self.choose(problem, relaxed)?;
        Ok(chosen.map(|chosen| self.placement(&chosen)).filter(|placement| placement.is_kept(market)))
    }

    /// Which pairs the solver takes; `None` where it knows no answer.
    fn choose(&self, problem: ColProblem, relaxed: &Relaxed) -> Result<Option<Vec<bool>>, SolverFailed> {
        if self.open.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let mut model = problem.try_optimise(Sense::Minimise).map_err(SolverFailed::status("building the rounding"))?;
        let seed = crate::relaxation::seed(self.market);
        for (name, value) in [("threads", 1), ("random_seed", seed), ("mip_max_nodes", self.nodes)] {
            model.try_set_option(name, value).map_err(|_| SolverFailed(format!("no option {name}")))?;
        }
        // Costs are whole: what is less than one above the bound is the best.
        let enough = (GAP * relaxed.bound).max(0.999) / Scale::of(self.market).cost;
        for (name, value) in [("mip_abs_gap", enough), ("mip_rel_gap", 1e-6)] {
            model.try_set_option(name, value).map_err(|_| SolverFailed(format!("no option {name}")))?;
        }
        let solved = model.try_solve().map_err(SolverFailed::status("rounding"))?;
        let found = solved.primal_solution_status() == HighsSolutionStatus::Feasible
            && matches!(
                solved.status(),
                HighsModelStatus::Optimal
                    | HighsModelStatus::ReachedIterationLimit
                    | HighsModelStatus::ReachedSolutionLimit
                    | HighsModelStatus::Unknown
            );
        Ok(found.then(|| solved.get_solution().columns().iter().map(|value| *value > 0.5).collect()))
    }

    fn placement(&self, chosen: &[bool]) -> Placement {
        let mut places = self.settled.clone();
        for (column, taken) in self.open.iter().zip(chosen) {
            if let (true, Some(slot)) = (*taken, places.get_mut(column.account)) {
                *slot = Some(column.place);
            }
        }
        Placement::new(self.market, places.into_iter().map(Option::unwrap_or_default).collect())
    }
}
