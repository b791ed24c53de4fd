//! Proof by many briefs: what an honest drafter writes passes, and what a careless or hostile one writes does not.
//!
//! Which sentence is sound is known of the generator, which knows the truth about each made-up company and writes each
//! sentence with a purpose; the checker's own rules are not asked for it.

mod companies;
mod drafters;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::EngageConfig;
use crate::inputs::{EngageFacts, StoredDraft};
use crate::logic::plan::plan;
use crate::logic::validate::Checker;
use crate::logic::{self, Writer};

/// What became of all briefs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drilled {
    /// Briefs that were made, and how many of them are poisoned.
    pub briefs: usize,
    /// How many of them are poisoned.
    pub poisoned: usize,
    /// Briefs about which nothing may be written; the reasons are the plan's.
    pub blocked_before: usize,
    /// By drafter, in the order of their names.
    pub by_drafter: BTreeMap<String, Tally>,
    /// Each unsound draft that was let through: which brief, by whom, and the sentence.
    pub leaks: Vec<String>,
    /// Each sound sentence that was refused, once, with the rules that refused it.
    pub refused: BTreeMap<String, String>,
}

/// Drafts of one drafter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Drafts whose every sentence is true and cited.
    pub sound: usize,
    /// Of those, how many were refused.
    pub sound_refused: usize,
    /// Drafts with one sentence that is not.
    pub unsound: usize,
    /// Of those, how many were let through.
    pub unsound_passed: usize,
}

impl Drilled {
    /// Sound drafts that were refused, of how many.
    #[must_use]
    pub fn sound_refused(&self) -> (usize, usize) {
        self.by_drafter
            .values()
            .fold((0, 0), |(refused, all), tally| (refused + tally.sound_refused, all + tally.sound))
    }

    /// Unsound drafts that were let through, of how many.
    #[must_use]
    pub fn unsound_passed(&self) -> (usize, usize) {
        self.by_drafter
            .values()
            .fold((0, 0), |(passed, all), tally| (passed + tally.unsound_passed, all + tally.unsound))
    }
}

/// Puts `briefs` briefs, every third of them poisoned, through every drafter.
#[must_use]
pub fn drill(config: &EngageConfig, briefs: usize, seed: u64) -> Drilled {
    let at: Timestamp = companies::NOW;
    let today = at.to_zoned(TimeZone::UTC).date();
    let mut drilled = Drilled::default();
    for number in 0..briefs {
        let mut dice = Dice::new(seed, number);
        let company = companies::Company::new(number, &mut dice);
        drilled.briefs += 1;
        drilled.poisoned += usize::from(company.poison.is_some());
        let Some(input) = company.given().input() else { continue };
        let Ok(planned) = plan(config, &input, None, today).plan else {
            drilled.blocked_before += 1;
            continue;
        };
        let checker = Checker::new(config, &planned, today);
        for draft in drafters::drafts(&company, &planned, today, &mut dice) {
            let checked = checker.check(&draft.answer);
            let tally = drilled.by_drafter.entry(draft.drafter.to_owned()).or_default();
            match (&draft.unsound, checked) {
                (None, Ok(_)) => tally.sound += 1,
                (None, Err(faults)) => {
                    tally.sound += 1;
                    tally.sound_refused += 1;
                    for fault in faults {
                        let sentence = said_at(&draft.answer, fault.step.as_deref(), fault.sentence);
                        drilled.refused.entry(sentence).or_insert_with(|| fault.rule.in_words().to_owned());
                    }
                }
                (Some(sentence), Err(_)) => {
                    tally.unsound += 1;
                    // Refused twice, it is the template's own text that reaches the rep: no word of it is the drafter's.
                    if reaches(config, &input, &draft.answer, sentence, at) {
                        let leak = format!("brief {number}, {}, after the fallback: {sentence}", draft.drafter);
                        drilled.leaks.push(leak);
                    }
                }
                (Some(sentence), Ok(_)) => {
                    tally.unsound += 1;
                    tally.unsound_passed += 1;
                    drilled.leaks.push(format!("brief {number}, {}: {sentence}", draft.drafter));
                }
            }
        }
    }
    drilled
}

/// Whether the sentence is in what a person could approve, where the drafter hands the same draft in twice.
fn reaches(config: &EngageConfig, input: &crate::EngageInput, answer: &Value, sentence: &str, at: Timestamp) -> bool {
    let stored = StoredDraft {
        answer: answer.clone(),
        model: "drill".to_owned(),
        input_tokens: 0,
        output_tokens: 0,
        microusd: 0,
    };
    let facts = EngageFacts { drafts: vec![stored.clone(), stored], ..EngageFacts::default() };
    let verdict = logic::decide(config, input, &facts, at).verdict;
    verdict.written_by != Some(Writer::Template) && verdict.sequence_id.is_some()
        || verdict
            .steps
            .iter()
            .any(|step| step.subject == sentence || step.lines.iter().any(|line| line.text == sentence))
}

fn said_at(answer: &Value, step: Option<&str>, sentence: Option<usize>) -> String {
    let steps = answer.get("steps").and_then(Value::as_array);
    let found = steps.into_iter().flatten().find(|one| one.get("id").and_then(Value::as_str) == step);
    let text = match sentence {
        None => found.and_then(|step| step.get("subject")),
        Some(number) => found.and_then(|step| step.get("sentences")?.get(number.saturating_sub(1))?.get("text")),
    };
    text.and_then(Value::as_str).unwrap_or("the whole draft").to_owned()
}

/// One sentence in the AI's shape.
fn sentence(text: &str, cites: Option<&[&str]>) -> Value {
    match cites {
        Some(ids) => json!({ "text": text, "kind": "claim", "fact_ids": ids }),
        None => json!({ "text": text, "kind": "phrase", "fact_ids": [] }),
    }
}

/// Numbers that look thrown, and are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn new(seed: u64, number: usize) -> Self {
        Self(seed ^ (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// Below `sides`.
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % (sides.max(1) as u64)).unwrap_or(0)
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> Option<&'a T> {
        from.get(self.roll(from.len())).copied()
    }
}
