//! One lead and one account: the same company, and by what?

use revloops_domain::MatchedBy;

use crate::facts;
use crate::name::{Word, same_word};
use crate::prepared::Prepared;
use crate::rules::{MatchRules, SecondFact};
use crate::similarity::similarity;

/// How alike a name and its initials are taken to be: a few letters say less than a word.
const INITIALS: u8 = 90;

/// What comparing came to.
#[derive(Debug, Clone)]
pub(crate) struct Assessment {
    /// How it was found and how sure that is; `Err` says why it is not the same.
    pub(crate) found: Result<(MatchedBy, u8), String>,
    pub(crate) evidence: Vec<String>,
    pub(crate) facts: Vec<SecondFact>,
    pub(crate) same_name: bool,
    /// Found by nothing but the name.
    pub(crate) alone: bool,
    /// 0 to 100: orders those that were not found.
    pub(crate) likeness: u8,
}

pub(crate) fn assess(rules: &MatchRules, lead: &Prepared, account: &Prepared) -> Assessment {
    let facts = facts::agreeing(rules, lead, account);
    let same_name = same_name(lead, account);
    let likeness = if same_name { 100 } else { similarity(rules, lead, account) };
    let mut pair = Pair { rules, lead, account, facts, same_name, likeness, alone: false, evidence: Vec::new() };
    let found = pair.found();
    Assessment { found, evidence: pair.evidence, facts: pair.facts, same_name, alone: pair.alone, likeness }
}

struct Pair<'a> {
    rules: &'a MatchRules,
    lead: &'a Prepared,
    account: &'a Prepared,
    facts: Vec<SecondFact>,
    same_name: bool,
    likeness: u8,
    alone: bool,
    evidence: Vec<String>,
}

