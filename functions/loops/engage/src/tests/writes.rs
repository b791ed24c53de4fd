//! Effects, preview, event, reply, metrics and feedback.

use serde_json::{Map, Value, json};

use revloops_domain::events::{EngageStatus, Engaged};
use revloops_domain::sequence::DraftedSequence;
use revloops_domain::sequence_state::{KeptSequence, SequenceState};
use revloops_domain::{CorrelationId, OwnerId, RunId};
use revloops_loopkit::record::RunKey;
use revloops_loopkit::the_loop::RunFacts;
use revloops_loopkit::{Action, Feedback, Loop as _, Outputs};

use super::{at, claim, draft, facts, good, ida, phrase, shipped};
use crate::inputs::RoutedLead;
use crate::{Engage, EngageInput, SentFact};

pub(super) fn run() -> RunFacts {
    RunFacts {
        run_id: RunId("r-1".into()),
        key: RunKey {
            subject: "lead/00Qxx0000000001EAA".into(),
            loop_name: "engage".into(),
            trigger: "created".into(),
        },
        correlation_id: CorrelationId("c-1".into()),
        config: revloops_domain::ConfigStamp { key: "engage".into(), version_id: "v1".into(), sha256: String::new() },
        at: at(),
    }
}

fn outputs(input: &RoutedLead, answers: Vec<Value>) -> Outputs {
    let (config, facts) = (shipped(), facts(answers));
    let input = &EngageInput::from(input.clone());
    let decision = Engage::decide(&config, input, &facts, at());
    Engage::outputs(&config, input, &facts, &decision, &run())
}

fn task(outputs: &Outputs) -> &Map<String, Value> {
    let Action::UpsertRecord { fields, .. } = &outputs.effects[1].action else {
        panic!("{:?}", outputs.effects[1].action);
    };
    fields
}

fn emitted(outputs: &Outputs) -> (&str, &Value) {
    let Action::Emit { name, detail } = &outputs.effects.last().unwrap().action else {
        panic!("nothing emitted: {:?}", outputs.effects);
    };
    (name, detail)
}

#[test]
fn the_task_holds_the_preview_for_the_owner() {
    let outputs = outputs(&ida(), vec![good()]);
    let Action::UpsertRecord { object, key_field, key, .. } = &outputs.effects[1].action else {
        panic!("{:?}", outputs.effects[1].action);
    };
    assert_eq!((object.as_str(), key_field.as_str()), ("Task", "RevLoops_Key__c"));
    assert_eq!(key, "lead/00Qxx0000000001EAA/created/engage/preview");
    let task = task(&outputs);
    for (field, value) in [
        ("WhoId", json!("00Qxx0000000001EAA")),
        ("OwnerId", json!("005xx0000000001AAA")),
        ("Subject", json!("Review the e-mail sequence for Northwind")),
        ("Status", json!("Not Started")),
        ("Priority", json!("Normal")),
        ("ActivityDate", json!("2026-11-22")),
        ("RevLoops_Run_Id__c", json!("r-1")),
    ] {
        assert_eq!(task[field], value, "{field}");
    }
    let sequence = emitted(&outputs).1["sequence_id"].as_str().unwrap();
    assert_eq!(
        task["Description"].as_str().unwrap(),
        format!(
            "Draft for your review. Nothing has been sent.\n\
             \n── Step 1 of 3 · day 0 · email ──\nSubject: A thought on planning\n\n\
             Hello Ida,\nNorthwind has 420 employees in Hamburg. [F2] [F3]\n\n\
             What Northfield knows about you comes from People Data Labs and what you told us. Tell us if you would \
             rather not hear from us, and we will stop.\n\
             \n── Step 2 of 3 · day 4 · email ──\nSubject: One more idea\n\nWould that help?\n\
             \n── Step 3 of 3 · day 10 · email ──\nSubject: A last note\n\nI will leave it here.\n\
             \n── Facts ──\n\
             [F1] Northwind works in this industry: Technology (source: People Data Labs, 2026-11-20)\n\
             [F2] Northwind has 420 employees (source: People Data Labs, 2026-11-20)\n\
             [F3] Northwind is based in Hamburg, Germany (source: People Data Labs, 2026-11-20)\n\
             [F4] Northwind was founded in 1999 (source: People Data Labs, 2026-11-20)\n\
             [F5] Northwind is described as: Northwind makes planning boards for shipyards. (source: People Data Labs, 2026-11-20)\n\
             [F6] The recipient's job title is VP Sales (source: what you told us, 2026-11-22)\n\
             [F7] The recipient came to us by: Web (source: what you told us, 2026-11-22)\n\
             \nDrafted by claude-test · prompt 2026-11-b · template standard · {sequence}"
        )
    );
}

#[test]
fn the_draft_is_kept_before_its_task_with_brief_recipient_and_config() {
    let outputs = outputs(&ida(), vec![good()]);
    let Action::KeepSequence { sequence } = &outputs.effects[0].action else { panic!("{:?}", outputs.effects[0]) };
    assert_eq!(outputs.effects[0].key.as_str(), "lead/00Qxx0000000001EAA/created/engage/keep");
    assert_eq!(sequence.recipient.person_id.as_str(), "00Qxx0000000001EAA");
    assert_eq!((sequence.brief.len(), sequence.steps.len(), sequence.config.version_id.as_str()), (7, 3, "v1"));
    assert_eq!(Some(sequence.id.as_str()), emitted(&outputs).1["sequence_id"].as_str());
}

