//! Leads of a market: few countries and industries have most of them, most companies are small, and some things are unknown.

use std::sync::Arc;

use crate::random::{Random, Zipf};

pub const COUNTRIES: [&str; 60] = [
    "US", "DE", "GB", "FR", "NL", "CA", "AU", "SE", "CH", "IT", "ES", "AT", "DK", "NO", "BE", "PL", "FI", "IE", "JP",
    "IN", "BR", "SG", "IL", "MX", "CZ", "PT", "NZ", "RO", "KR", "ZA", "AE", "HU", "GR", "TR", "AR", "CL", "CO", "SK",
    "BG", "HR", "SI", "LT", "LV", "EE", "LU", "IS", "MT", "CY", "UA", "RS", "TH", "MY", "ID", "PH", "VN", "TW", "HK",
    "SA", "EG", "KE",
];
pub const STATES_US: [&str; 20] = [
    "CA", "NY", "TX", "FL", "IL", "MA", "WA", "PA", "OH", "GA", "NC", "NJ", "VA", "CO", "MI", "AZ", "OR", "MN", "TN",
    "UT",
];
pub const STATES_DE: [&str; 8] = ["BY", "NW", "BW", "BE", "HE", "HH", "NI", "SN"];
pub const INDUSTRIES: [&str; 24] = [
    "software",
    "financial services",
    "manufacturing",
    "retail",
    "healthcare",
    "logistics",
    "consulting",
    "media",
    "insurance",
    "energy",
    "automotive",
    "construction",
    "education",
    "telecommunications",
    "pharmaceuticals",
    "real estate",
    "hospitality",
    "government",
    "agriculture",
    "chemicals",
    "legal",
    "mining",
    "aerospace",
    "nonprofit",
];
pub const SEGMENTS: [&str; 4] = ["small", "mid-market", "enterprise", "strategic"];
/// Domains of the list that rules ask for; one company in twenty has one of them.
pub const LISTED: usize = 10_000;
/// Companies of the market.
const COMPANIES: usize = 200_000;

/// What rules can ask of a lead or an account. Texts are borrowed, as from a row of a file.
#[derive(Debug, Clone)]
pub struct Lead {
    pub country: &'static str,
    pub state: Option<&'static str>,
    pub industry: Option<&'static str>,
    pub employees: Option<i64>,
    pub segment: &'static str,
    pub domain: Arc<str>,
    pub score: i64,
}

/// The domain of a company; those of the first [`LISTED`] are in the list.
pub fn domain(company: usize) -> String {
    const WORDS: [&str; 8] = ["north", "blue", "data", "prime", "alpha", "green", "metro", "inter"];
    const ENDINGS: [&str; 4] = ["com", "de", "io", "co.uk"];
    format!("{}{}.{}", WORDS[company % 8], company, ENDINGS[company / 8 % 4])
}

/// Leads, the same for the same seed.
pub fn leads(count: usize, seed: u64) -> impl Iterator<Item = Lead> {
    let mut random = Random::new(seed);
    let (countries, industries) = (Zipf::new(COUNTRIES.len()), Zipf::new(INDUSTRIES.len()));
    let (us, de) = (Zipf::new(STATES_US.len()), Zipf::new(STATES_DE.len()));
    (0..count).map(move |_| {
        let country = COUNTRIES[countries.draw(&mut random)];
        let state = match country {
            "US" => Some(STATES_US[us.draw(&mut random)]),
            "DE" => Some(STATES_DE[de.draw(&mut random)]),
            _ => None,
        };
        // Half of all companies have fewer than 60 people, one in a hundred more than 4,000.
        let employees = (60.0 * (1.8 * random.normal()).exp()).clamp(1.0, 500_000.0) as i64;
        let segment = match employees {
            ..100 => SEGMENTS[0],
            100..1_000 => SEGMENTS[1],
            1_000..10_000 => SEGMENTS[2],
            _ => SEGMENTS[3],
        };
        let company =
            if random.chance(0.05) { random.below(LISTED) } else { LISTED + random.below(COMPANIES - LISTED) };
        Lead {
            country,
            state: state.filter(|_| random.chance(0.9)),
            industry: Some(INDUSTRIES[industries.draw(&mut random)]).filter(|_| random.chance(0.92)),
            employees: Some(employees).filter(|_| random.chance(0.85)),
            segment,
            domain: domain(company).into(),
            score: (50.0 + 20.0 * random.normal()).clamp(0.0, 100.0) as i64,
        }
    })
}
