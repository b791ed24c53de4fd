//! Claims: each cites its facts, says them in their own words, and adds nothing to them.

use std::collections::BTreeSet;

use super::sense::{self, Token};
use super::{Checker, Fact, FactKind, Place, Rule, Spot, words};

/// So many words in a row of a text are a quotation; fewer may come together by chance.
const RUN: usize = 3;
/// Words that turn a sentence's sense, or say more or less than the fact.
const TURNS: &[&str] = &[
    "not",
    "no",
    "never",
    "nor",
    "neither",
    "none",
    "without",
    "cannot",
    "can't",
    "don't",
    "doesn't",
    "isn't",
    "aren't",
    "hardly",
    "barely",
    "only",
    "just",
    "almost",
    "nearly",
    "about",
    "around",
    "over",
    "under",
    "above",
    "below",
    "more",
    "most",
    "less",
    "least",
    "than",
    "before",
    "after",
    "until",
    "every",
    "all",
    "any",
    "few",
    "fewer",
    "many",
    "former",
    "formerly",
    "denies",
    "denied",
    "rumour",
    "rumoured",
    "reportedly",
    "may",
    "might",
    "could",
    "plans",
    "planned",
    "if",
    "unless",
    "but",
    "soon",
    "first",
    "best",
];
/// What is counted by a number of employees.
const EMPLOYEES: &[&str] = &["employees", "people", "colleagues", "staff"];
/// What stands before a year of foundation.
const YEAR: &[&str] = &["in", "since"];
/// How the writer came by a fact: `I read this about Northwind`.
const FOUND: &[&str] = &["read", "see", "understand"];
/// A claim on the recipient's message names it as such.
const MESSAGE: &[&str] = &["message", "note", "question", "lines", "writing", "wrote", "mail"];

