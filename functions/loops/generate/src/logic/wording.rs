//! What a wording says, apart from how it says it: the amounts, rounds, numbers, names and words by which two articles are
//! found to tell of the same event.

use std::collections::BTreeSet;

use revloops_domain::signal::{NamedPerson, SignalKind};

use super::amounts::{Quantity, is_month, quantities};
use super::text::{Token, fold, stem, tokens};

/// What an anchor weighs: what seldom agrees by chance weighs most.
const MONEY: u32 = 4;
const PERSON: u32 = 4;
const ROUND: u32 = 3;
const NUMBER: u32 = 2;
const NAME: u32 = 2;

/// Of a likeness, what anchors make up; words make up the rest.
const ANCHORS_PERCENT: u32 = 75;
/// What the same day adds, and what one within three days.
const SAME_DAY: u32 = 10;
const NEAR_DAY: u32 = 5;

/// A headline in which more of the words have a capital letter says by it nothing of names.
const TITLE_CASE_PERCENT: usize = 70;

/// What one wording says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    money: Vec<Quantity>,
    numbers: Vec<Quantity>,
    rounds: BTreeSet<String>,
    people: BTreeSet<String>,
    names: BTreeSet<String>,
    /// Names of the headline: what the event is about.
    about: BTreeSet<String>,
    words: BTreeSet<String>,
}

/// How alike two wordings are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// In percent.
    Percent(u32),
    /// They tell of two events, however alike they sound.
    Contradiction(&'static str),
}

impl Said {
    /// What headline and quote say of `company`.
    pub(crate) fn new(headline: &str, quote: &str, company: &str, people: &[NamedPerson]) -> Self {
        let own: BTreeSet<String> = folded_words(&tokens(company)).collect();
        let (headline, quote) = (tokens(headline), tokens(quote));
        let mut said = Self::default();
        let mut stated = quantities(&headline);
        for one in quantities(&quote) {
            if !stated.iter().any(|known| known.same(&one)) {
                stated.push(one);
            }
        }
        (said.money, said.numbers) = stated.into_iter().partition(Quantity::is_money);
        said.about = names(&headline, &own);
        said.names = names(&quote, &own);
        said.names.extend(said.about.iter().cloned());
        for person in people {
            // Who is named as a person is no other name, too.
            let words: Vec<String> = folded_words(&tokens(&person.name)).collect();
            for word in &words {
                said.names.remove(word);
            }
            said.people.extend(words.last().cloned());
        }
        for part in [&headline, &quote] {
            said.rounds.extend(rounds(part));
            said.words.extend(
                folded_words(part)
                    .filter(|word| word.chars().count() >= 3 && !own.contains(word) && !says_little(word))
                    .map(|word| stem(&word)),
            );
        }
        said
    }

    /// How alike this and `other` are, whose events are `days` apart.
    pub(crate) fn likeness(&self, other: &Self, kind: SignalKind, days: u32) -> Likeness {
        if let Some(why) = self.contradicts(other, kind) {
            return Likeness::Contradiction(why);
        }
        let near = match days {
            0 => SAME_DAY,
            1..=3 => NEAR_DAY,
            _ => 0,
        };
        let words = share(self.words.intersection(&other.words).count(), self.words.union(&other.words).count());
        let least = self.anchors().min(other.anchors());
        let percent = match (100 * self.shared(other)).checked_div(least) {
            Some(anchors) => (anchors * ANCHORS_PERCENT + words * (100 - ANCHORS_PERCENT)) / 100,
            // One of them names nothing: the words alone must do.
            None => words,
        };
        Likeness::Percent((percent + near).min(100))
    }

