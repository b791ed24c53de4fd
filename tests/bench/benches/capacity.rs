//! `cargo bench --bench capacity`: 2,000 seats × 36 months × 1,000 trials, beside NumPy; 500 seats × 36 × 100,000.
//!
//! `-- --python <a Python that has NumPy>` (else `python3`), `--json`, `--skip-large`, `--runs 15`. `--no-default-features`
//! leaves out what other benchmarks need. Times are the thread's CPU time, the least of several runs: on a machine that others use
//! too the wall says little.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use revloops_bench::draws::export;
use revloops_bench::figures::{Table, cpu_seconds, has_flag, option};
use revloops_bench::plan::company;
use revloops_capacity::simulate::seats::Market;
use revloops_capacity::simulate::{self, Asked, Factors};
use revloops_capacity::{compute, sensitivity, totals};
use revloops_scenario::Scenario;
use serde_json::{Value, json};

const SEED: u64 = 20_270_101;
const SEATS: usize = 2_000;
const TRIALS: u32 = 1_000;
/// Trials of which every draw is given to NumPy.
const REPLAYED: u64 = 200;

fn main() -> std::io::Result<()> {
    let scenario = company(SEATS, SEED);
    let market = Market::new(&scenario, Factors::ALL);
    let asked = Asked { seed: SEED, trials: TRIALS, threads: 1 };
    let ours = least(|| {
        let trials = simulate::trials(&market, asked);
        black_box(simulate::months(&trials));
    });
    let mut table = Table::new("2,000 seats × 36 months on one core", &["", "ms"]);
    table.row([json!("computed, with every roll-up"), json!(1e3 * least(|| drop(black_box(compute(&scenario, &[])))))]);
    table.row([json!("its sums alone"), json!(1e3 * least(|| drop(black_box(totals(&scenario)))))]);
    table.row([json!("sensitivity, all levers"), json!(1e3 * least_of(3, || drop(black_box(sensitivity(&scenario)))))]);
    table.row([
        json!("made ready to be simulated"),
        json!(1e3 * least(|| drop(black_box(Market::new(&scenario, Factors::ALL))))),
    ]);
    table.row([json!("1,000 trials and their quantiles"), json!(1e3 * ours)]);
    table.print();
    beside_numpy(&scenario, &market, ours)?;
    if !has_flag("--skip-large") {
        large();
    }
    Ok(())
}

fn least(work: impl FnMut()) -> f64 {
    least_of(option("--runs").and_then(|runs| runs.parse().ok()).unwrap_or(15), work)
}

fn least_of(runs: usize, mut work: impl FnMut()) -> f64 {
    let mut least = f64::MAX;
    for _ in 0..runs {
        let begun = cpu_seconds();
        work();
        least = least.min(cpu_seconds() - begun);
    }
    least
}

/// The same in NumPy, with our draws (equal month by month) and with its own (equal quantiles).
fn beside_numpy(scenario: &Scenario, market: &Market, ours: f64) -> std::io::Result<()> {
    let folder = option("--export").map_or_else(|| std::env::temp_dir().join("revloops-capacity"), PathBuf::from);
    export(&folder, scenario, market, SEED, REPLAYED)?;
    let many = simulate::months(&simulate::trials(market, Asked { seed: SEED, trials: 50_000, threads: 1 }));
    let rows: Vec<Value> = many.iter().map(|month| json!([month.p10, month.p50, month.p90])).collect();
    std::fs::write(folder.join("quantiles.json"), Value::from(rows).to_string())?;
    let python = option("--python").unwrap_or_else(|| "python3".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("capacity_case.py");
    let mut table = Table::new("beside NumPy, one core", &["", "ms", "times ours", "equal"]);
    table.row([json!("ours"), json!(1e3 * ours), json!(1.0), Value::Null]);
    let said = Command::new(&python).arg(script).arg(&folder).output();
    match said {
        Ok(said) if said.status.success() => {
            for line in String::from_utf8_lossy(&said.stdout).lines() {
                let row: Value = serde_json::from_str(line)?;
                let ms = row["ms"].as_f64();
                table.row([row["what"].clone(), json!(ms), json!(ms.map(|ms| ms / 1e3 / ours)), row["equal"].clone()]);
            }
        }
        Ok(said) => {
            let why = String::from_utf8_lossy(&said.stderr).lines().last().unwrap_or_default().to_owned();
            table.row([json!(format!("NOT MEASURED: {python}: {why}")), Value::Null, Value::Null, Value::Null]);
        }
        Err(error) => {
            table.row([json!(format!("NOT MEASURED: {python}: {error}")), Value::Null, Value::Null, Value::Null])
        }
    }
    table.print();
    Ok(())
}

fn large() {
    let scenario = company(500, SEED);
    let market = Market::new(&scenario, Factors::ALL);
    let mut table = Table::new("500 seats × 36 months × 100,000 trials", &["", "seconds on the wall"]);
    let mut all = Vec::new();
    for threads in [1, 2] {
        let begun = Instant::now();
        let trials = simulate::trials(&market, Asked { seed: SEED, trials: 100_000, threads });
        let months = simulate::months(&trials);
        table.row([json!(format!("threads: {threads}")), json!(begun.elapsed().as_secs_f64())]);
        all.push(serde_json::to_vec(&months).expect("numbers"));
    }
    assert!(all[0] == all[1], "P10, P50 and P90 differ between one thread and two");
    table.row([json!("P10, P50, P90: the same bytes"), json!("yes")]);
    table.print();
}
