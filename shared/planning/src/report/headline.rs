//! The first year in one sentence and a few figures.

use maud::{Markup, html};
use revloops_capacity::Year;
use revloops_domain::Cents;

use super::Report;
use super::simulation::likely;
use crate::words::{self, Money, percent, span};

pub(super) fn headline(report: &Report<'_>, money: &Money) -> Markup {
    let Some(year) = report.computed.total.years.first() else { return html! {} };
    let name = span(year.starts, year.months);
    html! {
        p.lead { (sentence(&name, year, money)) }
        div.tiles {
            (tile(&format!("Target {name}"), target(year).map_or_else(|| "–".to_owned(), |target| money.short(target)), "top down"))
            (tile("Capacity", money.short(year.capacity), &covered(year)))
            @if let Some(chance) = report.simulated.years.first() {
                @let at = &chance.bookings;
                (tile("Likely bookings (P50)", money.short(at.p50), &format!("P10 {} to P90 {}", money.short(at.p10), money.short(at.p90))))
                @if target(year).is_some() {
                    (tile("Chance of target", likely(chance), &format!("of {} trials", words::count(u64::from(report.simulated.trials)))))
                }
            }
            @if let Some(gap) = year.gap.filter(|_| target(year).is_some()) {
                @let (label, class) = if gap > Cents::ZERO { ("Short of target", "bad") } else { ("Over target", "good") };
                div.tile {
                    div.label { (label) }
                    div class=(format!("figure {class}")) { (money.short(Cents(gap.0.abs()))) }
                    div.under { "target less capacity" }
                }
            }
            (tile("Cost of capacity", money.short(year.cost), &cost(year, money)))
        }
    }
}

fn tile(label: &str, figure: String, under: &str) -> Markup {
    html! { div.tile { div.label { (label) } div.figure { (figure) } div.under { (under) } } }
}

/// The year's target, where one is set.
fn target(year: &Year) -> Option<Cents> {
    year.target.filter(|target| *target > Cents::ZERO)
}

fn sentence(name: &str, year: &Year, money: &Money) -> Markup {
    let capacity = money.short(year.capacity);
    let Some(target) = target(year) else {
        return html! { "In " (name) " the plan is expected to book " strong { (capacity) } "; no target is set." };
    };
    let gap = target - year.capacity;
    html! {
        "In " (name) " the plan is expected to book " strong { (capacity) } " of the " strong { (money.short(target)) } " to be booked: "
        @if gap > Cents::ZERO { strong.bad { (money.short(gap)) " short" } "." }
        @else if gap < Cents::ZERO { strong.good { (money.short(-gap)) " over" } "." }
        @else { strong.good { "exactly enough" } "." }
    }
}

fn covered(year: &Year) -> String {
    year.coverage.map_or_else(|| "no target is set".to_owned(), |share| format!("{} of target", percent(share)))
}

/// What a unit of bookings costs in seats.
fn cost(year: &Year, money: &Money) -> String {
    match revloops_capacity::results::ratio(year.cost, year.capacity) {
        Some(ratio) => format!("{} for {} booked", money.cents(Cents(ratio / 100)), money.short(Cents::units(1))),
        None => "nothing is booked".to_owned(),
    }
}
