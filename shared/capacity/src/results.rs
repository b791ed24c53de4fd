//! What computing a scenario gives. Amounts are whole cents of the scenario's currency, ratios are basis points, full-time
//! equivalents are ten-thousandths; lists by month have the plan's length, its first month first.

use revloops_domain::Cents;
use revloops_scenario::Month;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A scenario, computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Computed {
    /// The scenario's id.
    pub scenario: String,
    /// The scenario's hash: the same figures come from the same plan.
    pub hash: String,
    /// ISO 4217 code of every amount.
    pub currency: String,
    /// First month of the plan.
    pub starts: Month,
    /// Number of months.
    pub months: u16,
    /// The whole company.
    pub total: Group,
    /// By segment, in the scenario's order.
    pub segments: Vec<Group>,
    /// By profile, in the scenario's order; without targets.
    pub profiles: Vec<Group>,
    /// By territory, in the scenario's order.
    pub territories: Vec<Branch>,
    /// By manager, in the scenario's order; without targets. Seats without a manager are in none of them.
    pub managers: Vec<Branch>,
    /// Seat by seat: the roster first, then the hiring plan.
    pub seats: Vec<SeatRow>,
    /// Bookings of seats that the scenario does not have, or outside the plan's months: in no figure above.
    pub unplaced_actual: Cents,
}

/// Amounts by month.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Series {
    /// What is expected to be booked.
    pub capacity: Vec<Cents>,
    /// Street quota: what the people on these seats have signed for. Who is expected to have left carries none.
    pub quota: Vec<Cents>,
    /// What has been booked, where bookings were given.
    pub actual: Vec<Cents>,
    /// What the seats cost: fixed and variable pay, overhead, hiring.
    pub cost: Vec<Cents>,
    /// Full-time equivalents that are expected to be there, in ten-thousandths: 10,000 is one person.
    pub fte: Vec<i64>,
}

/// Capacity against what is to be booked, by month.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Against {
    /// What is to be booked, top down.
    pub target: Vec<Cents>,
    /// Target less capacity: above nothing, capacity is missing.
    pub gap: Vec<Cents>,
    /// Capacity ÷ target in basis points; `null` where nothing is to be booked.
    pub coverage: Vec<Option<i64>>,
}

/// Twelve months of the plan, or what is left of them at its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Year {
    /// Its first month.
    pub starts: Month,
    /// Number of months: 12, or fewer in the last one.
    pub months: u16,
    /// What is expected to be booked.
    pub capacity: Cents,
    /// Street quota.
    pub quota: Cents,
    /// What is to be booked; `null` where no target can be said (profiles, managers).
    pub target: Option<Cents>,
    /// What has been booked.
    pub actual: Cents,
    /// What the seats cost.
    pub cost: Cents,
    /// Target less capacity.
    pub gap: Option<Cents>,
    /// Capacity ÷ target in basis points.
    pub coverage: Option<i64>,
    /// Attainment factor: target ÷ street quota in basis points. 8,000: the plan is met if people reach 80 % of quota.
    pub attainment_factor: Option<i64>,
    /// Over-assignment: street quota ÷ target in basis points. 12,500: the street carries 125 % of what is to be booked.
    pub over_assignment: Option<i64>,
}

/// Seats that are looked at together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Group {
    /// Id in the scenario; `total` for the whole.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// By month.
    pub series: Series,
    /// Against the target, where one can be said.
    pub against: Option<Against>,
    /// By year of the plan.
    pub years: Vec<Year>,
}

/// A territory or a manager, alone and with all that lies below.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Branch {
    /// Id in the scenario.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The one above, by id.
    pub above: Option<String>,
    /// Its own seats, by month.
    pub own: Series,
    /// Its own seats and those of all below, by month.
    pub rolled_up: Series,
    /// The roll-up against the target, where one can be said.
    pub against: Option<Against>,
    /// The roll-up by year of the plan.
    pub years: Vec<Year>,
}

/// One seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeatRow {
    /// The seat's id; `row/1`, `row/2`, … in the hiring plan.
    pub id: String,
    /// The row of the hiring plan, by id; `null` on the roster.
    pub hire: Option<String>,
    /// Profile, by id.
    pub profile: String,
    /// Segment, by id.
    pub segment: String,
    /// Territory, by id.
    pub territory: String,
    /// Manager, by id.
    pub manager: Option<String>,
    /// By month.
    pub series: Series,
}

