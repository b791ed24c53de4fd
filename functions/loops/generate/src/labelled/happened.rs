//! What happened at a company: the facts from which articles are written.

use revloops_domain::signal::{NamedPerson, SignalKind};
use revloops_matching::labelled::rng::Rng;

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Happened {
    /// Money raised: hundred thousands, currency, round, investor.
    Funding { tenths: u32, currency: &'static str, round: &'static str, investor: &'static str },
    /// Jobs in a city.
    Hiring { jobs: u32, city: &'static str, team: &'static str },
    /// Somebody comes.
    Move { first: &'static str, last: &'static str, role: &'static str, from: &'static str },
    /// A tool is taken up.
    Tech { tool: &'static str, of: &'static str },
    /// A product.
    Product { product: &'static str, purpose: &'static str },
    /// A partner.
    Partnership { partner: &'static str, purpose: &'static str },
    /// A purchase.
    Purchase { target: &'static str, city: &'static str },
}

const CURRENCIES: &[&str] = &["USD", "EUR", "GBP"];
const ROUNDS: &[&str] = &["A", "B", "C", "Seed", ""];
const INVESTORS: &[&str] = &[
    "Kingsmere Ventures",
    "Alpenblick Capital",
    "Riverton Partners",
    "Oakhurst Growth",
    "Polaris Nine",
    "Banque Arvor",
];
const CITIES: &[&str] = &["Porto", "Gdansk", "Rotterdam", "Austin", "Toulouse", "Graz", "Leeds", "Bilbao"];
const TEAMS: &[&str] = &["sales", "engineering", "support", "operations"];
const FIRSTS: &[&str] = &["Anna", "Marek", "Claire", "Jonas", "Ines", "Oliver", "Freja", "Davide"];
const LASTS: &[&str] = &["Berglund", "Okafor", "Lemaire", "Zimmer", "Castro", "Whitfield", "Jansen", "Moretti", "Sato"];
const ROLES: &[&str] = &["CRO", "CFO", "CTO", "COO"];
const OTHERS: &[&str] = &[
    "Stellaris",
    "Greenmount",
    "Portico",
    "Axelgaard",
    "Bluehaven",
    "Mirador",
    "Tannenwerk",
    "Callisto",
    "Edelweiss Data",
];
const PRODUCTS: &[&str] = &["Pulse", "Relay", "Beacon", "Anchor", "Prism", "Tandem", "Compass", "Orchard"];
const PURPOSES: &[&str] = &["finance", "logistics", "retail", "healthcare"];

impl Happened {
    pub(super) fn new(rng: &mut Rng) -> Self {
        match rng.below(9) {
            0..=2 => {
                let tenths = if rng.chance(50) { 10 * (2 + rng.below(90)) } else { 15 + rng.below(900) };
                Self::Funding {
                    tenths: u32::try_from(tenths).unwrap_or(100),
                    currency: rng.word(CURRENCIES),
                    round: rng.word(ROUNDS),
                    investor: rng.word(INVESTORS),
                }
            }
            3 => {
                let jobs = u32::try_from(40 + 5 * rng.below(150)).unwrap_or(40);
                Self::Hiring { jobs, city: rng.word(CITIES), team: rng.word(TEAMS) }
            }
            4 => Self::Move {
                first: rng.word(FIRSTS),
                last: rng.word(LASTS),
                role: rng.word(ROLES),
                from: rng.word(OTHERS),
            },
            5 => Self::Tech { tool: rng.word(OTHERS), of: rng.word(PURPOSES) },
            6 => Self::Product { product: rng.word(PRODUCTS), purpose: rng.word(PURPOSES) },
            7 => Self::Partnership { partner: rng.word(OTHERS), purpose: rng.word(PURPOSES) },
            _ => Self::Purchase { target: rng.word(OTHERS), city: rng.word(CITIES) },
        }
    }

    /// Another event of the same kind, which differs in what makes it another.
    pub(super) fn another(&self, rng: &mut Rng) -> Self {
        loop {
            let other = Self::new(rng);
            if other.kind() == self.kind() && other.differs(self) {
                return other;
            }
        }
    }

    /// Whether nobody would take one for the other: who only writes that a `Series B` was closed leaves that open.
    fn differs(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Funding { tenths: a, currency: b, .. }, Self::Funding { tenths: c, currency: d, .. }) => {
                b == d && a.abs_diff(*c) * 5 > *a.max(c)
            }
            (Self::Hiring { jobs: a, city: b, .. }, Self::Hiring { jobs: c, city: d, .. }) => a != c && b != d,
            (Self::Move { last: a, .. }, Self::Move { last: b, .. }) => a != b,
            (Self::Tech { tool: a, .. }, Self::Tech { tool: b, .. })
            | (Self::Product { product: a, .. }, Self::Product { product: b, .. })
            | (Self::Partnership { partner: a, .. }, Self::Partnership { partner: b, .. })
            | (Self::Purchase { target: a, .. }, Self::Purchase { target: b, .. }) => a != b,
            (_, _) => false,
        }
    }

    /// The same with its amount rounded to whole millions.
    pub(super) fn rounded(&self) -> Self {
        match self.clone() {
            // What is small is not rounded so far that it is another amount.
            Self::Funding { tenths, currency, round, investor } if tenths >= 200 => {
                Self::Funding { tenths: (tenths + 5) / 10 * 10, currency, round, investor }
            }
            same @ (Self::Funding { .. }
            | Self::Hiring { .. }
            | Self::Move { .. }
            | Self::Tech { .. }
            | Self::Product { .. }
            | Self::Partnership { .. }
            | Self::Purchase { .. }) => same,
        }
    }

    pub(super) fn kind(&self) -> SignalKind {
        match self {
            Self::Funding { .. } => SignalKind::Funding,
            Self::Hiring { .. } => SignalKind::Hiring,
            Self::Move { .. } => SignalKind::LeadershipMove,
            Self::Tech { .. } => SignalKind::TechChange,
            Self::Product { .. } => SignalKind::ProductLaunch,
            Self::Partnership { .. } => SignalKind::Partnership,
            Self::Purchase { .. } => SignalKind::Acquisition,
        }
    }

    pub(super) fn people(&self) -> Vec<NamedPerson> {
        match self {
            Self::Move { first, last, role, .. } => vec![NamedPerson {
                name: format!("{first} {last}"),
                title: Some((*role).to_owned()),
                email: None,
                linkedin: None,
            }],
            Self::Funding { .. }
            | Self::Hiring { .. }
            | Self::Tech { .. }
            | Self::Product { .. }
            | Self::Partnership { .. }
            | Self::Purchase { .. } => Vec::new(),
        }
    }
}
