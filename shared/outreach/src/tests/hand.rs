//! What people do at the desk.

use jiff::SignedDuration;

use revloops_domain::sequence_state::SequenceStatus;
use revloops_domain::suppression::SuppressionKind;
use revloops_loopkit::ports::Sequences as _;

use super::given::*;
use crate::answers::{Ask, Refusal, Reply};

fn refused(reply: &Reply) -> Refusal {
    match reply {
        Reply::Refused { refusal, .. } => *refusal,
        other @ (Reply::Sequences { .. }
        | Reply::Shown { .. }
        | Reply::Done { .. }
        | Reply::Suppressions { .. }
        | Reply::Suppressed { .. }
        | Reply::Unsuppressed { .. }
        | Reply::Why { .. }) => panic!("not refused: {other:?}"),
    }
}

fn done(reply: Reply) -> (SequenceStatus, bool, Option<String>) {
    match reply {
        Reply::Done { sequence, before, diff } => (sequence.status, before, diff),
        other @ (Reply::Sequences { .. }
        | Reply::Shown { .. }
        | Reply::Refused { .. }
        | Reply::Suppressions { .. }
        | Reply::Suppressed { .. }
        | Reply::Unsuppressed { .. }
        | Reply::Why { .. }) => panic!("not done: {other:?}"),
    }
}

#[tokio::test]
async fn the_owner_approves_what_was_shown_and_again_without_effect() {
    let (world, policy) = (world(&[sequence(1, 1)]).await, policy());
    assert_eq!(done(approve(&world, &policy, OWNER, "seq-1").await), (SequenceStatus::Approved, false, None));
    assert_eq!(done(approve(&world, &policy, OWNER, "seq-1").await), (SequenceStatus::Approved, true, None));
    let events = world.with(|memory| memory.events.clone());
    let names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, ["sequence.approved"]);
    assert_eq!(events[0].detail["seconds"], 0);
    assert!(!events[0].detail.to_string().contains("Hello"), "no text in an event");
}

#[tokio::test]
async fn a_delegate_may_approve_a_stranger_and_an_unknown_name_may_not() {
    let (world, policy) = (world(&[sequence(1, 1)]).await, policy());
    assert_eq!(refused(&approve(&world, &policy, STRANGER, "seq-1").await), Refusal::NotTheirs);
    assert_eq!(refused(&approve(&world, &policy, "nobody@acme.example", "seq-1").await), Refusal::UnknownCaller);
    assert_eq!(refused(&approve(&world, &policy, "", "seq-1").await), Refusal::UnknownCaller);
    world.with(|memory| memory.users[0].active = false);
    assert_eq!(refused(&approve(&world, &policy, OWNER, "seq-1").await), Refusal::UnknownCaller);
    done(approve(&world, &policy, &DELEGATE.to_uppercase(), "seq-1").await);
}

#[tokio::test]
async fn of_two_who_answer_the_second_is_told_of_the_first() {
    let (world, policy) = (world(&[sequence(1, 1)]).await, policy());
    done(approve(&world, &policy, DELEGATE, "seq-1").await);
    let second = approve(&world, &policy, OWNER, "seq-1").await;
    let Reply::Refused { refusal: Refusal::Answered, why, .. } = &second else { panic!("{second:?}") };
    assert!(why.contains(DELEGATE), "{why}");
}

#[tokio::test]
async fn whatever_has_changed_since_the_draft_refuses_its_approval() {
    let policy = policy();
    for (change, expected) in [
        ("address", Refusal::RecipientChanged),
        ("owner", Refusal::OwnerChanged),
        ("age", Refusal::Expired),
        ("gone", Refusal::NotTheirs),
        ("opted out", Refusal::Policy),
        ("answered", Refusal::Policy),
        ("deal", Refusal::Policy),
        ("suppressed", Refusal::Policy),
    ] {
        let world = world(&[sequence(1, 1)]).await;
        let mut caller = OWNER;
        world.with(|memory| {
            let other = memory.users[1].id.clone();
            let standing = memory.standings.get_mut(person(1).as_str()).unwrap();
            match change {
                "address" => standing.email = Some("other@acme1.example".to_owned()),
                "owner" => {
                    caller = STRANGER;
                    (standing.owner_id, standing.owner_login) = (other.into(), STRANGER.to_owned());
                }
                "opted out" => standing.opted_out = true,
                "answered" => standing.answered_at = Some(at("2026-06-03T08:00:00Z")),
                "deal" => standing.open_opportunity = Some("006000000000001".to_owned()),
                "gone" => memory.standings.clear(),
                _ => {}
            }
        });
        if change == "age" {
            world.pass(SignedDuration::from_hours(24 * 15));
        }
        if change == "suppressed" {
            // By hand, so that the draft is not stopped: the list alone has to refuse it.
            let key =
                revloops_domain::suppression::SuppressionKey::of(SuppressionKind::Domain, "acme1.example").unwrap();
            let entry = revloops_domain::suppression::Suppression {
                key,
                source: revloops_domain::suppression::SuppressionSource::Person,
                by: OWNER.to_owned(),
                reason: "asked".to_owned(),
                at: at(MORNING),
            };
            revloops_loopkit::ports::Suppressions::add(&world, &entry).await.unwrap();
        }
        assert_eq!(refused(&approve(&world, &policy, caller, "seq-1").await), expected, "{change}");
        let kept = world.get("seq-1").await.unwrap().unwrap();
        assert_eq!(kept.state.status, SequenceStatus::Drafted, "{change}: nothing was written");
    }
}

