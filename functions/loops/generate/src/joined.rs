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
