//! `matching.yaml`: which account a lead belongs to.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;

use revloops_config::{Document, Problems};
use revloops_domain::{MailDomain, MatchedBy};
use revloops_matching::{MatchRules, SecondFact, TieRule, Words};

/// `matching.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawMatching {
    /// The ways of matching that are allowed: `domain`, `name`, `similar_name`.
    pub match_by: Vec<String>,
    /// Facts that make a similar name count.
    pub second_facts: Vec<RawSecondFact>,
    /// How many letters of its own a name needs to be enough without a second fact.
    #[schemars(range(min = 4, max = 40))]
    pub name_alone_letters: usize,
    /// What decides between accounts that fit equally well, in this order.
    pub ties: Vec<String>,
    /// Values of `Account.Type` of those who buy from us.
    #[serde(default)]
    pub customer_kinds: Vec<String>,
    /// Domains of one company, a list each.
    #[serde(default)]
    pub aliases: Vec<Vec<String>>,
    /// Domains that many companies share, besides free mail.
    #[serde(default)]
    pub shared_domains: Vec<String>,
    /// Words of names beyond the built-in ones.
    #[serde(default)]
    pub words: RawWords,
}

/// A second fact.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawSecondFact {
    /// `phone`, `postal_code`, `domain_word`, `city` or `state`.
    pub fact: String,
    /// How alike the names must be with it, in percent.
    #[schemars(range(min = 60, max = 100))]
    pub min_likeness_percent: u8,
}

/// Words that tell little.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawWords {
    /// Taken on or left out at will, like `group`.
    pub say_nothing: Vec<String>,
    /// Shared by many, like `consulting`.
    pub say_little: Vec<String>,
}

/// Ways of matching, as config names them.
const WAYS: [MatchedBy; 3] = [MatchedBy::Domain, MatchedBy::Name, MatchedBy::SimilarName];

/// Checks `matching.yaml`.
pub(super) fn check(document: &Document, problems: &mut Problems) -> Option<MatchRules> {
    let raw: RawMatching = document.read(problems)?;
    let before = problems.len();
    let by = named(document, "match_by", "way of matching", &raw.match_by, &WAYS, MatchedBy::name, problems);
    if by.is_empty() {
        problems.at(document, "/match_by", "no lead would be matched", "name at least one: domain, name, similar_name");
    }
    let second_facts = second_facts(document, &raw.second_facts, problems);
    if by.contains(&MatchedBy::SimilarName) && raw.second_facts.is_empty() {
        let remedy = "name second facts, or take `similar_name` out of `match_by`";
        problems.at(document, "/second_facts", "a similar name never counts without a second fact", remedy);
    }
    let ties = named(document, "ties", "tie rule", &raw.ties, &TieRule::ALL, TieRule::name, problems);
    let rules = MatchRules {
        by: by.into_iter().collect(),
        second_facts,
        name_alone_letters: raw.name_alone_letters,
        customer_kinds: raw.customer_kinds.iter().map(|kind| kind.trim().to_owned()).collect(),
        ties,
        aliases: aliases(document, &raw.aliases, problems),
        shared_domains: domains(document, "/shared_domains", &raw.shared_domains, problems).into_iter().collect(),
        words: Words {
            say_nothing: words(document, "say_nothing", &raw.words.say_nothing, problems),
            say_little: words(document, "say_little", &raw.words.say_little, problems),
        },
    };
    for (index, kind) in raw.customer_kinds.iter().enumerate() {
        if kind.trim().is_empty() {
            let remedy = "write a value of the CRM's picklist Account.Type";
            problems.at(document, &format!("/customer_kinds/{index}"), "an empty kind", remedy);
        }
    }
    (problems.len() == before).then_some(rules)
}

/// Reads names of a fixed list, each once.
fn named<T: Copy + PartialEq>(
    document: &Document,
    list: &str,
    kind: &str,
    given: &[String],
    all: &[T],
    name: fn(T) -> &'static str,
    problems: &mut Problems,
) -> Vec<T> {
    let mut found = Vec::new();
    for (index, one) in given.iter().enumerate() {
        let at = format!("/{list}/{index}");
        match all.iter().find(|known| name(**known) == one) {
            Some(known) if found.contains(known) => {
                problems.at(document, &at, format!("`{one}` stands here twice"), "keep the first");
            }
            Some(known) => found.push(*known),
            None => problems.unknown_name(document, &at, kind, one, all.iter().map(|known| name(*known))),
        }
    }
    found
}

fn second_facts(document: &Document, raw: &[RawSecondFact], problems: &mut Problems) -> BTreeMap<SecondFact, u8> {
    let mut found = BTreeMap::new();
    for (index, one) in raw.iter().enumerate() {
        let at = format!("/second_facts/{index}/fact");
        match SecondFact::ALL.into_iter().find(|known| known.name() == one.fact) {
            Some(fact) if found.insert(fact, one.min_likeness_percent).is_some() => {
                problems.at(document, &at, format!("`{}` stands here twice", one.fact), "keep one of the two");
            }
            Some(_) => {}
            None => problems.unknown_name(document, &at, "fact", &one.fact, SecondFact::ALL.map(SecondFact::name)),
        }
    }
    found
}

fn aliases(document: &Document, raw: &[Vec<String>], problems: &mut Problems) -> Vec<Vec<MailDomain>> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for (index, alias) in raw.iter().enumerate() {
        let at = format!("/aliases/{index}");
        if alias.len() < 2 {
            problems.at(document, &at, "one domain is no alias", "list the domains of one company together");
        }
        let domains = domains(document, &at, alias, problems);
        for (nth, domain) in domains.iter().enumerate() {
            if !seen.insert(domain.clone()) {
                let what = format!("`{domain}` stands in the aliases twice");
                problems.at(document, &format!("{at}/{nth}"), what, "a domain is one company's: join the two lists");
            }
        }
        all.push(domains);
    }
    all
}

fn domains(document: &Document, at: &str, raw: &[String], problems: &mut Problems) -> Vec<MailDomain> {
    let mut found = Vec::new();
    for (index, text) in raw.iter().enumerate() {
        let at = format!("{at}/{index}");
        match MailDomain::parse(text) {
            None => problems.at(document, &at, format!("`{text}` is no domain"), "write it like acme.example"),
            Some(domain) if domain.is_free_mail() => {
                problems.at(document, &at, format!("`{text}` is free mail, which never matches"), "take it out");
            }
            Some(domain) => found.push(domain),
        }
    }
    found
}

fn words(document: &Document, list: &str, raw: &[String], problems: &mut Problems) -> BTreeSet<String> {
    for (index, word) in raw.iter().enumerate() {
        let plain = !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() && !c.is_uppercase());
        if !plain {
            let what = format!("`{word}` is not one word in lower case");
            problems.at(document, &format!("/words/{list}/{index}"), what, "one word an entry, without accents");
        }
    }
    raw.iter().cloned().collect()
}