#[tokio::test]
async fn an_edit_keeps_its_difference_and_asks_for_a_new_look() {
    let (world, policy) = (world(&[sequence(1, 1)]).await, policy());
    let shown = world.get("seq-1").await.unwrap().unwrap().content();
    let edit = |text: &str, content: &str| Ask::Edit {
        sequence: "seq-1".to_owned(),
        content: content.to_owned(),
        step: "introduce".to_owned(),
        subject: None,
        text: Some(text.to_owned()),
    };
    assert_eq!(refused(&ask(&world, &policy, OWNER, edit("Hello {name},", &shown)).await), Refusal::Unfit);
    let (_, _, diff) = done(ask(&world, &policy, OWNER, edit("Hello,\nShall we talk on Friday?", &shown)).await);
    assert_eq!(diff.unwrap(), " Subject: A thought, introduce\n Hello,\n-Shall we talk?\n+Shall we talk on Friday?\n");
    let stale = Ask::Approve { sequence: "seq-1".to_owned(), content: shown };
    assert_eq!(refused(&ask(&world, &policy, OWNER, stale).await), Refusal::OtherContent);
    done(approve(&world, &policy, OWNER, "seq-1").await);
    let event = world.with(|memory| memory.events[0].detail.clone());
    assert_eq!((&event["edited_words"], &event["drafted_words"]), (&3.into(), &24.into()));
    let kept = world.get("seq-1").await.unwrap().unwrap();
    assert_eq!(kept.state.edits.len(), 1);
    assert_eq!(kept.drafted, sequence(1, 1), "the draft stays as it was");
    assert_eq!(kept.state.mails[0].disclosure, kept.drafted.steps[0].disclosure);
}

#[tokio::test]
async fn one_sequence_at_a_time_for_an_account_and_a_cool_down_after_it() {
    let (world, policy) = (world(&[sequence(1, 1), sequence(2, 1), sequence(3, 2)]).await, policy());
    done(approve(&world, &policy, OWNER, "seq-1").await);
    assert_eq!(refused(&approve(&world, &policy, OWNER, "seq-2").await), Refusal::Policy);
    done(approve(&world, &policy, OWNER, "seq-3").await);
    let stop = Ask::Stop { sequence: "seq-1".to_owned(), reason: "enough".to_owned() };
    done(ask(&world, &policy, OWNER, stop).await);
    world.pass(SignedDuration::from_hours(24 * 6));
    assert_eq!(refused(&approve(&world, &policy, OWNER, "seq-2").await), Refusal::Policy, "cool-down");
    world.pass(SignedDuration::from_hours(25));
    done(approve(&world, &policy, OWNER, "seq-2").await);
}

#[tokio::test]
async fn a_rejection_is_final() {
    let (world, policy) = (world(&[sequence(1, 1)]).await, policy());
    let content = world.get("seq-1").await.unwrap().unwrap().content();
    let reject = |reason: &str| Ask::Reject {
        sequence: "seq-1".to_owned(),
        content: content.clone(),
        reason: reason.to_owned(),
    };
    assert_eq!(done(ask(&world, &policy, OWNER, reject("too long")).await).0, SequenceStatus::Rejected);
    assert!(done(ask(&world, &policy, OWNER, reject("too long")).await).1);
    assert_eq!(refused(&approve(&world, &policy, OWNER, "seq-1").await), Refusal::Answered);
    assert_eq!(world.with(|memory| memory.events[0].name.clone()), "sequence.rejected");
}

#[tokio::test]
async fn an_opt_out_stops_what_waits_and_says_why_later() {
    let (world, policy) = (world(&[sequence(1, 1), sequence(2, 1)]).await, policy());
    let suppress = Ask::Suppress {
        kind: SuppressionKind::Address,
        value: "P1@Acme1.example".to_owned(),
        reason: "asked".to_owned(),
    };
    let reply = ask(&world, &policy, STRANGER, suppress).await;
    let Reply::Suppressed { new: true, stopped } = &reply else { panic!("{reply:?}") };
    assert_eq!(stopped, &["seq-1"]);
    let why = ask(&world, &policy, OWNER, Ask::Why { person: person(1) }).await;
    let Reply::Why { may: false, suppressions, trace } = &why else { panic!("{why:?}") };
    assert_eq!((suppressions.len(), trace[0].passes), (1, false));
    let why = ask(&world, &policy, OWNER, Ask::Why { person: person(2) }).await;
    assert!(matches!(why, Reply::Why { may: true, .. }), "{why:?}");
}
