//! The lead of a case, and the world that it comes into.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use revloops_domain::events::LeadProfile;
use revloops_domain::{
    Account, AccountId, CorrelationId, LeadId, MailDomain, MatchedAccount, MatchedBy, OwnerId, Score, UserId,
};
use revloops_loopkit::Mismatch;
use revloops_loopkit::ports::{CrmUser, Draw, PoolState, Queue};

use super::super::RouteConfig;
use crate::inputs::RouteInput;
use crate::logic::facts::{AgentAnswer, Facts, Need};

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
    /// The account that the lead was matched with.
    account: Option<GivenAccount>,
    /// Usernames of people who are not active in the CRM; everybody else is.
    #[serde(default)]
    inactive: Vec<String>,
    /// Usernames and developer names that the CRM does not know.
    #[serde(default)]
    unknown: Vec<String>,
    /// Open leads by username; none where they are left out.
    #[serde(default)]
    open_leads: BTreeMap<String, u64>,
    /// Leads that members have had from the pool today, by username.
    #[serde(default)]
    had_today: BTreeMap<String, u32>,
    /// Username of whoever got the last lead of the same account or domain from the pool.
    got_the_last: Option<String>,
    /// Usernames of owners who have missed the first touch of this lead.
    #[serde(default)]
    missed_by: Vec<String>,
    /// What the AI agent answers; it cannot be reached where this is left out.
    agent: Option<GivenAnswer>,
    /// The day on which the lead comes; a day without leave where it is left out: 2000-01-03, a Monday.
    #[serde(rename = "on")]
    day: Option<String>,
    /// The time at which it comes, in UTC and in quotes; `"12:00"` where it is left out.
    #[serde(rename = "at")]
    time: Option<String>,
}

/// The account of a case.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GivenAccount {
    /// Name; some account where it is left out.
    name: Option<String>,
    /// Kind: `Customer - Direct`, …
    kind: Option<String>,
    /// Username of its owner.
    owner: Option<String>,
    /// Username of the owner of the account above it.
    parent_owner: Option<String>,
    /// ISO country code.
    country: Option<String>,
    /// Industry.
    industry: Option<String>,
    /// Number of employees.
    employees: Option<u32>,
    /// How it was matched: `domain` (the surest, and taken where it is left out), `name` or `similar_name`.
    matched_by: Option<MatchedBy>,
    /// How sure the match is, in percent; 100 where it is left out.
    confidence: Option<u8>,
}

/// An answer of the AI agent.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GivenAnswer {
    /// The territory's id, or `none`.
    territory: String,
    /// How sure it is, in percent.
    confidence: u8,
}

fn middling() -> Score {
    Score::clamped(50)
}

impl GivenLead {
    /// When the lead comes.
    pub(super) fn at(&self) -> Result<Timestamp, Vec<Mismatch>> {
        let wrong = |what: &str, expected: &str, found: &str| {
            vec![Mismatch { what: what.to_owned(), expected: expected.to_owned(), found: found.to_owned() }]
        };
        let day = self.day.as_deref().unwrap_or("2000-01-03");
        let time = self.time.as_deref().unwrap_or("12:00");
        let date: Date = day.parse().map_err(|_| wrong("on", "a day like 2026-12-21", day))?;
        let clock: Time = time.parse().map_err(|_| wrong("at", "a time like 09:30, in quotes", time))?;
        let zoned = date.to_datetime(clock).to_zoned(TimeZone::UTC);
        zoned.map(|zoned| zoned.timestamp()).map_err(|_| wrong("on", "a day like 2026-12-21", day))
    }

    /// The lead as input. Its id is that of nobody.
    pub(super) fn input(&self, at: Timestamp) -> RouteInput {
        RouteInput {
            event_id: "case".to_owned(),
            correlation_id: CorrelationId("case".to_owned()),
            trigger: if self.missed_by.is_empty() { "created" } else { "touch-missed" }.to_owned(),
            lead_id: made_id("00Q", "case", LeadId::parse),
            saved_at: at,
            profile: LeadProfile {
                company: self.company.clone().unwrap_or_else(|| "Some Company".to_owned()),
                domain: self.domain.clone(),
                country_code: self.country.clone(),
                state_code: self.state.clone(),
                postal_code: self.postal_code.clone(),
                industry: self.industry.clone(),
                employees: self.employees,
                lead_source: self.lead_source.clone(),
                first_name: None,
                last_name: "Somebody".to_owned(),
                title: self.title.clone(),
                message: None,
            },
            score: self.score,
            band: self.band.clone(),
            account: self.account.as_ref().map(GivenAccount::matched),
            headquarters: None,
            passed_over: self.missed_by.iter().map(|login| user_id(login).into()).collect(),
        }
    }

