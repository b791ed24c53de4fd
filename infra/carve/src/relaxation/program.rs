//! The linear program as the solver holds it, which keeps its basis from round to round.
//!
//! Everybody stays at first. A column moves (part of) an account: its territory of today loses the potential, another
//! gains it. So an account has a row of its own only once it has two columns, or no territory to stay in.

use highs::{Col, ColProblem, HighsModelStatus, Model, Row, Sense};

use super::Column;
use crate::SolverFailed;
use crate::bound::{Prices, Scale};
use crate::market::{Account, Market, Place};
use crate::placement::Tally;

pub(super) struct Program<'a> {
    market: &'a Market,
    scale: Scale,
    /// Taken while it is being solved.
    model: Option<Model>,
    balance: Vec<Numbered>,
    caps: Vec<Option<Numbered>>,
    moves: Option<Numbered>,
    slacks: Vec<Col>,
    columns: Vec<(usize, Place, Col)>,
    /// By account: its columns, by their place in `columns`, and its row.
    of_account: Vec<(Vec<u32>, Option<Numbered>)>,
    rows: usize,
}

/// A row, and where its values stand in an answer.
#[derive(Clone, Copy)]
pub(super) struct Numbered {
    row: Row,
    at: usize,
}

/// An answer of the solver.
pub(super) struct Answer {
    pub(super) cost: f64,
    pub(super) prices: Prices,
    pub(super) missing: f64,
    values: Vec<f64>,
    duals: Vec<f64>,
}

impl Answer {
    /// What it is worth that an account can be placed only once.
    pub(super) fn split(&self, row: Option<Numbered>) -> f64 {
        row.and_then(|row| self.duals.get(row.at)).copied().unwrap_or_default()
    }
}

impl<'a> Program<'a> {
    pub(super) fn new(market: &'a Market, scale: Scale, penalty: f64) -> Result<Self, SolverFailed> {
        let size = market.territories.len();
        let staying = Tally::of(market, |_, account| market.stays(account));
        let is_forced = |account: &&Account| account.home.is_some() && market.stays(account).is_none();
        let forced = u32::try_from(market.accounts.iter().filter(is_forced).count()).unwrap_or(u32::MAX);
        let mut problem = ColProblem::new();
        let mut rows = 0;
        let mut numbered = |row: Row| {
            rows += 1;
            Numbered { row, at: rows - 1 }
        };
        let mut balance = Vec::with_capacity(size);
        for (place, territory) in (0..).zip(&market.territories) {
            let within = |side: i64| scale.potential(side - staying.load(place));
            balance.push(numbered(problem.add_row(within(territory.floor)..=within(territory.ceiling))));
        }
        let mut caps = Vec::with_capacity(size);
        for (place, territory) in (0..).zip(&market.territories) {
            let most = territory.max_accounts.map(|most| f64::from(most) - f64::from(staying.count(place)));
            caps.push(most.map(|most| numbered(problem.add_row(..=most))));
        }
        // Who may not stay moves in any case, and counts by its column like anybody else.
        let moves = market.levers.max_moves.map(|most| numbered(problem.add_row(..=f64::from(most.max(forced)))));
        let mut model = Model::try_new(problem).map_err(SolverFailed::status("building the program"))?;
        for (name, value) in [("threads", 1), ("simplex_strategy", 4), ("random_seed", seed(market))] {
            model.try_set_option(name, value).map_err(|_| SolverFailed(format!("no option {name}")))?;
        }
        model.try_set_option("solver", "simplex").map_err(|_| SolverFailed("no option solver".to_owned()))?;
        model.set_sense(Sense::Minimise);
        let mut slacks = Vec::new();
        for row in &balance {
            for sign in [1.0, -1.0] {
                slacks.push(column(&mut model, penalty, f64::INFINITY, vec![(row.row, sign)])?);
            }
        }
        for row in caps.iter().flatten() {
            slacks.push(column(&mut model, penalty, f64::INFINITY, vec![(row.row, -1.0)])?);
        }
        let mut this = Self {
            market,
            scale,
            model: Some(model),
            balance,
            caps,
            moves,
            slacks,
            columns: Vec::new(),
            of_account: vec![(Vec::new(), None); market.accounts.len()],
            rows,
        };
        this.place_who_cannot_stay()?;
        Ok(this)
    }

    /// Each of them has one place at least, so that its row can hold.
    fn place_who_cannot_stay(&mut self) -> Result<(), SolverFailed> {
        let market = self.market;
        for (number, account) in market.accounts.iter().enumerate() {
            if market.stays(account).is_none() {
                // Spread over what is allowed: one territory would get them all.
                let allowed = market.allowed(account);
                if let Some(place) = allowed.get(number % allowed.len().max(1)) {
                    self.own_row(number, 1.0)?;
                    self.add(number, *place)?;
                }
            }
        }
        Ok(())
    }

    fn model(&mut self) -> Result<&mut Model, SolverFailed> {
        self.model.as_mut().ok_or_else(|| SolverFailed("it failed before".to_owned()))
    }

