//! What a case gives: an account with its people, signals that are kept, signals that a scan found.

use jiff::{Span, Timestamp, ToSpan as _};
use schemars::JsonSchema;
use serde::Deserialize;

use revloops_domain::events::Owner;
use revloops_domain::signal::{KeptSignal, NamedPerson, Signal, SignalKind, SignalSource, SignalsDetected};
use revloops_domain::{Account, AccountId, CorrelationId, MailDomain, OwnerId, SalesforceId};
use revloops_loopkit::ports::CrmPerson;

use crate::inputs::{GenerateFacts, GenerateInput};

/// When cases happen.
const AT: &str = "2026-06-01T12:00:00Z";

/// What is known.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The account that was scanned.
    pub account: GivenAccount,
    /// Other accounts of the CRM.
    #[serde(default)]
    pub other_accounts: Vec<GivenAccount>,
    /// Whether nobody active owns the account.
    #[serde(default)]
    pub nobody_owns_it: bool,
    /// Who is known there.
    #[serde(default)]
    pub people: Vec<GivenPerson>,
    /// Signals of earlier scans.
    #[serde(default)]
    pub kept: Vec<GivenSignal>,
    /// What the scan found.
    pub signals: Vec<GivenSignal>,
}

/// An account.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenAccount {
    /// Name.
    pub name: String,
    /// Domain.
    #[serde(default)]
    pub domain: Option<String>,
    /// ISO country code.
    #[serde(default)]
    pub country: Option<String>,
    /// City.
    #[serde(default)]
    pub city: Option<String>,
    /// Industry.
    #[serde(default)]
    pub industry: Option<String>,
    /// Employees.
    #[serde(default)]
    pub employees: Option<u32>,
    /// `Type` in the CRM.
    #[serde(default)]
    pub kind: Option<String>,
}

/// Somebody whom the CRM knows.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenPerson {
    /// First and last name.
    pub name: String,
    /// Job title.
    #[serde(default)]
    pub title: Option<String>,
    /// Mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Profile.
    #[serde(default)]
    pub linkedin: Option<String>,
    /// Whether they want no mail.
    #[serde(default)]
    pub opted_out: bool,
    /// Whether this is a lead of the account's domain, and no contact.
    #[serde(default)]
    pub lead: bool,
}

/// A signal.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenSignal {
    /// The company, as the article names it; the account's name where it is left out.
    #[serde(default)]
    pub company: Option<String>,
    /// Its domain.
    #[serde(default)]
    pub domain: Option<String>,
    /// Its country.
    #[serde(default)]
    pub country: Option<String>,
    /// Its city.
    #[serde(default)]
    pub city: Option<String>,
    /// What happened.
    pub kind: SignalKind,
    /// Whether it speaks against writing.
    #[serde(default)]
    pub negative: bool,
    /// How long ago.
    pub days_ago: i64,
    /// What happened, in one line.
    pub headline: String,
    /// The article's own words; the headline where they are left out.
    #[serde(default)]
    pub quote: Option<String>,
    /// Addresses of articles; one of its own where they are left out.
    #[serde(default)]
    pub sources: Option<Vec<String>>,
    /// Who is named.
    #[serde(default)]
    pub people: Vec<GivenNamed>,
    /// Of a kept signal: how long ago it was handed on.
    #[serde(default)]
    pub handed_on_days_ago: Option<i64>,
}

/// Somebody whom an article names.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenNamed {
    /// Name.
    pub name: String,
    /// Mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Profile.
    #[serde(default)]
    pub linkedin: Option<String>,
}

