//! What the tests begin with.

use jiff::Timestamp;

use revloops_config::{Document, Problems};
use revloops_domain::sequence::{DraftedSequence, Line, Recipient, SequenceStep};
use revloops_domain::{AccountId, ConfigStamp, CorrelationId, OwnerId, RunId, SalesforceId, UserId};
use revloops_loopkit::ports::{CrmUser, Relation, Sequences as _};
use revloops_testkit::{TestWorld, config_root};

use crate::answers::{Ask, Reply, Request};
use crate::desk::Desk;
use crate::facts::Sources;
use crate::policy::Policy;

/// A Tuesday morning in Berlin.
pub(super) const MORNING: &str = "2026-06-02T08:00:00Z";
pub(super) const OWNER: &str = "dana@northfield.example";
pub(super) const STRANGER: &str = "eve@northfield.example";
pub(super) const DELEGATE: &str = "ben@northfield.example";

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The shipped policy, with other words in places.
pub(super) fn policy_with(changes: &[(&str, &str)]) -> Result<Policy, Problems> {
    let mut text = std::fs::read_to_string(config_root().join("loops/engage/policy.yaml")).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "policy.yaml has no `{from}`");
        text = text.replacen(from, to, 1);
    }
    let mut problems = Problems::new();
    let document = Document::parse_yaml("policy.yaml", &text, &mut problems);
    let policy = document.and_then(|document| Policy::read(&document, &mut problems));
    problems.into_result(policy)
}

pub(super) fn policy() -> Policy {
    policy_with(&[("  delegates: {}", &format!("  delegates:\n    {OWNER}: [{DELEGATE}]"))]).unwrap()
}

pub(super) fn person(nth: u32) -> SalesforceId {
    SalesforceId::parse(&format!("00Q{nth:012}")).unwrap()
}

pub(super) fn user(nth: u32, login: &str) -> CrmUser {
    let id = UserId::parse(&format!("005{nth:012}")).unwrap();
    CrmUser { id, login: login.to_owned(), name: "Somebody".to_owned(), active: true }
}

fn account(nth: u32) -> AccountId {
    AccountId::parse(&format!("001{nth:012}")).unwrap()
}

pub(super) fn sequence(nth: u32, of_account: u32) -> DraftedSequence {
    let mail = |id: &str, day: u16| SequenceStep {
        id: id.to_owned(),
        day,
        channel: "email".to_owned(),
        subject: format!("A thought, {id}"),
        lines: vec![
            Line { text: "Hello,".to_owned(), cites: Vec::new() },
            Line { text: "Shall we talk?".to_owned(), cites: Vec::new() },
        ],
        disclosure: (day == 0).then(|| "We know you from what you told us.".to_owned()),
    };
    DraftedSequence {
        id: format!("seq-{nth}"),
        run_id: RunId(format!("run-{nth}")),
        correlation_id: CorrelationId(format!("chain-{nth}")),
        config: ConfigStamp { key: "k".to_owned(), version_id: "v".to_owned(), sha256: "s".to_owned() },
        template: "standard".to_owned(),
        prompt_version: "v1".to_owned(),
        recipient: Recipient {
            person_id: person(nth),
            account_id: Some(account(of_account)),
            email: Some(format!("p{nth}@acme{of_account}.example")),
            domain: Some(format!("acme{of_account}.example")),
            country_code: Some("DE".to_owned()),
            state_code: None,
        },
        owner_id: Some(OwnerId::from(user(1, OWNER).id)),
        brief: Vec::new(),
        steps: vec![mail("introduce", 0), mail("follow_up", 2), mail("close", 5)],
        signal: None,
        drafted_at: at(MORNING),
    }
}

pub(super) fn standing(drafted: &DraftedSequence) -> Relation {
    Relation {
        owner_id: user(1, OWNER).id.into(),
        owner_login: OWNER.to_owned(),
        email: drafted.recipient.email.clone(),
        opted_out: false,
        converted: false,
        open_opportunity: None,
        answered_at: None,
    }
}

/// A world with these sequences drafted.
pub(super) async fn world(drafted: &[DraftedSequence]) -> TestWorld {
    let world = TestWorld::new(at(MORNING));
    world.with(|memory| {
        memory.users = vec![user(1, OWNER), user(2, STRANGER), user(3, DELEGATE)];
        for one in drafted {
            memory.standings.insert(one.recipient.person_id.to_string(), standing(one));
        }
    });
    for one in drafted {
        assert!(world.keep(one).await.unwrap());
    }
    world
}

pub(super) fn sources(world: &TestWorld) -> Sources<'_> {
    Sources { sequences: world, suppressions: world, standings: world }
}

/// Asks the desk as `caller`.
pub(super) async fn ask(world: &TestWorld, policy: &Policy, caller: &str, ask: Ask) -> Reply {
    let at = world.with(|memory| memory.now);
    let desk = Desk { policy, sources: sources(world), directory: world, bus: world, at };
    desk.answer(&Request { caller: caller.to_owned(), ask }).await.unwrap()
}

pub(super) async fn approve(world: &TestWorld, policy: &Policy, caller: &str, id: &str) -> Reply {
    let content = world.get(id).await.unwrap().unwrap().content();
    ask(world, policy, caller, Ask::Approve { sequence: id.to_owned(), content }).await
}
