//! What bookings say about ramp and productivity: evidence with its sample, and curves that are proposed from it.
//!
//! **Method.** Each seat and month in which it was there is held against what a ramped seat would have booked (productivity ×
//! the month's share × allocation × part of the days); months without a booking count as months of nothing. A profile's
//! productivity is Σ booked ÷ Σ expected over months after the ramp. A ramp's level in a month of tenure is the same over the
//! months of that tenure, divided by its profiles' productivity so found, so that what everybody books more is not taken for
//! a faster ramp. The standard error is that of a ratio of sums, with each person as one observation, since one person's
//! months are alike. A change is proposed where the sample suffices and the finding is more than two standard errors away.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;
use revloops_domain::Cents;
use revloops_scenario::{BasisPoints, Month, Productivity, Scenario, WHOLE};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::compute::Booking;
use crate::parts::{UNIT_BITS, factor, ramp_in, share};
use crate::seats::{Line, Origin, Plan, weights};

/// What bookings say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Learned {
    /// First month that was looked at.
    pub from: Month,
    /// The month after the last one.
    pub until: Month,
    /// Seats that each figure needs at least.
    pub needed: usize,
    /// By profile, in the scenario's order.
    pub productivity: Vec<LearnedProductivity>,
    /// By ramp curve, in the scenario's order.
    pub ramps: Vec<LearnedRamp>,
}

/// How far a figure goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sample {
    /// Seats.
    pub seats: usize,
    /// Seats × months.
    pub seat_months: usize,
}

/// What follows from a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// Nothing: there are too few seats.
    TooLittleData,
    /// It is within two standard errors of what the plan assumes.
    AsAssumed,
    /// It is not what the plan assumes.
    Differs,
}

/// What a profile's ramped people have booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LearnedProductivity {
    /// The profile, by id.
    pub profile: String,
    /// Ramped seats.
    pub sample: Sample,
    /// Booked ÷ expected in basis points; `null` where nothing was expected.
    pub observed: Option<i64>,
    /// Its standard error in basis points; `null` for one seat or none.
    pub error: Option<i64>,
    /// What follows.
    pub finding: Finding,
    /// The profile's rows as proposed; none where nothing is.
    pub proposed: Vec<ProposedProductivity>,
}

/// A row of productivity that is proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProposedProductivity {
    /// The segment, by id.
    pub segment: Option<String>,
    /// The territory, by id.
    pub territory: Option<String>,
    /// Bookings a year as the plan has them.
    pub from: Cents,
    /// Bookings a year as proposed, to the nearest thousand.
    pub to: Cents,
}

/// How people came up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LearnedRamp {
    /// The curve, by id.
    pub curve: String,
    /// By month of tenure.
    pub months: Vec<LearnedLevel>,
    /// What follows: the curve differs if one of its months does.
    pub finding: Finding,
    /// The curve as proposed: what was found where the sample suffices, what is assumed elsewhere, never falling.
    pub proposed: Option<Vec<BasisPoints>>,
}

/// A month of a ramp.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LearnedLevel {
    /// Month of tenure, from 0 on.
    pub tenure: usize,
    /// The level that the plan assumes, in basis points.
    pub assumed: BasisPoints,
    /// Seats in this month of tenure.
    pub sample: Sample,
    /// The level that was found, in basis points.
    pub observed: Option<i64>,
    /// Its standard error in basis points; `null` for one seat or none.
    pub error: Option<i64>,
    /// What follows.
    pub finding: Finding,
}

/// One seat's sums.
#[derive(Debug, Clone, Copy, Default)]
struct Person {
    booked: i128,
    expected: i128,
    months: usize,
}

/// Seats by place, each an observation.
#[derive(Debug, Default)]
struct Observed(BTreeMap<usize, Person>);

impl Observed {
    fn add(&mut self, seat: usize, booked: i64, expected: i64) {
        let person = self.0.entry(seat).or_default();
        person.booked += i128::from(booked);
        person.expected += i128::from(expected);
        person.months += 1;
    }

    fn sample(&self) -> Sample {
        Sample { seats: self.0.len(), seat_months: self.0.values().map(|person| person.months).sum() }
    }

