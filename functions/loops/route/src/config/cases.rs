//! `cases.yaml`: given this lead, expect this rule and owner.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Deserialize;

use revloops_domain::events::{LeadProfile, RouteStatus};
use revloops_domain::{CorrelationId, LeadId, MailDomain, OwnerId, Score, UserId};
use revloops_loopkit::Mismatch;
use revloops_loopkit::ports::{CrmUser, Draw, PickBy, PoolState, Queue};

use super::RouteConfig;
use crate::inputs::RouteInput;
use crate::logic::decide;
use crate::logic::facts::{Facts, Need};
use crate::logic::walk::needs;

/// One case: a lead, the state of the team, and where the lead must go.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteCase {
    /// The lead and the team.
    given: GivenLead,
    /// Where it must go.
    expect: Expected,
}

/// A lead as Qualify hands it on, and who is there.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenLead {
    /// ISO country code.
    country: Option<String>,
    /// State or province code.
    state: Option<String>,
    /// Postal code, in quotes.
    postal_code: Option<String>,
    /// Industry.
    industry: Option<String>,
    /// Number of employees.
    employees: Option<u32>,
    /// Where the lead came from.
    lead_source: Option<String>,
    /// Company domain.
    domain: Option<MailDomain>,
    /// Company name; some company where it is left out.
    company: Option<String>,
    /// Job title.
    title: Option<String>,
    /// Qualify's score.
    #[serde(default = "middling")]
    score: Score,
    /// Qualify's band.
    band: String,
    /// Usernames of people who are not active in the CRM; everybody else is.
    #[serde(default)]
    inactive: Vec<String>,
    /// Usernames and developer names that the CRM does not know.
    #[serde(default)]
    unknown: Vec<String>,
    /// The day on which the lead comes, at noon UTC; a day without leave where it is left out: 2000-01-03.
    #[serde(rename = "on")]
    day: Option<String>,
}

/// What must come; what is left out may be anything.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The rule that gives the owner.
    rule: Option<String>,
    /// The owner's username.
    owner: Option<String>,
    /// The owning queue's developer name.
    queue: Option<String>,
    /// The territory's id.
    territory: Option<String>,
    /// The pool that picks.
    pool: Option<String>,
    /// Rules that hold and find nobody, in order.
    fell_through: Option<Vec<String>>,
    /// `routed` or `unresolved`.
    status: Option<RouteStatus>,
}

fn middling() -> Score {
    Score::clamped(50)
}

/// Runs one case with fresh pools: of equals, the first member is next.
pub(crate) fn run_case(config: &RouteConfig, case: &RouteCase) -> Result<(), Vec<Mismatch>> {
    let input = input(&case.given);
    let at = noon(case.given.day.as_deref())?;
    let mut facts = Facts::default();
    while let Some(need) = needs(config, &input, &facts, at) {
        answer(need, &case.given, &mut facts);
    }
    let verdict = decide(config, &input, &facts, at).verdict;
    let login = verdict.owner.as_ref().map(|owner| owner.login.as_str());
    let queue = verdict.owner.as_ref().is_some_and(|owner| owner.id.is_queue());
    let expect = &case.expect;
    let mismatches: Vec<Mismatch> = [
        differs("rule", expect.rule.as_deref(), verdict.rule.as_deref()),
        differs("owner", expect.owner.as_deref(), login.filter(|_| !queue)),
        differs("queue", expect.queue.as_deref(), login.filter(|_| queue)),
        differs("territory", expect.territory.as_deref(), verdict.territory.as_deref()),
        differs("pool", expect.pool.as_deref(), verdict.pool.as_deref()),
        differs("status", expect.status.map(word), Some(word(verdict.status))),
        expect.fell_through.as_ref().and_then(|expected| {
            Mismatch::unless_equal("fell_through", expected.join(", "), verdict.fell_through.join(", "))
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    if mismatches.is_empty() { Ok(()) } else { Err(mismatches) }
}

fn differs(what: &str, expected: Option<&str>, found: Option<&str>) -> Option<Mismatch> {
    Mismatch::unless_equal(what, expected?, found.unwrap_or("nothing"))
}

fn word(status: RouteStatus) -> &'static str {
    match status {
        RouteStatus::Routed => "routed",
        RouteStatus::Unresolved => "unresolved",
    }
}

fn noon(day: Option<&str>) -> Result<Timestamp, Vec<Mismatch>> {
    let day = day.unwrap_or("2000-01-03");
    let parsed: Option<Date> = day.parse().ok();
    let noon = parsed.and_then(|day| day.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).ok());
    noon.map(|noon| noon.timestamp()).ok_or_else(|| {
        vec![Mismatch { what: "on".to_owned(), expected: "a day like 2026-12-21".to_owned(), found: day.to_owned() }]
    })
}

/// The lead of a case. Its id is that of nobody.
fn input(given: &GivenLead) -> RouteInput {
    let fields = given;
    RouteInput {
        event_id: "case".to_owned(),
        correlation_id: CorrelationId("case".to_owned()),
        trigger: "created".to_owned(),
        lead_id: made_id("00Q", 1, LeadId::parse),
        saved_at: Timestamp::UNIX_EPOCH,
        profile: LeadProfile {
            company: fields.company.clone().unwrap_or_else(|| "Some Company".to_owned()),
            domain: fields.domain.clone(),
            country_code: fields.country.clone(),
            state_code: fields.state.clone(),
            postal_code: fields.postal_code.clone(),
            industry: fields.industry.clone(),
            employees: fields.employees,
            lead_source: fields.lead_source.clone(),
            first_name: None,
            last_name: "Somebody".to_owned(),
            title: fields.title.clone(),
            message: None,
        },
        score: fields.score,
        band: fields.band.clone(),
        account: None,
    }
}

/// Answers as a CRM would in which everybody is active whom the case does not name.
fn answer(need: Need, given: &GivenLead, facts: &mut Facts) {
    let named = |names: &[String], name: &str| names.iter().any(|one| one.eq_ignore_ascii_case(name));
    match need {
        Need::Users(logins) => {
            let known = logins.iter().enumerate().filter(|(_, login)| !named(&given.unknown, login));
            let users = known.map(|(at, login)| CrmUser {
                id: made_id("005", at, UserId::parse),
                login: login.clone(),
                name: login.clone(),
                active: !named(&given.inactive, login),
            });
            facts.know_users(&logins, users.collect());
        }
        Need::Queue(name) => {
            let queue =
                Queue { id: made_id("00G", 1, OwnerId::parse), developer_name: name.clone(), name: name.clone() };
            let known = if named(&given.unknown, &name) { Vec::new() } else { vec![queue] };
            facts.know_queue(&name, known);
        }
        Need::Ticket { pool, eligible } => {
            let draw = Draw {
                pool: pool.clone(),
                subject: "case".to_owned(),
                by: PickBy::Turns,
                eligible,
                team_caps: Vec::new(),
                sticky: None,
                at: Timestamp::UNIX_EPOCH,
            };
            facts.know_draw(&pool, PoolState::default().draw(&draw));
        }
    }
}

/// An id with the given prefix: digits alone, so that it is always valid.
#[expect(clippy::expect_used, reason = "a prefix of three and twelve digits are a valid id, whatever the number")]
fn made_id<T, E: std::fmt::Debug>(prefix: &str, number: usize, parse: impl Fn(&str) -> Result<T, E>) -> T {
    parse(&format!("{prefix}{:012}", number % 1_000_000)).expect("three letters and twelve digits")
}
