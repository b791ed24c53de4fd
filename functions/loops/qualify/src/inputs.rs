//! What Qualify works on: the newest version of a lead, and what data providers know of it.

pub(crate) mod account;
mod waterfall;

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use revloops_domain::events::LeadSaved;
use revloops_domain::{
    CompanyProfile, CorrelationId, Cost, EnrichmentStatus, ErrorClass, Lead, MailDomain, PersonProfile,
};
use revloops_loopkit::ports::{
    Act, Behaviour, Cache, CompanyQuery, CrmReader, Leads, PersonQuery, Provider, Spend, Wanted,
};
use revloops_loopkit::record::{Actor, Mode};
use revloops_loopkit::the_loop::LookedUp;
use revloops_loopkit::{Failure, LoopInput, Outcome};

use crate::config::{Kind, QualifyConfig};
pub use account::{AccountFacts, LiveAccount};
use waterfall::Waterfall;
pub use waterfall::{Answer, Asked, LookUp};

/// The checked input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QualifyInput {
    /// What started the chain.
    pub event: LeadSaved,
    /// The lead as last told.
    pub lead: Lead,
}

impl LoopInput for QualifyInput {
    fn subject(&self) -> String {
        format!("lead/{}", self.event.lead_id)
    }

    fn trigger(&self) -> &str {
        &self.event.trigger
    }

    fn correlation_id(&self) -> &CorrelationId {
        &self.event.correlation_id
    }
}

/// What was looked up at the data providers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct QualifyFacts {
    /// The company.
    pub company: LookUp<CompanyProfile>,
    /// The person.
    pub person: LookUp<PersonProfile>,
    /// What the person did, as the CRM has it; empty where no lever asks for it.
    #[serde(default)]
    pub acts: Vec<Act>,
    /// Accounts of the CRM that may be the lead's.
    #[serde(default)]
    pub accounts: AccountFacts,
}

impl QualifyFacts {
    /// How both look-ups ended, in one word: a match of either counts; an outage is said before "nobody known".
    #[must_use]
    pub fn enrichment(&self) -> EnrichmentStatus {
        let both = [self.company.status, self.person.status];
        [
            EnrichmentStatus::Matched,
            EnrichmentStatus::Unavailable,
            EnrichmentStatus::OverBudget,
            EnrichmentStatus::NotFound,
        ]
        .into_iter()
        .find(|status| both.contains(status))
        .unwrap_or(EnrichmentStatus::NothingToLookUp)
    }

    /// Everything that was asked, companies first.
    pub fn asked(&self) -> impl Iterator<Item = &Asked> {
        self.company.asked.iter().chain(&self.person.asked)
    }
}

/// The newest version of the lead that `event` names: as the messages told it, else as the CRM has it.
///
/// # Errors
/// `Rejected` where the lead is gone or converted: there is nothing left to qualify.
pub(crate) async fn newest_lead(leads: &dyn Leads, crm: &dyn CrmReader, event: LeadSaved) -> Outcome<QualifyInput> {
    let told = leads.newest(&event.lead_id).await?;
    let lead = match told {
        Some(lead) => Some(lead),
        None => crm.lead(&event.lead_id).await?,
    };
    let refused = |why: &str| Failure::new(ErrorClass::Rejected, format!("lead {} {why}", event.lead_id));
    let Some(lead) = lead else {
        return Err(refused("is not in the CRM any more: nothing to qualify"));
    };
    if lead.converted {
        return Err(refused("has been converted already: nothing to qualify"));
    }
    Ok(QualifyInput { event, lead })
}

/// Asks the providers about company and person at the same time. Never fails: a provider that is down is no excuse to
/// lose the lead. A dry run reads the cache and does not write it.
pub(crate) async fn enrich(
    providers: &[Arc<dyn Provider>],
    cache: &dyn Cache,
    spend: &dyn Spend,
    config: &QualifyConfig,
    input: &QualifyInput,
    at: Timestamp,
    mode: Mode,
) -> LookedUp<QualifyFacts> {
    let waterfall = Waterfall { providers, cache, spend, levers: &config.enrichment, at, mode };
    let (company, person) =
        tokio::join!(waterfall.walk(company_query(config, &input.lead)), waterfall.walk(person_query(&input.lead)));
    let facts = QualifyFacts { company, person, acts: Vec::new(), accounts: AccountFacts::default() };
    let cost = Cost { data_microusd: facts.asked().map(|asked| asked.microusd).sum(), ..Cost::default() };
    LookedUp { facts, cost, actor: Actor::Code }
}

/// What the person did, where a lever asks for it. Unlike data from outside this is the CRM's, which the decision is
/// written to anyway: where it does not answer, the run is tried again.
pub(crate) async fn acts(behaviour: &dyn Behaviour, config: &QualifyConfig, input: &QualifyInput) -> Outcome<Vec<Act>> {
    let asks = |of: fn(&Kind) -> bool| config.scoring.behaviours.iter().any(|one| of(&one.kind));
    let wanted = Wanted {
        campaigns: asks(|kind| matches!(kind, Kind::Campaign { .. })),
        activities: asks(|kind| matches!(kind, Kind::Activity(_))),
    };
    if !wanted.campaigns && !wanted.activities {
        return Ok(Vec::new());
    }
    behaviour.acts(&input.lead.id, wanted).await.map_err(|failure| failure.during("behaviour"))
}

/// By domain; by name where the address is free mail, and the levers allow it. A free-mail domain is never asked for.
fn company_query(config: &QualifyConfig, lead: &Lead) -> Option<CompanyQuery> {
    let domain = lead.company_domain();
    let name = config.company_name(lead).unwrap_or_default();
    let by_name = config.enrichment.company_by_name && !name.is_empty();
    (domain.is_some() || by_name).then(|| CompanyQuery {
        domain,
        name: name.to_owned(),
        country_code: lead.country_code.clone(),
    })
}

fn person_query(lead: &Lead) -> Option<PersonQuery> {
    let email = lead.email.as_deref().map(str::trim)?;
    MailDomain::of_address(email)?;
    Some(PersonQuery {
        email: email.to_owned(),
        first_name: lead.first_name.clone(),
        last_name: Some(lead.last_name.clone()),
        company: Some(lead.company.clone()),
    })
}