    /// Booked ÷ expected and its standard error.
    fn ratio(&self) -> (Option<f64>, Option<f64>) {
        let booked: i128 = self.0.values().map(|person| person.booked).sum();
        let expected: i128 = self.0.values().map(|person| person.expected).sum();
        if expected <= 0 {
            return (None, None);
        }
        let ratio = booked as f64 / expected as f64;
        let apart = |person: &Person| (person.booked as f64 - ratio * person.expected as f64).powi(2);
        let squares: f64 = self.0.values().map(apart).sum();
        let seats = self.0.len() as f64;
        let error = (self.0.len() > 1).then(|| (squares * seats / (seats - 1.0)).sqrt() / expected as f64);
        (Some(ratio), error)
    }
}

fn finding(sample: Sample, needed: usize, observed: Option<f64>, error: Option<f64>, assumed: f64) -> Finding {
    match (observed, error) {
        (Some(observed), Some(error)) if sample.seats >= needed.max(2) => {
            // A tenth of a percent is no finding, however sure it is.
            if (observed - assumed).abs() > (2.0 * error).max(0.001) { Finding::Differs } else { Finding::AsAssumed }
        }
        _ => Finding::TooLittleData,
    }
}

fn points(ratio: f64) -> i64 {
    (ratio * f64::from(WHOLE)).round() as i64
}

/// What bookings in these months say about a scenario's ramps and productivity. `needed`: seats that each figure needs.
#[must_use]
pub fn learn(scenario: &Scenario, bookings: &[Booking], months: Range<Month>, needed: usize) -> Learned {
    let plan = Plan::new(scenario);
    let mut booked: BTreeMap<(&str, Month), i64> = BTreeMap::new();
    for booking in bookings {
        *booked.entry((&booking.seat, booking.month)).or_default() += booking.amount.0;
    }
    // By profile: ramped months, and by month of tenure those of the ramp.
    let mut ramped: Vec<Observed> = plan.kinds.iter().map(|_| Observed::default()).collect();
    let mut ramping: Vec<Vec<Observed>> = Vec::new();
    for kind in &plan.kinds {
        ramping.push(kind.ramp.iter().map(|_| Observed::default()).collect());
    }
    let mut seat = 0;
    for line in &plan.lines {
        for id in Plan::ids(line) {
            seat += 1;
            for (month, tenure, expected) in expectations(scenario, line, &months) {
                let amount = booked.get(&(id.as_str(), month)).copied().unwrap_or(0);
                let Some(kind) = plan.kinds.get(line.profile) else { continue };
                let of_ramp = ramping.get_mut(line.profile).and_then(|months| months.get_mut(tenure));
                if tenure + 1 < kind.ramp.len() {
                    if let Some(observed) = of_ramp {
                        observed.add(seat, amount, expected);
                    }
                } else if let Some(observed) = ramped.get_mut(line.profile) {
                    let last = ramp_in(&kind.ramp, i32::MAX);
                    observed.add(seat, amount, expected / i64::from(WHOLE) * i64::from(last));
                }
            }
        }
    }
    let productivity = scenario.profiles.iter().zip(&ramped);
    Learned {
        from: months.start,
        until: months.end,
        needed,
        productivity: productivity
            .map(|(profile, observed)| learned(scenario, &profile.id, observed, needed))
            .collect(),
        ramps: ramps(scenario, &ramped, &ramping, needed),
    }
}

/// Months in which a seat was there: the month, its month of tenure, and what a ramped seat would have booked in cents.
fn expectations(scenario: &Scenario, line: &Line<'_>, months: &Range<Month>) -> Vec<(Month, usize, i64)> {
    let (segment, starts) = match line.origin {
        Origin::Roster(seat) => (&seat.segment, seat.starts),
        Origin::Plan(hire) => (&hire.segment, hire.starts),
    };
    let weights = weights(scenario, segment);
    let mut all = Vec::new();
    for at in 0..months.end.since(months.start) {
        let month = months.start.plus(at);
        let (first, days) = (month.first_day(), month.days());
        let (from, to) = (starts.max(first), line.ends.unwrap_or(Date::MAX).min(first.last_of_month()));
        let Ok(tenure) = usize::try_from(month.since(scenario.starts) - line.tenure_from) else { continue };
        if from > to {
            continue;
        }
        let here = (i32::from(to.day()) - i32::from(from.day()) + 1).unsigned_abs();
        let part = factor(WHOLE, line.allocation, here, days.unsigned_abs(), crate::parts::ONE);
        let units = (u128::from(share(line.productivity, weights, month)) * u128::from(part)) >> (40 + UNIT_BITS);
        all.push((month, tenure, i64::try_from(units).unwrap_or(i64::MAX)));
    }
    all
}