    fn contradicts(&self, other: &Self, kind: SignalKind) -> Option<&'static str> {
        let compared = |one: &&Quantity| other.money.iter().any(|two| one.comparable(two));
        let comparable: Vec<&Quantity> = self.money.iter().filter(compared).collect();
        if !comparable.is_empty() && !comparable.iter().any(|one| other.money.iter().any(|two| one.same(two))) {
            return Some("they tell of different amounts");
        }
        if apart(&self.rounds, &other.rounds) {
            return Some("they tell of different rounds");
        }
        match kind {
            SignalKind::LeadershipMove if apart(&self.people, &other.people) => {
                return Some("they tell of different people");
            }
            SignalKind::Funding | SignalKind::Hiring | SignalKind::LeadershipMove => return None,
            SignalKind::TechChange | SignalKind::ProductLaunch | SignalKind::Partnership | SignalKind::Acquisition => {}
        }
        // What one's headline is about, the other names nowhere, and the other way round.
        let nowhere = |one: &Self, two: &Self| {
            !one.about.is_empty()
                && !one.about.iter().any(|name| two.names.contains(name) || two.words.contains(&stem(name)))
        };
        (nowhere(self, other) && nowhere(other, self)).then_some("their headlines are about different things")
    }

    /// The weight of all anchors.
    fn anchors(&self) -> u32 {
        weigh(self.money.len(), self.numbers.len(), self.rounds.len(), self.people.len(), self.names.len())
    }

    /// The weight of those that both have.
    fn shared(&self, other: &Self) -> u32 {
        let same = |one: &[Quantity], two: &[Quantity]| one.iter().filter(|a| two.iter().any(|b| a.same(b))).count();
        weigh(
            same(&self.money, &other.money),
            same(&self.numbers, &other.numbers),
            self.rounds.intersection(&other.rounds).count(),
            self.people.intersection(&other.people).count(),
            self.names.intersection(&other.names).count(),
        )
    }
}

fn weigh(money: usize, numbers: usize, rounds: usize, people: usize, names: usize) -> u32 {
    let weight = |count: usize, each: u32| u32::try_from(count).unwrap_or(u32::MAX).saturating_mul(each);
    [(money, MONEY), (numbers, NUMBER), (rounds, ROUND), (people, PERSON), (names, NAME)]
        .into_iter()
        .fold(0, |sum, (count, each)| sum.saturating_add(weight(count, each)))
}

fn share(part: usize, of: usize) -> u32 {
    u32::try_from((100 * part).checked_div(of).unwrap_or(0)).unwrap_or(0)
}

fn apart(one: &BTreeSet<String>, other: &BTreeSet<String>) -> bool {
    !one.is_empty() && !other.is_empty() && one.is_disjoint(other)
}

fn folded_words(tokens: &[Token]) -> impl Iterator<Item = String> {
    tokens.iter().filter_map(|token| match token {
        Token::Word(word) => Some(fold(word)),
        Token::Number(_) | Token::Sign(_) | Token::Stop => None,
    })
}

/// `Series B`, `Serie B`, `Série B`, `Seed`, `Pre-Seed`, `シリーズB`.
fn rounds(tokens: &[Token]) -> BTreeSet<String> {
    let words: Vec<String> = folded_words(tokens).collect();
    let mut found = BTreeSet::new();
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1).filter(|next| next.len() == 1 && next.chars().all(|c| c.is_ascii_lowercase()));
        match (word.as_str(), next) {
            ("series" | "serie" | "ズ", Some(letter)) => {
                found.insert(format!("series {letter}"));
            }
            ("seed", _) => {
                let before = at.checked_sub(1).and_then(|before| words.get(before)).map(String::as_str);
                found.insert(if before == Some("pre") { "pre-seed" } else { "seed" }.to_owned());
            }
            (_, _) => {}
        }
    }
    found
}

