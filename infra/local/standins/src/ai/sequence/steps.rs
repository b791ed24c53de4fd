//! What each mail says, in which order.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::brief::{Brief, Step};
use super::claims::{self, Claim};
use super::guard::first_clear;
use super::phrases::{self, Purpose};

/// Facts in a mail: enough to be personal, few enough to be read.
const fn facts_in(purpose: Purpose) -> usize {
    match purpose {
        Purpose::Introduce | Purpose::FollowUp => 2,
        Purpose::Close => 1,
    }
}

/// One mail. Each takes the facts up where the one before left off; none is stated twice.
pub(super) fn write(brief: &Brief, step: &Step, position: usize) -> Value {
    let steps = &brief.template.steps;
    let purpose_of = |step: &Step, position| Purpose::of(&step.purpose, position, steps.len());
    let purpose = purpose_of(step, position);
    let used: usize =
        steps.iter().enumerate().take(position).map(|(position, step)| facts_in(purpose_of(step, position))).sum();
    let turn = turn(brief) + position;
    let mut sentences = Sentences { brief, turn, said: Vec::new() };
    sentences.phrase(&phrases::greetings(brief), 0);
    let thanks = if position == 0 { claims::thanks(brief) } else { None };
    match thanks {
        Some(thanks) => sentences.claim(thanks),
        None => sentences.varied(&phrases::openings(purpose)),
    }
    for fact in claims::usable(brief).into_iter().skip(used).take(facts_in(purpose)) {
        if let Some(claim) = claims::state(brief, fact, turn) {
            sentences.claim(claim);
        }
    }
    sentences.varied(&phrases::bridges(purpose));
    if purpose != Purpose::Close && !sentences.phrase(&phrases::offers(brief), position) {
        sentences.phrase(&phrases::plain_offers(), 0);
    }
    sentences.varied(&phrases::questions(purpose));
    sentences.phrase(&phrases::farewells(brief), 0);
    let subject = first_clear(brief, position, &phrases::subjects(brief, purpose)).unwrap_or_else(|| "Hello".into());
    json!({ "id": step.id, "subject": subject, "sentences": sentences.said })
}

struct Sentences<'a> {
    brief: &'a Brief,
    turn: usize,
    said: Vec<Value>,
}

impl Sentences<'_> {
    fn claim(&mut self, claim: Claim) {
        self.said.push(json!({ "text": claim.text, "kind": "claim", "fact_ids": claim.fact_ids }));
    }

    /// A phrase that another company, or the next mail, gets in other words.
    fn varied(&mut self, candidates: &[String]) {
        self.phrase(candidates, self.turn);
    }

    /// The first clear phrase from the `turn`th on; whether there was one.
    fn phrase(&mut self, candidates: &[String], turn: usize) -> bool {
        let Some(text) = first_clear(self.brief, turn, candidates) else { return false };
        self.said.push(json!({ "text": text, "kind": "phrase", "fact_ids": [] }));
        true
    }
}

/// A number that differs from company to company and stays with it.
fn turn(brief: &Brief) -> usize {
    let seed = format!("{}\n{}", brief.company().unwrap_or_default(), brief.template.id);
    Sha256::digest(seed.as_bytes()).iter().take(2).fold(0, |turn, byte| turn * 256 + usize::from(*byte))
}