fn learned(scenario: &Scenario, profile: &str, observed: &Observed, needed: usize) -> LearnedProductivity {
    let sample = observed.sample();
    let (ratio, error) = observed.ratio();
    let finding = finding(sample, needed, ratio, error, 1.0);
    let rows = scenario.productivity.iter().filter(|row| row.profile == profile);
    let proposed = |row: &Productivity| {
        let thousands = (row.a_year.0 as f64 * ratio.unwrap_or(1.0) / 100_000.0).round() as i64;
        ProposedProductivity {
            segment: row.segment.clone(),
            territory: row.territory.clone(),
            from: row.a_year,
            to: Cents(thousands * 100_000),
        }
    };
    LearnedProductivity {
        profile: profile.to_owned(),
        sample,
        observed: ratio.map(points),
        error: error.map(points),
        finding,
        proposed: match finding {
            Finding::Differs => rows.map(proposed).collect(),
            Finding::TooLittleData | Finding::AsAssumed => Vec::new(),
        },
    }
}

/// Curves, each from all profiles that follow it.
fn ramps(scenario: &Scenario, ramped: &[Observed], ramping: &[Vec<Observed>], needed: usize) -> Vec<LearnedRamp> {
    let mut all = Vec::new();
    for curve in &scenario.ramp_curves {
        let mut months = Vec::new();
        for (tenure, assumed) in curve.months.iter().enumerate() {
            if tenure + 1 == curve.months.len() {
                break;
            }
            let mut together = Observed::default();
            for ((profile, ramped), ramping) in scenario.profiles.iter().zip(ramped).zip(ramping) {
                let Some(observed) = ramping.get(tenure).filter(|_| profile.ramp == curve.id) else { continue };
                // Too few ramped people say nothing about productivity: then it is what the plan assumes.
                let productivity = ramped.ratio().0.filter(|_| ramped.sample().seats >= needed.max(2)).unwrap_or(1.0);
                for (seat, person) in &observed.0 {
                    let expected = (person.expected as f64 * productivity).round() as i128;
                    together.0.insert(*seat, Person { expected, ..*person });
                }
            }
            let (ratio, error) = together.ratio();
            let sample = together.sample();
            months.push(LearnedLevel {
                tenure,
                assumed: *assumed,
                sample,
                observed: ratio.map(points),
                error: error.map(points),
                finding: finding(sample, needed, ratio, error, f64::from(*assumed) / f64::from(WHOLE)),
            });
        }
        let has = |finding: Finding| months.iter().any(|month| month.finding == finding);
        let finding = if has(Finding::Differs) {
            Finding::Differs
        } else if has(Finding::TooLittleData) || months.is_empty() {
            Finding::TooLittleData
        } else {
            Finding::AsAssumed
        };
        let proposed = (finding == Finding::Differs).then(|| proposed(&months, &curve.months));
        all.push(LearnedRamp { curve: curve.id.clone(), months, finding, proposed });
    }
    all
}

