//! Effects, event, reply, metrics and feedback.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use revloops_domain::events::Qualified;
use revloops_domain::{CorrelationId, EnrichmentStatus, Lead, RunId};
use revloops_loopkit::record::RunKey;
use revloops_loopkit::the_loop::RunFacts;
use revloops_loopkit::{Action, Feedback, Loop as _, Outputs};

use super::{ida, input, northwind, shipped};
use crate::inputs::{Answer, Asked, LookUp, QualifyFacts};
use crate::{ConversionFact, Qualify, logic};

pub(super) fn run() -> RunFacts {
    RunFacts {
        run_id: RunId("r-1".into()),
        key: RunKey {
            subject: "lead/00Qxx0000000001EAA".into(),
            loop_name: "qualify".into(),
            trigger: "created".into(),
        },
        correlation_id: CorrelationId("c-1".into()),
        config: revloops_domain::ConfigStamp {
            key: "qualify".to_owned(),
            version_id: "v1".to_owned(),
            sha256: String::new(),
        },
        at: "2026-11-22T10:00:00.5Z".parse().unwrap(),
    }
}

fn facts() -> QualifyFacts {
    let asked =
        vec![Asked { provider: "people_data_labs".into(), answer: Answer::Match, cached: false, microusd: 100_000 }];
    QualifyFacts {
        company: LookUp { status: EnrichmentStatus::Matched, found: Some(northwind(8)), asked },
        ..QualifyFacts::default()
    }
}

fn outputs(lead: Lead) -> Outputs {
    let (config, input, facts) = (shipped(), input(lead), facts());
    let decision = Qualify::decide(&config, &input, &facts, run().at);
    Qualify::outputs(&config, &input, &facts, &decision, &run())
}

fn fields(outputs: &Outputs) -> &serde_json::Map<String, Value> {
    let Action::UpdateRecord { fields, .. } = &outputs.effects[0].action else {
        panic!("{:?}", outputs.effects[0].action);
    };
    fields
}

fn emitted(outputs: &Outputs) -> (&str, &Value) {
    let Action::Emit { name, detail } = &outputs.effects[1].action else {
        panic!("nothing emitted: {:?}", outputs.effects);
    };
    (name, detail)
}

#[test]
fn the_lead_gets_score_band_reasons_and_what_the_crm_did_not_know() {
    let outputs = outputs(ida());
    let Action::UpdateRecord { object, id, fields, marker } = &outputs.effects[0].action else {
        panic!("{:?}", outputs.effects[0].action);
    };
    assert_eq!((object.as_str(), id.as_str()), ("Lead", "00Qxx0000000001EAA"));
    assert_eq!(marker.value, fields[&marker.field]);
    for (name, value) in [
        ("RevLoops_Score__c", json!(100)),
        ("RevLoops_Band__c", json!("A")),
        ("RevLoops_Enrichment__c", json!("matched")),
        ("RevLoops_Domain__c", json!("northwind.example")),
        ("RevLoops_Qualified_At__c", json!("2026-11-22T10:00:00.000+0000")),
        ("RevLoops_Correlation_Id__c", json!("c-1")),
        ("Industry", json!("Technology")),
        ("NumberOfEmployees", json!(420)),
    ] {
        assert_eq!(fields[name], value, "{name}");
    }
    assert!(!fields.contains_key("Status"));
    assert_eq!(
        fields["RevLoops_Score_Reasons__c"],
        "Score 100, band A\n\
         For:\n  +20  420 employees: mid-size\n  +20  Technology is where we win most\n  \
         +20  Decides (VP)\n  +15  Sales: uses what we sell\n  \
         +15  Came to us (Web)\n  +10  Wrote a message\n  +5  Address at work\n\
         No points:\n  We sell in DE (+10, held to +0: fit gives 75 at most)\n  No phone number\n  \
         Came to a webinar or a fair: never\n  Came by a referral campaign: never\n  Opted out of a campaign: never\n  \
         Answered a campaign: never\n  Talked to us: never"
    );
}

#[test]
fn the_lead_gets_what_speaks_for_it_and_against_it_with_the_most_weight_first() {
    let mut lead = ida();
    lead.country_code = Some("KP".into());
    lead.email = Some("ida@gmail.com".into());
    let outputs = outputs(lead);
    let fields = fields(&outputs);
    assert_eq!(
        fields["RevLoops_Reasons_For__c"],
        "+20  420 employees: mid-size\n+20  Technology is where we win most\n+20  Decides (VP)\n\
         +15  Sales: uses what we sell\n+15  Came to us (Web)\n+10  Wrote a message"
    );
    assert_eq!(
        fields["RevLoops_Reasons_Against__c"],
        "Turned away: We may not sell to this country\n-10  We have no team for KP\n-10  Free-mail address"
    );
    let provenance = fields["RevLoops_Provenance__c"].as_str().unwrap();
    assert!(provenance.starts_with("The CRM and the provider differ"), "{provenance}");
    assert!(provenance.contains("  country: KP (crm; people_data_labs says DE)"), "{provenance}");
}

#[test]
fn where_nothing_speaks_against_a_lead_the_field_is_emptied() {
    assert_eq!(fields(&outputs(ida()))["RevLoops_Reasons_Against__c"], Value::Null);
}

