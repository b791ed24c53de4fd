//! A small plan that tests change in what they are about.

use jiff::civil::date;
use revloops_domain::Cents;
use revloops_scenario::{
    Hire, Manager, Productivity, Profile, Quota, RampCurve, Scenario, Seasonality, Seat, SeatCost, Segment, Target,
    Territories, Triangular, Uncertainty, WHOLE,
};

/// Three years from 2027-01 on, without seats and targets: segments `enterprise` (seasonal) and `mid-market` (even), profiles
/// `hunter` (ramp `standard`) and `farmer` (ramp `fast`) that nobody leaves, territories `emea` with `dach` and `iberia` in
/// it and `apac`, managers `helen` and under her `maria`.
pub(crate) fn plan() -> Scenario {
    let segment = |id: &str, seasonality: Option<&str>| Segment {
        id: id.to_owned(),
        name: id.to_owned(),
        seasonality: seasonality.map(str::to_owned),
    };
    let profile = |id: &str, ramp: &str| Profile {
        id: id.to_owned(),
        name: id.to_owned(),
        ramp: ramp.to_owned(),
        attrition_a_year: 0,
        quota: Quota::OverAssigned(12_500),
        quota_ramps: true,
        cost: SeatCost {
            base_a_year: Cents::units(120_000),
            variable_a_year: Cents::units(100_000),
            overhead: 2_500,
            hiring: Cents::units(30_000),
        },
    };
    let curve = |id: &str, months: &[u32]| RampCurve { id: id.to_owned(), months: months.to_vec() };
    let manager = |id: &str, above: Option<&str>| Manager {
        id: id.to_owned(),
        name: id.to_owned(),
        reports_to: above.map(str::to_owned),
    };
    Scenario {
        id: "plan".to_owned(),
        name: "Plan".to_owned(),
        about: None,
        based_on: Vec::new(),
        hash: "0".repeat(64),
        currency: "USD".to_owned(),
        starts: "2027-01".parse().unwrap(),
        months: 36,
        roles: Vec::new(),
        territories: Territories::tree([
            ("emea", None),
            ("dach", Some("emea")),
            ("iberia", Some("emea")),
            ("apac", None),
        ])
        .unwrap(),
        segments: vec![segment("enterprise", Some("year-end")), segment("mid-market", None)],
        managers: vec![manager("helen", None), manager("maria", Some("helen"))],
        ramp_curves: vec![curve("standard", &[0, 2_000, 4_000, 6_000, 8_000, WHOLE]), curve("fast", &[5_000, WHOLE])],
        seasonality: vec![Seasonality { id: "year-end".to_owned(), weights: [6, 6, 10, 6, 7, 11, 6, 6, 11, 7, 8, 17] }],
        profiles: vec![profile("hunter", "standard"), profile("farmer", "fast")],
        productivity: vec![
            row("hunter", None, None, 1_200_000),
            row("hunter", None, Some("dach"), 1_500_000),
            row("farmer", None, None, 700_000),
        ],
        roster: Vec::new(),
        hiring_plan: Vec::new(),
        targets: Vec::new(),
        uncertainty: Uncertainty {
            hire_delay_days: Triangular::sure(0),
            ramp_time_percent: Triangular::sure(100),
            seat_attainment: 0,
            market_attainment: 0,
            attrition_at_random: false,
        },
        named_accounts: Vec::new(),
    }
}

/// A row of productivity in whole units.
pub(crate) fn row(profile: &str, segment: Option<&str>, territory: Option<&str>, units: i64) -> Productivity {
    Productivity {
        profile: profile.to_owned(),
        segment: segment.map(str::to_owned),
        territory: territory.map(str::to_owned),
        a_year: Cents::units(units),
    }
}

/// A ramped seat of the roster.
pub(crate) fn seat(id: &str, profile: &str, segment: &str, territory: &str) -> Seat {
    Seat {
        id: id.to_owned(),
        person: None,
        profile: profile.to_owned(),
        segment: segment.to_owned(),
        territory: territory.to_owned(),
        manager: Some("maria".to_owned()),
        starts: date(2024, 1, 1),
        tenure_from: None,
        ends: None,
        allocation: WHOLE,
    }
}

/// Seats to be filled on the first of a month of 2027.
pub(crate) fn hire(id: &str, profile: &str, segment: &str, territory: &str, month: i8, seats: u16) -> Hire {
    Hire {
        id: id.to_owned(),
        profile: profile.to_owned(),
        segment: segment.to_owned(),
        territory: territory.to_owned(),
        manager: Some("helen".to_owned()),
        starts: date(2027, month, 1),
        seats,
        allocation: WHOLE,
    }
}

/// A year's target in whole units.
pub(crate) fn target(year: i16, segment: &str, territory: Option<&str>, units: i64) -> Target {
    Target {
        starts: revloops_scenario::Month::of(date(year, 1, 1)),
        segment: segment.to_owned(),
        territory: territory.map(str::to_owned),
        a_year: Cents::units(units),
    }
}
