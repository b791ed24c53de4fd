//! A company's plan, of any number of seats: most people are ramped, some ramp, and every sixth seat is to be filled.

use jiff::civil::{Date, date};
use revloops_domain::Cents;
use revloops_scenario::{
    Hire, Productivity, Profile, Quota, RampCurve, Scenario, Seasonality, Seat, SeatCost, Segment, Target, Territories,
    Triangular, Uncertainty, WHOLE,
};

use crate::random::Random;

const SEGMENTS: [&str; 3] = ["enterprise", "mid-market", "commercial"];
const TERRITORIES: [&str; 12] = [
    "dach",
    "france",
    "nordics",
    "uk",
    "iberia",
    "italy",
    "us-east",
    "us-west",
    "us-central",
    "canada",
    "japan",
    "anz",
];

/// Three years from 2027 on.
pub fn company(seats: usize, seed: u64) -> Scenario {
    let mut random = Random::new(seed);
    let profiles = vec![
        profile("ae-enterprise", "standard", 1_200),
        profile("ae-mid-market", "fast", 1_800),
        profile("ae-commercial", "fast", 2_400),
    ];
    let mut productivity = Vec::new();
    for (profile, units) in profiles.iter().zip([1_100_000, 720_000, 450_000]) {
        productivity.push(row(&profile.id, None, units));
        for territory in TERRITORIES {
            productivity.push(row(&profile.id, Some(territory), units + 10_000 * random.below(30) as i64));
        }
    }
    let (mut roster, mut hiring_plan) = (Vec::new(), Vec::new());
    let mut placed = 0;
    while placed < seats {
        let at = random.below(SEGMENTS.len());
        let (segment, territory) = (SEGMENTS[at].to_owned(), TERRITORIES[random.below(TERRITORIES.len())].to_owned());
        let profile = profiles[at].id.clone();
        let kind = random.unit();
        if kind < 0.04 {
            let count = (1 + random.below(7)).min(seats - placed);
            let (month, day) = (1 + random.below(12) as i8, [1, 1, 1, 16][random.below(4)]);
            hiring_plan.push(Hire {
                id: format!("h{placed}"),
                profile,
                segment,
                territory,
                manager: None,
                starts: date(2027 + random.below(2) as i16, month, day),
                seats: count as u16,
                allocation: WHOLE,
            });
            placed += count;
            continue;
        }
        let starts: Date = if kind < 0.08 {
            date(2026, 8 + random.below(5) as i8, 1)
        } else {
            date(2024, 1 + random.below(12) as i8, 1)
        };
        roster.push(Seat {
            id: format!("s{placed}"),
            person: None,
            profile,
            segment,
            territory,
            manager: None,
            starts,
            tenure_from: None,
            ends: None,
            allocation: WHOLE,
        });
        placed += 1;
    }
    let targets = SEGMENTS.iter().flat_map(|segment| {
        (2027..2030).map(move |year| Target {
            starts: format!("{year}-01").parse().expect("a month"),
            segment: (*segment).to_owned(),
            territory: None,
            a_year: Cents::units(seats as i64 * 240_000),
        })
    });
    let curve = |id: &str, months: &[u32]| RampCurve { id: id.to_owned(), months: months.to_vec() };
    Scenario {
        id: "company".to_owned(),
        name: "Company".to_owned(),
        about: None,
        based_on: Vec::new(),
        hash: String::new(),
        currency: "USD".to_owned(),
        starts: "2027-01".parse().expect("a month"),
        months: 36,
        roles: Vec::new(),
        territories: Territories::tree(TERRITORIES.iter().map(|id| (*id, None))).expect("a list without repetition"),
        segments: SEGMENTS
            .iter()
            .zip([Some("year-end"), None, None])
            .map(|(id, seasonality)| Segment {
                id: (*id).to_owned(),
                name: (*id).to_owned(),
                seasonality: seasonality.map(str::to_owned),
            })
            .collect(),
        managers: Vec::new(),
        ramp_curves: vec![
            curve("standard", &[0, 1_000, 2_500, 5_000, 7_500, WHOLE]),
            curve("fast", &[2_000, 5_000, 8_000, WHOLE]),
        ],
        seasonality: vec![Seasonality { id: "year-end".to_owned(), weights: [6, 6, 10, 6, 7, 11, 6, 6, 11, 7, 8, 16] }],
        profiles,
        productivity,
        roster,
        hiring_plan,
        targets: targets.collect(),
        uncertainty: Uncertainty {
            hire_delay_days: Triangular { low: 0, likely: 30, high: 120 },
            ramp_time_percent: Triangular { low: 90, likely: 110, high: 160 },
            seat_attainment: 3_500,
            market_attainment: 800,
            attrition_at_random: true,
        },
        named_accounts: Vec::new(),
    }
}

fn profile(id: &str, ramp: &str, attrition_a_year: u32) -> Profile {
    Profile {
        id: id.to_owned(),
        name: id.to_owned(),
        ramp: ramp.to_owned(),
        attrition_a_year,
        quota: Quota::OverAssigned(12_500),
        quota_ramps: true,
        cost: SeatCost {
            base_a_year: Cents::units(120_000),
            variable_a_year: Cents::units(120_000),
            overhead: 2_500,
            hiring: Cents::units(25_000),
        },
    }
}

fn row(profile: &str, territory: Option<&str>, units: i64) -> Productivity {
    Productivity {
        profile: profile.to_owned(),
        segment: None,
        territory: territory.map(str::to_owned),
        a_year: Cents::units(units),
    }
}
