//! Leads as they come in real life, made up: most from a few countries, sizes spread over orders of magnitude, sources and
//! bands with their usual shares. The same seed gives the same leads.

use jiff::{SignedDuration, Timestamp};
use revloops_domain::events::LeadProfile;
use revloops_domain::{CorrelationId, LeadId, MailDomain, OwnerId, Score};
use revloops_route::batch::{Answers, Decider, Subject};
use revloops_route::inputs::RouteInput;
use revloops_route::logic::facts::Facts;
use revloops_route::logic::first_touch_by;

use super::super::candidate::Candidate;
use super::super::history_file::PastDecision;

/// When the made-up days end, unless told otherwise.
pub(super) const UNTIL: &str = "2026-11-22T00:00:00Z";

/// Subjects that are looked ahead at together.
const AHEAD: usize = 2_000;

const COUNTRIES: [&str; 24] = [
    "US", "DE", "GB", "FR", "NL", "SE", "CA", "AU", "IN", "JP", "BR", "CH", "AT", "ES", "IT", "NO", "DK", "IE", "SG",
    "MX", "PL", "BE", "FI", "ZA",
];
const STATES: [&str; 10] = ["CA", "NY", "TX", "WA", "IL", "MA", "CO", "FL", "GA", "OR"];
const INDUSTRIES: [&str; 10] = [
    "Technology",
    "Manufacturing",
    "Banking",
    "Healthcare",
    "Retail",
    "Food & Beverage",
    "Consulting",
    "Education",
    "Energy",
    "Media",
];
const SOURCES: [&str; 6] = ["Web", "Trade Show", "Webinar", "Phone Inquiry", "Partner Referral", "Purchased List"];

/// What to make up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Made {
    pub(crate) seed: u64,
    /// The last lead comes before this.
    pub(crate) until: Timestamp,
    /// Over so many days.
    pub(crate) days: u32,
}

/// Numbers that look random and are the same for the same seed (SplitMix64).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// 0 to `below`, exclusive.
    pub(crate) fn below(&mut self, below: u64) -> u64 {
        self.next() % below.max(1)
    }

    pub(crate) fn one_in(&mut self, chance: u64) -> bool {
        self.below(chance) == 0
    }

    /// One of these, the first ones far more often: the rank falls off as in Zipf's law.
    pub(crate) fn skewed<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let weights = (1..=from.len() as u64).map(|rank| 1_000_000 / rank);
        let mut left = self.below(weights.clone().sum());
        for (name, weight) in from.iter().zip(weights) {
            if left < weight {
                return name;
            }
            left -= weight;
        }
        from.first().copied().unwrap_or_default()
    }

    /// A company's size: each power of two about as often as the next, up to some tens of thousands.
    pub(crate) fn employees(&mut self) -> u32 {
        let scale = 1_u64 << (1 + self.below(14));
        u32::try_from(scale + self.below(scale)).unwrap_or(u32::MAX)
    }
}

/// Makes decisions up, in the order of their times.
pub(crate) async fn make(
    made: &Made,
    ids: impl ExactSizeIterator<Item = String>,
    candidate: &Candidate,
    answers: Answers<'_>,
    mut each: impl FnMut(&PastDecision) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut dice = Dice::new(made.seed);
    let count = i64::try_from(ids.len())?.max(1);
    let between = SignedDuration::from_secs(i64::from(made.days) * 86_400 / count);
    let mut at = made.until.checked_sub(SignedDuration::from_hours(i64::from(made.days) * 24))?;
    let mut decider = Decider::new(&candidate.config, answers).await?;
    let mut ahead: Vec<(Subject, Timestamp)> = Vec::with_capacity(AHEAD);
    let mut ids = ids.peekable();
    while let Some(id) = ids.next() {
        at = at.checked_add(between)?;
        let input = lead(&mut dice, LeadId::parse(&id)?, at)?;
        ahead.push((Subject::Lead { input: Box::new(input), owner: None::<OwnerId> }, at));
        if ahead.len() < AHEAD && ids.peek().is_some() {
            continue;
        }
        decider.look_ahead(ahead.iter().map(|(subject, _)| subject), answers).await?;
        for (subject, saved_at) in ahead.drain(..) {
            let decided_at = saved_at.checked_add(SignedDuration::from_secs(4))?;
            let (decided, facts) = decider.decide_again(&subject, Facts::default(), answers, decided_at).await?;
            let Subject::Lead { input, .. } = subject else { continue };
            let minutes = candidate.config.first_touch.minutes(&input.band);
            let due = decided.owner().map(|owner| first_touch_by(&candidate.config, owner, minutes, decided_at));
            each(&PastDecision {
                facts,
                owner: decided.owner().cloned(),
                rule: decided.rule().map(ToOwned::to_owned),
                territory: decided.territory().map(ToOwned::to_owned),
                pool: decided.ticket().map(|(pool, _)| pool.to_owned()),
                ticket: decided.ticket().map(|(_, number)| number),
                first_touch_by: due.unwrap_or(decided_at),
                decided_at,
                config_sha256: candidate.sha256.clone(),
                input: *input,
            })?;
        }
    }
    Ok(())
}

fn lead(dice: &mut Dice, lead_id: LeadId, saved_at: Timestamp) -> anyhow::Result<RouteInput> {
    let country = dice.skewed(&COUNTRIES);
    let number = dice.below(1_000_000);
    let score = dice.below(101);
    let band = match score {
        75.. => "A",
        50..75 => "B",
        25..50 => "C",
        _ => "D",
    };
    let known = |missing: bool, value: &str| (!missing).then(|| value.to_owned());
    Ok(RouteInput {
        event_id: format!("made-up/{lead_id}"),
        correlation_id: CorrelationId(format!("made-up/{lead_id}")),
        trigger: "created".to_owned(),
        saved_at,
        profile: LeadProfile {
            company: format!("Company {number}"),
            domain: MailDomain::parse(&format!("company-{number}.example")),
            country_code: known(dice.one_in(30), country),
            state_code: if country == "US" { known(dice.one_in(10), dice_state(number)) } else { None },
            postal_code: None,
            industry: known(dice.one_in(5), dice.skewed(&INDUSTRIES)),
            employees: (!dice.one_in(8)).then(|| dice.employees()),
            lead_source: known(dice.one_in(20), dice.skewed(&SOURCES)),
            first_name: None,
            last_name: "Lead".to_owned(),
            title: None,
            message: None,
        },
        score: Score::clamped(i64::try_from(score)?),
        band: band.to_owned(),
        account: None,
        headquarters: None,
        passed_over: Vec::new(),
        lead_id,
    })
}

fn dice_state(number: u64) -> &'static str {
    usize::try_from(number).ok().and_then(|at| STATES.get(at % STATES.len())).copied().unwrap_or("CA")
}

/// Rows of accounts, made up in the same way: for measuring.
pub(crate) fn account(dice: &mut Dice) -> (&'static str, &'static str, u32, u64) {
    (dice.skewed(&COUNTRIES), dice.skewed(&INDUSTRIES), dice.employees(), dice.below(1_000_000))
}