/// What was found, to whole percents and without falling: neighbours that fall are made one level, by their samples.
fn proposed(months: &[LearnedLevel], curve: &[BasisPoints]) -> Vec<BasisPoints> {
    let last = i64::from(curve.last().copied().unwrap_or(WHOLE));
    // Levels with their weight and their number of months.
    let mut levels: Vec<(i64, i64, usize)> = Vec::new();
    for month in months {
        let level = match month.finding {
            Finding::Differs => month.observed.unwrap_or(0).clamp(0, last),
            Finding::AsAssumed | Finding::TooLittleData => i64::from(month.assumed),
        };
        levels.push((level, i64::try_from(month.sample.seat_months.max(1)).unwrap_or(1), 1));
        while let [.., before, after] = levels.as_slice()
            && before.0 > after.0
        {
            let weight = before.1 + after.1;
            let together = ((before.0 * before.1 + after.0 * after.1) / weight, weight, before.2 + after.2);
            levels.truncate(levels.len() - 2);
            levels.push(together);
        }
    }
    let percents = levels.iter().flat_map(|(level, _, count)| std::iter::repeat_n((level + 50) / 100 * 100, *count));
    percents.chain([last]).map(|level| BasisPoints::try_from(level).unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{hire, plan, seat};

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    /// Twelve hires of February 2027 and ten ramped seats, who book as the plan says times `ramped`, on this ramp.
    fn story(ramp: &[i64], ramped: i64) -> (Scenario, Vec<Booking>) {
        let mut scenario = plan();
        scenario.roster = (0..10).map(|n| seat(&format!("s{n}"), "hunter", "mid-market", "apac")).collect();
        scenario.hiring_plan = vec![hire("new", "hunter", "mid-market", "apac", 2, 12)];
        let mut bookings = Vec::new();
        for at in 0..12 {
            let month = scenario.starts.plus(at);
            // Every other one books a tenth more, the others a tenth less.
            let mut book = |seat: String, number: i64, percent: i64| {
                let amount = 100_000 * percent * ramped / 100 * (9 + 2 * (number % 2)) / 10;
                bookings.push(Booking { seat, month, amount: Cents(amount) });
            };
            for number in 0..10 {
                book(format!("s{number}"), number, 100);
            }
            if let Ok(tenure) = usize::try_from(at - 1) {
                for number in 1..=12 {
                    book(format!("new/{number}"), number, ramp.get(tenure).copied().unwrap_or(100));
                }
            }
        }
        (scenario, bookings)
    }

    fn learned(ramp: &[i64], ramped: i64, needed: usize) -> Learned {
        let (scenario, bookings) = story(ramp, ramped);
        learn(&scenario, &bookings, month("2027-01")..month("2028-01"), needed)
    }

    #[test]
    fn who_books_as_planned_changes_nothing() {
        let learned = learned(&[0, 20, 40, 60, 80], 100, 8);
        let hunter = &learned.productivity[0];
        assert_eq!((hunter.observed, hunter.finding), (Some(10_000), Finding::AsAssumed));
        // Ten seats for a year, and twelve hires from July on.
        assert_eq!(hunter.sample, Sample { seats: 22, seat_months: 10 * 12 + 12 * 6 });
        let ramp = &learned.ramps[0];
        assert_eq!(ramp.finding, Finding::AsAssumed);
        assert_eq!(ramp.proposed, None);
        assert!(ramp.months.iter().all(|month| month.sample == Sample { seats: 12, seat_months: 12 }));
    }

    #[test]
    fn a_faster_ramp_is_proposed_apart_from_higher_productivity() {
        let learned = learned(&[0, 30, 60, 60, 90], 120, 8);
        let hunter = &learned.productivity[0];
        assert_eq!((hunter.observed, hunter.finding), (Some(12_000), Finding::Differs));
        assert_eq!(hunter.proposed[0].to, Cents::units(1_440_000));
        let ramp = &learned.ramps[0];
        assert_eq!(ramp.months[1].observed, Some(3_000));
        // Each is a tenth above or below: an error of 3 % × √(12/11) ÷ √12.
        assert_eq!(ramp.months[1].error, Some(90));
        assert_eq!(ramp.months[3].finding, Finding::AsAssumed);
        assert_eq!(ramp.proposed, Some(vec![0, 3_000, 6_000, 6_000, 9_000, 10_000]));
        assert_eq!(learned.ramps[1].finding, Finding::TooLittleData, "no farmer has ramped");
    }

    #[test]
    fn too_few_seats_propose_nothing_and_say_so() {
        let learned = learned(&[0, 90, 90, 90, 90], 150, 30);
        assert_eq!(learned.productivity[0].finding, Finding::TooLittleData);
        assert!(learned.productivity[0].proposed.is_empty());
        assert_eq!(learned.productivity[0].observed, Some(15_000));
        assert_eq!((learned.ramps[0].finding, &learned.ramps[0].proposed), (Finding::TooLittleData, &None));
    }

    #[test]
    fn a_month_without_a_booking_is_a_month_of_nothing() {
        let (scenario, mut bookings) = story(&[0, 20, 40, 60, 80], 100);
        bookings.retain(|booking| !(booking.seat.starts_with('s') && booking.month < month("2027-07")));
        let learned = learn(&scenario, &bookings, month("2027-01")..month("2028-01"), 8);
        // 132 of 192 seat months.
        assert_eq!(learned.productivity[0].observed, Some(10_000 * 132 / 192));
    }

    #[test]
    fn a_proposed_curve_never_falls() {
        let learned = learned(&[0, 50, 30, 60, 80], 100, 8);
        assert_eq!(learned.ramps[0].proposed, Some(vec![0, 4_000, 4_000, 6_000, 8_000, 10_000]));
    }
}