    /// Answers as a CRM would in which everybody is active whom the case does not name.
    pub(super) fn answer(&self, config: &RouteConfig, need: Need, facts: &mut Facts) {
        match need {
            Need::Users(logins) => {
                facts.know_users(&logins, logins.iter().filter_map(|login| self.user(login)).collect())
            }
            Need::Owners(ids) => {
                let owners = self.account.iter().flat_map(|account| account.owner.iter().chain(&account.parent_owner));
                let found = owners.filter(|login| ids.contains(&user_id(login))).filter_map(|login| self.user(login));
                facts.know_owners(&ids, found.collect());
            }
            Need::Queue(name) => {
                let id = made_id("00G", &name, OwnerId::parse);
                let queue = Queue { id, developer_name: name.clone(), name: name.clone() };
                facts.know_queue(&name, if named(&self.unknown, &name) { Vec::new() } else { vec![queue] });
            }
            Need::Loads(ids) => {
                let loads = self.open_leads.iter().map(|(login, leads)| (user_id(login), *leads));
                facts.know_loads(&ids, loads.filter(|(id, _)| ids.contains(id)).collect());
            }
            Need::Draw(draw) => facts.know_draw(&draw.pool, self.drawn(&draw)),
            Need::Agent { may_be_down: _ } => facts.know_agent(match &self.agent {
                Some(GivenAnswer { territory, confidence }) => AgentAnswer::Said {
                    answer: json!({ "territory": territory, "confidence": confidence, "evidence": "as the case says" }),
                    model: config.agent.as_ref().map_or_else(String::new, |agent| agent.version.clone()),
                },
                None => AgentAnswer::Down,
            }),
        }
    }

    fn user(&self, login: &str) -> Option<CrmUser> {
        let known = !named(&self.unknown, login);
        known.then(|| CrmUser {
            id: user_id(login),
            login: login.to_owned(),
            name: login.to_owned(),
            active: !named(&self.inactive, login),
        })
    }

    /// The draw from a pool in which the case's members have had their leads already.
    fn drawn(&self, draw: &Draw) -> revloops_loopkit::ports::Drawn {
        let mut pool = PoolState::default();
        let mut earlier = |login: &str, subject: String, sticks: bool| {
            let alone = draw.eligible.iter().filter(|member| member.login.eq_ignore_ascii_case(login)).cloned();
            let sticky = draw.sticky.clone().filter(|_| sticks);
            let eligible = alone.collect();
            let _ticket = pool.draw(&Draw { subject, eligible, sticky, ..draw.clone() });
        };
        for (login, leads) in &self.had_today {
            (0..*leads).for_each(|nth| earlier(login, format!("{login}/{nth}"), false));
        }
        if let Some(login) = &self.got_the_last {
            earlier(login, "the last one".to_owned(), true);
        }
        pool.draw(draw)
    }
}

impl GivenAccount {
    fn matched(&self) -> MatchedAccount {
        let owner = |login: &Option<String>| login.as_ref().map(|login| user_id(login).into());
        MatchedAccount {
            account: Account {
                id: made_id("001", "case", AccountId::parse),
                name: self.name.clone().unwrap_or_else(|| "Some Account".to_owned()),
                domain: None,
                country_code: self.country.clone(),
                state_code: None,
                postal_code: None,
                city: None,
                phone: None,
                industry: self.industry.clone(),
                employees: self.employees,
                kind: self.kind.clone(),
                owner_id: owner(&self.owner),
                parent_id: None,
                created_at: None,
                modified_at: None,
            },
            parent_owner_id: owner(&self.parent_owner),
            matched_by: self.matched_by.unwrap_or(MatchedBy::Domain),
            confidence: self.confidence.unwrap_or(100),
            evidence: Vec::new(),
        }
    }
}

fn named(names: &[String], name: &str) -> bool {
    names.iter().any(|one| one.eq_ignore_ascii_case(name))
}

fn user_id(login: &str) -> UserId {
    made_id("005", &login.to_lowercase(), UserId::parse)
}

/// The id of whatever a case calls `name`, the same each time: digits alone, so that it is always valid.
#[expect(clippy::expect_used, reason = "a prefix of three and twelve digits are a valid id, whatever the number")]
fn made_id<T, E: std::fmt::Debug>(prefix: &str, name: &str, parse: impl Fn(&str) -> Result<T, E>) -> T {
    let number = name.bytes().fold(7_u64, |number, byte| number.wrapping_mul(31).wrapping_add(u64::from(byte)));
    parse(&format!("{prefix}{:012}", number % 1_000_000_000_000)).expect("three letters and twelve digits")
}