    /// Gives an account its row: at least `least` and at most one of its columns.
    fn own_row(&mut self, number: usize, least: f64) -> Result<(), SolverFailed> {
        let Some((columns, _)) = self.of_account.get(number) else { return Ok(()) };
        let held: Vec<Col> =
            columns.iter().filter_map(|at| self.columns.get(*at as usize)).map(|(_, _, col)| *col).collect();
        let at = self.rows;
        let model = self.model()?;
        // The row says it now; a bound beside it would share the price with it.
        for col in &held {
            model.change_column_bounds(*col, 0.0..);
        }
        let factors = held.into_iter().map(|col| (col, 1.0));
        let row = model.try_add_row(least..=1.0, factors).map_err(SolverFailed::status("adding a row"))?;
        self.rows += 1;
        if let Some((_, own)) = self.of_account.get_mut(number) {
            *own = Some(Numbered { row, at });
        }
        Ok(())
    }

    /// Whether it has this pair.
    pub(super) fn has(&self, number: usize, place: Place) -> bool {
        let columns = self.of_account.get(number).map(|(columns, _)| columns.as_slice()).unwrap_or_default();
        columns.iter().filter_map(|at| self.columns.get(*at as usize)).any(|(_, other, _)| *other == place)
    }

    /// The row of an account, where it has one.
    pub(super) fn split_row(&self, number: usize) -> Option<Numbered> {
        self.of_account.get(number).and_then(|(_, row)| *row)
    }

    /// Adds a pair.
    pub(super) fn add(&mut self, number: usize, place: Place) -> Result<(), SolverFailed> {
        let market = self.market;
        let Some(account) = market.accounts.get(number) else { return Ok(()) };
        let has_columns = self.of_account.get(number).is_some_and(|(columns, _)| !columns.is_empty());
        if has_columns && self.split_row(number).is_none() {
            self.own_row(number, 0.0)?;
        }
        let potential = self.scale.potential(account.potential);
        let mut factors = Vec::with_capacity(6);
        let mut at = |place: Place, sign: f64| {
            let place = usize::from(place);
            factors.extend(self.balance.get(place).map(|row| (row.row, sign * potential)));
            factors.extend(self.caps.get(place).copied().flatten().map(|row| (row.row, sign)));
        };
        at(place, 1.0);
        if let Some(home) = market.stays(account) {
            at(home, -1.0);
        }
        if account.home.is_some_and(|home| home != place) {
            factors.extend(self.moves.map(|row| (row.row, 1.0)));
        }
        let own = self.split_row(number);
        factors.extend(own.map(|row| (row.row, 1.0)));
        let cost = if account.home == Some(place) { 0.0 } else { self.scale.cost(market, account) };
        let most = if own.is_some() { f64::INFINITY } else { 1.0 };
        let col = column(self.model()?, cost, most, factors)?;
        let at = u32::try_from(self.columns.len()).unwrap_or(u32::MAX);
        self.columns.push((number, place, col));
        if let Some((columns, _)) = self.of_account.get_mut(number) {
            columns.push(at);
        }
        Ok(())
    }

    /// Solves it, from where it was left.
    pub(super) fn solve(&mut self) -> Result<Answer, SolverFailed> {
        let model = self.model.take().ok_or_else(|| SolverFailed("it failed before".to_owned()))?;
        let solved = model.try_solve().map_err(SolverFailed::status("solving the program"))?;
        if solved.status() != HighsModelStatus::Optimal {
            return Err(SolverFailed(format!("the linear program ended as {:?}", solved.status())));
        }
        let cost = solved.objective_value();
        let solution = solved.get_solution();
        let (values, duals) = (solution.columns().to_vec(), solution.dual_rows().to_vec());
        self.model = Some(solved.into());
        let dual = |row: &Numbered| duals.get(row.at).copied().unwrap_or_default();
        let prices = Prices {
            potential: self.balance.iter().map(dual).collect(),
            seats: self.caps.iter().map(|row| row.as_ref().map_or(0.0, dual).min(0.0)).collect(),
            moves: self.moves.as_ref().map_or(0.0, dual).min(0.0),
        };
        let value = |col: &Col| values.get(col.index()).copied().unwrap_or_default();
        let missing = self.slacks.iter().map(value).sum();
        Ok(Answer { cost, prices, missing, values, duals })
    }

    /// All pairs, with an answer's values and what one more of each would cost.
    pub(super) fn columns(&self, answer: &Answer, market: &Market, scale: Scale) -> Vec<Column> {
        let column = |(number, place, col): &(usize, Place, Col)| {
            let account = market.accounts.get(*number)?;
            let stays = market.stays(account);
            let base = stays.map_or(0.0, |home| answer.prices.priced(market, scale, account, home));
            let split = answer.split(self.split_row(*number));
            let reduced_cost = answer.prices.priced(market, scale, account, *place) - base - split;
            let value = answer.values.get(col.index()).copied().unwrap_or_default();
            Some(Column { account: *number, place: *place, value, reduced_cost })
        };
        self.columns.iter().filter_map(column).collect()
    }
}

fn column(model: &mut Model, cost: f64, most: f64, factors: Vec<(Row, f64)>) -> Result<Col, SolverFailed> {
    model.try_add_column(cost, 0.0..=most, factors).map_err(SolverFailed::status("adding a column"))
}

/// The seed as the solver takes it.
pub(crate) fn seed(market: &Market) -> i32 {
    i32::try_from(market.levers.seed).unwrap_or(i32::MAX)
}
