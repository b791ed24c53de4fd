//! `cargo bench --bench accounts`: a million accounts, 500 rules, one core, values filled in from borrowed texts.
//!
//! `-- --accounts 1000000`, `--json`, `--export <folder>` writes accounts, list, query and our answers for
//! `duckdb_case.py`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use revloops_bench::figures::{Table, option, peak_memory};
use revloops_bench::market::{Lead, leads};
use revloops_bench::ours::{self, Engine};
use revloops_bench::rules::{config, listed};
use revloops_bench::sql;
use revloops_rules::FieldValues;
use serde_json::json;

const SEED: u64 = 20_261_122;
const RULES: usize = 500;

fn main() -> std::io::Result<()> {
    let count = option("--accounts").and_then(|count| count.parse().ok()).unwrap_or(1_000_000);
    let accounts: Vec<Lead> = leads(count, SEED).collect();
    let before = peak_memory();
    let begun = Instant::now();
    let engine = Engine::new(&config(RULES, SEED));
    let built = begun.elapsed();
    let mut values = FieldValues::new(&ours::TABLE);
    let mut by_rule = vec![0usize; RULES];
    let begun = Instant::now();
    for account in &accounts {
        ours::fill(&mut values, account);
        let (verdict, owner) = engine.decide(&mut values);
        by_rule[verdict.rule] += usize::from(!owner.is_empty());
    }
    let decided = begun.elapsed();
    let mut table = Table::new("accounts × 500 rules on one core", &["", "figure"]);
    table.row([json!("accounts decided"), json!(by_rule.iter().sum::<usize>())]);
    table.row([json!("seconds"), json!(decided.as_secs_f64())]);
    table.row([json!("nanoseconds an account"), json!(decided.as_nanos() as f64 / accounts.len() as f64)]);
    table.row([json!("rules compiled and indexed in ms"), json!(built.as_millis() as u64)]);
    table.row([json!("peak memory, MB"), json!(peak_memory().map(|bytes| bytes / 1_000_000))]);
    table.row([json!("of it the accounts themselves, MB"), json!(before.map(|bytes| bytes / 1_000_000))]);
    table.print();
    match option("--export") {
        Some(folder) => export(Path::new(&folder), &accounts, &engine),
        None => Ok(()),
    }
}

fn export(folder: &Path, accounts: &[Lead], engine: &Engine) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let config = config(RULES, SEED);
    std::fs::write(folder.join("case.sql"), sql::query(&config))?;
    let mut list = BufWriter::new(File::create(folder.join("listed.csv"))?);
    writeln!(list, "domain")?;
    for domain in listed() {
        writeln!(list, "{domain}")?;
    }
    list.flush()?;
    let mut rows = BufWriter::new(File::create(folder.join("accounts.csv"))?);
    writeln!(rows, "id,country,state,industry,employees,segment,domain,score,our_rule,our_territory")?;
    let mut values = FieldValues::new(&ours::TABLE);
    for (id, account) in accounts.iter().enumerate() {
        ours::fill(&mut values, account);
        let (verdict, _) = engine.decide(&mut values);
        let (state, industry) = (account.state.unwrap_or_default(), account.industry.unwrap_or_default());
        let employees = account.employees.map(|number| number.to_string()).unwrap_or_default();
        let (rule, territory) = (&config.rules[verdict.rule].id, &config.territories[verdict.territory].id);
        let Lead { country, segment, domain, score, .. } = account;
        writeln!(rows, "{id},{country},{state},{industry},{employees},{segment},{domain},{score},{rule},{territory}")?;
    }
    rows.flush()
}
