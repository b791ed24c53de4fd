//! The model, seat by seat, and its roll-ups.

use std::collections::BTreeMap;

use revloops_domain::Cents;
use revloops_scenario::{Month, Scenario};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::results::{Against, Branch, Computed, Group, SeatRow, Series, years};
use crate::seats::{Line, Origin, Plan, SeatMonths};
use crate::targets::Targets;

/// What a seat has booked in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Booking {
    /// The seat, by id; `row/1`, … in the hiring plan.
    pub seat: String,
    /// The month.
    pub month: Month,
    /// How much.
    pub amount: Cents,
}

/// Computes a scenario month by month; `bookings` are shown beside capacity and change nothing in it.
#[must_use]
pub fn compute(scenario: &Scenario, bookings: &[Booking]) -> Computed {
    let plan = Plan::new(scenario);
    let targets = Targets::new(scenario);
    let (seats, unplaced_actual) = seat_rows(&plan, bookings);
    let mut sums = Sums::new(scenario);
    for (line, row) in seats.iter().map(|(line, row)| (*line, row)) {
        sums.add(line, &row.series);
    }
    let starts = scenario.starts;
    let group = |id: &str, name: &str, series: Series, target: Option<&Vec<Cents>>| Group {
        id: id.to_owned(),
        name: name.to_owned(),
        against: target.map(|target| Against::new(&series.capacity, target.clone())),
        years: years(starts, &series, target.map(Vec::as_slice)),
        series,
    };
    let segments = scenario.segments.iter().zip(sums.segments).zip(&targets.segments);
    let profiles = scenario.profiles.iter().zip(sums.profiles);
    let territories = scenario.territories.iter().zip(sums.territories).zip(&targets.territories);
    let managers = scenario.managers.iter().zip(sums.managers);
    Computed {
        scenario: scenario.id.clone(),
        hash: scenario.hash.clone(),
        currency: scenario.currency.clone(),
        starts,
        months: scenario.months,
        total: group("total", "Total", sums.total, Some(&targets.total)),
        segments: segments.map(|((one, sum), target)| group(&one.id, &one.name, sum, Some(target))).collect(),
        profiles: profiles.map(|(one, sum)| group(&one.id, &one.name, sum, None)).collect(),
        territories: territories
            .map(|((one, sums), target)| {
                let above = scenario.territories.parent(one).map(|above| above.id.clone());
                branch(starts, (&one.id, &one.name), above, sums, Some(target))
            })
            .collect(),
        managers: managers
            .map(|(one, sums)| branch(starts, (&one.id, &one.name), one.reports_to.clone(), sums, None))
            .collect(),
        seats: seats.into_iter().map(|(_, row)| row).collect(),
        unplaced_actual,
    }
}

fn branch(
    starts: Month,
    (id, name): (&str, &str),
    above: Option<String>,
    sums: BranchSums,
    target: Option<&Vec<Cents>>,
) -> Branch {
    Branch {
        id: id.to_owned(),
        name: name.to_owned(),
        above,
        against: target.map(|target| Against::new(&sums.rolled_up.capacity, target.clone())),
        years: years(starts, &sums.rolled_up, target.map(Vec::as_slice)),
        own: sums.own,
        rolled_up: sums.rolled_up,
    }
}

/// Every seat with its line, and the bookings that belong to none.
fn seat_rows<'p, 's>(plan: &'p Plan<'s>, bookings: &[Booking]) -> (Vec<(&'p Line<'s>, SeatRow)>, Cents) {
    let scenario = plan.scenario;
    let mut months = SeatMonths::default();
    let mut rows = Vec::new();
    for line in &plan.lines {
        plan.seat_months(line, &mut months);
        let cents = |amounts: &[i64]| amounts.iter().copied().map(Cents).collect::<Vec<_>>();
        let (hire, profile, segment, territory, manager) = match line.origin {
            Origin::Roster(seat) => (None, &seat.profile, &seat.segment, &seat.territory, &seat.manager),
            Origin::Plan(hire) => (Some(&hire.id), &hire.profile, &hire.segment, &hire.territory, &hire.manager),
        };
        for id in Plan::ids(line) {
            let row = SeatRow {
                id,
                hire: hire.cloned(),
                profile: profile.clone(),
                segment: segment.clone(),
                territory: territory.clone(),
                manager: manager.clone(),
                series: Series {
                    capacity: cents(&months.capacity),
                    quota: cents(&months.quota),
                    actual: vec![Cents::ZERO; plan.months],
                    cost: cents(&months.cost),
                    fte: months.fte.clone(),
                },
            };
            rows.push((line, row));
        }
    }
    let mut unplaced = Cents::ZERO;
    if !bookings.is_empty() {
        let places: BTreeMap<String, usize> = rows.iter().map(|(_, row)| row.id.clone()).zip(0..).collect();
        for booking in bookings {
            let month = usize::try_from(booking.month.since(scenario.starts)).ok();
            let row = places.get(&booking.seat).and_then(|place| rows.get_mut(*place));
            match row.zip(month).and_then(|((_, row), month)| row.series.actual.get_mut(month)) {
                Some(actual) => *actual += booking.amount,
                None => unplaced += booking.amount,
            }
        }
    }
    (rows, unplaced)
}

