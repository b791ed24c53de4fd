//! The past as a file: one row a decision of Route, in the order of their times.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use jiff::Timestamp;
use revloops_domain::OwnerId;
use revloops_domain::events::Owner;
use revloops_route::inputs::RouteInput;
use revloops_route::logic::facts::Facts;
use revloops_tables::{Cell, Kind, Next, Row, Rows, TableWriter};

const COLUMNS: [(&str, Kind); 13] = [
    ("lead_id", Kind::Text),
    ("decided_at", Kind::Text),
    ("owner_id", Kind::Text),
    ("owner_login", Kind::Text),
    ("owner_name", Kind::Text),
    ("rule", Kind::Text),
    ("territory", Kind::Text),
    ("pool", Kind::Text),
    ("ticket", Kind::Whole),
    ("first_touch_by", Kind::Text),
    ("config_sha256", Kind::Text),
    ("input", Kind::Text),
    ("facts", Kind::Text),
];

/// One decision of the past.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PastDecision {
    pub(super) input: RouteInput,
    pub(super) facts: Facts,
    pub(super) owner: Option<Owner>,
    pub(super) rule: Option<String>,
    pub(super) territory: Option<String>,
    pub(super) pool: Option<String>,
    pub(super) ticket: Option<u64>,
    pub(super) first_touch_by: Timestamp,
    pub(super) decided_at: Timestamp,
    pub(super) config_sha256: String,
}

/// A history, being written.
pub(super) struct HistoryWriter {
    table: TableWriter,
}

impl HistoryWriter {
    pub(super) fn create(path: &Path) -> anyhow::Result<Self> {
        Ok(Self { table: TableWriter::create(path, &COLUMNS)? })
    }

    pub(super) fn write(&mut self, past: &PastDecision) -> anyhow::Result<()> {
        let owner = past.owner.as_ref();
        let (decided_at, due) = (past.decided_at.to_string(), past.first_touch_by.to_string());
        let (input, facts) = (serde_json::to_string(&past.input)?, serde_json::to_string(&past.facts)?);
        self.table.write(&[
            Cell::Text(past.input.lead_id.as_str()),
            Cell::Text(&decided_at),
            Cell::from(owner.map(|owner| owner.id.as_str())),
            Cell::from(owner.map(|owner| owner.login.as_str())),
            Cell::from(owner.map(|owner| owner.name.as_str())),
            Cell::from(past.rule.as_deref()),
            Cell::from(past.territory.as_deref()),
            Cell::from(past.pool.as_deref()),
            Cell::from(past.ticket.and_then(|number| i64::try_from(number).ok())),
            Cell::Text(&due),
            Cell::Text(&past.config_sha256),
            Cell::Text(&input),
            Cell::Text(&facts),
        ])?;
        Ok(())
    }

    pub(super) fn finish(self) -> anyhow::Result<u64> {
        Ok(self.table.finish()?)
    }
}

/// A history, being read.
pub(super) struct HistoryReader {
    path: PathBuf,
    rows: Rows,
    places: Vec<usize>,
    before: Option<Timestamp>,
}

impl HistoryReader {
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let rows = Rows::open(path, |name| COLUMNS.iter().any(|(known, _)| *known == name))?;
        let place = |name: &str| {
            let found = rows.column(name);
            found.with_context(|| {
                format!("{} has no column `{name}`: `revloops route history export` writes it", path.display())
            })
        };
        let places = COLUMNS.iter().map(|(name, _)| place(name)).collect::<anyhow::Result<_>>()?;
        Ok(Self { path: path.to_path_buf(), rows, places, before: None })
    }

    pub(super) fn total(&self) -> Option<u64> {
        self.rows.total()
    }

    /// The next decision; `None` at the end.
    pub(super) fn next(&mut self) -> anyhow::Result<Option<PastDecision>> {
        let file = self.path.display();
        let row = match self.rows.next()? {
            None => return Ok(None),
            Some(Next::Row(row)) => row,
            Some(Next::Bad(bad)) => bail!("{file}, {}: {}", bad.place, bad.why),
        };
        let past = read(row, &self.places).with_context(|| format!("{file}, {}", row.place))?;
        if self.before.is_some_and(|before| before > past.decided_at) {
            bail!("{file}, {}: decided before the one above; sort the file by decided_at", row.place);
        }
        self.before = Some(past.decided_at);
        Ok(Some(past))
    }
}

fn read(row: Row<'_>, places: &[usize]) -> anyhow::Result<PastDecision> {
    let [_, decided_at, owner_id, owner_login, owner_name, rule, territory, pool, ticket, due, config, input, facts] =
        places
    else {
        bail!("it is no history");
    };
    let text = |place: &usize| row.cell(*place).text().map(std::borrow::Cow::into_owned);
    let owner = match text(owner_id) {
        None => None,
        Some(id) => Some(Owner {
            id: OwnerId::parse(&id)?,
            name: text(owner_name).unwrap_or_else(|| id.clone()),
            login: text(owner_login).unwrap_or_default(),
        }),
    };
    Ok(PastDecision {
        input: serde_json::from_str(&text(input).context("`input` is empty")?).context("`input` is no lead")?,
        facts: serde_json::from_str(&text(facts).context("`facts` is empty")?).context("`facts` are no facts")?,
        owner,
        rule: text(rule),
        territory: text(territory),
        pool: text(pool),
        ticket: row.cell(*ticket).whole()?.and_then(|number| u64::try_from(number).ok()),
        first_touch_by: text(due).context("`first_touch_by` is empty")?.parse()?,
        decided_at: text(decided_at).context("`decided_at` is empty")?.parse()?,
        config_sha256: text(config).unwrap_or_default(),
    })
}
