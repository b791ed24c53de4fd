//! Clocks, tables, memory.

use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::Range;
use std::time::Instant;

use serde_json::{Map, Value, json};

/// Nanoseconds an item: the median over stretches of the items, in several passes. On a machine that others use too, most
/// stretches are undisturbed, and those in which others had the core do not count.
pub fn nanoseconds(items: usize, passes: usize, mut work: impl FnMut(Range<usize>)) -> f64 {
    let stretch = (items / 50).clamp(1, 1_000);
    let mut figures = Vec::new();
    for _ in 0..passes {
        for from in (0..items).step_by(stretch) {
            let to = items.min(from + stretch);
            let begun = Instant::now();
            work(from..to);
            figures.push(begun.elapsed().as_nanos() as f64 / (to - from) as f64);
        }
    }
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

/// Seconds that this thread has had the core for, where the system tells (else those of the wall).
pub fn cpu_seconds() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(wall_seconds, |nanoseconds| nanoseconds / 1e9)
}

fn wall_seconds() -> f64 {
    static BEGUN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    BEGUN.get_or_init(Instant::now).elapsed().as_secs_f64()
}

/// Most memory that this process has had, in bytes, where the system tells.
pub fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

/// Figures in rows, shown aligned, or as JSON with `--json`.
pub struct Table {
    title: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<Vec<Value>>,
}

impl Table {
    pub fn new(title: &'static str, columns: &[&'static str]) -> Self {
        Self { title, columns: columns.to_vec(), rows: Vec::new() }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = Value>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub fn print(&self) {
        let text = if has_flag("--json") { self.json() } else { self.aligned() };
        // A reader that has gone away is no failure of the figures.
        let _ = writeln!(std::io::stdout(), "{text}");
    }

    fn json(&self) -> String {
        let rows = self.rows.iter().map(|row| {
            Value::Object(
                self.columns.iter().map(|name| (*name).to_owned()).zip(row.iter().cloned()).collect::<Map<_, _>>(),
            )
        });
        json!({"table": self.title, "rows": rows.collect::<Vec<_>>()}).to_string()
    }

    fn aligned(&self) -> String {
        let header = self.columns.iter().map(|name| (*name).to_owned()).collect();
        let lines: Vec<Vec<String>> =
            std::iter::once(header).chain(self.rows.iter().map(|row| row.iter().map(shown).collect())).collect();
        let width = |at: usize| lines.iter().filter_map(|line| line.get(at)).map(|cell| cell.chars().count()).max();
        let widths: Vec<usize> = (0..self.columns.len()).filter_map(width).collect();
        let mut text = format!("\n{}\n", self.title);
        for line in &lines {
            for (at, (cell, width)) in line.iter().zip(&widths).enumerate() {
                let _ = if at == 0 { write!(text, "  {cell:<width$}") } else { write!(text, "  {cell:>width$}") };
            }
            text.push('\n');
        }
        text
    }
}

/// Whether a flag was given on the command line.
pub fn has_flag(flag: &str) -> bool {
    std::env::args().any(|given| given == flag)
}

/// What follows a flag on the command line.
pub fn option(flag: &str) -> Option<String> {
    std::env::args().skip_while(|given| given != flag).nth(1)
}

fn shown(cell: &Value) -> String {
    match cell {
        Value::String(text) => text.clone(),
        Value::Number(number) => match number.as_f64() {
            Some(fraction) if number.is_f64() && fraction < 10.0 => format!("{fraction:.2}"),
            Some(whole) => grouped(whole.round() as i64),
            None => number.to_string(),
        },
        Value::Null => "–".to_owned(),
        other => other.to_string(),
    }
}

/// `1,234,567`.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    format!("{}{}", if number < 0 { "-" } else { "" }, groups.join(","))
}
