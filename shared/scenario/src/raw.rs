//! A scenario as its file writes it.
//!
//! Amounts are whole units of the currency or have two decimals, percentages may have two decimals. Ids, months and days
//! are read as texts: whether they are right is said with all else that is wrong.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use crate::lists::RawList;
use crate::territories::read::RawTerritory;

/// A plan. One that is based on another says only what differs: entries are told apart by their `id` (productivity by
/// profile, segment and territory; targets by start, segment and territory; named accounts by account), an entry that is
/// there already changes only in what is written, and `remove: true` takes it out.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawScenario {
    /// The scenario from which this one differs, by the name of its file without `.yaml`.
    #[serde(default, skip_serializing)]
    #[expect(dead_code, reason = "for the schema; read while files are merged")]
    pub(crate) based_on: Option<String>,
    /// What people call it.
    pub(crate) name: String,
    /// What it assumes, in words.
    #[serde(default)]
    pub(crate) about: Option<String>,
    /// ISO 4217 code of every amount: `USD`.
    pub(crate) currency: String,
    /// First month of the plan: `2027-01`.
    pub(crate) starts: String,
    /// Number of months.
    #[schemars(range(min = 1, max = 60))]
    pub(crate) months: u16,
    /// Parts of the market.
    pub(crate) segments: Vec<RawSegment>,
    /// Whom seats roll up to.
    #[serde(default)]
    pub(crate) managers: Vec<RawManager>,
    /// How new people come up to full productivity.
    pub(crate) ramp_curves: Vec<RawRampCurve>,
    /// How a year's bookings spread over its months.
    #[serde(default)]
    pub(crate) seasonality: Vec<RawSeasonality>,
    /// Kinds of seats.
    pub(crate) profiles: Vec<RawProfile>,
    /// What a fully ramped seat books a year. Of the rows that fit a seat, the one whose territory is nearest holds; among
    /// these, the one that names the segment.
    pub(crate) productivity: Vec<RawProductivity>,
    /// Seats that are filled.
    #[serde(default)]
    pub(crate) roster: Vec<RawSeat>,
    /// Seats that are to be filled.
    #[serde(default)]
    pub(crate) hiring_plan: Vec<RawHire>,
    /// What is to be booked, top down.
    #[serde(default)]
    pub(crate) targets: Vec<RawTarget>,
    /// How sure the assumptions are, for the simulation; where it is left out, they are sure.
    #[serde(default)]
    pub(crate) uncertainty: RawUncertainty,
    /// Roles that a territory can fill: `account_executive`, …
    pub(crate) roles: Vec<String>,
    /// Lists of values that conditions name.
    #[serde(default)]
    pub(crate) lists: Vec<RawList>,
    /// Territories in the order in which they are looked at: the first that holds is the account's or lead's.
    pub(crate) territories: Vec<RawTerritory>,
    /// A file with more `named_accounts`, in a folder beside the scenario: `accounts/fy27.yaml`.
    #[serde(default, skip_serializing)]
    #[expect(dead_code, reason = "for the schema; read while files are merged")]
    pub(crate) named_accounts_from: Option<String>,
    /// Accounts that are placed by name, before any territory's condition is looked at.
    #[serde(default)]
    pub(crate) named_accounts: Vec<RawNamedAccount>,
}

/// A file of named accounts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "for the schema; the entries are read with the scenario's own")]
pub(crate) struct RawNamedAccounts {
    /// Accounts that are placed by name.
    named_accounts: Vec<RawNamedAccount>,
}

/// A part of the market.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSegment {
    /// What the other lists call it.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) name: String,
    /// The spread of its bookings over the year; even where none is named.
    #[serde(default)]
    pub(crate) seasonality: Option<String>,
}

/// Whom seats roll up to.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawManager {
    /// What seats call the manager.
    pub(crate) id: String,
    /// Name, as people say it.
    pub(crate) name: String,
    /// The manager above.
    #[serde(default)]
    pub(crate) reports_to: Option<String>,
}

