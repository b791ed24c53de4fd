//! A plan on disk: the rows as a table, and beside it what is the same for all of them, whose hash is approved.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use revloops_route::batch::{Change, Plan, PlanRow};
use revloops_tables::{Cell, Kind, Next, Row, Rows, TableWriter};
use sha2::{Digest as _, Sha256};

const COLUMNS: [(&str, Kind); 10] = [
    ("id", Kind::Text),
    ("change", Kind::Text),
    ("owner_before", Kind::Text),
    ("owner_after", Kind::Text),
    ("owner_name", Kind::Text),
    ("rule", Kind::Text),
    ("territory", Kind::Text),
    ("pool", Kind::Text),
    ("ticket", Kind::Whole),
    ("why", Kind::Text),
];

/// The file that stands beside the rows: `moves.parquet` → `moves.plan.json`.
pub(super) fn beside(rows: &Path) -> PathBuf {
    rows.with_extension("plan.json")
}

/// The plan's rows, being written.
pub(super) struct PlanWriter {
    path: PathBuf,
    table: TableWriter,
}

impl PlanWriter {
    pub(super) fn create(path: &Path) -> anyhow::Result<Self> {
        Ok(Self { path: path.to_path_buf(), table: TableWriter::create(path, &COLUMNS)? })
    }

    pub(super) fn write(&mut self, row: &PlanRow) -> anyhow::Result<()> {
        self.table.write(&[
            Cell::Text(&row.id),
            Cell::Text(row.change.name()),
            Cell::from(row.owner_before.as_deref()),
            Cell::from(row.owner_after.as_deref()),
            Cell::from(row.owner_name.as_deref()),
            Cell::from(row.rule.as_deref()),
            Cell::from(row.territory.as_deref()),
            Cell::from(row.pool.as_deref()),
            Cell::from(row.ticket.and_then(|number| i64::try_from(number).ok())),
            Cell::from(row.why.as_deref()),
        ])?;
        Ok(())
    }

    /// Finishes the rows and writes the plan beside them, with the rows' file in it.
    pub(super) fn finish(self, mut plan: Plan) -> anyhow::Result<Plan> {
        plan.rows.rows = self.table.finish()?;
        plan.rows.file = file_name(&self.path);
        plan.rows.sha256 = sha256_of(&self.path)?;
        let text = serde_json::to_vec_pretty(&plan)?;
        let beside = beside(&self.path);
        std::fs::write(&beside, text).with_context(|| format!("writing {}", beside.display()))?;
        Ok(plan)
    }
}

/// A plan that was read, and where its rows are.
pub(super) struct PlanFile {
    pub(super) plan: Plan,
    pub(super) rows: PathBuf,
}

impl PlanFile {
    /// Reads a plan by either of its files, and checks that the rows are those that it speaks of.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let is_plan = path.to_string_lossy().ends_with(".plan.json");
        let plan_path = if is_plan { path.to_path_buf() } else { beside(path) };
        let text = std::fs::read(&plan_path)
            .with_context(|| format!("reading {}: `revloops route assign` writes it", plan_path.display()))?;
        let plan: Plan =
            serde_json::from_slice(&text).with_context(|| format!("{} is no plan", plan_path.display()))?;
        let rows = plan_path.with_file_name(&plan.rows.file);
        let found = sha256_of(&rows)?;
        if found != plan.rows.sha256 {
            bail!("{} is not as it was planned: make the plan anew", rows.display());
        }
        Ok(Self { plan, rows })
    }

    /// Each row, in the file's order.
    pub(super) fn each(&self, mut with: impl FnMut(PlanRow) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let mut rows = Rows::open(&self.rows, |_| true)?;
        let file = self.rows.display();
        let places: Vec<usize> = COLUMNS
            .iter()
            .map(|(name, _)| rows.column(name).with_context(|| format!("{file} has no column `{name}`")))
            .collect::<anyhow::Result<_>>()?;
        let [id, change, before, after, name, rule, territory, pool, ticket, why] = places.as_slice() else {
            bail!("{file} is no plan");
        };
        while let Some(next) = rows.next()? {
            let row = match next {
                Next::Row(row) => row,
                Next::Bad(bad) => bail!("{file}, {}: {}", bad.place, bad.why),
            };
            let text = |column: &usize| row.cell(*column).text().map(std::borrow::Cow::into_owned);
            let needed = |column: &usize, what: &str| {
                text(column).with_context(|| format!("{file}, {}: there is no {what}", row.place))
            };
            let change_name = needed(change, "change")?;
            with(PlanRow {
                id: needed(id, "id")?,
                change: Change::named(&change_name)
                    .with_context(|| format!("{file}, {}: `{change_name}` is no change", row.place))?,
                owner_before: text(before),
                owner_after: text(after),
                owner_name: text(name),
                rule: text(rule),
                territory: text(territory),
                pool: text(pool),
                ticket: whole(row, *ticket)?,
                why: text(why),
            })?;
        }
        Ok(())
    }
}

fn whole(row: Row<'_>, column: usize) -> anyhow::Result<Option<u64>> {
    Ok(row.cell(column).whole()?.and_then(|number| u64::try_from(number).ok()))
}

/// The file's name without its folder.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// SHA-256 of a file, read in pieces.
pub(super) fn sha256_of(path: &Path) -> anyhow::Result<String> {
    use std::io::Read as _;
    let mut file = std::fs::File::open(path).with_context(|| format!("reading {}", path.display()))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        hash.update(buffer.get(..read).unwrap_or_default());
    }
}
