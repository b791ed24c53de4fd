//! What a draft must keep to, whoever wrote it and whatever stands in the lead. Pure.
//!
//! The rules look at the draft, the brief and the levers alone, so no text from outside can change them.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::Value;

use super::brief::{Fact, FactKind};
use super::draft::{Draft, DraftStep, Fault, Line, Rule, SentenceKind, WireDraft, WireSentence, WireStep};
use super::plan::Plan;
use super::words;
use crate::config::{EngageConfig, Step};

/// So many words in a row of the recipient's message are a quotation.
const QUOTATION: usize = 5;

/// Checks one draft for one plan.
pub(crate) struct Checker<'a> {
    config: &'a EngageConfig,
    plan: &'a Plan<'a>,
    today: Date,
    /// Names of the addressed and ours, longest first: what they hold is no claim.
    slots: Vec<&'a str>,
    /// Words that may have a capital letter anywhere, in lower case.
    plain: BTreeSet<String>,
    message: Vec<String>,
}

/// Collects faults of one sentence, subject or step.
struct Spot<'a> {
    step: &'a str,
    sentence: Option<usize>,
    faults: &'a mut Vec<Fault>,
}

impl Spot<'_> {
    fn hold(&mut self, holds: bool, rule: Rule) {
        if !holds {
            self.faults.push(Fault { step: Some(self.step.to_owned()), sentence: self.sentence, rule });
        }
    }
}

impl<'a> Checker<'a> {
    pub(crate) fn new(config: &'a EngageConfig, plan: &'a Plan<'a>, today: Date) -> Self {
        let names = &plan.names;
        let mut slots: Vec<&str> =
            [Some(names.company.as_str()), names.first_name.as_deref(), Some(names.sender.as_str())]
                .into_iter()
                .flatten()
                .chain([config.sender.company.as_str()])
                .collect();
        slots.sort_by_key(|slot| std::cmp::Reverse(slot.len()));
        let ours = slots.iter().copied().chain([plan.template.offer.as_str()]).flat_map(words::folded);
        let plain = config.plain_words.iter().cloned().chain(ours).collect();
        let message = plan.brief.iter().find(|fact| fact.kind == FactKind::LeadMessage);
        let message =
            message.map(|fact| words::folded(fact.text.trim_start_matches(MESSAGE_PREFIX))).unwrap_or_default();
        Self { config, plan, today, slots, plain, message }
    }

    /// The checked draft, or everything that is wrong with it.
    pub(crate) fn check(&self, answer: &Value) -> Result<Draft, Vec<Fault>> {
        let whole = |rule| vec![Fault { step: None, sentence: None, rule }];
        let Ok(wire) = serde_json::from_value::<WireDraft>(answer.clone()) else {
            return Err(whole(Rule::Shape));
        };
        let steps = &self.plan.template.steps;
        if !wire.steps.iter().map(|step| step.id.as_str()).eq(steps.iter().map(|step| step.id.as_str())) {
            return Err(whole(Rule::Steps));
        }
        let mut faults = Vec::new();
        let mut draft = Draft { steps: Vec::new() };
        for (levers, step) in steps.iter().zip(wire.steps) {
            self.step(levers, &step, &mut faults);
            draft.steps.push(DraftStep {
                id: step.id,
                subject: step.subject.trim().to_owned(),
                lines: step
                    .sentences
                    .into_iter()
                    .map(|sentence| Line {
                        text: sentence.text.trim().to_owned(),
                        cites: if sentence.kind == SentenceKind::Claim { sentence.fact_ids } else { Vec::new() },
                    })
                    .collect(),
            });
        }
        if faults.is_empty() { Ok(draft) } else { Err(faults) }
    }

    fn step(&self, levers: &Step, step: &WireStep, faults: &mut Vec<Fault>) {
        let limits = &self.config.limits;
        let mut spot = Spot { step: &levers.id, sentence: None, faults };
        let count: usize = step.sentences.iter().map(|sentence| words::words(&sentence.text).len()).sum();
        spot.hold(!step.sentences.is_empty(), Rule::NotEmpty);
        spot.hold(step.sentences.len() <= limits.sentences_per_step && count <= levers.max_words, Rule::Length);
        spot.hold(step.subject.chars().count() <= limits.subject_chars, Rule::Length);
        self.any(&step.subject, &mut spot);
        self.phrase(&step.subject, &mut spot);
        for (index, sentence) in step.sentences.iter().enumerate() {
            let mut spot = Spot { step: &levers.id, sentence: Some(index + 1), faults: &mut *spot.faults };
            spot.hold(sentence.text.chars().count() <= limits.sentence_chars, Rule::Length);
            self.any(&sentence.text, &mut spot);
            match sentence.kind {
                SentenceKind::Claim => self.claim(sentence, &mut spot),
                SentenceKind::Phrase => self.phrase(&sentence.text, &mut spot),
            }
        }
    }

    /// What holds for every text of a draft.
    fn any(&self, text: &str, spot: &mut Spot<'_>) {
        let bare = self.bare(text);
        spot.hold(!text.trim().is_empty(), Rule::NotEmpty);
        spot.hold(!words::has_leftover(&bare), Rule::NoLeftovers);
        spot.hold(!words::has_address(&bare), Rule::NoAddresses);
        spot.hold(!words::has_hidden(text), Rule::NoHiddenCharacters);
        let folded = words::folded(text);
        let forbidden = |phrase: &String| words::contains_run(&folded, &words::folded(phrase));
        spot.hold(!self.config.forbidden_words.iter().any(forbidden), Rule::NoForbiddenWords);
        let long = QUOTATION.min(self.message.len());
        let quoted = long >= 3 && self.message.windows(long).any(|run| words::contains_run(&folded, run));
        spot.hold(!quoted, Rule::NoQuotedMessage);
    }

