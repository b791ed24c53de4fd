//! A plan's figures as tables of text, for a terminal.

use revloops_capacity::{Amounts, Branch, Chance, Computed, Difference, HiresNeeded, LeverEffect, Simulated, Year};
use revloops_domain::Cents;

use crate::tree::{people_at_end, tree};
use crate::words::{self, Money, percent, span};

/// A table. The first column says what a row is about, the others are figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Over the columns.
    pub headers: Vec<&'static str>,
    /// As many cells as headers each.
    pub rows: Vec<Vec<String>>,
}

/// Nothing to say in a cell.
const NONE: &str = "–";

/// A row a year of the plan.
#[must_use]
pub fn years(computed: &Computed) -> Sheet {
    let money = Money::of(&computed.currency);
    let row = |year: &Year| {
        vec![
            span(year.starts, year.months),
            amount(year.target, &money),
            money.whole(year.capacity),
            gap(year, &money),
            share(year.coverage),
            money.whole(year.quota),
            share(year.attainment_factor),
            share(year.over_assignment),
            money.whole(year.cost),
        ]
    };
    let headers =
        vec!["year", "target", "capacity", "gap", "coverage", "street quota", "attainment", "over-assigned", "cost"];
    Sheet { headers, rows: computed.total.years.iter().map(row).collect() }
}

/// The segments in the plan's first year, and all of them.
#[must_use]
pub fn segments(computed: &Computed) -> Sheet {
    let money = Money::of(&computed.currency);
    let groups = computed.segments.iter().map(|group| (group.name.as_str(), group)).chain([("all", &computed.total)]);
    let rows = groups.filter_map(|(name, group)| {
        Some(against(name.to_owned(), group.years.first()?, people_at_end(&group.series, 0), &money))
    });
    Sheet { headers: headers("segment"), rows: rows.collect() }
}

/// Territories in the plan's first year, each with all that lies in it, under the one that it lies in.
#[must_use]
pub fn territories(computed: &Computed) -> Sheet {
    branches("territory", &computed.territories, &Money::of(&computed.currency))
}

/// Managers in the plan's first year, each with all who report to them.
#[must_use]
pub fn managers(computed: &Computed) -> Sheet {
    branches("manager", &computed.managers, &Money::of(&computed.currency))
}

/// Hires that close the gap, and what they cannot close.
#[must_use]
pub fn hires(needed: &HiresNeeded, currency: &str) -> Sheet {
    let money = Money::of(currency);
    let rows = needed.segments.iter().map(|hires| {
        let starts: Vec<String> =
            hires.starts.iter().map(|start| format!("{} in {}", start.seats, words::month(start.month))).collect();
        let seats: u32 = hires.starts.iter().map(|start| u32::from(start.seats)).sum();
        let (missing, open) = (
            hires.years.iter().map(|year| year.missing).sum(),
            hires.years.iter().map(|year| year.open).sum::<Cents>(),
        );
        vec![
            hires.segment.clone(),
            hires.profile.clone().unwrap_or_else(|| NONE.to_owned()),
            seats.to_string(),
            if starts.is_empty() { NONE.to_owned() } else { starts.join(", ") },
            money.whole(missing),
            if open == Cents::ZERO { NONE.to_owned() } else { money.whole(open) },
            money.whole(hires.cost),
        ]
    });
    let headers = vec!["segment", "profile", "hires", "start", "missing", "stays open", "cost"];
    Sheet { headers, rows: rows.collect() }
}

/// The levers that move the first year's capacity most.
#[must_use]
pub fn sensitivity(levers: &[LeverEffect], most: usize, currency: &str) -> Sheet {
    let money = Money::of(currency);
    let row = |lever: &LeverEffect| {
        let amounts = [lever.up.first_year, lever.down.first_year, lever.up.plan, lever.down.plan];
        let name = format!("{} ({})", lever.lever, lever.step);
        std::iter::once(name).chain(amounts.map(|amount| money.change(amount))).collect()
    };
    let headers = vec!["lever", "better, first year", "worse, first year", "better, plan", "worse, plan"];
    Sheet { headers, rows: levers.iter().take(most).map(row).collect() }
}

