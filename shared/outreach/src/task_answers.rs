//! Answers that people give in the CRM, on the task that previews a sequence.
//!
//! The task carries the sequence and the hash of what it shows, so an answer on it is bound to that, as one at the desk is;
//! the desk decides as for anybody who asks it. Then the task is told what became of the answer. All of it may come twice:
//! what the task says follows from the sequence as it is, so a late repeat says the same.

use serde_json::{Map, Value, json};

use revloops_domain::events::{TaskAnswer, TaskAnswered};
use revloops_domain::sequence_state::{SequenceAnswer, SequenceStatus};
use revloops_domain::text::at_most;
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::CrmWriter;

use crate::answers::{Ask, Refusal, Reply, Request};
use crate::desk::Desk;

/// Length of the CRM field `Task.RevLoops_Answered__c`.
const ANSWERED_CHARS: usize = 255;

/// What a rejection on the task gives as its reason: there is no room for another.
const WHY_REJECTED: &str = "turned down in the CRM";

/// The task is told again where somebody was faster, so often.
const ATTEMPTS: usize = 4;

/// Asks the desk as the person who answered, and tells the task what became of it.
///
/// # Errors
/// Of the stores and the CRM, also where the task cannot be told: the answer stands then, and the repeat finds it. What a
/// person got wrong is a [`Reply::Refused`].
pub async fn answer_task(desk: &Desk<'_>, writer: &dyn CrmWriter, event: &TaskAnswered) -> Outcome<Reply> {
    let found = desk.directory.users_by_id(std::slice::from_ref(&event.user_id)).await?;
    let reply = match found.into_iter().find(|user| user.active && user.id == event.user_id) {
        Some(user) => desk.answer(&Request { caller: user.login, ask: ask(event) }).await?,
        None => Reply::Refused {
            refusal: Refusal::UnknownCaller,
            why: "the CRM knows no active user of that id".to_owned(),
            trace: Vec::new(),
        },
    };
    tell(desk, writer, event, &reply).await?;
    Ok(reply)
}

fn ask(event: &TaskAnswered) -> Ask {
    let (sequence, content) = (event.sequence_id.clone(), event.content.clone());
    match event.answer {
        TaskAnswer::Approve => Ask::Approve { sequence, content },
        TaskAnswer::Reject => Ask::Reject { sequence, content, reason: WHY_REJECTED.to_owned() },
    }
}

/// Two answers may be told at once, and the one that changed nothing last: so the sequence is looked at again after
/// telling, until the task says what holds.
async fn tell(desk: &Desk<'_>, writer: &dyn CrmWriter, event: &TaskAnswered, reply: &Reply) -> Outcome<()> {
    let mut told = None;
    for _ in 0..ATTEMPTS {
        let kept = desk.sources.sequences.get(&event.sequence_id).await?;
        let answered = kept.and_then(|kept| Some((kept.state.status, kept.state.answer?)));
        let fields = match &answered {
            Some((status, answer)) => ended(*status, answer),
            None => refused(reply),
        };
        if told.as_ref() == Some(&fields) {
            break;
        }
        writer.update("Task", event.task_id.as_str(), &fields).await?;
        told = Some(fields);
    }
    Ok(())
}

/// There is an answer, this one or another: the task is done.
fn ended(status: SequenceStatus, answer: &SequenceAnswer) -> Map<String, Value> {
    let what = match status {
        SequenceStatus::Rejected => "Rejected",
        SequenceStatus::Drafted | SequenceStatus::Approved | SequenceStatus::Stopped | SequenceStatus::Completed => {
            "Approved"
        }
    };
    let said = format!("{what} by {} at {}", answer.by, answer.at.strftime("%Y-%m-%d %H:%M UTC"));
    Map::from_iter([
        ("RevLoops_Answered__c".to_owned(), json!(at_most(&said, ANSWERED_CHARS))),
        ("Status".to_owned(), json!("Completed")),
    ])
}

/// Nobody has answered yet. The answer is taken off the task, or the same answer by somebody who may give it would be no
/// change, and the CRM would not tell of it.
fn refused(reply: &Reply) -> Map<String, Value> {
    let why = match reply {
        Reply::Refused { why, .. } => why.as_str(),
        Reply::Sequences { .. }
        | Reply::Shown { .. }
        | Reply::Done { .. }
        | Reply::Suppressions { .. }
        | Reply::Suppressed { .. }
        | Reply::Unsuppressed { .. }
        | Reply::Why { .. } => "nothing is known of an answer",
    };
    Map::from_iter([
        ("RevLoops_Answered__c".to_owned(), json!(at_most(&format!("Refused: {why}"), ANSWERED_CHARS))),
        ("RevLoops_Answer__c".to_owned(), Value::Null),
    ])
}