struct BranchSums {
    own: Series,
    rolled_up: Series,
}

/// Sums of seats; each list in the scenario's order.
struct Sums {
    total: Series,
    segments: Vec<Series>,
    profiles: Vec<Series>,
    territories: Vec<BranchSums>,
    managers: Vec<BranchSums>,
    /// Itself and all above, by place.
    territories_above: Vec<Vec<usize>>,
    managers_above: Vec<Vec<usize>>,
}

impl Sums {
    fn new(scenario: &Scenario) -> Self {
        let zero = || Series::zero(usize::from(scenario.months));
        let branches = |count: usize| (0..count).map(|_| BranchSums { own: zero(), rolled_up: zero() }).collect();
        let territories: BTreeMap<&str, usize> =
            scenario.territories.iter().map(|territory| territory.id.as_str()).zip(0..).collect();
        let territories_above: Vec<Vec<usize>> = scenario
            .territories
            .iter()
            .map(|one| scenario.territories.up(one).filter_map(|up| territories.get(up.id.as_str()).copied()).collect())
            .collect();
        let managers: BTreeMap<&str, usize> = scenario.managers.iter().map(|one| one.id.as_str()).zip(0..).collect();
        let manager_above = |at: &usize| {
            let above = scenario.managers.get(*at)?.reports_to.as_deref()?;
            managers.get(above).copied()
        };
        let managers_above: Vec<Vec<usize>> = (0..scenario.managers.len())
            .map(|at| std::iter::successors(Some(at), manager_above).take(scenario.managers.len()).collect())
            .collect();
        Self {
            total: zero(),
            segments: scenario.segments.iter().map(|_| zero()).collect(),
            profiles: scenario.profiles.iter().map(|_| zero()).collect(),
            territories: branches(territories_above.len()),
            managers: branches(managers_above.len()),
            territories_above,
            managers_above,
        }
    }

    fn add(&mut self, line: &Line<'_>, series: &Series) {
        self.total.add(series);
        if let Some(sum) = self.segments.get_mut(line.segment) {
            sum.add(series);
        }
        if let Some(sum) = self.profiles.get_mut(line.profile) {
            sum.add(series);
        }
        add_up(&mut self.territories, &self.territories_above, Some(line.territory), series);
        add_up(&mut self.managers, &self.managers_above, line.manager, series);
    }
}

fn add_up(sums: &mut [BranchSums], above: &[Vec<usize>], at: Option<usize>, series: &Series) {
    let Some(at) = at else { return };
    if let Some(sum) = sums.get_mut(at) {
        sum.own.add(series);
    }
    for up in above.get(at).into_iter().flatten() {
        if let Some(sum) = sums.get_mut(*up) {
            sum.rolled_up.add(series);
        }
    }
}

/// A scenario's sums alone: what changes are measured by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// Expected bookings by month.
    pub capacity: Vec<Cents>,
    /// Street quota by month.
    pub quota: Vec<Cents>,
    /// Cost by month.
    pub cost: Vec<Cents>,
    /// Target by month.
    pub target: Vec<Cents>,
}

