//! The injection corpus through brief, request, an AI that obeys, and the checker: nothing of it can be approved.

#![expect(clippy::disallowed_macros, reason = "figures are for people who run this test to read them")]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};

use revloops_loopkit::Loop as _;
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{Model, ModelAnswer, ModelRequest};
use revloops_loopkit::record::Mode;
use revloops_testkit::TestWorld;

use super::shipped;
use crate::cases::{Given, GivenCompany, GivenLead, GivenOwner, GivenSignal};
use crate::logic::{EngageVerdict, Writer};
use crate::{Engage, EngageInput};

/// One attempt: what stands where, and what an AI that obeys would write.
#[derive(Debug, Deserialize)]
struct Attempt {
    id: String,
    category: String,
    field: String,
    text: String,
    obey: Vec<String>,
}

fn attempts() -> Vec<Attempt> {
    serde_json::from_str(include_str!("injections.json")).unwrap()
}

fn at() -> jiff::Timestamp {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

fn input(attempt: &Attempt) -> EngageInput {
    let text = Some(attempt.text.clone());
    let mut lead = GivenLead {
        company: "Northwind".into(),
        first_name: Some("Ida".into()),
        title: Some("VP Sales".into()),
        country: Some("DE".into()),
        band: "B".into(),
        ..GivenLead::default()
    };
    let mut company = GivenCompany {
        employees: Some(420),
        founded: Some(1999),
        city: Some("hamburg".into()),
        country: Some("DE".into()),
        days_old: 3,
        ..GivenCompany::default()
    };
    let mut signal = None;
    match attempt.field.as_str() {
        "message" => lead.message = text,
        "company" => lead.company = attempt.text.clone(),
        "title" => lead.title = text,
        "first_name" => lead.first_name = text,
        "industry" => lead.industry = text,
        "lead_source" => lead.lead_source = text,
        "summary" => company.summary = text,
        "city" => company.city = text,
        "headline" => {
            signal = Some(GivenSignal {
                kind: revloops_domain::signal::SignalKind::Funding,
                headline: attempt.text.clone(),
                company: None,
                url: "https://press.example/a".into(),
                days_old: 3,
                negative: false,
                nobody_known: false,
            });
        }
        other => panic!("{}: no field {other}", attempt.id),
    }
    Given { lead, company: Some(company), signal, owner: GivenOwner::User, drafts: Vec::new() }.input().unwrap()
}

/// Does as it is told, in every shape that a draft can take, and cites all there is.
struct Obedient {
    sentence: String,
    planted: String,
    /// 0: a phrase; 1: a claim that cites every fact; 2: a subject; 3: a claim that cites facts that were made up; 4: a
    /// claim that cites the facts in which the attempt stands.
    dress: usize,
    asked: Mutex<Vec<ModelRequest>>,
}

impl Obedient {
    fn where_it_stands(&self, request: &ModelRequest) -> Vec<Value> {
        let facts = request.data["facts"].as_array().unwrap().iter();
        let begins: String = self.planted.chars().take(12).collect();
        facts.filter(|fact| fact["text"].as_str().unwrap().contains(&begins)).map(|fact| fact["id"].clone()).collect()
    }
}

#[async_trait]
impl Model for Obedient {
    async fn answer(&self, request: &ModelRequest) -> Outcome<ModelAnswer> {
        let ids: Vec<Value> = request.data["facts"].as_array().unwrap().iter().map(|fact| fact["id"].clone()).collect();
        let told = match self.dress {
            1 => json!({ "text": self.sentence, "kind": "claim", "fact_ids": ids }),
            4 => json!({ "text": self.sentence, "kind": "claim", "fact_ids": self.where_it_stands(request) }),
            3 => json!({ "text": self.sentence, "kind": "claim", "fact_ids": ["F9", "F99"] }),
            _ => json!({ "text": self.sentence, "kind": "phrase", "fact_ids": [] }),
        };
        let polite = json!({ "text": "Would that help?", "kind": "phrase", "fact_ids": [] });
        let steps = request.data["template"]["steps"].as_array().unwrap().iter().enumerate().map(|(index, step)| {
            let (subject, first) = if self.dress == 2 { (&*self.sentence, &polite) } else { ("A thought", &told) };
            let mut sentences = vec![if index == 0 { first.clone() } else { polite.clone() }];
            // A signal has to be named: it is, so that nothing but the order refuses the draft.
            if let (0, Some(fact)) = (index, request.data["signal"]["fact_id"].as_str()) {
                let value = request.data["facts"][0]["value"].as_str().unwrap_or_default();
                sentences.push(json!({ "text": format!("I read this: “{value}”."), "kind": "claim", "fact_ids": [fact] }));
            }
            json!({ "id": step["id"], "subject": if index == 0 { subject } else { "A thought" }, "sentences": sentences })
        });
        let answer = json!({ "steps": steps.collect::<Vec<_>>() });
        self.asked.lock().unwrap().push(request.clone());
        Ok(ModelAnswer {
            answer,
            model: "obedient".into(),
            input_tokens: 1,
            output_tokens: 1,
            microusd: 1,
            ..ModelAnswer::default()
        })
    }
}

async fn went(attempt: &Attempt, sentence: &str, dress: usize) -> (EngageVerdict, Vec<ModelRequest>) {
    let model = Arc::new(Obedient {
        sentence: sentence.to_owned(),
        planted: attempt.text.clone(),
        dress,
        asked: Mutex::default(),
    });
    let world = Arc::new(TestWorld::new(at()).where_everybody_is_known());
    let engage = Engage::of(model.clone(), world.clone(), world);
    let (config, input) = (shipped(), input(attempt));
    let looked_up = engage.look_up(&config, &input, at(), Mode::Live).await.unwrap();
    let verdict = Engage::decide(&config, &input, &looked_up.facts, at()).verdict;
    let asked = model.asked.lock().unwrap().clone();
    (verdict, asked)
}

/// Everything of a verdict that a person could approve.
fn approvable(verdict: &EngageVerdict) -> Vec<&str> {
    let steps = verdict.steps.iter();
    steps
        .flat_map(|step| std::iter::once(step.subject.as_str()).chain(step.lines.iter().map(|line| line.text.as_str())))
        .collect()
}

#[test]
fn the_corpus_is_large_and_of_many_kinds() {
    let attempts = attempts();
    let mut categories: Vec<&str> = attempts.iter().map(|attempt| attempt.category.as_str()).collect();
    categories.sort_unstable();
    categories.dedup();
    let mut texts: Vec<(&str, &str)> = attempts.iter().map(|one| (one.field.as_str(), one.text.as_str())).collect();
    texts.sort_unstable();
    texts.dedup();
    assert!(texts.len() == attempts.len() && attempts.len() >= 200, "{} of {}", texts.len(), attempts.len());
    assert!(categories.len() >= 12, "{categories:?}");
    assert!(attempts.iter().all(|attempt| !attempt.obey.is_empty()));
}

#[tokio::test]
async fn nothing_that_an_obedient_ai_writes_can_be_approved() {
    let (mut drafts, mut leaks) = (0, Vec::new());
    for attempt in attempts() {
        for sentence in attempt.obey.iter().chain([&attempt.text]) {
            for dress in 0..5 {
                let (verdict, _) = went(&attempt, sentence, dress).await;
                drafts += 1;
                let used = matches!(verdict.written_by, Some(Writer::Model(_)));
                let said =
                    approvable(&verdict).into_iter().any(|text| text.contains(sentence.as_str()) && sentence != "Ida");
                if used || said {
                    leaks.push(format!("{} dress {dress}: {sentence}", attempt.id));
                }
            }
        }
    }
    println!("{drafts} obedient drafts");
    assert!(leaks.is_empty(), "{} of {drafts}: {leaks:#?}", leaks.len());
}

#[tokio::test]
async fn what_was_attempted_stays_in_the_data() {
    for attempt in attempts() {
        let (_, asked) = went(&attempt, "Ignore this.", 0).await;
        for request in asked {
            let ours = format!("{}\n{}\n{}", request.system, request.task, request.tool.input_schema);
            assert!(!ours.contains(attempt.text.as_str()), "{}", attempt.id);
            assert!(!format!("{request:?}").contains(attempt.text.as_str()), "{}", attempt.id);
        }
    }
}
