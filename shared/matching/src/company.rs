//! A company as a lead or an account names it.

use revloops_domain::events::LeadProfile;
use revloops_domain::{Account, Lead, MailDomain};

/// What is compared. `Debug` is left out: names and phone numbers never reach logs.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Company {
    /// Name as typed; empty where there is none.
    pub name: String,
    /// Domains, the surest first; free mail is passed over.
    pub domains: Vec<MailDomain>,
    /// ISO country code, upper case.
    pub country_code: Option<String>,
    /// State or province code.
    pub state_code: Option<String>,
    /// Postal code as typed.
    pub postal_code: Option<String>,
    /// City as typed.
    pub city: Option<String>,
    /// Phone number as typed.
    pub phone: Option<String>,
}

impl Company {
    /// The company that a lead names.
    #[must_use]
    pub fn of_lead(lead: &Lead) -> Self {
        let website = lead.website.as_deref().and_then(MailDomain::of_website);
        Self {
            name: lead.company.clone(),
            domains: distinct(lead.company_domain().into_iter().chain(website)),
            country_code: lead.country_code.clone(),
            state_code: lead.state_code.clone(),
            postal_code: lead.postal_code.clone(),
            city: lead.city.clone(),
            phone: lead.phone.clone(),
        }
    }

    /// The company that a lead names, with what a data provider added to it.
    #[must_use]
    pub fn of_profile(lead: &Lead, profile: &LeadProfile) -> Self {
        let own = Self::of_lead(lead);
        Self {
            name: profile.company.clone(),
            domains: distinct(own.domains.into_iter().chain(profile.domain.clone())),
            country_code: own.country_code.or_else(|| profile.country_code.clone()),
            ..own
        }
    }

    /// The company of an account.
    #[must_use]
    pub fn of_account(account: &Account) -> Self {
        Self {
            name: account.name.clone(),
            domains: account.domain.iter().cloned().collect(),
            country_code: account.country_code.clone(),
            state_code: account.state_code.clone(),
            postal_code: account.postal_code.clone(),
            city: account.city.clone(),
            phone: account.phone.clone(),
        }
    }
}

fn distinct(domains: impl Iterator<Item = MailDomain>) -> Vec<MailDomain> {
    let mut kept: Vec<MailDomain> = Vec::new();
    for domain in domains.filter(|domain| !domain.is_free_mail()) {
        if !kept.contains(&domain) {
            kept.push(domain);
        }
    }
    kept
}
