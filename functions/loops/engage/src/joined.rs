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