/// The sums of a scenario, without its parts: the same figures as [`compute`]'s total.
#[must_use]
pub fn totals(scenario: &Scenario) -> Totals {
    let plan = Plan::new(scenario);
    let zero = vec![Cents::ZERO; plan.months];
    let mut totals =
        Totals { capacity: zero.clone(), quota: zero.clone(), cost: zero, target: Targets::new(scenario).total };
    let mut months = SeatMonths::default();
    for line in &plan.lines {
        plan.seat_months(line, &mut months);
        let add = |sums: &mut [Cents], seat: &[i64]| {
            sums.iter_mut().zip(seat).for_each(|(sum, cents)| sum.0 += cents * i64::from(line.seats));
        };
        add(&mut totals.capacity, &months.capacity);
        add(&mut totals.quota, &months.quota);
        add(&mut totals.cost, &months.cost);
    }
    totals
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;
    use revloops_scenario::{Quota, RampCurve};

    use super::*;
    use crate::testing::{hire, plan, row, seat, target};

    fn months(amounts: &[Cents], from: usize, count: usize) -> Vec<String> {
        amounts.iter().skip(from).take(count).map(Cents::to_string).collect()
    }

    #[test]
    fn seven_ramped_and_three_ramping_seats_book_1_072_500() {
        // 7 × $150k × 85 % + 3 × $150k × 40 %: two curves that stand still, $1.8m a year in even months.
        let mut scenario = plan();
        let curve = |id: &str, level| RampCurve { id: id.to_owned(), months: vec![level] };
        scenario.ramp_curves = vec![curve("standard", 8_500), curve("fast", 4_000)];
        scenario.productivity = vec![row("hunter", None, None, 1_800_000), row("farmer", None, None, 1_800_000)];
        let seats =
            |count, profile| (0..count).map(move |n| seat(&format!("{profile}-{n}"), profile, "mid-market", "apac"));
        scenario.roster = seats(7, "hunter").chain(seats(3, "farmer")).collect();
        let computed = compute(&scenario, &[]);
        assert_eq!(months(&computed.total.series.capacity, 0, 36), vec!["1,072,500.00"; 36]);
    }

    #[test]
    fn a_target_of_800k_on_a_million_of_street_quota_is_80_percent_and_125_over_assigned() {
        let mut scenario = plan();
        scenario.productivity = vec![row("hunter", None, None, 700_000)];
        for profile in &mut scenario.profiles {
            profile.quota = Quota::AYear(Cents::units(500_000));
        }
        scenario.roster = vec![seat("a", "hunter", "enterprise", "dach"), seat("b", "hunter", "enterprise", "apac")];
        scenario.targets = vec![target(2027, "enterprise", None, 800_000)];
        let computed = compute(&scenario, &[]);
        let year = &computed.total.years[0];
        assert_eq!((year.quota, year.target), (Cents::units(1_000_000), Some(Cents::units(800_000))));
        assert_eq!((year.attainment_factor, year.over_assignment), (Some(8_000), Some(12_500)));
        // Capacity is another figure.
        assert_eq!((year.capacity, year.coverage), (Cents::units(1_400_000), Some(17_500)));
        assert_eq!(computed.total.years[1].attainment_factor, Some(0));
        assert_eq!(computed.total.years[1].over_assignment, None, "nothing is to be booked");
    }

    #[test]
    fn a_hire_comes_up_by_the_curve_and_its_quota_with_it() {
        let mut scenario = plan();
        scenario.hiring_plan = vec![hire("next", "hunter", "mid-market", "apac", 3, 1)];
        let computed = compute(&scenario, &[]);
        let series = &computed.seats[0].series;
        assert_eq!(computed.seats[0].id, "next/1");
        let ramp = ["0.00", "0.00", "0.00", "20,000.00", "40,000.00", "60,000.00", "80,000.00", "100,000.00"];
        assert_eq!(months(&series.capacity, 0, 8), ramp);
        assert_eq!(months(&series.quota, 3, 2), ["25,000.00", "50,000.00"]);
        // 12,500 fixed a month with overhead, 30,000 once, and 80 % of the variable pay for 80 % of the quota.
        assert_eq!(months(&series.cost, 1, 4), ["0.00", "42,500.00", "13,833.33", "15,166.67"]);
        assert_eq!(series.fte[1..4], [0, 10_000, 10_000]);
    }

    #[test]
    fn who_starts_on_the_sixteenth_of_a_month_of_thirty_days_is_there_for_half_of_it() {
        let mut scenario = plan();
        let mut late = hire("late", "farmer", "mid-market", "apac", 4, 1);
        late.starts = date(2027, 4, 16);
        late.allocation = 6_000;
        scenario.hiring_plan = vec![late];
        scenario.productivity = vec![row("farmer", None, None, 1_200_000)];
        let computed = compute(&scenario, &[]);
        // 100,000 × 50 % ramp × 60 % of the time × 15 of 30 days; then fully ramped.
        assert_eq!(months(&computed.total.series.capacity, 3, 2), ["15,000.00", "60,000.00"]);
    }

    #[test]
    fn a_seat_ends_with_its_last_day() {
        let mut scenario = plan();
        let mut leaving = seat("leaving", "farmer", "mid-market", "apac");
        leaving.ends = Some(date(2027, 2, 14));
        scenario.productivity = vec![row("farmer", None, None, 1_200_000)];
        scenario.roster = vec![leaving];
        let computed = compute(&scenario, &[]);
        assert_eq!(months(&computed.total.series.capacity, 0, 3), ["100,000.00", "50,000.00", "0.00"]);
    }

    #[test]
    fn of_ten_seats_that_a_fifth_leaves_a_year_eight_are_there_after_one() {
        let mut scenario = plan();
        scenario.profiles[0].attrition_a_year = 2_000;
        scenario.roster = (0..10).map(|n| seat(&n.to_string(), "hunter", "mid-market", "apac")).collect();
        let computed = compute(&scenario, &[]);
        let capacity = &computed.total.series.capacity;
        assert_eq!(capacity[0], Cents::units(1_000_000));
        assert_eq!(capacity[12], Cents::units(800_000));
        assert_eq!(capacity[24], Cents::units(640_000));
        assert_eq!(computed.total.series.fte[12], 80_000);
        // In between it falls by the same part each month.
        let part = |month: usize| capacity[month].0 as f64 / capacity[month - 1].0 as f64;
        assert!((1..36).all(|month| (part(month) - 0.8f64.powf(1.0 / 12.0)).abs() < 3e-7), "each within a cent");
    }

    #[test]
    fn a_seasonal_seat_books_its_year_to_the_cent() {
        let mut scenario = plan();
        scenario.productivity[0].a_year = Cents(123_456_789);
        scenario.roster = vec![seat("a", "hunter", "enterprise", "apac")];
        let computed = compute(&scenario, &[]);
        assert!(computed.total.years.iter().all(|year| year.capacity == Cents(123_456_789)));
        // December is 17 of 101.
        assert_eq!(computed.total.series.capacity[11], Cents((123_456_789 * 17 + 50) / 101));
    }

    #[test]
    fn a_segments_target_holds_before_those_of_its_territories_and_they_add_up_without_it() {
        let mut scenario = plan();
        scenario.targets = vec![
            target(2027, "enterprise", None, 900),
            target(2027, "enterprise", Some("dach"), 500),
            target(2027, "mid-market", Some("dach"), 100),
            target(2027, "mid-market", Some("iberia"), 50),
            target(2028, "mid-market", Some("emea"), 300),
            target(2028, "mid-market", Some("iberia"), 70),
        ];
        let computed = compute(&scenario, &[]);
        let years = |years: &[crate::Year]| years.iter().map(|year| year.target.unwrap()).collect::<Vec<_>>();
        let units = |amounts: [i64; 3]| amounts.map(Cents::units).to_vec();
        assert_eq!(years(&computed.total.years), units([1_050, 300, 0]));
        assert_eq!(years(&computed.segments[1].years), units([150, 300, 0]));
        let of = |id: &str| years(&computed.territories.iter().find(|one| one.id == id).unwrap().years);
        assert_eq!(of("emea"), units([650, 300, 0]));
        assert_eq!(of("iberia"), units([50, 70, 0]));
    }

    #[test]
    fn bookings_stand_beside_capacity_and_those_of_nobody_are_said() {
        let mut scenario = plan();
        scenario.roster = vec![seat("a", "farmer", "mid-market", "dach")];
        let booking = |seat: &str, month: &str, amount| Booking {
            seat: seat.to_owned(),
            month: month.parse().unwrap(),
            amount: Cents(amount),
        };
        let bookings = [
            booking("a", "2027-02", 700),
            booking("a", "2027-02", 1),
            booking("b", "2027-02", 5),
            booking("a", "2026-12", 6),
        ];
        let computed = compute(&scenario, &bookings);
        assert_eq!(computed.unplaced_actual, Cents(11));
        let emea = &computed.territories[0];
        assert_eq!((emea.rolled_up.actual[1], emea.own.actual[1]), (Cents(701), Cents::ZERO));
        assert_eq!(computed.total.series.capacity, compute(&scenario, &[]).total.series.capacity);
    }

    fn any_plan() -> impl Strategy<Value = Scenario> {
        let place = (0..2usize, 0..2usize, 0..4usize, 1..=10_000u32, 1..=28i8, 1..=12i8);
        let rows = proptest::collection::vec((place, 1..4u16), 0..12);
        (rows, 0..=10_000u32, 1..=60u16).prop_map(|(rows, leaving, months)| {
            let mut scenario = plan();
            scenario.months = months;
            scenario.profiles[0].attrition_a_year = leaving;
            for (at, ((profile, segment, territory, allocation, day, month), seats)) in rows.into_iter().enumerate() {
                let profile = ["hunter", "farmer"][profile];
                let segment = ["enterprise", "mid-market"][segment];
                let territory = ["emea", "dach", "iberia", "apac"][territory];
                if at % 2 == 0 {
                    let mut hire = hire(&format!("h{at}"), profile, segment, territory, 1, seats);
                    (hire.starts, hire.allocation) = (date(2027, month, day), allocation);
                    scenario.hiring_plan.push(hire);
                } else {
                    let mut seat = seat(&format!("s{at}"), profile, segment, territory);
                    (seat.starts, seat.allocation) = (date(2026, month, day), allocation);
                    seat.ends = (seats == 1).then(|| date(2028, month, day));
                    scenario.roster.push(seat);
                }
            }
            scenario
        })
    }

    proptest! {
        #[test]
        fn roll_ups_equal_the_sum_of_their_parts(scenario in any_plan()) {
            let computed = compute(&scenario, &[]);
            let sum = |parts: Vec<&Series>| parts.into_iter().fold(Series::zero(usize::from(scenario.months)), |mut sum, part| {
                sum.add(part);
                sum
            });
            let total = &computed.total.series;
            prop_assert_eq!(&sum(computed.seats.iter().map(|one| &one.series).collect()), total);
            prop_assert_eq!(&sum(computed.segments.iter().map(|one| &one.series).collect()), total);
            prop_assert_eq!(&sum(computed.profiles.iter().map(|one| &one.series).collect()), total);
            prop_assert_eq!(&sum(computed.territories.iter().map(|one| &one.own).collect()), total);
            prop_assert_eq!(&sum(computed.managers.iter().map(|one| &one.own).collect()), total);
            for branches in [&computed.territories, &computed.managers] {
                let tops = branches.iter().filter(|one| one.above.is_none());
                prop_assert_eq!(&sum(tops.map(|one| &one.rolled_up).collect()), total);
                for branch in branches {
                    let below = branches.iter().filter(|one| one.above.as_ref() == Some(&branch.id));
                    let parts = below.map(|one| &one.rolled_up).chain([&branch.own]).collect();
                    prop_assert_eq!(&sum(parts), &branch.rolled_up);
                }
            }
            let alone = totals(&scenario);
            prop_assert_eq!(&alone.capacity, &total.capacity);
            prop_assert_eq!(&alone.cost, &total.cost);
            prop_assert_eq!(&alone.quota, &total.quota);
        }

        #[test]
        fn every_month_is_within_a_cent_of_the_exact_figure(
            a_year in 1..10_000_000_000i64, allocation in 1..=10_000u32, month in 1..=12i8,
        ) {
            let mut scenario = plan();
            scenario.productivity = vec![row("hunter", None, None, 0)];
            scenario.productivity[0].a_year = Cents(a_year);
            let mut seat = seat("a", "hunter", "enterprise", "apac");
            (seat.starts, seat.allocation) = (date(2026, month, 1), allocation);
            scenario.roster = vec![seat];
            let computed = compute(&scenario, &[]);
            let weights = scenario.seasonality[0].weights;
            for (at, cents) in computed.total.series.capacity.iter().enumerate() {
                let ramp = ((13 - i64::from(month) + i64::try_from(at).unwrap()) * 2_000).clamp(0, 10_000);
                let exact = i128::from(a_year) * i128::from(weights[at % 12]) * i128::from(ramp) * i128::from(allocation);
                let whole = 101i128 * 100_000_000;
                prop_assert!((i128::from(cents.0) * whole - exact).abs() <= whole + whole / 100, "month {at}: {cents}");
            }
        }
    }
}
