//! Accounts and territories from files, as the request that the solver's program reads.

use std::path::Path;

use anyhow::{Context as _, bail};
use revloops_domain::AccountId;
use revloops_tables::{Cell, Next, Place, Rows};
use serde::Serialize;

use super::reply::{Proposal, Wrong};
use crate::context::Context;

/// Problems that are shown; more do not help.
const SHOWN: usize = 20;

/// What is kept small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(super) enum MovesBy {
    /// The number of accounts that move.
    Count,
    /// Their potential.
    Potential,
}

/// How accounts are placed.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Levers {
    tolerance_bp: u32,
    moves_by: MovesBy,
    max_moves: Option<u32>,
    seed: u32,
}

impl Levers {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0 to 10,000")]
    pub(super) fn new(tolerance: f64, moves_by: MovesBy, max_moves: Option<u32>, seed: u32) -> anyhow::Result<Self> {
        let basis_points = (tolerance * 100.0).round();
        if !(0.0..=10_000.0).contains(&basis_points) || (basis_points - tolerance * 100.0).abs() > 1e-6 {
            bail!("a tolerance is 0 to 100 percent, with two decimals at most: {tolerance} is not");
        }
        Ok(Self { tolerance_bp: basis_points as u32, moves_by, max_moves, seed })
    }
}

/// A request, with where each row came from.
pub(super) struct Input {
    request: Request,
    accounts: Vec<String>,
    territories: Vec<String>,
}

#[derive(Serialize)]
struct Request {
    territories: Vec<Territory>,
    accounts: Vec<Account>,
    levers: Levers,
}

#[derive(Serialize)]
struct Territory {
    id: String,
    share: u32,
    max_accounts: Option<u32>,
}

#[derive(Serialize)]
struct Account {
    id: String,
    potential: i64,
    territory: Option<String>,
    locked: bool,
    eligible: Option<Vec<String>>,
}

impl Input {
    /// Reads both files; says everything that is wrong with them.
    pub(super) fn read(context: &Context, accounts: &Path, territories: &Path, levers: Levers) -> anyhow::Result<Self> {
        let mut wrong = Vec::new();
        let (territories, territory_places) =
            table(territories, &["id", "share", "max_accounts"], &["id"], territory, &mut wrong)?;
        let columns = ["id", "potential", "territory", "locked", "eligible"];
        let (accounts, account_places) = table(accounts, &columns, &["id", "potential"], account, &mut wrong)?;
        for problem in wrong.iter().take(SHOWN) {
            context.console.note(problem);
        }
        if !wrong.is_empty() {
            bail!("{} problems in the files", wrong.len());
        }
        let request = Request { territories, accounts, levers };
        Ok(Self { request, accounts: account_places, territories: territory_places })
    }

    /// As it goes to the solver.
    pub(super) fn request(&self) -> anyhow::Result<Vec<u8>> {
        serde_json::to_vec(&self.request).context("writing the request")
    }

    /// Where something wrong came from: `accounts.csv, line 12: `.
    pub(super) fn place(&self, wrong: &Wrong) -> String {
        let account = wrong.account.and_then(|at| self.accounts.get(at));
        let place = account.or_else(|| wrong.territory.and_then(|at| self.territories.get(at)));
        place.map(|place| format!("{place}: ")).unwrap_or_default()
    }

    /// Each account with its territory in the proposal.
    pub(super) fn placed<'a>(&'a self, proposal: &'a Proposal) -> impl Iterator<Item = (&'a str, &'a str)> {
        let named = self.request.accounts.iter().zip(&proposal.places);
        named.filter_map(move |(account, place)| {
            Some((account.id.as_str(), self.request.territories.get(*place)?.id.as_str()))
        })
    }
}

/// The cells of a row, by the wanted columns' names.
type Cells<'a, 'b> = &'b dyn Fn(&str) -> Cell<'a>;

/// Reads every row of a table, with where each came from.
fn table<T>(
    path: &Path,
    columns: &[&str],
    needed: &[&str],
    read: impl Fn(Cells<'_, '_>) -> Result<T, String>,
    wrong: &mut Vec<String>,
) -> anyhow::Result<(Vec<T>, Vec<String>)> {
    let mut rows = Rows::open(path, |column| columns.contains(&column))?;
    if let Some(column) = needed.iter().find(|column| rows.column(column).is_none()) {
        bail!("{}: there is no column `{column}`; there can be: {}", path.display(), columns.join(", "));
    }
    let at: Vec<(String, usize)> =
        columns.iter().filter_map(|column| Some(((*column).to_owned(), rows.column(column)?))).collect();
    let (mut all, mut places) = (Vec::new(), Vec::new());
    while let Some(next) = rows.next()? {
        match next {
            Next::Row(row) => {
                let cells = |name: &str| {
                    at.iter().find(|(column, _)| column == name).map_or(Cell::Empty, |(_, at)| row.cell(*at))
                };
                let place = named(path, row.place);
                match read(&cells) {
                    Ok(one) => {
                        all.push(one);
                        places.push(place);
                    }
                    Err(why) => wrong.push(format!("{place}: {why}")),
                }
            }
            Next::Bad(bad) => wrong.push(format!("{}: {}", named(path, bad.place), bad.why)),
        }
    }
    Ok((all, places))
}

fn named(path: &Path, place: Place) -> String {
    match place.line {
        Some(line) => format!("{}, line {line}", path.display()),
        None => format!("{}, row {}", path.display(), place.row),
    }
}

fn territory(cells: Cells<'_, '_>) -> Result<Territory, String> {
    let id = text(cells, "id").ok_or("it has no `id`")?;
    Ok(Territory { id, share: small(cells, "share")?.unwrap_or(1), max_accounts: small(cells, "max_accounts")? })
}

fn account(cells: Cells<'_, '_>) -> Result<Account, String> {
    let id = text(cells, "id").ok_or("it has no `id`")?;
    let id = AccountId::parse(&id).map_err(|error| error.to_string())?;
    let potential = cells("potential").whole().map_err(|error| format!("potential: {error}"))?;
    let eligible = text(cells, "eligible")
        .map(|list| list.split(';').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect());
    Ok(Account {
        id: id.to_string(),
        potential: potential.ok_or("it has no `potential`: 0 is one")?,
        territory: text(cells, "territory"),
        locked: flag(cells, "locked")?,
        eligible,
    })
}

fn text(cells: Cells<'_, '_>, name: &str) -> Option<String> {
    cells(name).text().map(std::borrow::Cow::into_owned)
}

fn small(cells: Cells<'_, '_>, name: &str) -> Result<Option<u32>, String> {
    let number = cells(name).whole().map_err(|error| format!("{name}: {error}"))?;
    number.map(|number| u32::try_from(number).map_err(|_| format!("{name}: {number} is out of range"))).transpose()
}

fn flag(cells: Cells<'_, '_>, name: &str) -> Result<bool, String> {
    match text(cells, name).map(|text| text.to_ascii_lowercase()).as_deref() {
        None | Some("false" | "no" | "0") => Ok(false),
        Some("true" | "yes" | "1") => Ok(true),
        Some(other) => Err(format!("{name}: `{other}` is neither true nor false")),
    }
}
