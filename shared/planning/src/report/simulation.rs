//! How sure the plan is: a fan of what may be booked, and where the spread comes from.

use maud::{Markup, html};
use revloops_capacity::{Chance, Computed, Quantiles, Simulated, Variance};
use revloops_domain::Cents;

use super::both;
use super::page::{figures, section, table};
use crate::charts::{Bar, Layer, Months, Row, Rows, Shape, Unit};
use crate::words::{self, Money, percent, span};

pub(super) fn simulation(simulated: &Simulated, computed: &Computed, money: &Money) -> Markup {
    let fan = fan(simulated, computed, money);
    let headers = ["Month", "P10", "P50", "P90", "Mean"];
    let rows = html! {
        @for (at, month) in simulated.months.iter().enumerate() {
            tr {
                td { (words::month(simulated.starts.plus(i32::try_from(at).unwrap_or(0)))) }
                @for amount in [month.p10, month.p50, month.p90, month.mean] { td { (money.whole(amount)) } }
            }
        }
    };
    let content = html! {
        (fan.legend())
        figure { (both(|width| fan.draw(width))) }
        (figures("Simulated bookings by month", &headers, &rows))
        (years(simulated, computed, money))
        (variance(&simulated.first_year_variance, money))
        (note(simulated, computed, money))
    };
    let how = "In eight of ten trials bookings are within the shaded area; in half of them they are above the line.";
    section("simulation", "How sure that is", how, &content)
}

/// How the trials were made, and why their mean is not the capacity that is planned.
fn note(simulated: &Simulated, computed: &Computed, money: &Money) -> Markup {
    let planned: Cents = computed.total.series.capacity.iter().copied().sum();
    html! {
        p.note {
            (words::count(u64::from(simulated.trials))) " trials, seed " (simulated.seed) ". In each, hires start late, ramps \
            take longer, people leave and bookings differ from what is expected, as the plan's own uncertainties say. So their \
            mean over the plan, " (money.short(simulated.plan.bookings.mean)) ", is not the " (money.short(planned)) " that is \
            reckoned with when everybody starts and ramps as planned."
        }
    }
}

fn fan<'a>(simulated: &Simulated, computed: &Computed, money: &'a Money) -> Months<'a> {
    let of = |part: fn(&Quantiles) -> Cents| simulated.months.iter().map(part).collect::<Vec<_>>();
    let band = Shape::Band { low: of(|month| month.p10), high: of(|month| month.p90) };
    let mut layers = vec![
        Layer { name: "P10 to P90", class: "s0", shape: band },
        Layer { name: "P50", class: "s0", shape: Shape::Line(of(|month| month.p50)) },
    ];
    if let Some(against) = &computed.total.against {
        layers.push(Layer { name: "Target", class: "t", shape: Shape::Steps(against.target.clone()) });
    }
    let ends = |at: &Quantiles| {
        format!("P10 {}, P50 {}, P90 {}", money.short(at.p10), money.short(at.p50), money.short(at.p90))
    };
    let years = simulated.years.iter().map(|year| format!("{}: {}", span(year.starts, 12), ends(&year.bookings)));
    Months {
        about: format!("Simulated bookings by month: {}", years.collect::<Vec<_>>().join("; ")),
        starts: simulated.starts,
        months: simulated.months.len(),
        money,
        layers,
    }
}

/// Year by year, then the whole plan.
fn years(simulated: &Simulated, computed: &Computed, money: &Money) -> Markup {
    let headers = ["Bookings", "P10", "P50", "P90", "Target", "Chance of reaching it"];
    let row = |name: &str, chance: &Chance| {
        let at = &chance.bookings;
        html! {
            td { (name) }
            @for amount in [at.p10, at.p50, at.p90] { td { (money.short(amount)) } }
            td { @if chance.target > Cents::ZERO { (money.short(chance.target)) } @else { "–" } }
            td { (likely(chance)) }
        }
    };
    let rows = html! {
        @for (chance, year) in simulated.years.iter().zip(&computed.total.years) {
            tr { (row(&span(year.starts, year.months), chance)) }
        }
        tr.sum { (row("Whole plan", &simulated.plan)) }
    };
    table("Simulated bookings by year", &headers, &rows)
}

/// `72.4 %`, or that there is nothing to reach.
pub(super) fn likely(chance: &Chance) -> String {
    chance.reaches_target.map_or_else(|| "–".to_owned(), |share| percent(i64::from(share)))
}

fn variance(variance: &Variance, money: &Money) -> Markup {
    let parts = [
        ("A market better or worse for all", variance.market),
        ("People who book more or less", variance.seat_attainment),
        ("People who leave", variance.attrition),
        ("Ramps that take longer", variance.ramp),
        ("Hires that start late", variance.hire_dates),
        ("Only together, and what trials cannot tell", variance.together),
    ];
    if parts.iter().all(|(_, share)| *share == 0) {
        return html! {};
    }
    let mut parts: Vec<(&str, i32)> = parts.to_vec();
    parts.sort_by_key(|(_, share)| std::cmp::Reverse(*share));
    let rows = parts.iter().map(|(name, share)| Row {
        name,
        value: percent(i64::from(*share)),
        bars: vec![Bar { from: Cents::ZERO, to: Cents(i64::from(*share)), class: "s0" }],
        strong: false,
    });
    let said: Vec<String> =
        parts.iter().map(|(name, share)| format!("{name} {}", percent(i64::from(*share)))).collect();
    let chart = Rows {
        about: format!("Where the first year's spread comes from: {}", said.join(", ")),
        unit: Unit::Share,
        rows: rows.collect(),
    };
    html! {
        h3 { "Where the first year's spread comes from" }
        p.soft { "Shares of the variance; the spread as a whole has a standard deviation of " (money.short(variance.deviation)) "." }
        figure { (both(|width| chart.draw(width))) }
    }
}