#[test]
fn the_task_carries_what_an_answer_on_it_is_bound_to() {
    let shown = outputs(&ida(), vec![good()]);
    let Action::KeepSequence { sequence } = &shown.effects[0].action else { panic!("{:?}", shown.effects[0]) };
    // As the table gives it back.
    let drafted: DraftedSequence = serde_json::from_value(serde_json::to_value(sequence).unwrap()).unwrap();
    let kept = KeptSequence { state: SequenceState::new(&drafted), drafted, version: 1 };
    assert_eq!(task(&shown)["RevLoops_Sequence__c"], kept.drafted.id);
    assert_eq!(task(&shown)["RevLoops_Content__c"], kept.content());
    assert!(kept.drafted.id.len() <= 40 && kept.content().len() == 64, "they fit the CRM's fields");
}

#[test]
fn the_disclosure_is_on_the_first_mail_even_of_a_fallback() {
    let outputs = outputs(&ida(), vec![Value::Null, Value::Null]);
    let text = task(&outputs)["Description"].as_str().unwrap();
    assert_eq!(text.matches("Tell us if you would rather not hear from us").count(), 1);
    assert!(text.find("Tell us if").unwrap() < text.find("── Step 2").unwrap());
    assert!(text.contains("Hello Ida,") && text.contains("Standard text of the template"), "{text}");
    assert!(!text.contains('{'), "{text}");
}

#[test]
fn a_queues_task_has_no_owner_and_is_signed_by_the_team() {
    let mut input = ida();
    input.routed.owner.as_mut().unwrap().id = OwnerId::parse("00Gxx0000000001").unwrap();
    let outputs = outputs(&input, vec![Value::Null, Value::Null]);
    assert!(!task(&outputs).contains_key("OwnerId"));
    let text = task(&outputs)["Description"].as_str().unwrap();
    assert!(text.contains("A queue owns this record") && text.contains("Kind regards, The Northfield team"), "{text}");
}

#[test]
fn the_best_leads_have_a_task_of_high_priority() {
    let mut input = ida();
    input.qualified.band = "A".into();
    assert_eq!(task(&outputs(&input, Vec::new()))["Priority"], "High");
}

#[test]
fn a_blocked_lead_gets_no_task_and_says_why() {
    let mut input = ida();
    input.qualified.profile.domain = revloops_domain::MailDomain::parse("planfleet.example");
    let outputs = outputs(&input, vec![good()]);
    assert_eq!(outputs.effects.len(), 1);
    let (name, detail) = emitted(&outputs);
    assert_eq!((name, &detail["blocked_because"]), ("sequence.blocked", &json!(["the levers suppress this domain"])));
    let reply: Engaged = serde_json::from_value(outputs.reply.clone()).unwrap();
    assert_eq!((reply.status, reply.steps), (EngageStatus::Blocked, 0));
}

#[test]
fn the_event_carries_ids_and_versions_and_no_text() {
    let outputs = outputs(&ida(), vec![good()]);
    let (name, detail) = emitted(&outputs);
    assert_eq!(name, "sequence.drafted");
    assert_eq!(
        (&detail["event_id"], &detail["template"], &detail["prompt_version"], &detail["steps"], &detail["fallback"]),
        (
            &json!("lead/00Qxx0000000001EAA/created/engage/emit"),
            &json!("standard"),
            &json!("2026-11-b"),
            &json!(3),
            &json!(false)
        )
    );
    let text = detail.to_string();
    for word in ["Ida", "Northwind", "Hamburg", "planning"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
}

#[test]
fn the_same_run_gives_the_same_bytes_and_other_words_another_sequence() {
    let bytes = |outputs: &Outputs| serde_json::to_string(&(&outputs.effects, &outputs.reply)).unwrap();
    assert_eq!(bytes(&outputs(&ida(), vec![good()])), bytes(&outputs(&ida(), vec![good()])));
    let other = outputs(&ida(), vec![draft(vec![phrase("Hello Ida,")])]);
    assert_ne!(emitted(&outputs(&ida(), vec![good()])).1["sequence_id"], emitted(&other).1["sequence_id"]);
}

#[test]
fn the_metric_counts_claims_redrafts_and_what_both_drafts_cost() {
    let facts = facts(vec![draft(vec![claim("Northwind has 7 employees.", &["F2"])]), good()]);
    let input = ida().into();
    let decision = Engage::decide(&shipped(), &input, &facts, at());
    let fact = &Engage::metrics(&input, &facts, &decision)[0];
    assert_eq!((fact.claims, fact.redrafts, fact.fallback), (1, 1, false));
    assert_eq!((fact.ai_microusd, fact.input_tokens, fact.output_tokens), (14_400, 1_800, 600));
    assert_eq!(serde_json::to_value(fact).unwrap()["broken_rules"][0], json!("numbers_are_cited"));
}

fn sent(count: usize, sent_words: usize) -> Vec<SentFact> {
    let one = SentFact {
        template: "standard".into(),
        step: "introduce".into(),
        drafted_words: 120,
        sent_words,
        replied: false,
    };
    vec![one; count]
}

#[test]
fn a_step_that_reps_keep_cutting_is_proposed_shorter() {
    let Feedback::Proposal(proposal) = Engage::feedback(&shipped(), &sent(60, 70)) else { panic!("no proposal") };
    let edit = &proposal.edits[0];
    assert_eq!(edit.path, "templates[id=standard].steps[id=introduce].max_words");
    assert_eq!((&edit.from, &edit.to, proposal.sample), (&json!(140), &json!(70), 60));
}

#[test]
fn small_edits_propose_nothing_and_few_outcomes_are_too_few() {
    assert_eq!(Engage::feedback(&shipped(), &sent(60, 110)), Feedback::NoChange { sample: 60 });
    assert!(matches!(Engage::feedback(&shipped(), &sent(39, 70)), Feedback::TooLittleData(_)));
}