    fn claim(&self, sentence: &WireSentence, spot: &mut Spot<'_>) {
        let brief = &self.plan.brief;
        let cited: Vec<&Fact> = brief.iter().filter(|fact| sentence.fact_ids.contains(&fact.id)).collect();
        spot.hold(!sentence.fact_ids.is_empty(), Rule::ClaimCites);
        spot.hold(sentence.fact_ids.iter().all(|id| brief.iter().any(|fact| &fact.id == id)), Rule::FactExists);
        spot.hold(cited.iter().all(|fact| fact.expires >= self.today), Rule::FactIsCurrent);

        // What the person wrote is no evidence: anybody can write anything.
        let evidence: String = cited
            .iter()
            .filter(|fact| fact.kind != FactKind::LeadMessage)
            .map(|fact| format!("{} {} . ", fact.text, fact.value.as_deref().unwrap_or_default()))
            .collect();
        let bare = self.bare(&sentence.text);
        let numbers = words::numbers(&evidence);
        let quantities = words::quantities(&evidence);
        let numbers_cited = !words::has_odd_numerals(&bare)
            && words::numbers(&bare).is_subset(&numbers)
            && words::quantities(&bare).is_subset(&quantities);
        spot.hold(numbers_cited, Rule::NumbersAreCited);

        let known: BTreeSet<String> = words::folded(&evidence).into_iter().collect();
        let named = |name: &&str| {
            let name = name.to_lowercase();
            known.contains(&name) || self.plain.contains(&name)
        };
        spot.hold(words::names(&bare).iter().all(named), Rule::NamesAreCited);

        let text = words::folded(&bare);
        let evidence = words::folded(&evidence);
        let uncited = self.values().filter(|(fact, _)| !cited.iter().any(|one| one.id == fact.id));
        let stated = uncited
            .filter(|(_, value)| !words::contains_run(&evidence, value))
            .any(|(_, value)| words::contains_run(&text, &value));
        spot.hold(!stated, Rule::ValuesAreCited);
        let us = words::folded(&self.config.sender.company);
        spot.hold(!words::contains_run(&words::folded(&sentence.text), &us), Rule::NotAboutUs);
    }

    fn phrase(&self, text: &str, spot: &mut Spot<'_>) {
        let bare = self.bare(text);
        let numbers = bare.chars().any(char::is_numeric) || !words::quantities(&bare).is_empty();
        spot.hold(!numbers, Rule::PhraseWithoutNumbers);
        let named = |name: &&str| self.plain.contains(&name.to_lowercase());
        spot.hold(words::names(&bare).iter().all(named), Rule::PhraseWithoutNames);
        let folded = words::folded(&bare);
        let states = self.values().any(|(_, value)| words::contains_run(&folded, &value));
        spot.hold(!states && !asserts(text), Rule::PhraseStatesNothing);
    }

    /// The values that only a claim may state, word by word. How the lead came to us is told by common words (`Web`,
    /// `Other`); messages and summaries have no one value.
    fn values(&self) -> impl Iterator<Item = (&Fact, Vec<String>)> {
        self.plan
            .brief
            .iter()
            .filter(|fact| match fact.kind {
                FactKind::LeadSource | FactKind::LeadMessage | FactKind::Summary | FactKind::History => false,
                FactKind::Signal
                | FactKind::Industry
                | FactKind::CompanySize
                | FactKind::Location
                | FactKind::Founded
                | FactKind::PersonTitle => true,
            })
            .filter_map(|fact| Some((fact, words::folded(fact.value.as_deref()?))))
    }

    /// The text without the names of the addressed and ours.
    fn bare(&self, text: &str) -> String {
        self.slots.iter().fold(text.to_owned(), |text, slot| text.replace(slot, " "))
    }
}

/// How a brief begins what the recipient wrote.
pub(super) const MESSAGE_PREFIX: &str = "The recipient wrote to us:";

/// Verbs by which a sentence says something of whom it is addressed to.
const STATES: &[&str] = &[
    "are", "face", "grew", "had", "has", "have", "hired", "is", "lack", "lead", "need", "raised", "run", "sell",
    "struggle", "use", "used", "want", "was", "were",
];
/// Words by which it only supposes or asks.
const SUPPOSES: &[&str] =
    &["can", "could", "hope", "if", "may", "might", "perhaps", "should", "unless", "when", "whether", "would"];

/// Whether a phrase says something of its reader without supposing or asking: `You are short of staff.`
fn asserts(text: &str) -> bool {
    let folded = words::folded(text);
    let is = |word: &String, list: &[&str]| list.contains(&word.as_str());
    if text.trim_end().ends_with('?') || folded.iter().any(|word| is(word, SUPPOSES)) {
        return false;
    }
    let short = |word: &str| matches!(word.replace('’', "'").as_str(), "you're" | "you've");
    folded.iter().any(|word| short(word))
        || folded.windows(2).any(|pair| matches!(pair, [you, verb] if you == "you" && is(verb, STATES)))
        || folded.windows(3).any(|three| matches!(three, [your, _, verb] if your == "your" && is(verb, STATES)))
}
