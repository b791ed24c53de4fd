//! Accounts of a case, and which of them the lead must be matched with.

use schemars::JsonSchema;
use serde::Deserialize;

use revloops_domain::{Account, AccountId, MailDomain};
use revloops_loopkit::Mismatch;
use revloops_matching::MatchVerdict;

use crate::inputs::AccountFacts;

/// An account of the CRM; what is left out is empty.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GivenAccount {
    /// Its name, by which the case expects it.
    pub name: String,
    /// Its website's domain.
    pub domain: Option<String>,
    /// ISO country code.
    pub country: Option<String>,
    /// State code.
    pub state: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// Number of employees.
    pub employees: Option<u32>,
    /// Type: `Customer - Direct`.
    pub kind: Option<String>,
}

/// All accounts of a case, in their order: the first has the lowest id.
pub(super) fn facts(given: &[GivenAccount]) -> AccountFacts {
    let candidates: Vec<Account> = given.iter().zip(1u32..).filter_map(|(one, number)| account(one, number)).collect();
    AccountFacts { compared: candidates.len(), candidates, ..AccountFacts::default() }
}

fn account(given: &GivenAccount, number: u32) -> Option<Account> {
    Some(Account {
        id: AccountId::parse(&format!("001xx{number:010}")).ok()?,
        name: given.name.clone(),
        domain: given.domain.as_deref().and_then(MailDomain::of_website).filter(|domain| !domain.is_free_mail()),
        country_code: given.country.clone(),
        state_code: given.state.clone(),
        postal_code: given.postal_code.clone(),
        city: given.city.clone(),
        phone: given.phone.clone(),
        industry: None,
        employees: given.employees,
        kind: given.kind.clone(),
        owner_id: None,
        parent_id: None,
        created_at: None,
        modified_at: None,
    })
}

/// `none` expects that no account is the lead's.
pub(super) fn mismatches(account: Option<&str>, matched_by: Option<&str>, verdict: &MatchVerdict) -> Vec<Mismatch> {
    let matched = verdict.matched.as_ref();
    let mut found = Vec::new();
    if let Some(account) = account {
        let name = matched.map_or("none", |matched| matched.account.name.as_str());
        found.extend(Mismatch::unless_equal("account", account, name));
    }
    if let Some(way) = matched_by {
        let by = matched.map_or("none", |matched| matched.matched_by.name());
        found.extend(Mismatch::unless_equal("matched_by", way, by));
    }
    found
}
