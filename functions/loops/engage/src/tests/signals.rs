//! The signal-aware variant: told apart by shape, named in the first mail, on the contact and the account.

use serde_json::{Value, json};

use revloops_domain::events::EngageStatus;
use revloops_loopkit::{Action, Loop as _, LoopInput as _};

use super::{broken_of, claim, facts, ida, phrase, shipped, writes};
use crate::cases::{Given, GivenLead, GivenOwner, GivenSignal};
use crate::inputs::{EngageInput, EngageTrigger};
use crate::logic::draft::Rule;
use crate::logic::{ForAPerson, Writer};
use crate::{Engage, EngageVerdict};

/// Northwind raised money; F1 is the signal. The day of cases is long before that of other tests.
fn signal(change: impl FnOnce(&mut GivenSignal)) -> EngageInput {
    let mut signal = GivenSignal {
        kind: revloops_domain::signal::SignalKind::Funding,
        headline: "Northwind raises 20 million dollars in a Series B".into(),
        company: None,
        url: "https://www.press.example/northwind-series-b".into(),
        days_old: 7,
        negative: false,
        nobody_known: false,
    };
    change(&mut signal);
    let lead = GivenLead {
        company: "Northwind".into(),
        first_name: Some("Ida".into()),
        country: Some("DE".into()),
        ..GivenLead::default()
    };
    Given { lead, company: None, signal: Some(signal), owner: GivenOwner::User, drafts: Vec::new() }.input().unwrap()
}