/// `part` ÷ `whole` in basis points, to the nearest, halves up; `None` where the whole is nothing.
#[must_use]
pub fn ratio(part: Cents, whole: Cents) -> Option<i64> {
    if whole.0 <= 0 {
        return None;
    }
    let (part, whole) = (i128::from(part.0), i128::from(whole.0));
    i64::try_from((part * 20_000 + whole).div_euclid(whole * 2)).ok()
}

impl Series {
    /// Nothing, for so many months.
    #[must_use]
    pub fn zero(months: usize) -> Self {
        let nothing = vec![Cents::ZERO; months];
        Self {
            capacity: nothing.clone(),
            quota: nothing.clone(),
            actual: nothing.clone(),
            cost: nothing,
            fte: vec![0; months],
        }
    }

    /// Adds `other`, month by month.
    pub fn add(&mut self, other: &Self) {
        add(&mut self.capacity, &other.capacity);
        add(&mut self.quota, &other.quota);
        add(&mut self.actual, &other.actual);
        add(&mut self.cost, &other.cost);
        self.fte.iter_mut().zip(&other.fte).for_each(|(sum, fte)| *sum += fte);
    }
}

/// Adds `other` to `sum`, month by month.
pub(crate) fn add(sum: &mut [Cents], other: &[Cents]) {
    sum.iter_mut().zip(other).for_each(|(sum, amount)| *sum += *amount);
}

impl Against {
    /// `capacity` against `target`, month by month.
    #[must_use]
    pub fn new(capacity: &[Cents], target: Vec<Cents>) -> Self {
        let gap = target.iter().zip(capacity).map(|(target, capacity)| *target - *capacity).collect();
        let coverage = target.iter().zip(capacity).map(|(target, capacity)| ratio(*capacity, *target)).collect();
        Self { target, gap, coverage }
    }
}

/// The years of a plan that begins in `starts`.
#[must_use]
pub fn years(starts: Month, series: &Series, target: Option<&[Cents]>) -> Vec<Year> {
    let sum = |amounts: &[Cents], from: usize| amounts.iter().skip(from).take(12).copied().sum::<Cents>();
    let year = |from: usize| {
        let (capacity, quota) = (sum(&series.capacity, from), sum(&series.quota, from));
        let target = target.map(|target| sum(target, from));
        Year {
            starts: starts.plus(i32::try_from(from).unwrap_or(i32::MAX)),
            months: u16::try_from((series.capacity.len() - from).min(12)).unwrap_or(12),
            capacity,
            quota,
            target,
            actual: sum(&series.actual, from),
            cost: sum(&series.cost, from),
            gap: target.map(|target| target - capacity),
            coverage: target.and_then(|target| ratio(capacity, target)),
            attainment_factor: target.and_then(|target| ratio(target, quota)),
            over_assignment: target.and_then(|target| ratio(quota, target)),
        }
    };
    (0..series.capacity.len()).step_by(12).map(year).collect()
}

/// Seats that are to be hired so that capacity reaches the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HiresNeeded {
    /// First month in which somebody can start.
    pub earliest: Month,
    /// Most who can start in one segment in one month.
    pub most_a_month: u16,
    /// By segment that lacks capacity, in the scenario's order.
    pub segments: Vec<SegmentHires>,
}

/// Seats that one segment needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SegmentHires {
    /// The segment, by id.
    pub segment: String,
    /// The profile that is hired: the most frequent one of the segment, by id; `null` where no seat and no row of
    /// productivity says who could sell there.
    pub profile: Option<String>,
    /// The territory whose productivity is reckoned with: the most frequent one of these seats.
    pub territory: Option<String>,
    /// Bookings a year of such a seat, fully ramped.
    pub productivity: Cents,
    /// Starts, as late as they still help, by month.
    pub starts: Vec<Starts>,
    /// By year of the plan: what is missing, and what still is.
    pub years: Vec<YearClosed>,
    /// Cost of these hires over the plan.
    pub cost: Cents,
}

/// So many start in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Starts {
    /// The month.
    pub month: Month,
    /// How many.
    pub seats: u16,
}

/// How far hires close a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct YearClosed {
    /// Its first month.
    pub starts: Month,
    /// Target less capacity before these hires; nothing where capacity suffices.
    pub missing: Cents,
    /// What these hires book in it.
    pub by_hires: Cents,
    /// What cannot be closed in time, since nobody ramps that fast or no more can start.
    pub open: Cents,
}

/// What one lever does to capacity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeverEffect {
    /// The lever: `productivity`, `ramp standard`, `attrition hunter`, `hire dach-next`, …
    pub lever: String,
    /// What was done to it, in words: `10 % more and less`.
    pub step: String,
    /// The change for the better, as far as it goes.
    pub up: Effect,
    /// The change for the worse.
    pub down: Effect,
}

