//! A plan and our draws of it as files, for `capacity_case.py`: what is drawn, not what comes of it, and our bookings.

use std::io::Write;
use std::path::Path;

use revloops_capacity::simulate::draws::Random;
use revloops_capacity::simulate::seats::Market;
use revloops_capacity::simulate::trial::{Bench, Witness};
use revloops_scenario::Scenario;
use serde_json::json;

/// Rows of one trial, flat.
struct Seen {
    months: usize,
    years: usize,
    leavers: Vec<f64>,
    /// A single's first day, percent, months that it stays, attainment while it ramps.
    singles: Vec<f64>,
    alone: Vec<f64>,
    of_year: Vec<f64>,
    of_leavers: Vec<f64>,
    of_ramped: Vec<f64>,
    market: Vec<f64>,
}

impl Witness for Seen {
    fn leaves(&mut self, pool: usize, month: usize) {
        self.leavers[pool * self.months + month] += 1.0;
    }
    fn single(&mut self, single: usize, starts: u32, percent: u32, stays: u32, less_one: f64) {
        let row = [f64::from(starts), f64::from(percent), f64::from(stays), less_one];
        self.singles[single * 4..single * 4 + 4].copy_from_slice(&row);
    }
    fn alone(&mut self, single: usize, year: usize, less_one: f64) {
        self.alone[single * self.years + year] = less_one;
    }
    fn year(&mut self, segment: usize, year: usize, less_one: f64) {
        self.of_year[segment * self.years + year] = less_one;
    }
    fn leavers(&mut self, segment: usize, month: usize, less_one: f64) {
        self.of_leavers[segment * self.months + month] = less_one;
    }
    fn ramped(&mut self, segment: usize, month: usize, less_one: f64) {
        self.of_ramped[segment * self.months + month] = less_one;
    }
    fn market(&mut self, year: usize, less_one: f64) {
        self.market[year] = less_one;
    }
}

/// Writes the plan, and for some trials everything that was drawn and what we booked.
pub fn export(folder: &Path, scenario: &Scenario, market: &Market, seed: u64, trials: u64) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let months = market.months;
    let years = market.years();
    let segments = market.shares.len();
    let starts = scenario.starts;
    let days: Vec<i32> = (0..months as i32).map(|at| starts.plus(at).days()).collect();
    let curve = |id: &str| scenario.ramp_curves.iter().find(|curve| curve.id == id).map(|curve| curve.months.clone());
    let seasons =
        |id: Option<&str>| scenario.seasonality.iter().find(|one| Some(one.id.as_str()) == id).map(|one| one.weights);
    let given = scenario.uncertainty;
    let range = |range: revloops_scenario::Triangular| [range.low, range.likely, range.high];
    let plan = json!({
        "trials": trials, "months": months, "days": days, "first_month_of_year": starts.of_year(),
        "weights": scenario.segments.iter().map(|one| seasons(one.seasonality.as_deref()).unwrap_or([1; 12])).collect::<Vec<_>>(),
        "profiles": scenario.profiles.iter().map(|one| json!({"ramp": curve(&one.ramp), "attrition": f64::from(one.attrition_a_year) / 1e4})).collect::<Vec<_>>(),
        "pools": market.pools.iter().map(|one| json!([one.segment, one.profile, one.scale, one.seats])).collect::<Vec<_>>(),
        "singles": market.singles.iter().map(|one| json!([one.segment, one.profile, one.scale, one.starts, u8::from(one.is_hire), one.skipped])).collect::<Vec<_>>(),
        "delay": range(given.hire_delay_days), "ramp": range(given.ramp_time_percent),
        "seat": f64::from(given.seat_attainment) / 1e4, "market": f64::from(given.market_attainment) / 1e4,
    });
    std::fs::write(folder.join("plan.json"), plan.to_string())?;
    let mut files = ["leavers", "singles", "alone", "of_year", "of_leavers", "of_ramped", "market", "booked"]
        .map(|name| (name, Vec::new()));
    let mut bench = Bench::new(market);
    for trial in 0..trials {
        let mut seen = Seen {
            months,
            years,
            leavers: vec![0.0; market.pools.len() * months],
            singles: vec![f64::NAN; market.singles.len() * 4],
            alone: vec![f64::NAN; market.singles.len() * years],
            of_year: vec![0.0; segments * years],
            of_leavers: vec![0.0; segments * months],
            of_ramped: vec![0.0; segments * months],
            market: vec![0.0; years],
        };
        let (mut booked, mut by_segment) = (vec![0; months], vec![0; segments * years]);
        bench.trial(market, &Random::of_trial(seed, trial), &mut booked, &mut by_segment, &mut seen);
        let booked = booked.into_iter().map(|cents| cents as f64).collect();
        let rows = [
            seen.leavers,
            seen.singles,
            seen.alone,
            seen.of_year,
            seen.of_leavers,
            seen.of_ramped,
            seen.market,
            booked,
        ];
        files.iter_mut().zip(rows).for_each(|((_, all), row)| all.extend(row));
    }
    for (name, numbers) in files {
        let mut file = std::io::BufWriter::new(std::fs::File::create(folder.join(format!("{name}.f64")))?);
        for number in numbers {
            file.write_all(&number.to_le_bytes())?;
        }
        file.flush()?;
    }
    Ok(())
}