impl Pair<'_> {
    fn found(&mut self) -> Result<(MatchedBy, u8), String> {
        if let Some(why) = facts::other_branch(self.lead, self.account) {
            return Err(why.to_owned());
        }
        if self.rules.by.contains(&MatchedBy::Domain)
            && let Some((lead, account)) = facts::shared_domain(self.rules, self.lead, self.account)
        {
            self.evidence.push(if lead == account {
                format!("domain {lead}")
            } else {
                format!("domain {lead}, which is {account}'s too")
            });
            self.say_name();
            self.facts.retain(|fact| *fact != SecondFact::DomainWord);
            self.say_facts();
            let confidence = match self.likeness {
                100 => 99,
                60..100 => 95,
                _ => 90,
            };
            return Ok((MatchedBy::Domain, confidence));
        }
        if Prepared::differ(self.lead.country.as_ref(), self.account.country.as_ref()) {
            return Err(self.but("it is in another country"));
        }
        if self.same_name && self.rules.by.contains(&MatchedBy::Name) { self.by_name() } else { self.by_similar_name() }
    }

    /// The name is the same: with a second fact, or by itself where it is distinctive and nothing speaks against it.
    fn by_name(&mut self) -> Result<(MatchedBy, u8), String> {
        self.say_name();
        let other_domain = facts::other_domain(self.rules, self.lead, self.account);
        let strong = self.facts.iter().any(|fact| !matches!(fact, SecondFact::State));
        if strong || (!self.facts.is_empty() && !other_domain && self.is_distinctive()) {
            self.say_facts();
            let more = u8::try_from(self.facts.len()).unwrap_or(1).min(3);
            return Ok((MatchedBy::Name, 80 + 5 * more));
        }
        if other_domain {
            return Err(self.but("it has another domain, and nothing else agrees"));
        }
        let elsewhere = Prepared::differ(self.lead.city.as_ref(), self.account.city.as_ref())
            || Prepared::differ(self.lead.postal.as_ref(), self.account.postal.as_ref())
            || Prepared::differ(self.lead.state.as_ref(), self.account.state.as_ref());
        if elsewhere {
            return Err(self.but("it is elsewhere, and nothing else agrees"));
        }
        if !self.is_distinctive() {
            return Err(self.but("the name alone says too little"));
        }
        let same_country = self.lead.country.is_some() && self.lead.country == self.account.country;
        if same_country {
            self.evidence.push("the same country".to_owned());
        }
        self.alone = true;
        self.evidence.push("the name is distinctive".to_owned());
        Ok((MatchedBy::Name, if same_country { 75 } else { 70 }))
    }

    /// The name is nearly the same, or one is the other's initials: never without a second fact.
    fn by_similar_name(&mut self) -> Result<(MatchedBy, u8), String> {
        if !self.rules.by.contains(&MatchedBy::SimilarName) {
            return Err(self.but("similar names do not count"));
        }
        if self.lead.name.numbers != self.account.name.numbers {
            return Err(self.but("one of the names carries a number"));
        }
        let is_initials = initials(self.lead, self.account) || initials(self.account, self.lead);
        let alike = if is_initials { self.likeness.max(INITIALS) } else { self.likeness };
        // Two addresses in one town are two companies as likely as one with two doors.
        let other_door = Prepared::differ(self.lead.postal.as_ref(), self.account.postal.as_ref());
        let other_domain = facts::other_domain(self.rules, self.lead, self.account);
        let mut wanted = None;
        let mut counting = Vec::new();
        for fact in &self.facts {
            let is_strong = match fact {
                SecondFact::Phone | SecondFact::PostalCode => true,
                SecondFact::DomainWord => !other_domain,
                SecondFact::City | SecondFact::State => !other_domain && !other_door,
            };
            if let (true, Some(at_least)) = (is_strong, self.rules.second_facts.get(fact)) {
                if alike >= *at_least {
                    counting.push(*fact);
                } else if wanted.is_none() {
                    wanted = Some((*fact, *at_least));
                }
            }
        }
        if counting.is_empty() {
            return Err(match wanted {
                Some((fact, at_least)) => {
                    format!("the names are {alike}% alike; with {} it takes {at_least}%", fact.in_words())
                }
                None => self.but(if other_domain { "it has another domain" } else { "no second fact agrees" }),
            });
        }
        self.evidence.push(if is_initials {
            "one name is the other's initials".to_owned()
        } else {
            format!("the names are {alike}% alike")
        });
        let more = u8::try_from(counting.len()).unwrap_or(1).min(4);
        self.facts = counting;
        self.say_facts();
        Ok((MatchedBy::SimilarName, alike.saturating_sub(12).saturating_add(4 * more).min(90)))
    }

    fn but(&self, why: &str) -> String {
        if self.same_name {
            format!("the same name, but {why}")
        } else {
            format!("the names are {}% alike, but {why}", self.likeness)
        }
    }

    fn say_name(&mut self) {
        if self.same_name {
            self.evidence.push("the same name".to_owned());
        } else if self.likeness >= 60 {
            self.evidence.push(format!("the names are {}% alike", self.likeness));
        }
    }

    fn say_facts(&mut self) {
        self.evidence.extend(self.facts.iter().map(|fact| fact.in_words().to_owned()));
    }

    /// Whether the name has enough letters in words of its own.
    fn is_distinctive(&self) -> bool {
        let letters: usize = own_words(self.rules, self.lead).map(|word| word.plain.chars().count()).sum();
        letters >= self.rules.name_alone_letters
    }
}

/// The words that neither many share nor a place gives.
pub(crate) fn own_words<'a>(rules: &'a MatchRules, of: &'a Prepared) -> impl Iterator<Item = &'a Word> {
    of.name
        .words
        .iter()
        .filter(|word| !rules.says_nothing(&word.plain) && !rules.says_little(&word.plain) && word.place.is_none())
}

fn initials(short: &Prepared, long: &Prepared) -> bool {
    short.name.single().is_some_and(|single| long.name.initials.iter().any(|initials| initials == single))
}

/// The same words, run together or one by one; or the same but for places that fit where the other is.
fn same_name(lead: &Prepared, account: &Prepared) -> bool {
    let (one, other) = (&lead.name, &account.name);
    if one.words.is_empty() || other.words.is_empty() {
        return false;
    }
    let meet = |a: &[String], b: &[String]| a.iter().any(|form| b.contains(form));
    let word_by_word =
        one.words.len() == other.words.len() && one.words.iter().zip(&other.words).all(|(a, b)| same_word(a, b));
    let but_for_places = || {
        one.places != other.places
            && one.numbers == other.numbers
            && meet(&one.without_places(), &other.without_places())
            && facts::places_fit(lead, account)
            && facts::places_fit(account, lead)
    };
    word_by_word || meet(&one.squashed, &other.squashed) || but_for_places()
}