/// How bookings spread: a row a year, then the whole plan.
#[must_use]
pub fn chances(simulated: &Simulated) -> Sheet {
    let money = Money::of(&simulated.currency);
    let row = |name: String, chance: &Chance| {
        let at = &chance.bookings;
        let mut cells = vec![name];
        cells.extend([at.p10, at.p50, at.p90, at.mean, at.deviation].map(|amount| money.whole(amount)));
        cells.push(amount(Some(chance.target), &money));
        cells.push(share(chance.reaches_target.map(i64::from)));
        cells
    };
    let left = |at: usize| u16::try_from(simulated.months.len().saturating_sub(at * 12).min(12)).unwrap_or(12);
    let years = simulated.years.iter().enumerate().map(|(at, year)| row(span(year.starts, left(at)), year));
    let rows = years.chain([row("whole plan".to_owned(), &simulated.plan)]).collect();
    Sheet { headers: vec!["bookings", "P10", "P50", "P90", "mean", "deviation", "target", "chance"], rows }
}

/// Where the spread comes from, in the first year and over the plan.
#[must_use]
pub fn variance(simulated: &Simulated) -> Sheet {
    let (year, plan) = (&simulated.first_year_variance, &simulated.plan_variance);
    let rows = [
        ("hire dates", year.hire_dates, plan.hire_dates),
        ("ramp", year.ramp, plan.ramp),
        ("attrition", year.attrition, plan.attrition),
        ("seat attainment", year.seat_attainment, plan.seat_attainment),
        ("market", year.market, plan.market),
        ("together, and error", year.together, plan.together),
    ];
    let row = |(name, year, plan): (&str, i32, i32)| vec![name.to_owned(), percent(year.into()), percent(plan.into())];
    Sheet { headers: vec!["spread from", "first year", "plan"], rows: rows.map(row).to_vec() }
}

/// Each cause with its parts, then their sum.
#[must_use]
pub fn causes(difference: &Difference, currency: &str) -> Sheet {
    let money = Money::of(currency);
    let row = |name: &str, amounts: &Amounts| {
        let cells = [amounts.capacity, amounts.first_year_capacity, amounts.target, amounts.quota, amounts.cost];
        let text = |amount: Cents| match amount {
            Cents::ZERO => NONE.to_owned(),
            amount if amount > Cents::ZERO => format!("+{}", money.whole(amount)),
            amount => money.whole(amount),
        };
        std::iter::once(name.to_owned()).chain(cells.map(text)).collect()
    };
    let causes = difference.causes.iter().map(|cause| row(&cause.what, &cause.amounts));
    let headers = vec!["cause", "capacity", "first year", "target", "street quota", "cost"];
    Sheet { headers, rows: causes.chain([row("difference", &difference.change)]).collect() }
}

fn branches(kind: &'static str, all: &[Branch], money: &Money) -> Sheet {
    let rows = tree(all).into_iter().filter_map(|(depth, branch)| {
        let name = format!("{}{}", "  ".repeat(depth), branch.name);
        Some(against(name, branch.years.first()?, people_at_end(&branch.rolled_up, 0), money))
    });
    Sheet { headers: headers(kind), rows: rows.collect() }
}

fn headers(kind: &'static str) -> Vec<&'static str> {
    vec![kind, "target", "capacity", "gap", "coverage", "street quota", "cost", "people at the end"]
}

fn against(name: String, year: &Year, people: String, money: &Money) -> Vec<String> {
    vec![
        name,
        amount(year.target, money),
        money.whole(year.capacity),
        gap(year, money),
        share(year.coverage),
        money.whole(year.quota),
        money.whole(year.cost),
        people,
    ]
}

fn amount(amount: Option<Cents>, money: &Money) -> String {
    amount.filter(|amount| *amount != Cents::ZERO).map_or_else(|| NONE.to_owned(), |amount| money.whole(amount))
}

/// What is missing, or by how much the target is passed; nothing where nothing is to be booked.
fn gap(year: &Year, money: &Money) -> String {
    match year.gap.filter(|_| year.target != Some(Cents::ZERO)) {
        None => NONE.to_owned(),
        Some(gap) if gap < Cents::ZERO => format!("{} over", money.whole(-gap)),
        Some(gap) => format!("{} short", money.whole(gap)),
    }
}

fn share(basis_points: Option<i64>) -> String {
    basis_points.map_or_else(|| NONE.to_owned(), percent)
}

#[cfg(test)]
mod tests;
