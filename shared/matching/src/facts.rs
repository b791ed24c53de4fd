//! What two companies have in common besides their names, and what speaks against them.

use crate::domains;
use crate::prepared::Prepared;
use crate::rules::{MatchRules, SecondFact};
use crate::similarity::stand_against;

/// Facts that agree, the strongest first; those that the rules do not count are left out.
pub(crate) fn agreeing(rules: &MatchRules, lead: &Prepared, account: &Prepared) -> Vec<SecondFact> {
    let same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
    let here = !Prepared::differ(lead.country.as_ref(), account.country.as_ref());
    SecondFact::ALL
        .into_iter()
        .filter(|fact| rules.second_facts.contains_key(fact))
        .filter(|fact| match fact {
            SecondFact::Phone => same(&lead.phone, &account.phone),
            SecondFact::PostalCode => here && same(&lead.postal, &account.postal),
            // Namesakes abroad have the word under their own country's ending.
            SecondFact::DomainWord => same(&lead.country, &account.country) && domain_word(lead, account),
            SecondFact::City => here && same(&lead.city, &account.city),
            // `CA` is a state of one country and a province of another: the country must be known.
            SecondFact::State => same(&lead.country, &account.country) && same(&lead.state, &account.state),
        })
        .collect()
}

/// `acme.io` and `acme.com`; or one's domain is the other's name.
fn domain_word(lead: &Prepared, account: &Prepared) -> bool {
    let words = |of: &Prepared| -> Vec<String> {
        of.domains.iter().map(|domain| domains::squashed_word(domain)).filter(|word| word.len() >= 3).collect()
    };
    let (lead_words, account_words) = (words(lead), words(account));
    let meet = |words: &[String], names: &[String]| words.iter().any(|word| names.contains(word));
    meet(&lead_words, &account_words)
        || meet(&lead_words, &account.name.squashed)
        // The account's own domain proves that it goes by the lead's name, where its name does not say so.
        || (meet(&account_words, &lead.name.squashed) && !meet(&lead.name.squashed, &account.name.squashed))
}

/// Whether they share a domain, which names the company; which one it is.
pub(crate) fn shared_domain<'a>(
    rules: &MatchRules,
    lead: &'a Prepared,
    account: &'a Prepared,
) -> Option<(&'a str, &'a str)> {
    let ours = |domain: &&String| !is_shared(rules, domain);
    lead.domains.iter().filter(ours).find_map(|one| {
        let same = |other: &&String| {
            *other == one || rules.aliases.iter().any(|alias| holds(alias, one) && holds(alias, other))
        };
        account.domains.iter().find(same).map(|other| (one.as_str(), other.as_str()))
    })
}

fn holds(alias: &[revloops_domain::MailDomain], domain: &str) -> bool {
    alias.iter().any(|one| one.as_str() == domain)
}

fn is_shared(rules: &MatchRules, domain: &str) -> bool {
    rules.shared_domains.iter().any(|shared| shared.as_str() == domain)
}

/// Whether both have a domain of their own, and they have nothing to do with one another.
pub(crate) fn other_domain(rules: &MatchRules, lead: &Prepared, account: &Prepared) -> bool {
    let own = |of: &Prepared| -> Vec<String> {
        of.domains.iter().filter(|domain| !is_shared(rules, domain)).cloned().collect()
    };
    let (lead_own, account_own) = (own(lead), own(account));
    !lead_own.is_empty()
        && !account_own.is_empty()
        && shared_domain(rules, lead, account).is_none()
        && !lead_own.iter().any(|one| account_own.iter().any(|other| domains::word(one) == domains::word(other)))
}

/// Why the names are of two branches, where they are.
pub(crate) fn other_branch(lead: &Prepared, account: &Prepared) -> Option<&'static str> {
    let (one, other) = (&lead.name, &account.name);
    if !one.numbers.is_empty() && !other.numbers.is_empty() && one.numbers != other.numbers {
        return Some("the names carry different numbers");
    }
    let apart = !one.places.is_empty()
        && !other.places.is_empty()
        && !one.places.is_subset(&other.places)
        && !other.places.is_subset(&one.places);
    if apart {
        return Some("the names are of different places");
    }
    // A town in the name that the lists do not know is in the address.
    let town = |of: &Prepared| of.city.clone().filter(|city| of.name.has_town(city));
    let (here, there) = (town(lead), town(account));
    let against = |town: Option<&String>, other: &Prepared| town.is_some_and(|town| !other.name.has_town(town));
    let apart = Prepared::differ(here.as_ref(), there.as_ref())
        || ((against(here.as_ref(), account) || against(there.as_ref(), lead)) && stand_against(lead, account));
    apart.then_some("the names are of different towns")
}

/// Whether the places in a name fit where the other company is, as far as that is known.
pub(crate) fn places_fit(named: &Prepared, other: &Prepared) -> bool {
    named.name.places.iter().all(|place| {
        other.name.places.contains(place)
            || other.country.as_ref().is_some_and(|country| country == place)
            || other.city.as_ref().is_some_and(|city| city == place)
    })
}
