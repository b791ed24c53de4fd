//! What a draft must keep to, whoever wrote it and whatever stands in the lead. Pure.
//!
//! The rules look at the draft, the brief and the levers alone, so no text from outside can change them. They refuse what
//! they do not know: a claim is made of its facts' own words and a few small ones, a phrase of the levers' words.

mod claims;
mod phrases;
mod sense;

use std::collections::BTreeSet;

use jiff::Span;
use jiff::civil::Date;
use serde_json::Value;

use super::brief::{Fact, FactKind, WhyLeftOut};
use super::draft::{Draft, DraftStep, Fault, Line, Rule, SentenceKind, WireDraft, WireStep};
use super::plan::Plan;
use super::words;
use crate::config::{EngageConfig, Step};

/// So many words in a row of the recipient's message are a quotation.
const QUOTATION: usize = 5;

/// How a brief begins what the recipient wrote.
pub(super) const MESSAGE_PREFIX: &str = "The recipient wrote to us:";

/// Checks one draft for one plan.
pub(crate) struct Checker<'a> {
    config: &'a EngageConfig,
    plan: &'a Plan<'a>,
    today: Date,
    /// Names of the addressed and ours, longest first: what they hold is no claim.
    slots: Vec<(&'a str, sense::Mark)>,
    /// Words that may have a capital letter anywhere, in lower case.
    plain: BTreeSet<String>,
    /// Words of which phrases are made, in lower case: the levers', and those of the template's offer.
    vocabulary: BTreeSet<String>,
    /// The template's offer, word by word.
    offer: Vec<String>,
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

/// Where a text stands.
#[derive(Clone, Copy)]
struct Place {
    /// Whether nothing was written before.
    first_mail: bool,
    /// The last day on which the facts of this mail must hold: that on which it is due at the earliest.
    due: Date,
}

impl<'a> Checker<'a> {
    pub(crate) fn new(config: &'a EngageConfig, plan: &'a Plan<'a>, today: Date) -> Self {
        let names = &plan.names;
        let mut slots: Vec<(&str, sense::Mark)> = vec![
            (names.company.as_str(), sense::Mark::Reader),
            (names.sender.as_str(), sense::Mark::Sender),
            (config.sender.company.as_str(), sense::Mark::Us),
        ];
        slots.extend(names.first_name.as_deref().map(|name| (name, sense::Mark::Reader)));
        slots.sort_by_key(|(slot, _)| std::cmp::Reverse(slot.len()));
        let offer = words::folded(&plan.template.offer);
        let ours = slots.iter().flat_map(|(slot, _)| words::folded(slot));
        let plain = config.plain_words.iter().cloned().chain(ours).chain(offer.iter().cloned()).collect();
        let vocabulary = config.wording.words().map(str::to_owned).chain(offer.iter().cloned()).collect();
        let message = plan.brief.facts.iter().find(|fact| fact.kind == FactKind::LeadMessage);
        let message =
            message.map(|fact| words::folded(fact.text.trim_start_matches(MESSAGE_PREFIX))).unwrap_or_default();
        Self { config, plan, today, slots, plain, vocabulary, offer, message }
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
        if let (Some(signal), Some(first)) = (&self.plan.signal, draft.steps.first()) {
            let named = first.lines.iter().any(|line| line.cites.contains(&signal.fact_id));
            let step = Some(first.id.clone());
            faults.extend((!named).then_some(Fault { step, sentence: None, rule: Rule::NamesItsSignal }));
        }
        if faults.is_empty() { Ok(draft) } else { Err(faults) }
    }

    /// What is wrong with the template's own text once its slots are filled: what was filled in may break what no mail may
    /// have, although our words do not.
    pub(crate) fn check_fallback(&self, draft: &Draft) -> Vec<Fault> {
        let mut faults = Vec::new();
        for step in &draft.steps {
            let mut spot = Spot { step: &step.id, sentence: None, faults: &mut faults };
            spot.hold(step.subject.chars().count() <= self.config.limits.subject_chars, Rule::Length);
            self.any(&step.subject, &mut spot);
            for (index, line) in step.lines.iter().enumerate() {
                let mut spot = Spot { step: &step.id, sentence: Some(index + 1), faults: &mut *spot.faults };
                self.any(&line.text, &mut spot);
                if !line.cites.is_empty() {
                    let place = Place { first_mail: true, due: self.today };
                    self.claim(&line.text, &line.cites, place, &mut spot);
                }
            }
        }
        faults
    }

    fn step(&self, levers: &Step, step: &WireStep, faults: &mut Vec<Fault>) {
        let limits = &self.config.limits;
        let due = self.today.saturating_add(Span::new().days(i64::from(levers.day)));
        let place = Place { first_mail: levers.day == 0, due };
        let mut spot = Spot { step: &levers.id, sentence: None, faults };
        let count: usize = step.sentences.iter().map(|sentence| words::words(&sentence.text).len()).sum();
        spot.hold(!step.sentences.is_empty(), Rule::NotEmpty);
        spot.hold(step.sentences.len() <= limits.sentences_per_step && count <= levers.max_words, Rule::Length);
        spot.hold(step.subject.chars().count() <= limits.subject_chars, Rule::Length);
        self.any(&step.subject, &mut spot);
        self.phrase(&step.subject, place, &mut spot);
        for (index, sentence) in step.sentences.iter().enumerate() {
            let mut spot = Spot { step: &levers.id, sentence: Some(index + 1), faults: &mut *spot.faults };
            spot.hold(sentence.text.chars().count() <= limits.sentence_chars, Rule::Length);
            self.any(&sentence.text, &mut spot);
            match sentence.kind {
                SentenceKind::Claim => self.claim(&sentence.text, &sentence.fact_ids, place, &mut spot),
                SentenceKind::Phrase => self.phrase(&sentence.text, place, &mut spot),
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
        let disputed = self.disputed().any(|value| words::contains_run(&words::folded(&bare), &value));
        spot.hold(!disputed, Rule::NothingDisputed);
    }

    /// The values that only a claim may state, word by word. How the lead came to us is told by common words (`Web`,
    /// `Other`); messages and summaries have no one value, and news is held against the words of a phrase.
    fn values(&self) -> impl Iterator<Item = (&Fact, Vec<String>)> {
        self.plan
            .brief
            .facts
            .iter()
            .filter(|fact| match fact.kind {
                FactKind::LeadSource | FactKind::LeadMessage | FactKind::Summary => false,
                FactKind::Signal
                | FactKind::History
                | FactKind::Industry
                | FactKind::CompanySize
                | FactKind::Location
                | FactKind::Founded
                | FactKind::PersonTitle => true,
            })
            .filter_map(|fact| Some((fact, words::folded(fact.value.as_deref()?))))
    }

    /// Values that sources contradict each other in, or that are another company's; a fact that stands may say the same.
    fn disputed(&self) -> impl Iterator<Item = Vec<String>> {
        let stated: BTreeSet<Vec<String>> = self.values().map(|(_, value)| value).collect();
        self.plan
            .brief
            .left_out
            .iter()
            .filter(|one| matches!(one.why, WhyLeftOut::Contradicted))
            .flat_map(|one| &one.said)
            .map(|said| words::folded(&said.value))
            .filter(move |value| value.iter().any(|word| word.chars().count() > 2) && !stated.contains(value))
    }

    /// The text with a mark for each name of the addressed and ours.
    fn bare(&self, text: &str) -> String {
        self.slots.iter().fold(text.to_owned(), |text, (slot, mark)| sense::marked(&text, slot, *mark))
    }
}
