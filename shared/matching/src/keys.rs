//! Keys under which accounts are found: whoever may be the same company by any rule shares one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use revloops_domain::Account;

use crate::company::Company;
use crate::domains;
use crate::name::{Name, Word, says_little, says_nothing};
use crate::prepared::Prepared;

/// How many accounts are looked at under one key, the lowest ids first. More share a key only where it says nothing.
pub const AT_MOST_A_KEY: usize = 200;

/// Words of a name that keys are made of.
const WORDS: usize = 3;
/// Letters at a word's beginning and end: a slip of the finger spares one of the two.
const LETTERS: usize = 3;

/// One key, as an index stores it: `domain/acme.com`, `name/acme`, `postal/20095`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockKey(String);

impl BlockKey {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BlockKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The keys of a company, each once, in order. The same for a lead and an account, and the same whatever the rules say.
#[must_use]
pub fn keys(company: &Company) -> Vec<BlockKey> {
    of(&Prepared::of(company))
}

pub(crate) fn of(company: &Prepared) -> Vec<BlockKey> {
    let mut keys = BTreeSet::new();
    let mut add = |kind: &str, value: &str| {
        keys.insert(BlockKey(format!("{kind}/{value}")));
    };
    for domain in &company.domains {
        add("domain", domain);
        let word = domains::squashed_word(domain);
        if word.len() >= 3 {
            add("name", &word);
        }
    }
    let name = &company.name;
    for form in name.squashed.iter().chain(&name.initials).chain(&name.without_places()) {
        add("name", form);
    }
    if let Some(phone) = &company.phone {
        add("phone", phone);
    }
    if let Some(postal) = &company.postal {
        add("postal", postal);
    }
    // Of a city or a state alone there are too many: a piece of the name goes with it.
    let state =
        company.country.as_ref().zip(company.state.as_ref()).map(|(country, state)| format!("{country}-{state}"));
    let words = own_words(name);
    // Who else bears the name's own word tells whether it is distinctive.
    if let Some(longest) = words.first() {
        add("word", longest);
    }
    for piece in pieces(&words) {
        if let Some(city) = &company.city {
            add("city", &format!("{city}/{piece}"));
        }
        if let Some(state) = &state {
            add("state", &format!("{state}/{piece}"));
        }
    }
    keys.into_iter().collect()
}

/// Those of the company's keys under which there may be more accounts than were looked at: `candidates` holds as many of
/// them as are looked at under one key.
#[must_use]
pub fn crowded<'a>(company: &Company, candidates: impl IntoIterator<Item = &'a Account>) -> Vec<BlockKey> {
    let candidates: Vec<&Account> = candidates.into_iter().collect();
    if candidates.len() < AT_MOST_A_KEY {
        return Vec::new();
    }
    let mut counts: BTreeMap<BlockKey, usize> = keys(company).into_iter().map(|key| (key, 0)).collect();
    for account in candidates {
        for key in keys(&Company::of_account(account)) {
            if let Some(count) = counts.get_mut(&key) {
                *count += 1;
            }
        }
    }
    counts.into_iter().filter(|(_, count)| *count >= AT_MOST_A_KEY).map(|(key, _)| key).collect()
}

/// The longest words of the name's own; where it has none, of all.
fn own_words(name: &Name) -> Vec<&str> {
    let own = |word: &&Word| !says_little(&word.plain) && !says_nothing(&word.plain) && word.place.is_none();
    let mut words: Vec<&str> = name.words.iter().filter(own).map(|word| word.plain.as_str()).collect();
    if words.is_empty() {
        words = name.words.iter().map(|word| word.plain.as_str()).collect();
    }
    words.sort_by_key(|word| (std::cmp::Reverse(word.chars().count()), *word));
    words.truncate(WORDS);
    words
}

/// Beginnings and ends of words.
fn pieces(words: &[&str]) -> BTreeSet<String> {
    let mut pieces = BTreeSet::new();
    for word in words {
        let letters: Vec<char> = word.chars().collect();
        let head: String = letters.iter().take(LETTERS).collect();
        let tail: String = letters.iter().skip(letters.len().saturating_sub(LETTERS)).collect();
        pieces.insert(format!("{head}-"));
        pieces.insert(format!("-{tail}"));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use revloops_domain::MailDomain;

    fn company(name: &str, domain: &str, city: &str) -> Company {
        Company {
            name: name.to_owned(),
            domains: MailDomain::parse(domain).into_iter().collect(),
            country_code: Some("DE".to_owned()),
            city: Some(city.to_owned()),
            ..Company::default()
        }
    }

    fn meet(one: &Company, other: &Company) -> bool {
        let other = keys(other);
        keys(one).iter().any(|key| other.contains(key))
    }

    #[test]
    fn whoever_may_be_the_same_shares_a_key() {
        let ours = company("Velorix Logistik GmbH", "velorix.de", "Hamburg");
        for (name, domain, city) in [
            ("Other Name", "mail.velorix.de", ""),
            ("VELORIX Logistics", "", ""),
            ("Velorxi Logistik", "", "Hamburg"),
            ("Volorix Logistik", "", "Hamburg"),
            ("Logistik Velorix", "", "hamburg"),
            ("Velorix", "velorix.com", ""),
        ] {
            assert!(meet(&ours, &company(name, domain, city)), "{name}");
        }
        assert!(!meet(&ours, &company("Northwind Foods", "northwind.de", "Hamburg")));
        assert!(meet(&company("IBM", "", ""), &company("International Business Machines", "", "")));
    }

    #[test]
    fn free_mail_and_shared_hosts_are_no_keys() {
        for domain in ["gmail.com", "github.io"] {
            assert!(keys(&company("", domain, "")).is_empty(), "{domain}");
        }
    }
}
