//! Where an account belongs: named, said by a person, held by a territory's condition, or said by an agent.

use std::collections::BTreeMap;

use revloops_domain::{Account, AccountId, ProposedTerritory, is_country_code};
use revloops_loopkit::ports::{PlacedAccount, Resolution};
use revloops_rules::{FieldId, FieldValues};
use revloops_scenario::agent;
use revloops_scenario::fields::{LeadField, TERRITORY_FIELDS, fill_account, room};
use revloops_scenario::{Scenario, Territory};

use crate::logic::facts::{Answer, Facts};
use crate::logic::plan::By;

/// What an address says; another field that a condition asks for and that is empty is no question of geography.
const GEOGRAPHY: [LeadField; 3] = [LeadField::Country, LeadField::State, LeadField::PostalCode];

/// Where an account belongs.
#[derive(Debug, Clone, PartialEq)]
pub enum Placement {
    /// In this territory, by our id.
    In {
        /// The territory.
        territory: String,
        /// What says so.
        by: By,
    },
    /// Only a person can say.
    Pending {
        /// Why.
        why: String,
        /// What an agent proposed.
        proposed: Option<ProposedTerritory>,
    },
    /// No territory is for it.
    Nowhere,
    /// An agent has to be asked.
    Ask(Unclear),
}

/// Why the geography of an account is unclear. Only such an account is an agent's business: an account with an address that
/// no territory is for is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unclear {
    /// These fields are empty, and there are territories that would hold for some value of them.
    Missing(Vec<&'static str>),
    /// The country is no country's code: a region, a nickname, a name.
    NoCountryCode(String),
    /// No territory is for its country, and the account above it is in another country.
    HeadquartersAbroad {
        /// Its own country.
        country: String,
        /// The country of the account above it.
        headquarters: String,
    },
}

impl Unclear {
    /// In words.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Missing(fields) => format!("it has no {}", fields.join(" and no ").replace('_', " ")),
            Self::NoCountryCode(text) => format!("its country is `{text}`, which is no country's code"),
            Self::HeadquartersAbroad { country, headquarters } => {
                format!("no territory is for {country}, and the account above it is in {headquarters}")
            }
        }
    }
}

/// What accounts are placed by.
pub struct Placer<'a> {
    scenario: &'a Scenario,
    min_confidence: u8,
    named: BTreeMap<&'a AccountId, &'a str>,
    resolved: BTreeMap<&'a AccountId, &'a Resolution>,
    answers: &'a BTreeMap<AccountId, Answer>,
    accounts: BTreeMap<&'a AccountId, &'a Account>,
    values: FieldValues,
}

impl<'a> Placer<'a> {
    /// By this scenario and what was looked up. A person's answer whose territory is no more counts for nothing.
    #[must_use]
    pub fn new(scenario: &'a Scenario, min_confidence: u8, facts: &'a Facts) -> Self {
        let resolved = facts.resolutions.iter().filter(|one| scenario.territories.named(&one.territory).is_some());
        let accounts = facts.crm.accounts.iter().map(|one| &one.account).chain(&facts.crm.above);
        Self {
            scenario,
            min_confidence,
            named: scenario.named_accounts.iter().map(|one| (&one.account, one.territory.as_str())).collect(),
            resolved: resolved.map(|one| (&one.account, one)).collect(),
            answers: &facts.answers,
            accounts: accounts.map(|one| (&one.id, one)).collect(),
            values: room(),
        }
    }

