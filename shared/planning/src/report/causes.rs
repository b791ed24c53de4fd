//! Why this plan differs from another: what each change adds or takes.

use maud::{Markup, html};
use revloops_capacity::{Amounts, Cause, Difference};
use revloops_domain::Cents;

use super::both;
use super::page::{section, table};
use crate::charts::{Bar, Row, Rows, Unit};
use crate::words::{self, Money};

/// Causes with a bar of their own; the rest is one.
const MOST: usize = 12;

/// `from` and `to` are the plans' names.
pub(super) fn causes(difference: &Difference, from: &str, to: &str, money: &Money) -> Markup {
    let how = format!(
        "What turns “{from}” into “{to}”, each change with its part; the parts add up to the difference to the cent."
    );
    let content = html! {
        h3 { "Capacity over the plan" }
        (waterfall(difference, |amounts| amounts.capacity, from, to, money))
        (all(difference, money))
    };
    section("difference", "What is different", &how, &content)
}

/// The causes from the top, each bar beginning where the one above ended, and the difference at the bottom.
///
/// The axis is the difference and begins at nothing: beside bars of the plans' whole amounts, on an axis that begins at zero,
/// no cause could be seen, and on one that does not, the plans would look more different than they are.
fn waterfall(difference: &Difference, part: fn(&Amounts) -> Cents, from: &str, to: &str, money: &Money) -> Markup {
    let with_part: Vec<(String, Cents)> = difference
        .causes
        .iter()
        .map(|cause| (words::begun(&cause.what), part(&cause.amounts)))
        .filter(|(_, amount)| *amount != Cents::ZERO)
        .collect();
    let (shown, rest) = with_part.split_at(with_part.len().min(MOST));
    let rest_name = format!("{} smaller changes", rest.len());
    let mut steps: Vec<(&str, Cents)> = shown.iter().map(|(name, amount)| (name.as_str(), *amount)).collect();
    if !rest.is_empty() {
        steps.push((&rest_name, rest.iter().map(|(_, amount)| *amount).sum()));
    }
    let (before, after, change) =
        (part(&difference.from.amounts), part(&difference.to.amounts), part(&difference.change));
    let mut at = Cents::ZERO;
    let mut rows: Vec<Row<'_>> = Vec::new();
    for (name, amount) in steps {
        let begins = at;
        at += amount;
        let class = if amount < Cents::ZERO { "down" } else { "up" };
        rows.push(Row {
            name,
            value: money.change(amount),
            bars: vec![Bar { from: begins, to: at, class }],
            strong: false,
        });
    }
    let whole = Bar { from: Cents::ZERO, to: change, class: "t" };
    rows.push(Row { name: "Difference", value: money.change(change), bars: vec![whole], strong: true });
    let chart = Rows {
        about: format!(
            "Capacity goes from {} to {}, by {}",
            money.short(before),
            money.short(after),
            money.change(change)
        ),
        unit: Unit::Money(money),
        rows,
    };
    html! {
        p { bdi { (from) } ": " strong { (money.short(before)) } " → " bdi { (to) } ": " strong { (money.short(after)) } }
        figure { (both(|width| chart.draw(width))) }
    }
}

fn all(difference: &Difference, money: &Money) -> Markup {
    let headers = ["Change", "Capacity", "Target", "Street quota", "Cost", "Capacity, first year"];
    let cells = |amounts: &Amounts| {
        let amounts = [amounts.capacity, amounts.target, amounts.quota, amounts.cost, amounts.first_year_capacity];
        html! { @for amount in amounts { td { @if amount == Cents::ZERO { "–" } @else { (money.change(amount)) } } } }
    };
    let row = |cause: &Cause| html! { tr { td { bdi { (words::begun(&cause.what)) } } (cells(&cause.amounts)) } };
    let rows = html! {
        @for cause in &difference.causes { (row(cause)) }
        tr.sum { td { "Difference" } (cells(&difference.change)) }
    };
    table("Every change", &headers, &rows)
}
