//! Capacity by month and segment, against the target.

use maud::{Markup, html};
use revloops_capacity::{Computed, Group};
use revloops_domain::Cents;

use super::page::{figures, section};
use super::{both, tables};
use crate::charts::{Layer, Months, Shape};
use crate::words::{self, Money};

/// Colours that can be told apart; more segments than these are shown together.
const COLOURS: [&str; 8] = ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"];

pub(super) fn capacity(computed: &Computed, money: &Money) -> Markup {
    let target = computed.total.against.as_ref().map(|against| against.target.clone());
    let shown = shown(&computed.segments);
    let mut layers: Vec<Layer<'_>> = shown
        .iter()
        .zip(COLOURS)
        .map(|((name, amounts), class)| Layer { name, class, shape: Shape::Bars(amounts.clone()) })
        .collect();
    if let Some(target) = &target {
        layers.push(Layer { name: "Target", class: "t", shape: Shape::Steps(target.clone()) });
    }
    let chart = Months {
        about: format!("Capacity by month and segment against the target, {}", in_all(computed, money)),
        starts: computed.starts,
        months: usize::from(computed.months),
        money,
        layers,
    };
    let names: Vec<&str> = shown.iter().map(|(name, _)| name.as_str()).collect();
    let headers = [&["Month"], names.as_slice(), &["Capacity", "Target", "Gap"]].concat();
    let amount = |amounts: &[Cents], at: usize| money.whole(amounts.get(at).copied().unwrap_or_default());
    let against = computed.total.against.as_ref();
    let rows = html! {
        @for at in 0..usize::from(computed.months) {
            tr {
                td { (words::month(computed.starts.plus(i32::try_from(at).unwrap_or(0)))) }
                @for (_, amounts) in &shown { td { (amount(amounts, at)) } }
                td { (amount(&computed.total.series.capacity, at)) }
                @if let Some(against) = against {
                    td { (amount(&against.target, at)) }
                    td { (amount(&against.gap, at)) }
                } @else { td { "–" } td { "–" } }
            }
        }
    };
    let content = html! {
        (chart.legend())
        figure { (both(|width| chart.draw(width))) }
        (figures("Capacity by month", &headers, &rows))
        (tables::segments(computed, money))
    };
    let how = "What the seats of the plan are expected to book each month, against what is to be booked.";
    section("capacity", "Capacity against target", how, &content)
}

/// The segments' names and capacity; the smallest are one where there are more than colours.
fn shown(segments: &[Group]) -> Vec<(String, Vec<Cents>)> {
    let one = |segment: &Group| (segment.name.clone(), segment.series.capacity.clone());
    if segments.len() <= COLOURS.len() {
        return segments.iter().map(one).collect();
    }
    let mut by_size: Vec<&Group> = segments.iter().collect();
    by_size.sort_by_key(|segment| std::cmp::Reverse(segment.series.capacity.iter().copied().sum::<Cents>()));
    let (first, rest) = by_size.split_at(COLOURS.len() - 1);
    let mut shown: Vec<(String, Vec<Cents>)> = first.iter().map(|segment| one(segment)).collect();
    let mut others = vec![Cents::ZERO; rest.first().map_or(0, |segment| segment.series.capacity.len())];
    for segment in rest {
        others.iter_mut().zip(&segment.series.capacity).for_each(|(sum, amount)| *sum += *amount);
    }
    shown.push((format!("{} others", rest.len()), others));
    shown
}

/// `2027: capacity $8.9M, target $9.2M; …` for those who cannot see the picture.
fn in_all(computed: &Computed, money: &Money) -> String {
    let years = computed.total.years.iter().map(|year| {
        let target = year.target.map(|target| format!(", target {}", money.short(target))).unwrap_or_default();
        format!("{}: capacity {}{target}", words::span(year.starts, year.months), money.short(year.capacity))
    });
    years.collect::<Vec<_>>().join("; ")
}
