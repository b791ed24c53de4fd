//! A signal of a case: what happened at the company, and the article that tells it.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use revloops_domain::signal::{
    Signal, SignalKind, SignalPerson, SignalQualified, SignalSource, SignalStatus, SignalStep, SignalsDetected,
};
use revloops_domain::{Account, AccountId, SalesforceId};

use crate::inputs::RoutedLead;

/// A signal; what is left out is of a funding a week ago.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenSignal {
    /// What happened.
    pub kind: SignalKind,
    /// In one line.
    pub headline: String,
    /// The company, as the article names it; the lead's where it is left out.
    #[serde(default)]
    pub company: Option<String>,
    /// The article.
    #[serde(default = "article")]
    pub url: String,
    /// Days since it happened.
    #[serde(default = "week")]
    pub days_old: u16,
    /// Whether it speaks against writing.
    #[serde(default)]
    pub negative: bool,
    /// Whether the CRM knows nobody at the account.
    #[serde(default)]
    pub nobody_known: bool,
}

fn article() -> String {
    "https://press.example/news".to_owned()
}

const fn week() -> u16 {
    7
}

impl GivenSignal {
    /// The step that the signal chain would call Engage with.
    pub(super) fn step(&self, lead: &RoutedLead, day: &str) -> Option<SignalStep> {
        let day: Date = day.parse().ok()?;
        let at = lead.event.received_at;
        let profile = &lead.qualified.profile;
        let account_id = AccountId::parse("001xx0000000001").ok()?;
        let signal = Signal {
            id: "sig-case".to_owned(),
            company: self.company.clone().unwrap_or_else(|| profile.company.clone()),
            domain: None,
            country_code: None,
            city: None,
            kind: self.kind,
            negative: self.negative,
            on: day.saturating_sub(jiff::Span::new().days(i64::from(self.days_old))),
            headline: self.headline.clone(),
            quote: self.headline.clone(),
            sources: vec![SignalSource { url: self.url.clone(), title: self.headline.clone(), published: None }],
            people: Vec::new(),
        };
        let person = SignalPerson {
            id: SalesforceId::parse("003xx0000000001").ok()?,
            first_name: profile.first_name.clone(),
            last_name: profile.last_name.clone(),
            title: profile.title.clone(),
            email: None,
            matched_by: "account".to_owned(),
        };
        let account = Account {
            id: account_id.clone(),
            name: profile.company.clone(),
            domain: profile.domain.clone(),
            country_code: profile.country_code.clone(),
            state_code: None,
            postal_code: None,
            city: None,
            phone: None,
            industry: profile.industry.clone(),
            employees: profile.employees,
            kind: None,
            owner_id: lead.routed.owner.as_ref().map(|owner| owner.id.clone()),
            parent_id: None,
            created_at: None,
            modified_at: None,
        };
        Some(SignalStep {
            event: SignalsDetected {
                event_id: "case".to_owned(),
                correlation_id: lead.event.correlation_id.clone(),
                account_id,
                scan: "case".to_owned(),
                at,
                signals: vec![signal.clone()],
                redriven: false,
            },
            signal: SignalQualified {
                status: SignalStatus::Qualified,
                run_id: lead.routed.run_id.clone(),
                account,
                owner: lead.routed.owner.clone(),
                person: (!self.nobody_known).then_some(person),
                score: 70,
                signals: vec![signal],
                passed_because: Vec::new(),
            },
        })
    }
}