/// Words with a capital letter that are no beginning of a sentence; of a headline in which nearly all have one, none. German
/// writes every noun so: they only make names that the other article does not share.
fn names(tokens: &[Token], own: &BTreeSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for sentence in tokens.split(|token| *token == Token::Stop) {
        let words: Vec<&String> = sentence
            .iter()
            .filter_map(|token| match token {
                Token::Word(word) => Some(word),
                Token::Number(_) | Token::Sign(_) | Token::Stop => None,
            })
            .collect();
        let capital = |word: &&&String| word.chars().next().is_some_and(char::is_uppercase);
        // The company's own words have capitals in any headline.
        let long: Vec<&&String> =
            words.iter().filter(|word| word.chars().count() > 3 && !own.contains(&fold(word))).collect();
        let capitals = long.iter().filter(|word| capital(word)).count();
        if long.len() >= 4 && capitals * 100 > long.len() * TITLE_CASE_PERCENT {
            continue;
        }
        for (at, word) in words.iter().enumerate() {
            let begins = at == 0 && !words.get(1).is_some_and(|next| capital(&next));
            let folded = fold(word);
            let is_name = capital(&word)
                && !begins
                && folded.chars().count() >= 2
                && !own.contains(&folded)
                && !is_month(&folded)
                && !says_little(&folded);
            if is_name {
                found.insert(folded);
            }
        }
    }
    found
}

/// Words that any article of a kind may have, in the languages that news come in: they tell no event from another.
fn says_little(folded: &str) -> bool {
    const LITTLE: &[&str] = &[
        // English
        "the",
        "and",
        "for",
        "with",
        "its",
        "his",
        "her",
        "that",
        "this",
        "from",
        "into",
        "has",
        "have",
        "had",
        "was",
        "will",
        "are",
        "been",
        "new",
        "said",
        "says",
        "announced",
        "announces",
        "today",
        "company",
        "firm",
        "startup",
        "round",
        "funding",
        "raises",
        "raised",
        "raise",
        "secures",
        "secured",
        "closes",
        "closed",
        "lands",
        "investment",
        "financing",
        "capital",
        "investors",
        "led",
        "million",
        "billion",
        "dollars",
        "euros",
        "appoints",
        "appointed",
        "names",
        "named",
        "joins",
        "joined",
        "hires",
        "hired",
        "hiring",
        "chief",
        "officer",
        "launches",
        "launched",
        "launch",
        "unveils",
        "introduces",
        "introduced",
        "product",
        "platform",
        "partners",
        "partnership",
        "partner",
        "acquires",
        "acquired",
        "acquisition",
        "buys",
        "bought",
        "deal",
        "jobs",
        "people",
        "staff",
        "employees",
        "inc",
        "ltd",
        "gmbh",
        "corp",
        "group",
        "ceo",
        "about",
        "after",
        "their",
        "which",
        "who",
        "more",
        "than",
        "over",
        // German
        "der",
        "die",
        "das",
        "den",
        "dem",
        "des",
        "und",
        "fur",
        "mit",
        "von",
        "vom",
        "zum",
        "zur",
        "ein",
        "eine",
        "einen",
        "einer",
        "auf",
        "aus",
        "bei",
        "nach",
        "hat",
        "habe",
        "wird",
        "sich",
        "ist",
        "als",
        "sein",
        "seine",
        "ihre",
        "neue",
        "neuer",
        "neuen",
        "unternehmen",
        "finanzierung",
        "finanzierungsrunde",
        "runde",
        "millionen",
        "mio",
        "mrd",
        "dollar",
        "euro",
        "erhalt",
        "sammelt",
        "sichert",
        "ubernimmt",
        "ubernahme",
        "stellt",
        "mitarbeiter",
        "stellen",
        "heute",
        "investoren",
        "gab",
        "bekannt",
        // French
        "les",
        "des",
        "une",
        "pour",
        "avec",
        "dans",
        "sur",
        "par",
        "aux",
        "est",
        "son",
        "ses",
        "leve",
        "levee",
        "fonds",
        "millions",
        "euros",
        "nouvelle",
        "nouveau",
        "annonce",
        "societe",
        "entreprise",
        "rachete",
        "acquiert",
        "lance",
        // Spanish and Italian
        "los",
        "las",
        "del",
        "una",
        "con",
        "por",
        "para",
        "millones",
        "ronda",
        "empresa",
        "anuncia",
        "nueva",
        "nuevo",
        "nel",
        "della",
        "per",
        "milioni",
        "round",
        "azienda",
        "annuncia",
    ];
    LITTLE.contains(&folded)
}