/// A change of capacity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Effect {
    /// In the first twelve months.
    pub first_year: Cents,
    /// Over the plan.
    pub plan: Cents,
}

/// What a simulation gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Simulated {
    /// The scenario's id.
    pub scenario: String,
    /// The scenario's hash.
    pub hash: String,
    /// ISO 4217 code of every amount.
    pub currency: String,
    /// First month of the plan.
    pub starts: Month,
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// Number of trials.
    pub trials: u32,
    /// Bookings by month.
    pub months: Vec<Quantiles>,
    /// Bookings by year of the plan.
    pub years: Vec<Chance>,
    /// Bookings over the plan.
    pub plan: Chance,
    /// By segment: bookings over the plan, in the scenario's order.
    pub segments: Vec<SegmentChance>,
    /// Which uncertainty the spread of the first year's bookings comes from.
    pub first_year_variance: Variance,
    /// Which uncertainty the spread of the plan's bookings comes from.
    pub plan_variance: Variance,
}

/// How bookings spread over the trials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Quantiles {
    /// In one trial of ten it is no more than this.
    pub p10: Cents,
    /// In half of the trials it is no more than this.
    pub p50: Cents,
    /// In nine trials of ten it is no more than this.
    pub p90: Cents,
    /// The mean.
    pub mean: Cents,
    /// The standard deviation.
    pub deviation: Cents,
}

/// A span's bookings, and how likely its target is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Chance {
    /// Its first month.
    pub starts: Month,
    /// How bookings spread.
    pub bookings: Quantiles,
    /// What is to be booked.
    pub target: Cents,
    /// Trials in ten thousand that reach it; `null` where nothing is to be booked.
    pub reaches_target: Option<u32>,
}

/// A segment's bookings over the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SegmentChance {
    /// The segment, by id.
    pub segment: String,
    /// By year of the plan.
    pub years: Vec<Chance>,
    /// Over the plan.
    pub plan: Chance,
}

/// Where the variance comes from, in basis points that add up to 10,000 (all of them 0 where nothing is uncertain).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Variance {
    /// The standard deviation that is explained.
    pub deviation: Cents,
    /// Hires that start later than planned.
    pub hire_dates: i32,
    /// Ramps that take longer.
    pub ramp: i32,
    /// People who leave.
    pub attrition: i32,
    /// People who book more or less than expected.
    pub seat_attainment: i32,
    /// A market that is better or worse for all.
    pub market: i32,
    /// What only comes about together, and what so many trials cannot tell; may be less than nothing.
    pub together: i32,
}

/// Why two scenarios differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// The scenario from which.
    pub from: Side,
    /// The scenario to which.
    pub to: Side,
    /// To less from.
    pub change: Amounts,
    /// What makes up the change, in the order of their size; they add up to it to the cent.
    pub causes: Vec<Cause>,
}

/// One of the two scenarios.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Side {
    /// Its id.
    pub scenario: String,
    /// Its hash.
    pub hash: String,
    /// Its sums.
    pub amounts: Amounts,
}

/// Sums over the plan, and over its first twelve months.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Amounts {
    /// Expected bookings.
    pub capacity: Cents,
    /// Street quota.
    pub quota: Cents,
    /// What is to be booked.
    pub target: Cents,
    /// Cost of the seats.
    pub cost: Cents,
    /// Expected bookings of the first twelve months.
    pub first_year_capacity: Cents,
    /// Street quota of the first twelve months.
    pub first_year_quota: Cents,
    /// What is to be booked in the first twelve months.
    pub first_year_target: Cents,
    /// Cost of the first twelve months.
    pub first_year_cost: Cents,
}

/// What a change comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cause {
    /// What kind of thing was changed.
    pub kind: CauseKind,
    /// In words: `hire iberia-first added`, `ramp standard faster`.
    pub what: String,
    /// Its part of the change.
    pub amounts: Amounts,
}

/// Kinds of causes, in the order in which a plan is built up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// First month or number of months.
    Span,
    /// Which territory lies in which.
    Territories,
    /// Segments and how their bookings spread over the year.
    Seasonality,
    /// What a ramped seat books.
    Productivity,
    /// How people come up.
    Ramp,
    /// How many leave.
    Attrition,
    /// What people sign for.
    Quota,
    /// What seats cost.
    Cost,
    /// Seats that are filled: who, where, from when to when.
    Roster,
    /// Seats that are to be filled.
    HiringPlan,
    /// Part of the working time.
    Allocation,
    /// What is to be booked.
    Target,
}
