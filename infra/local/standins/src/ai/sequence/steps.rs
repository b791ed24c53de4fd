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
        Purpose::Introduce => 2,
        Purpose::FollowUp => 2,
        Purpose::Close => 1,
    }
}

/// One mail. Each takes up the facts where the one before left off, and begins again when all have been used.
pub(super) fn write(brief: &Brief, step: &Step, position: usize) -> Value {
    let steps = &brief.template.steps;
    let purpose = Purpose::of(&step.purpose, position, steps.len());
    let turn = turn(brief) + position;
    let used: usize = steps
        .iter()
        .enumerate()
        .take(position)
        .map(|(position, step)| facts_in(Purpose::of(&step.purpose, position, steps.len())))
        .sum();
    let claims = claims::all(brief, turn);
    let mut sentences = Sentences { brief, turn, said: Vec::new() };
    sentences.phrase(&phrases::greetings(brief), false);
    let thanks = if position == 0 { claims::thanks(brief) } else { None };
    match thanks {
        Some(thanks) => sentences.claim(thanks),
        None => sentences.phrase(&phrases::openings(purpose), true),
    }
    let count = facts_in(purpose).min(claims.len());
    let chosen = (0..count).map(|step| (used + step) % claims.len().max(1)).collect::<Vec<_>>();
    for (_, claim) in claims.into_iter().enumerate().filter(|(place, _)| chosen.contains(place)) {
        sentences.claim(claim);
    }
    sentences.phrase(&phrases::bridges(purpose), true);
    if purpose != Purpose::Close {
        sentences.phrase(&phrases::offers(brief), false);
    }
    sentences.phrase(&phrases::questions(purpose), true);
    sentences.phrase(&phrases::farewells(brief), false);
    let subject = first_clear(brief, 0, &phrases::subjects(brief, purpose)).unwrap_or_else(|| "Hello".into());
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

    /// The first clear phrase; `varied` lists are begun at another place for another company, the others from the best on.
    fn phrase(&mut self, candidates: &[String], varied: bool) {
        let turn = if varied { self.turn } else { 0 };
        if let Some(text) = first_clear(self.brief, turn, candidates) {
            self.said.push(json!({ "text": text, "kind": "phrase", "fact_ids": [] }));
        }
    }
}

/// A number that differs from company to company and stays with it.
fn turn(brief: &Brief) -> usize {
    let seed = format!("{}\n{}", brief.company().unwrap_or_default(), brief.template.id);
    Sha256::digest(seed.as_bytes()).iter().take(2).fold(0, |turn, byte| turn * 256 + usize::from(*byte))
}
