//! The checked scenario. Everything in it holds together: names are defined, parents have no cycles, dates do not overlap.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use revloops_domain::{AccountId, Cents};

use crate::month::Month;
use crate::territories::Territories;

/// Hundredths of a percent: 8,500 is 85 %.
pub type BasisPoints = u32;

/// 100 %.
pub const WHOLE: BasisPoints = 10_000;

/// A plan, resolved and checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// The file's name without `.yaml`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it assumes, in words.
    pub about: Option<String>,
    /// The scenarios that it is based on, nearest first.
    pub based_on: Vec<String>,
    /// SHA-256 of the resolved content: the same for the same plan, however it was written down.
    pub hash: String,
    /// ISO 4217 code of every amount.
    pub currency: String,
    /// First month of the plan.
    pub starts: Month,
    /// Number of months, 1 to 60.
    pub months: u16,
    /// What a territory can be held by: `account_executive`, …
    pub roles: Vec<String>,
    /// Where accounts and leads live, and who holds what there; the first that fits is the subject's.
    pub territories: Territories,
    /// Parts of the market.
    pub segments: Vec<Segment>,
    /// Whom seats roll up to.
    pub managers: Vec<Manager>,
    /// How new people come up to full productivity.
    pub ramp_curves: Vec<RampCurve>,
    /// How a year's bookings spread over its months.
    pub seasonality: Vec<Seasonality>,
    /// Kinds of seats.
    pub profiles: Vec<Profile>,
    /// What a fully ramped seat books a year; the most specific row holds (see [`Scenario::productivity_of`]).
    pub productivity: Vec<Productivity>,
    /// Seats that are filled.
    pub roster: Vec<Seat>,
    /// Seats that are to be filled.
    pub hiring_plan: Vec<Hire>,
    /// What is to be booked, top down.
    pub targets: Vec<Target>,
    /// How sure the assumptions are, for the simulation.
    pub uncertainty: Uncertainty,
    /// Accounts that are placed by name, before any territory's condition is looked at.
    pub named_accounts: Vec<NamedAccount>,
}

/// A part of the market.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The spread of its bookings over the year, by id; even where none is named.
    pub seasonality: Option<String>,
}

/// Whom seats roll up to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manager {
    /// Id.
    pub id: String,
    /// Name, as people say it.
    pub name: String,
    /// The manager above, by id.
    pub reports_to: Option<String>,
}

/// How productive somebody is in the first months, in parts of full productivity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RampCurve {
    /// Its id.
    pub id: String,
    /// By month of tenure, the month of the start first; after the last one it stays at the last. Not empty.
    pub months: Vec<BasisPoints>,
}

/// How a year's bookings spread over its months.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seasonality {
    /// Its id.
    pub id: String,
    /// January to December; a month's share of the year is its weight by the sum of all, which is not zero.
    pub weights: [u32; 12],
}

/// A kind of seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its ramp curve, by id.
    pub ramp: String,
    /// How many of a hundred leave in a year; spread evenly, so that the survivors of twelve months are the rest.
    pub attrition_a_year: BasisPoints,
    /// What people on such a seat sign for.
    pub quota: Quota,
    /// Whether the quota of new people grows with their ramp.
    pub quota_ramps: bool,
    /// What such a seat costs.
    pub cost: SeatCost,
}

/// What people sign for. Kept apart from what they are expected to book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quota {
    /// So much a year.
    AYear(Cents),
    /// The seat's productivity times this: 12,500 is an over-assignment of 125 %.
    OverAssigned(BasisPoints),
}

/// What a seat costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatCost {
    /// Fixed pay a year.
    pub base_a_year: Cents,
    /// Variable pay a year for reaching the quota; paid in proportion to bookings by quota.
    pub variable_a_year: Cents,
    /// Taxes, tools and desk, in parts of the fixed pay.
    pub overhead: BasisPoints,
    /// Once, in the month of the start of a hire.
    pub hiring: Cents,
}