impl Checker<'_> {
    pub(super) fn claim(&self, text: &str, fact_ids: &[String], place: Place, spot: &mut Spot<'_>) {
        let brief = &self.plan.brief.facts;
        let cited: Vec<&Fact> = brief.iter().filter(|fact| fact_ids.contains(&fact.id)).collect();
        spot.hold(!fact_ids.is_empty(), Rule::ClaimCites);
        spot.hold(fact_ids.iter().all(|id| brief.iter().any(|fact| &fact.id == id)), Rule::FactExists);
        spot.hold(cited.iter().all(|fact| fact.expires >= place.due), Rule::FactIsCurrent);

        // What the person wrote is no evidence: anybody can write anything.
        let evidence: String = cited
            .iter()
            .filter(|fact| fact.kind != FactKind::LeadMessage)
            .map(|fact| format!("{} {} . ", fact.text, fact.value.as_deref().unwrap_or_default()))
            .collect();
        let bare = self.bare(text);
        let numbers = words::numbers(&evidence);
        let quantities = words::quantities(&evidence);
        let numbers_cited = !words::has_odd_numerals(&bare)
            && words::numbers(&bare).is_subset(&numbers)
            && words::quantities(&bare).is_subset(&quantities);
        spot.hold(numbers_cited && counts_what_is_counted(&cited, &bare), Rule::NumbersAreCited);

        let known: BTreeSet<String> = words::folded(&evidence).into_iter().collect();
        let named = |name: &&str| {
            let name = name.to_lowercase();
            known.contains(&name) || self.plain.contains(&name)
        };
        spot.hold(words::names(&bare).iter().all(named), Rule::NamesAreCited);

        let said = words::folded(&bare);
        let evidence = words::folded(&evidence);
        let uncited = self.values().filter(|(fact, _)| !cited.iter().any(|one| one.id == fact.id));
        let stated = uncited
            .filter(|(_, value)| !words::contains_run(&evidence, value))
            .any(|(_, value)| words::contains_run(&said, &value));
        spot.hold(!stated, Rule::ValuesAreCited);
        let us = words::folded(&self.config.sender.company);
        spot.hold(!words::contains_run(&words::folded(text), &us), Rule::NotAboutUs);
        // Names are marked in the facts as in the claim, so that what stands beside them is compared.
        let cited: Vec<Cited<'_>> =
            cited.into_iter().map(|fact| Cited { fact, content: words::folded(&self.bare(content(fact))) }).collect();
        // A name may hold a value: Contoso Manufacturing says its industry.
        let with_names = words::folded(text);
        let all_said = cited.iter().all(|one| one.said_in(&said) || one.said_in(&with_names));
        spot.hold(all_said, Rule::ClaimSaysItsFacts);
        self.sense(text, &bare, &cited, spot);
    }

    /// A clause with words of the facts has no others but small ones; a clause without keeps to what a phrase may say.
    fn sense(&self, text: &str, bare: &str, cited: &[Cited<'_>], spot: &mut Spot<'_>) {
        let tokens = sense::tokens(bare);
        let mut supported = supported(&tokens, cited);
        supported.resize(tokens.len(), false);
        let question = text.trim_end().ends_with('?');
        let mut start = 0;
        let mut kept = true;
        let mut stated = false;
        for clause in tokens.split(|token| *token == Token::Break) {
            let held = supported.get(start..start + clause.len()).unwrap_or_default();
            start += clause.len() + 1;
            let states = || self.states(clause, question && start > tokens.len(), FOUND);
            // A value that is a common word makes no statement of a clause that is a phrase: somebody's title is `call`.
            let phrase = clause.iter().all(|token| token.word().is_none_or(|word| self.vocabulary.contains(word)));
            if held.iter().any(|held| *held) && (!phrase || states()) {
                kept &= clause.iter().zip(held).all(|(token, held)| {
                    *held
                        || token
                            .word()
                            .is_none_or(|word| self.config.wording.claim_words.contains(word) && !TURNS.contains(&word))
                });
            } else if held.iter().all(|held| !held) {
                let small =
                    |word: &str| self.vocabulary.contains(word) || self.config.wording.claim_words.contains(word);
                kept &= clause.iter().all(|token| token.word().is_none_or(small));
                stated |= states();
            }
        }
        spot.hold(kept, Rule::ClaimAddsNothing);
        spot.hold(!stated, Rule::ClaimStatesOnlyFacts);
    }
}

/// Which tokens are words of the cited facts. Of a short value every word is; of a text, a run of it, and all of a sentence
/// that denies or supposes.
fn supported(tokens: &[Token], cited: &[Cited<'_>]) -> Vec<bool> {
    let mut supported = vec![false; tokens.len()];
    // Positions of words alone: commas inside a quotation do not end it.
    let at: Vec<(usize, &str)> =
        tokens.iter().enumerate().filter_map(|(index, token)| Some((index, token.word()?))).collect();
    for Cited { fact, content: whole } in cited {
        match fact.kind {
            FactKind::LeadMessage => {}
            FactKind::Summary | FactKind::Signal | FactKind::History => {
                let turned = whole.iter().any(|word| TURNS.contains(&word.as_str()));
                let run = if turned { whole.len() } else { RUN.min(whole.len()) };
                mark_runs(&at, whole, run, &mut supported);
            }
            FactKind::Industry
            | FactKind::CompanySize
            | FactKind::Location
            | FactKind::Founded
            | FactKind::PersonTitle
            | FactKind::LeadSource => {
                let own: Vec<String> = words::folded(fact.value.as_deref().unwrap_or_default());
                let unit: &[&str] = match fact.kind {
                    FactKind::CompanySize => EMPLOYEES,
                    FactKind::Founded => &["founded"],
                    FactKind::Location => &["based"],
                    FactKind::Summary
                    | FactKind::Signal
                    | FactKind::History
                    | FactKind::Industry
                    | FactKind::PersonTitle
                    | FactKind::LeadSource
                    | FactKind::LeadMessage => &[],
                };
                for (index, word) in &at {
                    if (own.iter().any(|one| one == word) || unit.contains(word))
                        && let Some(held) = supported.get_mut(*index)
                    {
                        *held = true;
                    }
                }
            }
        }
    }
    supported
}

/// Marks every run of at least `run` words that stands in `whole`, too.
fn mark_runs(at: &[(usize, &str)], whole: &[String], run: usize, supported: &mut [bool]) {
    if run == 0 {
        return;
    }
    for window in at.windows(run) {
        let same = |one: &[String]| one.iter().zip(window).all(|(word, (_, said))| word == said);
        if whole.windows(run).any(same) {
            for (index, _) in window {
                if let Some(held) = supported.get_mut(*index) {
                    *held = true;
                }
            }
        }
    }
}

/// What a fact says, without how we began the sentence.
fn content(fact: &Fact) -> &str {
    match fact.kind {
        FactKind::Signal => fact.value.as_deref().unwrap_or(&fact.text),
        FactKind::History => &fact.text,
        FactKind::Summary
        | FactKind::Industry
        | FactKind::CompanySize
        | FactKind::Location
        | FactKind::Founded
        | FactKind::PersonTitle
        | FactKind::LeadSource
        | FactKind::LeadMessage => fact.text.split_once(": ").map_or(fact.text.as_str(), |(_, content)| content),
    }
}

/// A cited fact, and what it says word by word, without the names.
struct Cited<'a> {
    fact: &'a Fact,
    content: Vec<String>,
}