#[test]
fn a_lead_that_is_turned_away_says_why_in_status_and_reason() {
    let mut lead = ida();
    lead.country_code = Some("IR".into());
    lead.email = Some("ida@planfleet.example".into());
    let outputs = outputs(lead);
    assert_eq!(fields(&outputs)["Status"], "Unqualified");
    assert_eq!(
        fields(&outputs)["RevLoops_Disqualified_Reason__c"],
        "Works for a competitor; We may not sell to this country"
    );
    assert_eq!(emitted(&outputs).0, "lead.disqualified");
}

#[test]
fn the_event_carries_no_person_and_the_reply_carries_all() {
    let mut lead = ida();
    lead.postal_code = Some("20095".into());
    let outputs = outputs(lead);
    let (name, detail) = emitted(&outputs);
    assert_eq!(name, "lead.qualified");
    assert_eq!(detail["event_id"], "lead/00Qxx0000000001EAA/created/qualify/emit");
    assert_eq!((&detail["score"], &detail["profile"]["company"]), (&json!(100), &json!("Northwind")));
    let text = detail.to_string();
    for private in ["Ida", "Holm", "VP Sales", "spreadsheets", "20095", "ida@"] {
        assert!(!text.contains(private), "{private} in {text}");
    }
    let reply: Qualified = serde_json::from_value(outputs.reply.clone()).unwrap();
    assert_eq!(reply.profile.last_name, "Holm");
    assert_eq!(reply.company, Some(northwind(8)));
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let bytes = |outputs: &Outputs| serde_json::to_string(&(&outputs.effects, &outputs.reply)).unwrap();
    assert_eq!(bytes(&outputs(ida())), bytes(&outputs(ida())));
}

#[test]
fn the_metric_says_who_knew_what_and_what_it_cost() {
    let (input, facts) = (input(ida()), facts());
    let decision = logic::decide(&shipped(), &input.lead, &facts, run().at);
    let fact = &Qualify::metrics(&input, &facts, &decision)[0];
    assert_eq!((fact.known_by_crm, fact.known_by_provider, fact.unknown), (2, 2, 0));
    assert_eq!((fact.provider.as_deref(), fact.cached, fact.data_microusd), (Some("people_data_labs"), false, 100_000));
    assert_eq!(fact.factors[0].choice.as_deref(), Some("bands[2]"));
    assert_eq!((fact.over_budget, fact.behaviour_points), (0, 0));
    let counts = fact.provenance;
    assert_eq!((counts.verified, counts.unverified, counts.conflict, counts.not_found), (6, 4, 0, 2));
}

/// `leads` leads whose source was the web or not, of which so many converted.
fn outcomes(web: (usize, usize), other: (usize, usize)) -> Vec<ConversionFact> {
    let one = |choice: &str, converted| ConversionFact {
        band: if choice == "values[1]" { "A".into() } else { "B".into() },
        choices: BTreeMap::from([("source".into(), choice.into())]),
        converted,
    };
    (0..web.0)
        .map(|nth| one("values[1]", nth < web.1))
        .chain((0..other.0).map(|nth| one("values[3]", nth < other.1)))
        .collect()
}

#[test]
fn too_few_outcomes_give_no_proposal_and_say_how_many_are_needed() {
    let Feedback::TooLittleData(too_little) = Qualify::feedback(&shipped(), &outcomes((20, 10), (20, 1))) else {
        panic!("a proposal from 40 leads");
    };
    assert_eq!((too_little.sample, too_little.needed), (40, 200));
}

#[test]
fn a_choice_that_converts_better_than_its_points_say_is_proposed_more_within_the_step() {
    let Feedback::Proposal(proposal) = Qualify::feedback(&shipped(), &outcomes((200, 100), (200, 10))) else {
        panic!("no proposal");
    };
    let edit = &proposal.edits[0];
    assert_eq!(edit.path, "factors[id=source].values[1].points");
    assert_eq!((&edit.from, &edit.to), (&json!(15), &json!(20)));
    assert_eq!(proposal.sample, 400);
    assert!(proposal.evidence.iter().any(|line| line.contains("100 of 200 (50%)")), "{:?}", proposal.evidence);
}

#[test]
fn a_behaviour_that_converts_is_proposed_more_points_too() {
    let one = |came, converted| ConversionFact {
        band: "B".into(),
        choices: if came { BTreeMap::from([("talked_to_us".into(), "points".into())]) } else { BTreeMap::new() },
        converted,
    };
    let outcomes: Vec<_> =
        (0..200).map(|nth| one(true, nth < 100)).chain((0..200).map(|nth| one(false, nth < 10))).collect();
    let Feedback::Proposal(proposal) = Qualify::feedback(&shipped(), &outcomes) else {
        panic!("no proposal");
    };
    assert_eq!(proposal.edits[0].path, "behaviours[id=talked_to_us].points");
    assert_eq!((&proposal.edits[0].from, &proposal.edits[0].to), (&json!(8), &json!(13)));
}

#[test]
fn a_difference_within_chance_changes_nothing() {
    let feedback = Qualify::feedback(&shipped(), &outcomes((200, 31), (200, 30)));
    assert_eq!(feedback, Feedback::NoChange { sample: 400 });
}