/// How productive somebody is in the first months.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawRampCurve {
    /// What profiles call it.
    pub(crate) id: String,
    /// Percent of full productivity by month of tenure, the month of the start first; later months are like the last.
    #[schemars(inner(range(min = 0, max = 100)))]
    pub(crate) percent_by_month: Vec<Percent>,
}

/// How a year's bookings spread over its months.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSeasonality {
    /// What segments call it.
    pub(crate) id: String,
    /// January to December; a month's share of the year is its weight by the sum of all.
    #[schemars(inner(range(min = 0, max = 1_000_000)))]
    pub(crate) weights: Vec<u32>,
}

/// A kind of seat.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawProfile {
    /// What seats call it.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) name: String,
    /// Its ramp curve.
    pub(crate) ramp: String,
    /// How many of a hundred leave in a year.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100))]
    pub(crate) attrition_percent_a_year: Percent,
    /// What people on such a seat sign for.
    pub(crate) quota: RawQuota,
    /// Whether the quota of new people grows with their ramp.
    #[serde(default)]
    pub(crate) quota_ramps: bool,
    /// What such a seat costs.
    #[serde(default)]
    pub(crate) cost: RawCost,
}

/// A quota: `{a_year: 900000}` or `{over_assigned_percent: 125}`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawQuota {
    /// So much a year.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1_000_000_000_000u64))]
    pub(crate) a_year: Option<Amount>,
    /// The seat's productivity times this.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1000))]
    pub(crate) over_assigned_percent: Option<Percent>,
}

/// What a seat costs.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawCost {
    /// Fixed pay a year.
    #[schemars(range(min = 0, max = 1_000_000_000_000u64))]
    pub(crate) base_a_year: Amount,
    /// Variable pay a year for reaching the quota.
    #[schemars(range(min = 0, max = 1_000_000_000_000u64))]
    pub(crate) variable_a_year: Amount,
    /// Taxes, tools and desk, in percent of the fixed pay.
    #[schemars(range(min = 0, max = 1000))]
    pub(crate) overhead_percent: Percent,
    /// Once, in the month in which a hire starts.
    #[schemars(range(min = 0, max = 1_000_000_000_000u64))]
    pub(crate) hiring: Amount,
}

/// What a fully ramped seat books a year.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawProductivity {
    /// The profile.
    pub(crate) profile: String,
    /// The segment; any where none is named.
    #[serde(default)]
    pub(crate) segment: Option<String>,
    /// The territory with all that lie in it; any where none is named.
    #[serde(default)]
    pub(crate) territory: Option<String>,
    /// Bookings a year.
    #[schemars(range(min = 0, max = 1_000_000_000_000u64))]
    pub(crate) a_year: Amount,
}

/// A seat that is filled. Who changes seats has one entry for each.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSeat {
    /// What reports call it.
    pub(crate) id: String,
    /// Username of who sits on it.
    #[serde(default)]
    pub(crate) person: Option<String>,
    /// Profile.
    pub(crate) profile: String,
    /// Segment.
    pub(crate) segment: String,
    /// Territory.
    pub(crate) territory: String,
    /// Manager.
    #[serde(default)]
    pub(crate) manager: Option<String>,
    /// First day on this seat: `2026-10-01`.
    pub(crate) starts: String,
    /// First day of the person's tenure, where it began before the seat: the ramp counts from it.
    #[serde(default)]
    pub(crate) tenure_from: Option<String>,
    /// Last day, where it is known.
    #[serde(default)]
    pub(crate) ends: Option<String>,
    /// Part of the working time.
    #[serde(default = "all")]
    #[schemars(range(min = 0, max = 100))]
    pub(crate) allocation_percent: Percent,
}

