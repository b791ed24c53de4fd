//! What became of a scored lead.

use jiff::{SignedDuration, Timestamp};
use revloops_domain::crm_datetime;
use revloops_loopkit::{Became, Loop as _, Observed, Record, RunKey, Seen};
use revloops_testkit::{lead_id, record};
use serde_json::{Map, json};

use super::{at, ida, input, shipped};
use crate::inputs::QualifyFacts;
use crate::{ConversionFact, Qualify};

fn scored(by: &str) -> Record {
    let mut lead = ida();
    lead.email = Some(by.to_owned());
    let input = input(lead);
    let verdict = Qualify::decide(&shipped(), &input, &QualifyFacts::default(), at()).verdict;
    let key = RunKey { subject: "lead/1".into(), loop_name: "qualify".into(), trigger: "created".into() };
    record(key, json!(input), json!(verdict), at())
}

fn seen(converted: bool, qualified_at: Timestamp) -> Seen {
    let mut seen = Seen::default();
    let fields = Map::from_iter([
        ("IsConverted".into(), json!(converted)),
        ("RevLoops_Qualified_At__c".into(), json!(crm_datetime(qualified_at))),
    ]);
    seen.records.insert(("Lead", lead_id(1).to_string()), fields);
    seen
}

fn became(record: &Record, seen: &Seen, days: i64) -> Became<ConversionFact> {
    Qualify::became(&shipped(), record, seen, at() + SignedDuration::from_hours(24 * days)).unwrap()
}

fn observed(became: &Became<ConversionFact>) -> Vec<(&str, bool)> {
    became.observed.iter().map(|one: &Observed| (one.metric.as_str(), one.bad)).collect()
}

#[test]
fn a_lead_counts_as_converted_or_not_when_that_is_ripe_and_not_before() {
    let record = scored("ida@northwind.example");
    let early = became(&record, &seen(true, at()), 29);
    assert_eq!((observed(&early), early.facts.clone()), (vec![("disqualified", false)], None));
    for converted in [true, false] {
        let ripe = became(&record, &seen(converted, at()), 30);
        assert_eq!(observed(&ripe), [("disqualified", false), ("not_converted", !converted)]);
        let [fact] = &ripe.facts.unwrap()[..] else { panic!("one fact") };
        assert_eq!(fact.converted, converted);
        assert!(!fact.band.is_empty() && !fact.choices.is_empty(), "{fact:?}");
    }
}

#[test]
fn a_lead_that_was_scored_again_turned_away_or_deleted_says_nothing_of_points() {
    let later = at() + SignedDuration::from_hours(1);
    assert_eq!(became(&scored("ida@northwind.example"), &seen(true, later), 30).facts, Some(Vec::new()));
    assert_eq!(became(&scored("ida@northwind.example"), &Seen::default(), 30).facts, Some(Vec::new()));
    let mut away = scored("ida@northwind.example");
    away.decision.verdict["status"] = json!("disqualified");
    let away = became(&away, &seen(false, at()), 30);
    assert_eq!((observed(&away), away.facts.clone()), (vec![("disqualified", true)], Some(Vec::new())));
}
