//! What an operator may decide about matching.

use std::collections::{BTreeMap, BTreeSet};

use revloops_domain::{Account, MailDomain, MatchedBy};

use crate::company::Company;
use crate::domains::registrable;
use crate::keys::{BlockKey, keys};

/// A fact besides the name that two companies may have in common. The country is none: millions share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecondFact {
    /// The last eight digits.
    Phone,
    /// Postal code.
    PostalCode,
    /// The word of the domain (`acme.io`, `acme.com`), or a domain's word that is the other's name.
    DomainWord,
    /// City, in any language.
    City,
    /// State or province.
    State,
}

impl SecondFact {
    /// All, the strongest first.
    pub const ALL: [Self; 5] = [Self::Phone, Self::PostalCode, Self::DomainWord, Self::City, Self::State];

    /// As config writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::PostalCode => "postal_code",
            Self::DomainWord => "domain_word",
            Self::City => "city",
            Self::State => "state",
        }
    }

    /// As evidence says it; values stay out, for evidence is published.
    pub(crate) const fn in_words(self) -> &'static str {
        match self {
            Self::Phone => "the same phone number",
            Self::PostalCode => "the same postal code",
            Self::DomainWord => "the domain's word agrees",
            Self::City => "the same city",
            Self::State => "the same state",
        }
    }
}

/// What decides between accounts that fit equally well; asked in the declared order, then the lower id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TieRule {
    /// Who is called just so.
    SameName,
    /// A customer.
    Customer,
    /// In the lead's country.
    SameCountry,
    /// Owned by a person and not by a queue.
    OwnedByAPerson,
    /// At the top of its tree.
    NoParent,
    /// The most employees.
    MostEmployees,
    /// The oldest record.
    Oldest,
}

impl TieRule {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::SameName,
        Self::Customer,
        Self::SameCountry,
        Self::OwnedByAPerson,
        Self::NoParent,
        Self::MostEmployees,
        Self::Oldest,
    ];

    /// As config writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SameName => "same_name",
            Self::Customer => "customer",
            Self::SameCountry => "same_country",
            Self::OwnedByAPerson => "owned_by_a_person",
            Self::NoParent => "no_parent",
            Self::MostEmployees => "most_employees",
            Self::Oldest => "oldest",
        }
    }

    pub(crate) const fn in_words(self) -> &'static str {
        match self {
            Self::SameName => "it has the very name",
            Self::Customer => "it is a customer",
            Self::SameCountry => "it is in the lead's country",
            Self::OwnedByAPerson => "a person owns it",
            Self::NoParent => "it is at the top of its tree",
            Self::MostEmployees => "it has more employees",
            Self::Oldest => "it is older",
        }
    }
}

/// Words beyond the built-in ones, folded: lower case without marks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// Taken on or left out at will, like `group`.
    pub say_nothing: BTreeSet<String>,
    /// Shared by many, like `consulting`.
    pub say_little: BTreeSet<String>,
}

/// Checked rules of matching. The default is what is shipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchRules {
    /// The ways that are allowed.
    pub by: BTreeSet<MatchedBy>,
    /// For each second fact that counts, how alike the names must be with it, in percent.
    pub second_facts: BTreeMap<SecondFact, u8>,
    /// How many letters a name must have, without places and words that say little, to be enough by itself.
    pub name_alone_letters: usize,
    /// Values of the account's `Type` that make it a customer.
    pub customer_kinds: BTreeSet<String>,
    /// What decides between accounts that fit equally well.
    pub ties: Vec<TieRule>,
    /// Domains of one company, each list.
    pub aliases: Vec<Vec<MailDomain>>,
    /// Domains that many companies share, like free mail.
    pub shared_domains: BTreeSet<MailDomain>,
    /// Words beyond the built-in ones.
    pub words: Words,
}

impl Default for MatchRules {
    fn default() -> Self {
        Self {
            by: BTreeSet::from([MatchedBy::Domain, MatchedBy::Name, MatchedBy::SimilarName]),
            second_facts: BTreeMap::from([
                (SecondFact::Phone, 80),
                (SecondFact::PostalCode, 85),
                (SecondFact::DomainWord, 80),
                (SecondFact::City, 90),
                (SecondFact::State, 95),
            ]),
            name_alone_letters: 8,
            customer_kinds: ["Customer - Direct", "Customer - Channel"].map(str::to_owned).into(),
            ties: vec![
                TieRule::SameName,
                TieRule::Customer,
                TieRule::SameCountry,
                TieRule::OwnedByAPerson,
                TieRule::NoParent,
                TieRule::MostEmployees,
                TieRule::Oldest,
            ],
            aliases: Vec::new(),
            shared_domains: BTreeSet::new(),
            words: Words::default(),
        }
    }
}

impl MatchRules {
    /// Whether the account is a customer.
    #[must_use]
    pub fn is_customer(&self, account: &Account) -> bool {
        account.kind.as_ref().is_some_and(|kind| self.customer_kinds.contains(kind))
    }

    /// The keys to look a company up by: its own, and those of its domains' aliases.
    #[must_use]
    pub fn look_up_keys(&self, company: &Company) -> Vec<BlockKey> {
        keys(&self.with_aliases(company))
    }

    /// The company with the aliases of its domains.
    pub(crate) fn with_aliases(&self, company: &Company) -> Company {
        let mut known = company.clone();
        for alias in &self.aliases {
            if company.domains.iter().filter_map(registrable).any(|own| alias.iter().any(|one| one.as_str() == own)) {
                known.domains.extend(alias.iter().cloned());
            }
        }
        known
    }

    pub(crate) fn says_nothing(&self, word: &str) -> bool {
        crate::name::says_nothing(word) || self.words.say_nothing.contains(word)
    }

    pub(crate) fn says_little(&self, word: &str) -> bool {
        crate::name::says_little(word) || self.words.say_little.contains(word)
    }
}
