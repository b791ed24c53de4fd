//! Builders that state only what matters: `lead("Acme").country("DE").build()`.

use jiff::Timestamp;
use serde_json::Value;

use revloops_domain::events::LeadSaved;
use revloops_domain::{AccountId, ConfigStamp, CorrelationId, Cost, Lead, LeadId, OrganizationId, UserId};
use revloops_loopkit::{Actor, Decision, Mode, Record, RunKey};

/// The `n`-th lead id of this test.
///
/// # Panics
/// Never: the text is an id by construction.
#[must_use]
#[expect(clippy::expect_used, reason = "an id by construction; tests only")]
pub fn lead_id(n: u32) -> LeadId {
    LeadId::parse(&format!("00Qxx{n:010}")).expect("a lead id")
}

/// The `n`-th user id of this test.
///
/// # Panics
/// Never: the text is an id by construction.
#[must_use]
#[expect(clippy::expect_used, reason = "an id by construction; tests only")]
pub fn user_id(n: u32) -> UserId {
    UserId::parse(&format!("005xx{n:010}")).expect("a user id")
}

/// The `n`-th account id of this test.
///
/// # Panics
/// Never: the text is an id by construction.
#[must_use]
#[expect(clippy::expect_used, reason = "an id by construction; tests only")]
pub fn account_id(n: u32) -> AccountId {
    AccountId::parse(&format!("001xx{n:010}")).expect("an account id")
}

/// The event of the first lead of this test, saved just before 10 o'clock on 22 November 2026.
///
/// # Panics
/// Never: the text is an id by construction.
#[must_use]
#[expect(clippy::expect_used, reason = "an id by construction; tests only")]
pub fn lead_saved() -> LeadSaved {
    LeadSaved {
        event_id: "04lxx".into(),
        correlation_id: CorrelationId("c-1".into()),
        organization_id: OrganizationId::parse("00Dxx0000001gPLEAY").expect("an organisation's id"),
        lead_id: lead_id(1),
        trigger: "created".into(),
        occurred_at: Timestamp::constant(1_795_341_598, 0),
        received_at: Timestamp::constant(1_795_341_599, 0),
        redriven: false,
        passed_over: Vec::new(),
    }
}

/// The record of a decision of which input, verdict and time matter. The chain's id is `c-1`.
#[must_use]
pub fn record(key: RunKey, input: Value, verdict: Value, decided_at: Timestamp) -> Record {
    Record {
        run_id: key.run_id(),
        key,
        correlation_id: CorrelationId("c-1".into()),
        loop_version: "1".into(),
        config: ConfigStamp { key: "k".into(), version_id: "v".into(), sha256: "s".into() },
        input_hash: String::new(),
        input,
        facts: Value::Null,
        decision: Decision::sure("decided", verdict, Vec::new()),
        reply: Value::Null,
        effects: Vec::new(),
        metrics: Vec::new(),
        actor: Actor::Code,
        mode: Mode::Live,
        cost: Cost::default(),
        ai_calls: Vec::new(),
        decided_at,
    }
}

/// A lead of `company`, the first of this test.
#[must_use]
pub fn lead(company: &str) -> LeadBuilder {
    LeadBuilder(Lead::new(lead_id(1), company, "Holm"))
}

/// Builds a [`Lead`].
#[derive(Clone)]
pub struct LeadBuilder(Lead);

impl LeadBuilder {
    /// With this id.
    #[must_use]
    pub fn id(mut self, id: LeadId) -> Self {
        self.0.id = id;
        self
    }

    /// With this mail address.
    #[must_use]
    pub fn email(mut self, email: &str) -> Self {
        self.0.email = Some(email.to_owned());
        self
    }

    /// In this country, as an ISO code.
    #[must_use]
    pub fn country(mut self, code: &str) -> Self {
        self.0.country_code = Some(code.to_owned());
        self
    }

    /// With so many employees.
    #[must_use]
    pub fn employees(mut self, employees: u32) -> Self {
        self.0.employees = Some(employees);
        self
    }

    /// In this industry.
    #[must_use]
    pub fn industry(mut self, industry: &str) -> Self {
        self.0.industry = Some(industry.to_owned());
        self
    }

    /// From this source.
    #[must_use]
    pub fn source(mut self, source: &str) -> Self {
        self.0.lead_source = Some(source.to_owned());
        self
    }

    /// With this job title.
    #[must_use]
    pub fn title(mut self, title: &str) -> Self {
        self.0.title = Some(title.to_owned());
        self
    }

    /// Who wrote this.
    #[must_use]
    pub fn message(mut self, message: &str) -> Self {
        self.0.description = Some(message.to_owned());
        self
    }

    /// Named so.
    #[must_use]
    pub fn named(mut self, first: &str, last: &str) -> Self {
        self.0.first_name = Some(first.to_owned());
        last.clone_into(&mut self.0.last_name);
        self
    }

    /// The lead.
    #[must_use]
    pub fn build(self) -> Lead {
        self.0
    }
}
