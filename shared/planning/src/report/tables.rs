//! Years, segments, territories and managers in rows.

use maud::{Markup, html};
use revloops_capacity::{Branch, Computed, Year};
use revloops_domain::Cents;

use super::page::{section, table};
use crate::tree::{people_at_end, tree};
use crate::words::{Money, percent, span};

/// Target and capacity, quota and cost, a row a year of the plan.
pub(super) fn years(computed: &Computed, money: &Money) -> Markup {
    let headers = [
        "Year",
        "Target",
        "Capacity",
        "Gap",
        "Coverage",
        "Street quota",
        "Attainment needed",
        "Over-assignment",
        "Cost",
    ];
    let rows = html! {
        @for year in &computed.total.years {
            tr {
                td { (span(year.starts, year.months)) }
                td { (amount(year.target, money)) }
                td { (money.short(year.capacity)) }
                (gap(year, money))
                td { (share(year.coverage)) }
                td { (money.short(year.quota)) }
                td { (share(year.attainment_factor)) }
                td { (share(year.over_assignment)) }
                td { (money.short(year.cost)) }
            }
        }
    };
    let how = "Gap is target less capacity. Attainment needed is target by street quota: what share of their quota people must \
               reach for the target to be met. Over-assignment is its inverse.";
    section("years", "Year by year", how, &table("Year by year", &headers, &rows))
}

/// By segment; the years after the first are folded away.
pub(super) fn segments(computed: &Computed, money: &Money) -> Markup {
    by_year(computed, |at| {
        html! {
            @for segment in &computed.segments {
                (row(&segment.name, 0, segment.years.get(at), people_at_end(&segment.series, at), money))
            }
            (sum(computed, at, money))
        }
    })
}

/// By territory, each with all that lies in it, under the one that it lies in.
pub(super) fn territories(computed: &Computed, money: &Money) -> Markup {
    let how = "Each territory with all that lies in it. A target is said where the plan sets one for the territory.";
    let tree = tree(&computed.territories);
    section("territories", "Territories", how, &by_year(computed, |at| branches(&tree, at, money)))
}

/// By manager, each with all who report to them.
pub(super) fn managers(computed: &Computed, money: &Money) -> Markup {
    if computed.managers.is_empty() {
        return html! {};
    }
    let how = "Each manager with all who report to them. Targets are set for segments and territories, so there is none here.";
    let headers = ["", "Capacity", "Street quota", "Cost", "People at the end"];
    let rows = html! {
        @for (depth, branch) in tree(&computed.managers) {
            @if let Some(year) = branch.years.first() {
                tr {
                    td { div class=(indent(depth)) { bdi { (branch.name) } } }
                    td { (money.short(year.capacity)) }
                    td { (money.short(year.quota)) }
                    td { (money.short(year.cost)) }
                    td { (people_at_end(&branch.rolled_up, 0)) }
                }
            }
        }
    };
    let first = computed.total.years.first().map(|year| span(year.starts, year.months)).unwrap_or_default();
    section("managers", &format!("Managers, {first}"), how, &table("Managers", &headers, &rows))
}

/// A table a year of the plan; those after the first are folded away.
fn by_year(computed: &Computed, rows: impl Fn(usize) -> Markup) -> Markup {
    let one = |at: usize, name: &str| {
        table(name, &[name, "Target", "Capacity", "Gap", "Coverage", "Cost", "People at the end"], &rows(at))
    };
    html! {
        @for (at, year) in computed.total.years.iter().enumerate() {
            @let name = span(year.starts, year.months);
            @if at == 0 { (one(at, &name)) } @else { details { summary { (name) } (one(at, &name)) } }
        }
    }
}

fn branches(tree: &[(usize, &Branch)], at: usize, money: &Money) -> Markup {
    html! {
        @for (depth, branch) in tree {
            (row(&branch.name, *depth, branch.years.get(at), people_at_end(&branch.rolled_up, at), money))
        }
    }
}

fn row(name: &str, depth: usize, year: Option<&Year>, people: String, money: &Money) -> Markup {
    html! { tr { td { div class=(indent(depth)) { bdi { (name) } } } (cells(year, people, money)) } }
}

fn sum(computed: &Computed, at: usize, money: &Money) -> Markup {
    let people = people_at_end(&computed.total.series, at);
    html! { tr.sum { td { "All" } (cells(computed.total.years.get(at), people, money)) } }
}

fn cells(year: Option<&Year>, people: String, money: &Money) -> Markup {
    html! {
        @if let Some(year) = year {
            td { (amount(year.target, money)) }
            td { (money.short(year.capacity)) }
            (gap(year, money))
            td { (share(year.coverage)) }
            td { (money.short(year.cost)) }
            td { (people) }
        }
    }
}

const fn indent(depth: usize) -> &'static str {
    match depth {
        0 => "",
        1 => "in1",
        2 => "in2",
        _ => "in3",
    }
}

fn amount(amount: Option<Cents>, money: &Money) -> String {
    amount.filter(|amount| *amount != Cents::ZERO).map_or_else(|| "–".to_owned(), |amount| money.short(amount))
}

/// A gap is bad where capacity is missing; there is none where nothing is to be booked.
fn gap(year: &Year, money: &Money) -> Markup {
    match year.gap.filter(|_| year.target != Some(Cents::ZERO)) {
        None => html! { td { "–" } },
        Some(gap) if gap > Cents::ZERO => html! { td.bad { (money.short(gap)) " short" } },
        Some(gap) => html! { td.good { (money.short(-gap)) " over" } },
    }
}

fn share(basis_points: Option<i64>) -> String {
    basis_points.map_or_else(|| "–".to_owned(), percent)
}