/// What a fully ramped seat books a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Productivity {
    /// The profile, by id.
    pub profile: String,
    /// The segment, by id; any where none is named.
    pub segment: Option<String>,
    /// The territory or one that it lies in, by id; any where none is named.
    pub territory: Option<String>,
    /// Bookings a year.
    pub a_year: Cents,
}

/// A seat that is filled. Who changes seats has one row for each, with dates that do not overlap beyond 100 %.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// Its id.
    pub id: String,
    /// Who sits on it: a username of the CRM.
    pub person: Option<String>,
    /// Profile, by id.
    pub profile: String,
    /// Segment, by id.
    pub segment: String,
    /// Territory, by id.
    pub territory: String,
    /// Manager, by id.
    pub manager: Option<String>,
    /// First day on this seat.
    pub starts: Date,
    /// First day of the person's tenure, where it began before the seat: the ramp counts from it.
    pub tenure_from: Option<Date>,
    /// Last day, where it is known.
    pub ends: Option<Date>,
    /// Part of the working time.
    pub allocation: BasisPoints,
}

/// Seats that are to be filled, all alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hire {
    /// Its id; the seats are `id/1`, `id/2`, …
    pub id: String,
    /// Profile, by id.
    pub profile: String,
    /// Segment, by id.
    pub segment: String,
    /// Territory, by id.
    pub territory: String,
    /// Manager, by id.
    pub manager: Option<String>,
    /// First day.
    pub starts: Date,
    /// How many.
    pub seats: u16,
    /// Part of the working time.
    pub allocation: BasisPoints,
}

/// What is to be booked in twelve months, top down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// First of the twelve months.
    pub starts: Month,
    /// Segment, by id.
    pub segment: String,
    /// Territory, by id; the whole segment where none is named.
    pub territory: Option<String>,
    /// Bookings in these twelve months.
    pub a_year: Cents,
}

/// How sure the assumptions are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uncertainty {
    /// Days by which a hire starts later than planned.
    pub hire_delay_days: Triangular,
    /// How long ramping takes, in percent of the curve's time: 120 is a fifth longer.
    pub ramp_time_percent: Triangular,
    /// Spread of one seat's attainment around what is expected, as a standard deviation.
    pub seat_attainment: BasisPoints,
    /// Spread that all seats share (a market that is better or worse than thought), as a standard deviation.
    pub market_attainment: BasisPoints,
    /// Whether people leave at random, by their profile's attrition; else the expected part of each seat leaves.
    pub attrition_at_random: bool,
}

/// A value between a lowest and a highest, most likely near `likely`. All three the same: it is sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Triangular {
    /// The lowest.
    pub low: u32,
    /// The most likely.
    pub likely: u32,
    /// The highest.
    pub high: u32,
}

impl Triangular {
    /// A sure value.
    #[must_use]
    pub const fn sure(value: u32) -> Self {
        Self { low: value, likely: value, high: value }
    }
}

/// An account that is placed by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedAccount {
    /// The account.
    pub account: AccountId,
    /// The territory, by id.
    pub territory: String,
}

impl Scenario {
    /// The month after the plan's last.
    #[must_use]
    pub fn ends(&self) -> Month {
        self.starts.plus(i32::from(self.months))
    }

    /// What a fully ramped seat of this profile books a year in this segment and territory.
    ///
    /// Of the rows that fit, the one whose territory is nearest holds (itself, then the one it lies in, …, then rows
    /// without one); among these, the one that names the segment.
    #[must_use]
    pub fn productivity_of(&self, profile: &str, segment: &str, territory: &str) -> Option<Cents> {
        let above: Vec<&str> = self.territories.above(territory).map(|one| one.id.as_str()).collect();
        let fits =
            |row: &&Productivity| row.profile == profile && row.segment.as_deref().is_none_or(|named| named == segment);
        let distance = |row: &Productivity| match &row.territory {
            Some(named) => above.iter().position(|id| id == named),
            None => Some(above.len()),
        };
        let rows = self.productivity.iter().filter(fits);
        rows.filter_map(|row| Some((distance(row)?, row.segment.is_none(), row)))
            .min_by_key(|(distance, any, _)| (*distance, *any))
            .map(|(_, _, row)| row.a_year)
    }
}