/// Seats that are to be filled, all alike.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawHire {
    /// What reports call it.
    pub(crate) id: String,
    /// Profile.
    pub(crate) profile: String,
    /// Segment.
    pub(crate) segment: String,
    /// Territory.
    pub(crate) territory: String,
    /// Manager.
    #[serde(default)]
    pub(crate) manager: Option<String>,
    /// First day: `2027-02-01`.
    pub(crate) starts: String,
    /// How many.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 10_000))]
    pub(crate) seats: u16,
    /// Part of the working time.
    #[serde(default = "all")]
    #[schemars(range(min = 0, max = 100))]
    pub(crate) allocation_percent: Percent,
}

/// What is to be booked in twelve months.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTarget {
    /// First of the twelve months: `2027-01`.
    pub(crate) starts: String,
    /// Segment.
    pub(crate) segment: String,
    /// Territory; the whole segment where none is named.
    #[serde(default)]
    pub(crate) territory: Option<String>,
    /// Bookings in these twelve months.
    #[schemars(range(min = 0, max = 1_000_000_000_000u64))]
    pub(crate) a_year: Amount,
}

/// How sure the assumptions are.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawUncertainty {
    /// Days by which a hire starts later than planned.
    pub(crate) hire_delay_days: RawTriangular,
    /// How long ramping takes, in percent of the curve's time: 120 is a fifth longer.
    pub(crate) ramp_time_percent: RawTriangular,
    /// Spread of one seat's attainment around what is expected, as a standard deviation.
    #[schemars(range(min = 0, max = 1000))]
    pub(crate) seat_attainment_percent: Percent,
    /// Spread that all seats share, as a standard deviation: a market that is better or worse than thought.
    #[schemars(range(min = 0, max = 1000))]
    pub(crate) market_attainment_percent: Percent,
    /// Whether people leave at random, by their profile's attrition; else the expected part of each seat leaves.
    pub(crate) attrition_at_random: bool,
}

impl Default for RawUncertainty {
    fn default() -> Self {
        let sure = |value| RawTriangular { low: value, likely: value, high: value };
        Self {
            hire_delay_days: sure(0),
            ramp_time_percent: sure(100),
            seat_attainment_percent: Percent::default(),
            market_attainment_percent: Percent::default(),
            attrition_at_random: false,
        }
    }
}

/// A value between a lowest and a highest, most likely near `likely`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTriangular {
    /// The lowest.
    #[schemars(range(min = 0, max = 3650))]
    pub(crate) low: u32,
    /// The most likely.
    #[schemars(range(min = 0, max = 3650))]
    pub(crate) likely: u32,
    /// The highest.
    #[schemars(range(min = 0, max = 3650))]
    pub(crate) high: u32,
}

/// An account that is placed by name.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawNamedAccount {
    /// The account's id in the CRM, of 15 or 18 characters.
    pub(crate) account: String,
    /// The territory.
    pub(crate) territory: String,
}

/// A number of percent, with up to two decimals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Percent(pub(crate) f64);

/// An amount in units of the currency, with up to two decimals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Amount(pub(crate) f64);

const fn all() -> Percent {
    Percent(100.0)
}

const fn one() -> u16 {
    1
}

/// The number in hundredths; `None` where it has more than two decimals.
pub(crate) fn hundredths(number: f64) -> Option<i64> {
    let whole = (number * 100.0).round();
    // What is read from a text of two decimals is the double nearest to it, and so is this quotient.
    (whole / 100.0 == number).then_some(whole as i64)
}

/// The same number always as the same text: whole where it is whole.
fn written<S: Serializer>(number: f64, serializer: S) -> Result<S::Ok, S::Error> {
    if number.fract() == 0.0 { serializer.serialize_i64(number as i64) } else { serializer.serialize_f64(number) }
}

macro_rules! numbers {
    ($($name:ident),+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                written(self.0, serializer)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "number"})
            }
            fn inline_schema() -> bool {
                true
            }
        }
    )+};
}

numbers!(Percent, Amount);