fn then() -> jiff::Timestamp {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

fn draft(first: Vec<Value>) -> Value {
    json!({ "steps": [
        { "id": "introduce", "subject": "A thought", "sentences": first },
        { "id": "follow_up", "subject": "One more idea", "sentences": [phrase("Would that help?")] },
        { "id": "close", "subject": "A last note", "sentences": [phrase("I will leave it here.")] },
    ]})
}

fn naming() -> Value {
    draft(vec![claim("I read that Northwind raises 20 million dollars in a Series B.", &["F1"])])
}

fn decided(input: &EngageInput, answers: Vec<Value>) -> EngageVerdict {
    crate::logic::decide(&shipped(), input, &facts(answers), then()).verdict
}

fn outputs(input: &EngageInput, answers: Vec<Value>) -> revloops_loopkit::Outputs {
    let (config, facts) = (shipped(), facts(answers));
    let decision = Engage::decide(&config, input, &facts, then());
    Engage::outputs(&config, input, &facts, &decision, &writes::run())
}

#[test]
fn the_two_chains_steps_are_told_apart_by_shape() {
    let EngageInput::Signal(step) = signal(|_| {}) else { panic!("no signal") };
    let wire = serde_json::to_value(&*step).unwrap();
    assert_eq!(serde_json::from_value::<EngageTrigger>(wire.clone()).unwrap(), EngageTrigger::Signal(step));
    let lead = ida();
    let demand = json!({ "event": lead.event, "previous": lead.routed, "qualified": lead.qualified });
    assert!(matches!(serde_json::from_value(demand.clone()), Ok(EngageTrigger::Lead(_))));
    let mut both = demand;
    both["signal"] = wire["signal"].clone();
    for odd in [both, json!({ "event": lead.event }), json!([]), Value::Null] {
        assert!(serde_json::from_value::<EngageTrigger>(odd).is_err());
    }
}

#[test]
fn inputs_of_both_chains_are_read_from_their_records() {
    for input in [signal(|_| {}), ida().into()] {
        let stored = serde_json::to_value(&input).unwrap();
        assert_eq!(serde_json::from_value::<EngageInput>(stored).unwrap(), input);
    }
    let input = signal(|_| {});
    assert_eq!((input.subject().as_str(), input.trigger()), ("account/001xx0000000001AAA", "case"));
}

#[test]
fn a_draft_that_names_the_signal_in_a_claim_is_used_and_the_preview_links_the_article() {
    let input = signal(|_| {});
    let outputs = outputs(&input, vec![naming()]);
    let Action::KeepSequence { sequence } = &outputs.effects[0].action else { panic!("{:?}", outputs.effects[0]) };
    assert_eq!(sequence.signal.as_ref().unwrap().url, "https://www.press.example/northwind-series-b");
    assert_eq!(sequence.recipient.person_id.as_str(), "003xx0000000001AAA");
    let Action::UpsertRecord { fields, .. } = &outputs.effects[1].action else { panic!("no task") };
    assert_eq!((&fields["WhoId"], &fields["WhatId"]), (&json!("003xx0000000001AAA"), &json!("001xx0000000001AAA")));
    assert_eq!(fields["OwnerId"], json!("005xx0000000001AAA"));
    let text = fields["Description"].as_str().unwrap();
    assert!(text.contains("     https://www.press.example/northwind-series-b\n"), "{text}");
    assert!(text.contains("comes from press.example and"), "{text}");
    for step in &sequence.steps {
        assert!(step.lines.iter().all(|line| !line.text.contains("http")), "a mail has no addresses");
    }
}

#[test]
fn a_draft_that_does_not_name_the_signal_is_refused_and_the_fallback_quotes_it() {
    let unnamed = draft(vec![phrase("Would a short call help?")]);
    let verdict = decided(&signal(|_| {}), vec![unnamed.clone(), unnamed]);
    assert_eq!(verdict.drafts[0].iter().map(|fault| fault.rule).collect::<Vec<_>>(), [Rule::NamesItsSignal]);
    assert_eq!(verdict.written_by, Some(Writer::Template));
    let named = &verdict.steps[0].lines[1];
    assert_eq!(named.text, "I read this about Northwind: “Northwind raises 20 million dollars in a Series B”.");
    assert_eq!(named.cites, ["F1"]);
}

#[test]
fn other_news_than_the_articles_is_refused() {
    let input = signal(|_| {});
    for text in [
        "I read that Northwind raises 30 million dollars in a Series B.",
        "I read that Northwind raises 20 million dollars and lets people go.",
        "Congratulations on raising a Series B.",
        "I read that Northwind has 20 million employees.",
    ] {
        let first = vec![
            claim("I read that Northwind raises 20 million dollars in a Series B.", &["F1"]),
            claim(text, &["F1"]),
        ];
        let verdict = decided(&input, vec![draft(first)]);
        assert!(!verdict.drafts[0].is_empty(), "{text}");
    }
}

#[test]
fn a_signal_that_ran_out_speaks_against_or_is_anothers_blocks() {
    let because = |change: fn(&mut GivenSignal)| decided(&signal(change), vec![naming()]).blocked_because;
    assert_eq!(because(|signal| signal.days_old = 61), ["the signal has run out"]);
    assert_eq!(because(|signal| signal.negative = true), ["the signal speaks against writing"]);
    assert_eq!(
        because(|signal| signal.company = Some("Northfall".into())),
        ["the article may be about another company of that name"]
    );
    assert_eq!(
        because(|signal| signal.url = "javascript:x".into()),
        ["the signal's headline or article cannot be shown"]
    );
    assert!(because(|_| {}).is_empty());
}

#[test]
fn where_nobody_is_known_the_accounts_owner_is_told_whom_to_find() {
    let input = signal(|signal| signal.nobody_known = true);
    let verdict = decided(&input, Vec::new());
    assert_eq!((verdict.status, verdict.for_a_person), (EngageStatus::Blocked, Some(ForAPerson::FindSomebody)));
    let outputs = outputs(&input, Vec::new());
    let Action::UpsertRecord { fields, .. } = &outputs.effects[0].action else { panic!("no task") };
    assert_eq!(fields["Subject"], json!("Find somebody to write to at Northwind"));
    assert!(!fields.contains_key("WhoId") && fields["WhatId"] == json!("001xx0000000001AAA"));
    assert!(fields["Description"].as_str().unwrap().contains("Northwind raises 20 million dollars"));
    assert_eq!(outputs.reply["account_id"], json!("001xx0000000001AAA"));
}

#[test]
fn where_not_even_the_fallback_can_be_used_a_person_writes() {
    let input = signal(|signal| signal.headline = "Northwind offers a discount to all".into());
    let verdict = decided(&input, vec![Value::Null, Value::Null]);
    assert_eq!((verdict.status, verdict.for_a_person), (EngageStatus::Blocked, Some(ForAPerson::WriteByHand)));
    let outputs = outputs(&input, vec![Value::Null, Value::Null]);
    let Action::UpsertRecord { fields, .. } = &outputs.effects[0].action else { panic!("no task") };
    assert_eq!(fields["Subject"], json!("Write to Northwind by hand"));
}

#[test]
fn a_lead_is_not_held_to_a_signal() {
    assert!(!broken_of(&ida().into(), &super::good()).contains(&Rule::NamesItsSignal));
}