impl Cited<'_> {
    /// Whether a claim that cites the fact says it: its whole value, the town or the country of a place, a run of a text.
    fn said_in(&self, said: &[String]) -> bool {
        let value = self.fact.value.as_deref().unwrap_or_default();
        match self.fact.kind {
            FactKind::LeadMessage => said.iter().any(|word| MESSAGE.contains(&word.as_str())),
            FactKind::Summary | FactKind::Signal => {
                let run = RUN.min(self.content.len());
                run > 0 && self.content.windows(run).any(|run| words::contains_run(said, run))
            }
            FactKind::Location => value.split(", ").any(|part| words::contains_run(said, &words::folded(part))),
            FactKind::Industry
            | FactKind::CompanySize
            | FactKind::Founded
            | FactKind::PersonTitle
            | FactKind::History
            | FactKind::LeadSource => words::contains_run(said, &words::folded(value)),
        }
    }
}

/// Whether a number is said of what it counts: 420 employees and the year 1999 are not changed for each other.
fn counts_what_is_counted(cited: &[&Fact], bare: &str) -> bool {
    let said = words::folded(bare);
    let beside = |value: &str, before: &[&str], after: &[&str]| {
        said.iter().enumerate().filter(|(_, word)| *word == value).all(|(index, _)| {
            let is = |at: Option<usize>, list: &[&str]| {
                at.and_then(|at| said.get(at)).is_some_and(|word| list.contains(&word.as_str()))
            };
            (before.is_empty() || is(index.checked_sub(1), before)) && (after.is_empty() || is(Some(index + 1), after))
        })
    };
    cited.iter().all(|fact| {
        let value = fact.value.as_deref().unwrap_or_default();
        match fact.kind {
            FactKind::CompanySize => beside(value, &[], EMPLOYEES),
            FactKind::Founded => {
                let counted =
                    cited.iter().any(|other| other.kind == FactKind::CompanySize && other.value == fact.value);
                counted
                    || (beside(value, YEAR, &[])
                        && !said.windows(2).any(
                            |pair| matches!(pair, [one, two] if one == value && EMPLOYEES.contains(&two.as_str())),
                        ))
            }
            FactKind::Signal
            | FactKind::Industry
            | FactKind::Location
            | FactKind::Summary
            | FactKind::PersonTitle
            | FactKind::History
            | FactKind::LeadSource
            | FactKind::LeadMessage => true,
        }
    })
}