    /// The account above this one, as far as it was looked up.
    #[must_use]
    pub fn above(&self, account: &Account) -> Option<&'a Account> {
        account.parent_id.as_ref().and_then(|id| self.accounts.get(id)).copied()
    }

    /// Where the account belongs.
    pub fn place(&mut self, account: &PlacedAccount) -> Placement {
        let account = &account.account;
        if let Some(territory) = self.named.get(&account.id) {
            return Placement::In { territory: (*territory).to_owned(), by: By::Name };
        }
        if let Some(said) = self.resolved.get(&account.id) {
            let by = By::Person { who: said.by.clone() };
            return Placement::In { territory: said.territory.clone(), by };
        }
        match self.by_rule(account) {
            Ok(Some(territory)) => Placement::In { territory: territory.id.clone(), by: By::Rule },
            Ok(None) => Placement::Nowhere,
            Err(unclear) => self.by_agent(account, unclear),
        }
    }

    /// The territory whose condition holds; `None` where none is for the account.
    ///
    /// # Errors
    /// Where its geography is unclear.
    pub fn by_rule(&mut self, account: &Account) -> Result<Option<&'a Territory>, Unclear> {
        fill_account(&mut self.values, account);
        let country = account.country_code.as_deref().map(str::trim).filter(|country| !country.is_empty());
        let odd = country.filter(|country| !is_country_code(&country.to_uppercase()));
        if let Some(odd) = odd {
            // Not a country: neither is it anything that a condition may be compared with.
            self.values.text(LeadField::Country, None);
            let text: String = odd.chars().take(40).collect();
            return self.find().map_or(Err(Unclear::NoCountryCode(text)), |found| Ok(Some(found)));
        }
        if let Some(found) = self.find() {
            return Ok(Some(found));
        }
        let open = self.open();
        if !open.is_empty() {
            return Err(Unclear::Missing(open));
        }
        let above = self.above(account).and_then(|above| above.country_code.as_deref());
        match (country, above) {
            (Some(country), Some(above)) if !country.eq_ignore_ascii_case(above) => {
                Err(Unclear::HeadquartersAbroad { country: country.to_owned(), headquarters: above.to_owned() })
            }
            _ => Ok(None),
        }
    }

    fn find(&self) -> Option<&'a Territory> {
        self.scenario.territories.find(&self.values)
    }

    /// The empty fields of an address on which it depends whether some territory holds.
    fn open(&self) -> Vec<&'static str> {
        let empty: Vec<FieldId> = GEOGRAPHY.into_iter().map(FieldId::from).filter(|id| !self.values.has(*id)).collect();
        let depends = |unknown: &[FieldId]| {
            let mut conditions = self.scenario.territories.iter().filter_map(|territory| territory.when.as_ref());
            conditions.any(|when| when.holds_not_knowing(&self.values, unknown).is_none())
        };
        if empty.is_empty() || !depends(&empty) {
            return Vec::new();
        }
        // Those without which it is open; where only several together leave it so, all of them.
        let needed: Vec<FieldId> = empty.iter().copied().filter(|id| depends(&[*id])).collect();
        let told = if needed.is_empty() { &empty } else { &needed };
        told.iter().map(|id| TERRITORY_FIELDS.name(*id)).collect()
    }

    fn by_agent(&self, account: &Account, unclear: Unclear) -> Placement {
        let pending = |why: String, proposed| Placement::Pending { why, proposed };
        let reason = unclear.in_words();
        match self.answers.get(&account.id) {
            None => Placement::Ask(unclear),
            Some(Answer::Down) => pending(format!("{reason}; the agent could not be reached"), None),
            Some(Answer::NotAsked) => {
                pending(format!("{reason}; the agent was not asked: enough were in this run"), None)
            }
            Some(Answer::Said { answer, model }) => match agent::read(answer, model, &self.scenario.territories) {
                Err(said) => pending(format!("{reason}; the agent gave {said}"), None),
                Ok(proposal) if proposal.confidence < self.min_confidence => {
                    let why = format!(
                        "{reason}; an agent proposes {} and is {} % sure, {} % are needed",
                        proposal.territory.name, proposal.confidence, self.min_confidence
                    );
                    pending(why, Some(ProposedTerritory::from(&proposal)))
                }
                Ok(proposal) => Placement::In {
                    territory: proposal.territory.id.clone(),
                    by: By::Agent { confidence: proposal.confidence, evidence: proposal.evidence },
                },
            },
        }
    }
}
