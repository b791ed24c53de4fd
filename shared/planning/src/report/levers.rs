//! What to do about it: hires that would close the gap, and what moves the answer most.

use maud::{Markup, html};
use revloops_capacity::{HiresNeeded, LeverEffect, SegmentHires};
use revloops_domain::Cents;
use revloops_scenario::Scenario;

use super::both;
use super::page::{section, table};
use crate::charts::{Bar, Row, Rows, Unit};
use crate::words::{self, Money, span};

/// Levers that are shown; the rest is in the JSON.
const MOST: usize = 10;

pub(super) fn hires(needed: &HiresNeeded, scenario: &Scenario, money: &Money) -> Markup {
    let content = html! {
        @if needed.segments.is_empty() { p { "None: capacity suffices in every segment and year." } }
        @else { (segments(needed, scenario, money)) }
    };
    let how = format!(
        "Seats beside those of the plan that close each segment's gap, started as late as they still help; nobody before {}, and at most {} a segment and month.",
        words::month(needed.earliest),
        needed.most_a_month
    );
    section("hires", "Hires needed", &how, &content)
}

fn segments(needed: &HiresNeeded, scenario: &Scenario, money: &Money) -> Markup {
    let headers = ["Segment", "Seats", "Start", "Year", "Missing", "Closed by them", "Still open", "Cost"];
    let rows = html! {
        @for hires in &needed.segments {
            @let seats: u32 = hires.starts.iter().map(|start| u32::from(start.seats)).sum();
            @for (at, year) in hires.years.iter().enumerate() {
                tr {
                    @if at == 0 {
                        td { bdi { (segment_name(scenario, &hires.segment)) } @if let Some(kind) = kind(scenario, hires) { div.soft { bdi { (kind) } } } }
                        td { (seats) }
                        td.wrap { (starts(hires)) }
                    } @else { td {} td {} td {} }
                    td { (span(year.starts, 12)) }
                    td { (amount(year.missing, money)) }
                    td { (amount(year.by_hires, money)) }
                    @if year.open > Cents::ZERO { td.bad { (money.short(year.open)) } } @else { td { "–" } }
                    td { @if at == 0 { (money.short(hires.cost)) } }
                }
            }
        }
    };
    table("Hires needed", &headers, &rows)
}

fn segment_name<'a>(scenario: &'a Scenario, id: &'a str) -> &'a str {
    scenario.segments.iter().find(|segment| segment.id == id).map_or(id, |segment| &segment.name)
}

/// What kind of seat it is.
fn kind(scenario: &Scenario, hires: &SegmentHires) -> Option<String> {
    let id = hires.profile.as_deref()?;
    Some(scenario.profiles.iter().find(|profile| profile.id == id).map_or(id, |profile| &profile.name).to_owned())
}

fn starts(hires: &SegmentHires) -> String {
    let starts: Vec<String> =
        hires.starts.iter().map(|start| format!("{} in {}", start.seats, words::month(start.month))).collect();
    if starts.is_empty() { "–".to_owned() } else { starts.join(", ") }
}

fn amount(amount: Cents, money: &Money) -> String {
    if amount == Cents::ZERO { "–".to_owned() } else { money.short(amount) }
}

/// Bars for the better and the worse, the largest first.
pub(super) fn sensitivity(levers: &[LeverEffect], money: &Money) -> Markup {
    let shown = levers.get(..levers.len().min(MOST)).unwrap_or(levers);
    if shown.is_empty() {
        return html! {};
    }
    let names: Vec<String> =
        shown.iter().map(|lever| format!("{} ({})", words::begun(&lever.lever), lever.step)).collect();
    let rows = shown.iter().zip(&names).map(|(lever, name)| {
        let (up, down) = (lever.up.first_year, lever.down.first_year);
        let bar = |to: Cents| Bar { from: Cents::ZERO, to, class: if to < Cents::ZERO { "down" } else { "up" } };
        let value = if down == Cents::ZERO {
            money.change(up)
        } else {
            format!("{} / {}", money.change(up), money.change(down))
        };
        Row { name, value, bars: vec![bar(up), bar(down)], strong: false }
    });
    let rows: Vec<Row<'_>> = rows.collect();
    let said: Vec<String> = rows.iter().map(|row| format!("{}: {}", row.name, row.value)).collect();
    let chart = Rows {
        about: format!("What moves the first year's capacity most. {}", said.join("; ")),
        unit: Unit::Money(money),
        rows,
    };
    let content = html! { figure { (both(|width| chart.draw(width))) } };
    let how = "Capacity of the first year, where one assumption turns out better or worse and all else stays.";
    section("sensitivity", "What moves it most", how, &content)
}
