//! What people answer on the task that previews a sequence.

use revloops_domain::events::{TaskAnswer, TaskAnswered};
use revloops_domain::sequence_state::SequenceStatus;
use revloops_domain::{CorrelationId, OrganizationId, TaskId, UserId};
use revloops_loopkit::ports::Sequences as _;
use revloops_testkit::TestWorld;

use super::given::*;
use crate::answers::{Refusal, Reply};
use crate::desk::Desk;
use crate::task_answers::answer_task;

const TASK: &str = "00Txx0000000001EAA";
const APPROVED: &str = "Approved by dana@northfield.example at 2026-06-02 08:00 UTC";

async fn event(world: &TestWorld, user_id: UserId, answer: TaskAnswer) -> TaskAnswered {
    TaskAnswered {
        event_id: "04lxx0000004CB0AAM".to_owned(),
        correlation_id: CorrelationId("chain".to_owned()),
        organization_id: OrganizationId::parse("00Dxx0000001gPLEAY").unwrap(),
        task_id: TaskId::parse(TASK).unwrap(),
        user_id,
        sequence_id: "seq-1".to_owned(),
        content: world.get("seq-1").await.unwrap().unwrap().content(),
        answer,
        occurred_at: at(MORNING),
        received_at: at(MORNING),
    }
}

async fn answered(world: &TestWorld, event: &TaskAnswered) -> Option<Refusal> {
    let policy = policy();
    let at = world.with(|memory| memory.now);
    let desk = Desk { policy: &policy, sources: sources(world), directory: world, bus: world, at };
    match answer_task(&desk, world, event).await.unwrap() {
        Reply::Refused { refusal, .. } => Some(refusal),
        Reply::Done { .. } => None,
        other @ (Reply::Sequences { .. }
        | Reply::Shown { .. }
        | Reply::Suppressions { .. }
        | Reply::Suppressed { .. }
        | Reply::Unsuppressed { .. }
        | Reply::Why { .. }) => panic!("no answer: {other:?}"),
    }
}

/// What the task says, whether it is done, and whether the answer was taken off it.
fn task(world: &TestWorld) -> (String, bool, bool) {
    world.with(|memory| {
        let fields = &memory.records[&("Task".to_owned(), TASK.to_owned())];
        let said = fields["RevLoops_Answered__c"].as_str().unwrap().to_owned();
        let done = fields.get("Status").is_some_and(|status| status == "Completed");
        (said, done, fields.get("RevLoops_Answer__c").is_some_and(serde_json::Value::is_null))
    })
}

async fn status(world: &TestWorld) -> SequenceStatus {
    world.get("seq-1").await.unwrap().unwrap().state.status
}

fn events(world: &TestWorld) -> Vec<String> {
    world.with(|memory| memory.events.iter().map(|event| event.name.clone()).collect())
}

#[tokio::test]
async fn the_owners_approval_on_the_task_counts_once_however_often_it_comes() {
    let world = world(&[sequence(1, 1)]).await;
    let event = event(&world, user(1, OWNER).id, TaskAnswer::Approve).await;
    for _delivery in 0..3 {
        assert_eq!(answered(&world, &event).await, None);
        assert_eq!(task(&world), (APPROVED.to_owned(), true, false));
        world.pass(jiff::SignedDuration::from_hours(1));
    }
    assert_eq!(
        (status(&world).await, events(&world)),
        (SequenceStatus::Approved, vec!["sequence.approved".to_owned()])
    );
}

#[tokio::test]
async fn a_rejection_on_the_task_says_where_it_was_given() {
    let world = world(&[sequence(1, 1)]).await;
    let event = event(&world, user(3, DELEGATE).id, TaskAnswer::Reject).await;
    for _delivery in 0..2 {
        assert_eq!(answered(&world, &event).await, None);
    }
    assert_eq!(task(&world), ("Rejected by ben@northfield.example at 2026-06-02 08:00 UTC".to_owned(), true, false));
    let kept = world.get("seq-1").await.unwrap().unwrap();
    assert_eq!(kept.state.answer.unwrap().reason.as_deref(), Some("turned down in the CRM"));
    assert_eq!(events(&world), ["sequence.rejected"]);
}

#[tokio::test]
async fn a_strangers_answer_is_refused_and_taken_off_so_that_the_owner_can_give_theirs() {
    let world = world(&[sequence(1, 1)]).await;
    let strangers = event(&world, user(2, STRANGER).id, TaskAnswer::Approve).await;
    assert_eq!(answered(&world, &strangers).await, Some(Refusal::NotTheirs));
    let (said, done, taken_off) = task(&world);
    assert!(said.starts_with("Refused: somebody else owns 00Q"), "{said}");
    assert_eq!((done, taken_off, status(&world).await), (false, true, SequenceStatus::Drafted));

    let owners = event(&world, user(1, OWNER).id, TaskAnswer::Approve).await;
    assert_eq!(answered(&world, &owners).await, None);
    // The stranger's comes again, late: it is refused again, and the task goes on saying what holds.
    assert_eq!(answered(&world, &strangers).await, Some(Refusal::NotTheirs));
    let (said, done, _) = task(&world);
    assert_eq!((said.as_str(), done, status(&world).await), (APPROVED, true, SequenceStatus::Approved));
    assert_eq!(events(&world), ["sequence.approved"]);
}

#[tokio::test]
async fn words_that_changed_since_the_task_showed_them_are_not_approved() {
    let world = world(&[sequence(1, 1)]).await;
    let mut event = event(&world, user(1, OWNER).id, TaskAnswer::Approve).await;
    for content in ["", "another hash"] {
        event.content = content.to_owned();
        assert_eq!(answered(&world, &event).await, Some(Refusal::OtherContent));
        assert_eq!(task(&world), ("Refused: seq-1 reads otherwise now: look at it again".to_owned(), false, true));
    }
    assert_eq!((status(&world).await, events(&world).len()), (SequenceStatus::Drafted, 0));
}

#[tokio::test]
async fn who_is_unknown_or_not_active_any_more_is_refused() {
    let world = world(&[sequence(1, 1)]).await;
    let nobody = event(&world, user(9, "nobody").id, TaskAnswer::Approve).await;
    assert_eq!(answered(&world, &nobody).await, Some(Refusal::UnknownCaller));
    assert_eq!(task(&world), ("Refused: the CRM knows no active user of that id".to_owned(), false, true));
    world.with(|memory| memory.users[0].active = false);
    let gone = event(&world, user(1, OWNER).id, TaskAnswer::Approve).await;
    assert_eq!(answered(&world, &gone).await, Some(Refusal::UnknownCaller));
    assert_eq!((status(&world).await, events(&world).len()), (SequenceStatus::Drafted, 0));
}

#[tokio::test]
async fn a_sequence_that_nobody_knows_and_long_reasons_fit_the_field() {
    let world = world(&[sequence(1, 1)]).await;
    let mut event = event(&world, user(1, OWNER).id, TaskAnswer::Approve).await;
    event.sequence_id = "x".repeat(300);
    assert_eq!(answered(&world, &event).await, Some(Refusal::Unknown));
    let (said, done, taken_off) = task(&world);
    assert!(said.starts_with("Refused: there is no sequence xxx") && said.ends_with('…'), "{said}");
    assert_eq!((said.chars().count(), done, taken_off), (255, false, true));
}
