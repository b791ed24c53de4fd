//! What became of a signal that was handed on: whether the sequence about it led to a meeting.

use jiff::Timestamp;

use revloops_domain::SalesforceId;
use revloops_domain::sequence_state::{KeptSequence, SequenceStatus};
use revloops_domain::signal::SignalStatus;
use revloops_loopkit::outcomes::ripe_at;
use revloops_loopkit::{Became, Look, Observed, Outcome, Record, Seen};

use crate::feedback::MeetingFact;
use crate::logic::GenerateVerdict;

/// How ids of leads begin.
const LEAD: &str = "00Q";
const CONVERTED: &str = "IsConverted";

pub(crate) fn looks(record: &Record) -> Outcome<Vec<Look>> {
    let verdict: GenerateVerdict = record.verdict_as()?;
    let Some(person) = handed_on(&verdict) else { return Ok(Vec::new()) };
    let mut looks =
        vec![Look::SequencesTo(person.clone()), Look::Meeting { person: person.clone(), since: record.decided_at }];
    if person.key_prefix() == LEAD {
        looks.push(Look::Record { object: "Lead", id: person.to_string(), fields: &[CONVERTED] });
    }
    Ok(looks)
}

/// Only what was sent says anything: a sequence that no rep approved is nothing against its signal. A lead that became a
/// customer's contact counts as met.
pub(crate) fn became(days: u16, record: &Record, seen: &Seen, at: Timestamp) -> Outcome<Became<MeetingFact>> {
    let verdict: GenerateVerdict = record.verdict_as()?;
    let ripe = ripe_at(record.decided_at, days);
    if at < ripe {
        return Ok(Became::not_yet(Vec::new()));
    }
    let nothing = || Ok(Became::ripe(Vec::new(), None));
    let Some(person) = handed_on(&verdict) else { return nothing() };
    let written = seen.written_to.get(person).into_iter().flatten();
    let mut ours = written.filter(|kept| kept.drafted.correlation_id == record.correlation_id && approved(kept));
    let Some(named) = ours.find_map(|kept| kept.drafted.signal.as_ref()) else { return nothing() };
    let signal = verdict.counted.iter().find(|kept| kept.signal.id == named.id);
    let Some(kind) = signal.map(|kept| kept.signal.kind) else { return nothing() };
    let met = seen.meetings.get(&(person.clone(), record.decided_at)).is_some_and(|at| *at <= ripe);
    let lead = seen.record("Lead", person.as_str());
    let converted = lead.and_then(|lead| lead.get(CONVERTED)?.as_bool()) == Some(true);
    let meeting = met || converted;
    Ok(Became::ripe(vec![Observed::new("no_meeting", !meeting, ripe)], Some(MeetingFact { kind, meeting })))
}

fn handed_on(verdict: &GenerateVerdict) -> Option<&SalesforceId> {
    verdict.person.as_ref().map(|person| &person.id).filter(|_| verdict.status == SignalStatus::Qualified)
}

fn approved(kept: &KeptSequence) -> bool {
    kept.state.answer.is_some() && kept.state.status != SequenceStatus::Rejected
}

#[cfg(test)]
mod tests {
    use revloops_domain::signal::SignalKind;
    use revloops_loopkit::RunKey;
    use revloops_testkit::{lead_id, record};
    use serde_json::{Map, json};

    use super::*;

    fn day(day: u32) -> Timestamp {
        format!("2026-11-{day:02}T10:00:00Z").parse().unwrap()
    }

    fn handed_on() -> Record {
        let key = RunKey { subject: "account/1".into(), loop_name: "generate".into(), trigger: "scan-1".into() };
        let signal = json!({
            "id": "sig-1", "company": "Northwind", "kind": "funding", "on": "2026-11-01", "headline": "h", "quote": "q",
            "sources": []
        });
        let kept = json!({"signal": signal, "first_seen": day(1), "last_seen": day(1)});
        let person = json!({"id": lead_id(1), "last_name": "Holm", "matched_by": "title"});
        let verdict = json!({
            "status": "qualified", "score": 80, "counted": [kept], "points": [], "against": [], "keep": [], "repeats": [],
            "elsewhere": [], "weak": [], "matched": [], "new": 1, "person": person, "passed_because": []
        });
        record(key, json!(null), verdict, day(1))
    }

    fn sequence(status: &str, answered: bool) -> KeptSequence {
        let answer = answered.then(|| json!({"by": "rep", "at": day(2), "content": "c"}));
        serde_json::from_value(json!({
            "drafted": {
                "id": "seq-1", "run_id": "r", "correlation_id": "c-1",
                "config": {"key": "k", "version_id": "v", "sha256": "s"}, "template": "t", "prompt_version": "p",
                "recipient": {"person_id": lead_id(1)}, "brief": [], "steps": [],
                "signal": {"id": "sig-1", "url": "https://news.example/1"}, "drafted_at": day(1)
            },
            "state": {"status": status, "mails": [], "steps": [], "answer": answer},
            "version": 1
        }))
        .unwrap()
    }

    fn seen(sequence: KeptSequence, met: Option<Timestamp>) -> Seen {
        let person = SalesforceId::parse(lead_id(1).as_str()).unwrap();
        let mut seen = Seen::default();
        seen.written_to.insert(person.clone(), vec![sequence]);
        seen.meetings.extend(met.map(|at| ((person, day(1)), at)));
        seen
    }

    #[test]
    fn an_approved_sequence_counts_as_met_or_not_by_the_kind_of_its_signal() {
        let record = handed_on();
        let facts = |met| became(21, &record, &seen(sequence("completed", true), met), day(22)).unwrap();
        for (met, meeting) in [(Some(day(9)), true), (None, false), (Some(day(30)), false)] {
            let became = facts(met);
            assert_eq!(became.facts, Some(vec![MeetingFact { kind: SignalKind::Funding, meeting }]));
            assert_eq!(became.observed, [Observed::new("no_meeting", !meeting, day(22))]);
        }
        let early = became(21, &record, &seen(sequence("completed", true), Some(day(9))), day(21)).unwrap();
        assert_eq!(early, Became::not_yet(Vec::new()), "not ripe");
    }

    #[test]
    fn a_lead_that_was_converted_counts_as_met() {
        let mut seen = seen(sequence("approved", true), None);
        let converted = Map::from_iter([(CONVERTED.to_owned(), json!(true))]);
        seen.records.insert(("Lead", lead_id(1).to_string()), converted);
        let became = became(21, &handed_on(), &seen, day(22)).unwrap();
        assert_eq!(became.facts, Some(vec![MeetingFact { kind: SignalKind::Funding, meeting: true }]));
    }

    #[test]
    fn a_sequence_that_no_rep_sent_says_nothing_of_its_signal() {
        for sequence in [sequence("rejected", true), sequence("drafted", false)] {
            assert_eq!(
                became(21, &handed_on(), &seen(sequence, None), day(22)).unwrap(),
                Became::ripe(Vec::new(), None)
            );
        }
    }
}
