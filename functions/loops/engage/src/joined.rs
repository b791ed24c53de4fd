//! What became of a draft: what the rep sent of it, whether they turned it down, whether it was replied to.

use jiff::Timestamp;

use revloops_domain::events::EngageStatus;
use revloops_domain::sequence::SequenceStep;
use revloops_domain::sequence_state::{KeptSequence, SequenceStatus, StepStatus};
use revloops_loopkit::outcomes::ripe_at;
use revloops_loopkit::{Became, Look, Observed, Outcome, Record, Seen};

use crate::feedback::SentFact;
use crate::logic::{EngageVerdict, Writer};

/// The code under which a sequence ends when its recipient replies.
const REPLY: &str = "reply";

pub(crate) fn looks(record: &Record) -> Outcome<Vec<Look>> {
    let verdict: EngageVerdict = record.verdict_as()?;
    Ok(verdict.sequence_id.map(Look::Sequence).into_iter().collect())
}

/// A rep's answer is observed when it comes; steps and replies count when they are ripe.
pub(crate) fn became(days: u16, record: &Record, seen: &Seen, at: Timestamp) -> Outcome<Became<SentFact>> {
    let verdict: EngageVerdict = record.verdict_as()?;
    let drafted = verdict.status == EngageStatus::Drafted;
    let mut observed = vec![Observed::new("blocked", !drafted, record.decided_at)];
    if drafted {
        let fallback = verdict.written_by == Some(Writer::Template);
        observed.push(Observed::new("fallback", fallback, record.decided_at));
    }
    // The same words for the same person are the same sequence: it is the first run's.
    let kept = verdict.sequence_id.as_ref().and_then(|id| seen.sequences.get(id));
    let kept = kept.filter(|kept| kept.drafted.run_id == record.run_id);
    if let Some((kept, answer)) = kept.and_then(|kept| Some((kept, kept.state.answer.as_ref()?))) {
        observed.push(Observed::new("rejected", kept.state.status == SequenceStatus::Rejected, answer.at));
    }
    if at < ripe_at(record.decided_at, days) {
        return Ok(Became::not_yet(observed));
    }
    Ok(Became::ripe(observed, kept.map(sent).unwrap_or_default()))
}

fn sent(kept: &KeptSequence) -> Vec<SentFact> {
    let replied = kept.state.stopped.as_ref().is_some_and(|stopped| stopped.code == REPLY);
    let mails = kept.drafted.steps.iter().zip(&kept.state.mails).zip(&kept.state.steps);
    let landed = mails.filter(|(_, state)| matches!(state.status, StepStatus::Landed | StepStatus::Done));
    landed
        .map(|((drafted, now), _)| SentFact {
            template: kept.drafted.template.clone(),
            step: drafted.id.clone(),
            drafted_words: words(drafted),
            sent_words: words(now),
            replied,
        })
        .collect()
}

fn words(mail: &SequenceStep) -> usize {
    mail.lines.iter().map(|line| line.text.split_whitespace().count()).sum()
}

#[cfg(test)]
mod tests {
    use revloops_domain::sequence::{DraftedSequence, Line, Recipient};
    use revloops_domain::sequence_state::{SequenceAnswer, SequenceState, StoppedBecause};
    use revloops_domain::{ConfigStamp, SalesforceId};
    use revloops_loopkit::RunKey;
    use revloops_testkit::{lead_id, record};
    use serde_json::json;

    use super::*;

    fn day(day: u32) -> Timestamp {
        format!("2026-11-{day:02}T10:00:00Z").parse().unwrap()
    }

    fn drafted() -> Record {
        let key = RunKey { subject: "lead/1".into(), loop_name: "engage".into(), trigger: "created".into() };
        let verdict = json!({
            "status": "drafted", "template": "first", "prompt_version": "p", "written_by": "template", "brief": [], "steps": [],
            "claims": 0, "drafts": [], "blocked_because": [], "sequence_id": "seq-1"
        });
        record(key, json!(null), verdict, day(2))
    }

    fn mail(id: &str, text: &str) -> SequenceStep {
        SequenceStep {
            id: id.into(),
            day: 0,
            channel: "email".into(),
            subject: "s".into(),
            lines: vec![Line { text: text.into(), cites: Vec::new() }],
            disclosure: None,
        }
    }

    /// Two mails, the first of which has landed with fewer words.
    fn kept(record: &Record, change: impl FnOnce(&mut SequenceState)) -> Seen {
        let drafted = DraftedSequence {
            id: "seq-1".into(),
            run_id: record.run_id.clone(),
            correlation_id: record.correlation_id.clone(),
            config: ConfigStamp { key: "k".into(), version_id: "v".into(), sha256: "s".into() },
            template: "first".into(),
            prompt_version: "p".into(),
            recipient: Recipient {
                person_id: SalesforceId::parse(lead_id(1).as_str()).unwrap(),
                account_id: None,
                email: None,
                domain: None,
                country_code: None,
                state_code: None,
            },
            owner_id: None,
            brief: Vec::new(),
            steps: vec![mail("introduce", "one two three four"), mail("remind", "one")],
            signal: None,
            drafted_at: day(2),
        };
        let mut state = SequenceState::new(&drafted);
        change(&mut state);
        let mut seen = Seen::default();
        seen.sequences.insert("seq-1".into(), KeptSequence { drafted, state, version: 1 });
        seen
    }

    fn answer(state: &mut SequenceState, status: SequenceStatus) {
        state.status = status;
        state.answer = Some(SequenceAnswer { by: "rep".into(), at: day(3), content: "c".into(), reason: None });
    }

    fn observed(became: &Became<SentFact>) -> Vec<(&str, bool)> {
        became.observed.iter().map(|one| (one.metric.as_str(), one.bad)).collect()
    }

    #[test]
    fn a_reps_no_is_observed_when_it_comes_and_leaves_nothing_to_learn_of_words() {
        let record = drafted();
        let seen = kept(&record, |state| answer(state, SequenceStatus::Rejected));
        let early = became(14, &record, &seen, day(4)).unwrap();
        assert_eq!(observed(&early), [("blocked", false), ("fallback", true), ("rejected", true)]);
        assert_eq!((early.observed[2].at, early.facts), (day(3), None), "by the world's clock");
        assert_eq!(became(14, &record, &seen, day(16)).unwrap().facts, Some(Vec::new()));
    }

    #[test]
    fn what_was_sent_counts_with_what_the_rep_cut_and_whether_it_was_replied_to() {
        let record = drafted();
        let seen = kept(&record, |state| {
            answer(state, SequenceStatus::Stopped);
            state.mails[0].lines[0].text = "one two".into();
            state.steps[0].status = StepStatus::Landed;
            state.stopped = Some(StoppedBecause { code: REPLY.into(), why: "an answer".into(), at: day(5) });
        });
        let ripe = became(14, &record, &seen, day(16)).unwrap();
        let fact = SentFact {
            template: "first".into(),
            step: "introduce".into(),
            drafted_words: 4,
            sent_words: 2,
            replied: true,
        };
        assert_eq!(ripe.facts, Some(vec![fact]), "the second mail never landed");
    }

    #[test]
    fn a_sequence_of_another_run_is_not_counted_twice() {
        let record = drafted();
        let mut seen = kept(&record, |state| answer(state, SequenceStatus::Approved));
        seen.sequences.values_mut().for_each(|kept| kept.drafted.run_id = revloops_domain::RunId("other".into()));
        assert_eq!(observed(&became(14, &record, &seen, day(16)).unwrap()), [("blocked", false), ("fallback", true)]);
    }
}