impl Given {
    /// Input, facts and the time; or what cannot be built.
    pub(super) fn build(&self) -> Result<(GenerateInput, GenerateFacts, Timestamp), String> {
        let at: Timestamp = AT.parse().map_err(|_| "no point in time".to_owned())?;
        let account = self.account.account(1)?;
        let signals = self.signals("sig", &self.signals, at)?;
        let kept = self.signals("kept", &self.kept, at)?.into_iter().zip(&self.kept).map(|(signal, given)| {
            let handed_on = given.handed_on_days_ago.map(|days| before(at, days));
            KeptSignal { signal, also: Vec::new(), first_seen: at, last_seen: at, handed_on }
        });
        let people = self.people.iter().enumerate().map(|(nth, one)| one.person(nth)).collect::<Result<_, _>>()?;
        let others = self.other_accounts.iter().enumerate();
        let owner = OwnerId::parse("005xx0000000001").map_err(|error| error.to_string())?;
        let facts = GenerateFacts {
            owner: (!self.nobody_owns_it).then(|| Owner {
                id: owner,
                name: "Maria Keller".to_owned(),
                login: "maria.keller@northfield.example".to_owned(),
            }),
            people,
            kept: kept.collect(),
            candidates: others.map(|(nth, one)| one.account(nth + 2)).collect::<Result<_, _>>()?,
            account: account.clone(),
        };
        let event = SignalsDetected {
            event_id: "scan-1".to_owned(),
            correlation_id: CorrelationId("case".to_owned()),
            account_id: account.id,
            scan: "scan-1".to_owned(),
            at,
            signals,
            redriven: false,
        };
        Ok((GenerateInput { event }, facts, at))
    }

    fn signals(&self, prefix: &str, given: &[GivenSignal], at: Timestamp) -> Result<Vec<Signal>, String> {
        given
            .iter()
            .enumerate()
            .map(|(nth, one)| {
                let today = at.to_zoned(jiff::tz::TimeZone::UTC).date();
                let on = today.checked_sub(one.days_ago.days()).map_err(|error| error.to_string())?;
                let id = format!("{prefix}-{}", nth + 1);
                let own = || vec![format!("https://news.example/{id}")];
                let source = |url: String| SignalSource { url, title: one.headline.clone(), published: Some(on) };
                Ok(Signal {
                    company: one.company.clone().unwrap_or_else(|| self.account.name.clone()),
                    domain: one.domain.clone(),
                    country_code: one.country.clone(),
                    city: one.city.clone(),
                    kind: one.kind,
                    negative: one.negative,
                    on,
                    headline: one.headline.clone(),
                    quote: one.quote.clone().unwrap_or_else(|| one.headline.clone()),
                    sources: one.sources.clone().unwrap_or_else(own).into_iter().map(source).collect(),
                    people: one.people.iter().map(GivenNamed::person).collect(),
                    id,
                })
            })
            .collect()
    }
}

fn before(at: Timestamp, days: i64) -> Timestamp {
    at.checked_sub(Span::new().hours(24 * days)).unwrap_or(at)
}

impl GivenAccount {
    fn account(&self, nth: usize) -> Result<Account, String> {
        let domain =
            self.domain.as_deref().map(|text| MailDomain::parse(text).ok_or_else(|| format!("`{text}` is no domain")));
        Ok(Account {
            id: AccountId::parse(&format!("001xx{nth:010}")).map_err(|error| error.to_string())?,
            name: self.name.clone(),
            domain: domain.transpose()?,
            country_code: self.country.clone(),
            state_code: None,
            postal_code: None,
            city: self.city.clone(),
            phone: None,
            industry: self.industry.clone(),
            employees: self.employees,
            kind: self.kind.clone(),
            owner_id: None,
            parent_id: None,
            created_at: None,
            modified_at: None,
        })
    }
}

impl GivenPerson {
    fn person(&self, nth: usize) -> Result<CrmPerson, String> {
        let prefix = if self.lead { "00Q" } else { "003" };
        let (first, last) = self.name.rsplit_once(' ').map_or((None, self.name.as_str()), |(a, b)| (Some(a), b));
        Ok(CrmPerson {
            id: SalesforceId::parse(&format!("{prefix}xx{nth:010}")).map_err(|error| error.to_string())?,
            first_name: first.map(str::to_owned),
            last_name: last.to_owned(),
            title: self.title.clone(),
            email: self.email.clone(),
            linkedin: self.linkedin.clone(),
            opted_out: self.opted_out,
        })
    }
}

impl GivenNamed {
    fn person(&self) -> NamedPerson {
        NamedPerson { name: self.name.clone(), title: None, email: self.email.clone(), linkedin: self.linkedin.clone() }
    }
}
