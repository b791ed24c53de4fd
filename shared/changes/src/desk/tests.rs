//! A toy loop with real checks, and the whole way of a change.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use revloops_config::{Problems, Sources};
use revloops_identity::Role;
use revloops_loopkit::change::{Candidate, check_sources};
use revloops_loopkit::ports::Documents as _;
use revloops_testkit::{ConfigInMemory, DocumentsInMemory};

use super::*;
use crate::Actor;
use crate::folder::Promoted;
use crate::moves::{How, MoveState, Wanted};
use crate::operation::Operation;
use crate::ports::Simulator;
use crate::proposal::Simulation;
use crate::rollout::{Guard, Observation, Spec, Verdict};
use revloops_config::store::pointer_key;
use revloops_config::{Arm, RolloutMode};
use toy::Toy;

mod interleaved;
mod toy;

const TEXT: &str = "# What we ask for.\nmin: 40 # agreed in May\nmax: 90\n";
const CASES: &str = "cases:\n  - {name: it is below the most, case: {below: 100}}\n";

struct ToyChecks;

impl Checks for ToyChecks {
    fn loops(&self) -> Vec<&'static str> {
        vec!["toy"]
    }

    fn files(&self, loop_name: &str) -> Vec<&'static str> {
        if loop_name == "toy" { vec!["levers.yaml", "cases.yaml"] } else { Vec::new() }
    }

    fn check(&self, loop_name: &str, sources: &Sources, problems: Problems) -> Option<Result<Candidate, Problems>> {
        (loop_name == "toy").then(|| check_sources::<Toy>(sources, problems))
    }
}

struct World {
    store: Arc<ConfigInMemory>,
    documents: Arc<DocumentsInMemory>,
    desk: ChangeDesk,
}

/// Runs what never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("a world in memory does not wait"),
    }
}

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + 60 * minute).unwrap()
}

fn lead() -> Actor {
    Actor::person("ops.lead@northfield.example", Role::Operations)
}

fn admin() -> Actor {
    Actor::person("Admin@northfield.example", Role::Administrator)
}

fn candidate(text: &str) -> Candidate {
    let mut problems = Problems::new();
    let files = [("levers.yaml", text), ("cases.yaml", CASES)];
    let sources = files.map(|(name, text)| {
        let document = revloops_config::Document::parse_yaml(&format!("loops/toy/{name}"), text, &mut problems);
        (name.to_owned(), document.unwrap())
    });
    check_sources::<Toy>(&sources.into_iter().collect(), problems).unwrap()
}

fn policy(two_people: bool) -> Policy {
    let mut policy = Policy::strictest(&["toy"]);
    policy.most_records_alone = Some(10);
    if !two_people {
        policy.two_people.clear();
    }
    policy
}

fn world(two_people: bool) -> World {
    let (store, documents) = (Arc::new(ConfigInMemory::default()), Arc::new(DocumentsInMemory::default()));
    let desk = ChangeDesk { store: store.clone(), documents: documents.clone(), checks: Arc::new(ToyChecks) };
    let promoted = now(desk.promote(&candidate(TEXT), None, None, "git", at(0))).unwrap();
    assert!(matches!(promoted, Promoted::Moved(_)));
    let document =
        revloops_config::Document::received("changes.yaml", serde_json::to_value(policy(two_people)).unwrap());
    now(desk.promote_policy(&Policy::bundle(document), "git", at(0))).unwrap();
    World { store, documents, desk }
}

fn set(key: &str, value: u32) -> Proposed {
    let path = key.parse().unwrap();
    let operation =
        Operation::SetLever { loop_name: "toy".into(), file: "levers.yaml".into(), path, value: value.into() };
    Proposed { operations: vec![operation], why: "too many leads".to_owned() }
}

fn active_text(world: &World) -> String {
    now(world.desk.active("toy", at(999))).unwrap().bundle.text("levers.yaml").unwrap().into_owned()
}

#[test]
fn a_change_goes_from_words_to_live_and_back_and_keeps_its_comments() {
    let world = world(true);
    let proposal = now(world.desk.propose(set("min", 50), &lead(), at(1))).unwrap();
    assert_eq!(
        proposal.diff,
        "--- a/loops/toy/levers.yaml\n+++ b/loops/toy/levers.yaml\n@@ -1,3 +1,3 @@\n # What we ask for.\n\
         -min: 40 # agreed in May\n+min: 50 # agreed in May\n max: 90\n"
    );
    assert_eq!((proposal.cases, proposal.state), (1, ProposalState::Open));
    assert_eq!(active_text(&world), TEXT, "a proposal changes nothing");
    let hash = proposal.candidate.sha256.clone();
    let refused = now(world.desk.apply(&proposal.id, &lead(), at(2))).unwrap_err().to_string();
    assert!(refused.contains("somebody else's approval"), "{refused}");
    let approved = now(world.desk.approve(&proposal.id, &hash, &admin(), at(3))).unwrap();
    assert_eq!(approved.state, ProposalState::Approved);
    let applied = now(world.desk.apply(&proposal.id, &lead(), at(4))).unwrap();
    assert_eq!(applied.state, ProposalState::Applied);
    assert_eq!(active_text(&world), TEXT.replace("40", "50"));
    let history = now(world.desk.history("toy", at(5))).unwrap();
    assert_eq!(
        (history[0].how, history[0].by.as_str(), history[0].why.as_str()),
        (How::Applied, "ops.lead@northfield.example", "too many leads")
    );
    assert_eq!(history[0].to.sha256, hash, "what was approved is what is active");
    assert!(history[0].diff.contains("+min: 50"));

    let active = applied.stored.unwrap().sha256;
    let back = now(world.desk.roll_back("toy", &active[..12], &lead(), "leads dried up", at(6))).unwrap();
    assert_eq!(active_text(&world), TEXT);
    assert!(back.diff.contains("+min: 40"));
    assert_eq!(now(world.desk.show(&proposal.id, at(7))).unwrap().state, ProposalState::RolledBack);
    let again = now(world.desk.roll_back("toy", &active[..12], &lead(), "leads dried up", at(8))).unwrap();
    assert_eq!(again, back, "asked for twice, it is done once");
    assert_eq!(now(world.desk.history("toy", at(9))).unwrap().len(), 3);
}

#[test]
fn whoever_proposes_is_not_the_second_person() {
    let world = world(true);
    let proposal = now(world.desk.propose(set("min", 50), &lead(), at(1))).unwrap();
    let same = Actor::person("OPS.Lead@northfield.example", Role::Administrator);
    let refused =
        now(world.desk.approve(&proposal.id, &proposal.candidate.sha256, &same, at(2))).unwrap_err().to_string();
    assert!(refused.contains("it takes somebody else's approval"), "{refused}");
    assert!(now(world.desk.apply(&proposal.id, &same, at(3))).is_err());
    assert_eq!(active_text(&world), TEXT);
}

#[test]
fn a_file_from_nobody_known_takes_two_people() {
    let world = world(true);
    let files = BTreeMap::from([("levers.yaml".to_owned(), TEXT.replace("40", "50"))]);
    let proposed = ProposedFiles { loop_name: "toy".into(), files, why: "from the bucket".into(), base: None };
    let proposal = now(world.desk.propose_files(proposed, &Actor::machine("bucket:AROA"), at(1))).unwrap();
    let hash = &proposal.candidate.sha256;
    assert_eq!(now(world.desk.approve(&proposal.id, hash, &lead(), at(2))).unwrap().state, ProposalState::Open);
    assert_eq!(
        now(world.desk.approve(&proposal.id, hash, &lead(), at(3))).unwrap().state,
        ProposalState::Open,
        "the same person twice"
    );
    assert_eq!(now(world.desk.approve(&proposal.id, hash, &admin(), at(4))).unwrap().state, ProposalState::Approved);
}

#[test]
fn approval_is_bound_to_the_hash_to_a_role_and_to_a_person() {
    let world = world(false);
    let proposal = now(world.desk.propose(set("min", 50), &lead(), at(1))).unwrap();
    let hash = proposal.candidate.sha256.clone();
    let said =
        |given: &str, by: &Actor| now(world.desk.approve(&proposal.id, given, by, at(2))).unwrap_err().to_string();
    assert!(said("0123456789abcdef", &lead()).contains("look at it again"));
    assert!(said("", &lead()).contains("look at it again"), "nothing is the beginning of everything");
    assert!(
        said(&hash, &Actor::person("kim", Role::Manager))
            .contains("is manager and may not approve changes of config: that takes operations")
    );
    assert!(said(&hash, &Actor::machine("schedule")).contains("only people approve"));
    assert!(now(world.desk.propose(set("min", 60), &Actor::person("rep", Role::Rep), at(2))).is_err());
    assert_eq!(
        now(world.desk.approve(&proposal.id, &hash[..12], &lead(), at(3))).unwrap().state,
        ProposalState::Approved
    );
}

#[test]
fn what_does_not_pass_its_check_or_a_case_is_not_kept_and_all_of_it_is_told() {
    let world = world(false);
    let before = world.store.keys();
    let mut proposed = set("min", 500);
    proposed.operations.extend(set("max", 400).operations);
    let said = now(world.desk.propose(proposed, &lead(), at(1))).unwrap_err().to_string();
    assert!(
        said.contains("levers.yaml:2:1 min: 500 is too large")
            && said.contains("levers.yaml:3:1 max: 400 is too large"),
        "{said}"
    );
    let said = now(world.desk.propose(set("min", 95), &lead(), at(1))).unwrap_err().to_string();
    assert!(said.contains("min is above max"), "{said}");
    let said = now(world.desk.propose(set("mni", 5), &lead(), at(1))).unwrap_err().to_string();
    assert!(said.contains("unknown key `mni`; did you mean `min`?"), "{said}");
    let files = BTreeMap::from([("cases.yaml".to_owned(), CASES.replace("100", "30"))]);
    let proposed = ProposedFiles { loop_name: "toy".into(), files, why: "a case".into(), base: None };
    let said = now(world.desk.propose_files(proposed, &lead(), at(1))).unwrap_err().to_string();
    assert!(said.contains("case `it is below the most` fails"), "{said}");
    assert!(now(world.desk.list(at(2))).unwrap().is_empty());
    assert_eq!(world.store.keys(), before);
}

#[test]
fn of_two_operators_one_wins_and_the_other_is_told_by_whom() {
    let world = world(false);
    let (one, other) = (lead(), admin());
    let first = now(world.desk.propose(set("min", 50), &one, at(1))).unwrap();
    let second = now(world.desk.propose(set("max", 80), &other, at(1))).unwrap();
    for (proposal, by) in [(&first, &one), (&second, &other)] {
        now(world.desk.approve(&proposal.id, &proposal.candidate.sha256, by, at(2))).unwrap();
    }
    now(world.desk.apply(&second.id, &other, at(3))).unwrap();
    let told = now(world.desk.apply(&first.id, &one, at(4))).unwrap_err();
    assert!(matches!(&told, ChangeError::Overtaken { by: Some(by), .. } if by.by == other.username), "{told}");
    assert!(told.to_string().starts_with("Admin@northfield.example has changed toy in between"), "{told}");
    assert_eq!(active_text(&world), TEXT.replace("90", "80"));
    let stale = now(world.desk.show(&first.id, at(5))).unwrap();
    assert_eq!(stale.state, ProposalState::Stale);
    let again = now(world.desk.propose(set("min", 50), &one, at(6))).unwrap();
    assert_ne!(again.id, first.id, "what is still right is proposed anew, on the other's change");
    assert!(again.diff.contains(" max: 80"));
}

#[test]
fn proposing_approving_and_applying_twice_is_once() {
    let world = world(false);
    let first = now(world.desk.propose(set("min", 50), &lead(), at(1))).unwrap();
    assert_eq!(now(world.desk.propose(set("min", 50), &lead(), at(2))).unwrap(), first);
    for minute in 3..5 {
        now(world.desk.approve(&first.id, &first.candidate.sha256, &lead(), at(minute))).unwrap();
    }
    let applied = now(world.desk.apply(&first.id, &lead(), at(5))).unwrap();
    assert_eq!(now(world.desk.apply(&first.id, &admin(), at(6))).unwrap(), applied);
    assert_eq!(applied.approvals.len(), 1);
    assert_eq!(now(world.desk.history("toy", at(7))).unwrap().len(), 2);
    assert_eq!(world.store.versions("loops/toy/bundle.json"), 2);
}

#[test]
fn applying_is_carried_on_wherever_it_died() {
    for writes in 0..3 {
        let world = world(false);
        let proposal = now(world.desk.propose(set("min", 50), &lead(), at(1))).unwrap();
        now(world.desk.approve(&proposal.id, &proposal.candidate.sha256, &lead(), at(2))).unwrap();
        world.store.die_after(Some(writes));
        let died = now(world.desk.apply(&proposal.id, &lead(), at(3)));
        assert_eq!(died.is_err(), writes < 2, "{writes}: {died:?}");
        world.store.die_after(None);
        let applied = now(world.desk.apply(&proposal.id, &lead(), at(4))).unwrap();
        assert_eq!(applied.state, ProposalState::Applied);
        assert_eq!(active_text(&world), TEXT.replace("40", "50"));
        let history = now(world.desk.history("toy", at(5))).unwrap();
        assert_eq!(history.len(), 2, "{writes}");
        assert!(history.iter().all(|one| one.state == MoveState::Done), "{writes}");
        let pointer = now(world.desk.active("toy", at(6))).unwrap().read.pointer;
        assert!(now(world.desk.moves().accounts_for("toy", &pointer, at(6))).unwrap());
    }
}

#[test]
fn a_move_that_died_is_finished_by_the_next_who_comes() {
    let world = world(false);
    let read = now(world.desk.active("toy", at(1))).unwrap().read;
    let to = now(world.desk.moves().keep(candidate(&TEXT.replace("40", "45")).bundle(), "first", at(1))).unwrap();
    let wanted = Wanted {
        to,
        rollout: None,
        how: How::Promoted,
        proposal: None,
        by: "first".into(),
        why: "w".into(),
        diff: String::new(),
    };
    // The record is there, and whoever wrote it died before the pointer moved.
    let value = serde_json::to_value(Move {
        loop_name: "toy".into(),
        number: 2,
        from: Some(read.pointer.active.clone()),
        from_change: read.pointer.change.clone(),
        before: Some(read.pointer.active.clone()),
        to: wanted.to.clone(),
        rollout: None,
        how: How::Promoted,
        proposal: None,
        by: "first".into(),
        why: "w".into(),
        at: at(1),
        diff: String::new(),
        state: MoveState::Intended,
        outcomes: None,
    });
    now(world.documents.create("config_move.toy", "00000002", &value.unwrap(), None)).unwrap();
    let told =
        now(world.desk.moves().make("toy", Some(&read), &Wanted { by: "second".into(), ..wanted }, at(2))).unwrap_err();
    assert!(matches!(&told, ChangeError::Overtaken { by: Some(by), .. } if by.by == "first"), "{told}");
    assert_eq!(active_text(&world), TEXT.replace("40", "45"));
}

struct Changes(u64);

#[async_trait::async_trait]
impl Simulator for Changes {
    async fn simulate(&self, active: &Bundle, candidate: &Bundle) -> Outcome<Simulation> {
        assert_ne!(active.content_sha256(), candidate.content_sha256());
        Ok(Simulation {
            summary: vec![format!("{} of 100 leads", self.0)],
            looked_at: 100,
            changed: self.0,
            sha256: "s".into(),
        })
    }
}

#[test]
fn a_simulation_above_the_cap_asks_for_a_second_person() {
    let world = world(false);
    let small = now(world.desk.propose(set("min", 41), &lead(), at(1))).unwrap();
    let small = now(world.desk.simulate(&small.id, &Changes(10), at(2))).unwrap();
    assert!(small.needs_two.is_empty());
    let large = now(world.desk.propose(set("min", 50), &lead(), at(1))).unwrap();
    now(world.desk.approve(&large.id, &large.candidate.sha256, &lead(), at(2))).unwrap();
    let large = now(world.desk.simulate(&large.id, &Changes(11), at(3))).unwrap();
    assert_eq!(large.needs_two, ["11 records would have come out differently, and one person may change 10 alone"]);
    assert_eq!(large.state, ProposalState::Open, "one approval is not enough any more");
    assert!(now(world.desk.apply(&large.id, &lead(), at(4))).is_err());
}

#[test]
fn without_a_policy_everything_takes_two_people() {
    let world = world(false);
    world.store.put_by_hand(&pointer_key("changes"), b"{\"active\":{\"key\":\"changes\",\"version_id\":\"9\",\"sha256\":\"x\"},\"moved_by\":\"x\",\"moved_at\":\"x\"}");
    assert!(now(world.desk.propose(set("min", 50), &lead(), at(1))).is_err(), "a policy that is gone is no policy");
    let strictest = Policy::strictest(&["toy"]);
    assert_eq!(strictest.needs_two("toy", &["levers.yaml".into()], None).len(), 1);
}

#[test]
fn a_folder_that_lacks_what_the_system_changed_is_refused_unless_it_was_pulled() {
    let world = world(false);
    let other = candidate(&TEXT.replace("90", "91"));
    assert!(
        matches!(now(world.desk.promote(&other, None, None, "git", at(1))).unwrap(), Promoted::Moved(_)),
        "Git after Git"
    );
    let proposal = now(world.desk.propose(set("min", 50), &lead(), at(2))).unwrap();
    now(world.desk.approve(&proposal.id, &proposal.candidate.sha256, &lead(), at(3))).unwrap();
    let applied = now(world.desk.apply(&proposal.id, &lead(), at(4))).unwrap().stored.unwrap();
    let behind = candidate(&TEXT.replace("90", "92"));
    let Promoted::Behind(by) = now(world.desk.promote(&behind, None, None, "git", at(5))).unwrap() else {
        panic!("promoted")
    };
    assert_eq!((by.by.as_str(), by.at), ("ops.lead@northfield.example", at(4)));
    assert!(now(world.desk.promote(&behind, None, Some("00000000"), "git", at(6))).is_err(), "over another version");
    assert!(matches!(
        now(world.desk.promote(&behind, Some(&applied.sha256), None, "git", at(7))).unwrap(),
        Promoted::Moved(_)
    ));
    assert_eq!(now(world.desk.history("toy", at(8))).unwrap()[0].how, How::Promoted);
}

#[test]
fn only_whoever_proposed_withdraws_and_what_has_ended_does_not_go_on() {
    let world = world(false);
    let proposal = now(world.desk.propose(set("min", 50), &lead(), at(1))).unwrap();
    assert!(now(world.desk.withdraw(&proposal.id, &admin(), "no", at(2))).is_err());
    assert_eq!(now(world.desk.withdraw(&proposal.id, &lead(), "no", at(2))).unwrap().state, ProposalState::Withdrawn);
    let said =
        now(world.desk.approve(&proposal.id, &proposal.candidate.sha256, &lead(), at(3))).unwrap_err().to_string();
    assert!(said.contains("is withdrawn") && said.contains("ops.lead@northfield.example"), "{said}");
    let other = now(world.desk.propose(set("min", 50), &lead(), at(4))).unwrap();
    assert_eq!(
        now(world.desk.reject(&other.id, &admin(), "too strict", at(5))).unwrap().ended.unwrap().why,
        "too strict"
    );
    assert!(now(world.desk.apply(&other.id, &lead(), at(6))).is_err());
}

fn trial(mode: RolloutMode) -> Spec {
    let guards = vec![Guard { metric: "reassigned".into(), least_worse_points: 5, usual_percent: Some(10) }];
    Spec { mode, share_basis_points: 2_000, guards, least_sample: 20, most_sample: 500, false_alarm_basis_points: 500 }
}

#[test]
#[expect(clippy::disallowed_macros, reason = "a figure that whoever runs the test wants to see")]
fn a_canary_that_makes_things_worse_is_returned_by_itself() {
    let world = world(false);
    let proposal = now(world.desk.propose(set("min", 50), &lead(), at(1))).unwrap();
    assert!(
        now(world.desk.begin_trial(&proposal.id, trial(RolloutMode::Canary), &lead(), at(2))).is_err(),
        "not approved yet"
    );
    now(world.desk.approve(&proposal.id, &proposal.candidate.sha256, &lead(), at(2))).unwrap();
    let begun = now(world.desk.begin_trial(&proposal.id, trial(RolloutMode::Canary), &lead(), at(3))).unwrap();
    let again = now(world.desk.begin_trial(&proposal.id, trial(RolloutMode::Canary), &lead(), at(4))).unwrap();
    assert_eq!(again, begun);
    let rollout = now(world.desk.active("toy", at(4))).unwrap().read.pointer.rollout.unwrap();
    assert_eq!((rollout.candidate.sha256, rollout.id.clone()), (proposal.candidate.sha256.clone(), begun.id.clone()));
    assert_eq!(active_text(&world), TEXT, "the active version stays");

    let mut observed = Vec::new();
    let mut leads = 0;
    let verdict = loop {
        let subject = format!("lead/00Q{leads:012}AAA");
        let rollout = revloops_config::Rollout { candidate: begun_stamp(), ..rollout_of(&begun) };
        let arm = rollout.acts(&subject);
        let bad = if arm == Arm::Candidate { leads % 2 == 0 } else { leads % 10 == 0 };
        observed.push(Observation { subject, arm, metric: "reassigned".into(), bad });
        leads += 1;
        match now(world.desk.look_at_trial("toy", &observed, at(5))).unwrap().unwrap() {
            Verdict::GoesOn { .. } => assert!(leads < 2_000, "never returned"),
            verdict @ (Verdict::Regressed { .. } | Verdict::Passed { .. }) => break verdict,
        }
    };
    let Verdict::Regressed { guard } = verdict else { panic!("{verdict:?}") };
    println!(
        "a planted regression (10 % → 50 %) was returned after {} leads of the new version, {leads} in all",
        guard.tried.seen
    );
    let pointer = now(world.desk.active("toy", at(6))).unwrap().read.pointer;
    assert_eq!((pointer.rollout, active_text(&world).as_str()), (None, TEXT));
    let history = now(world.desk.history("toy", at(7))).unwrap();
    assert_eq!((history[0].how, history[0].by.as_str()), (How::Returned, "the trial's guard"));
    assert!(now(world.desk.look_at_trial("toy", &observed, at(8))).unwrap().is_none(), "nothing is under way");
}

fn begun_stamp() -> ConfigStamp {
    ConfigStamp { key: "k".into(), version_id: "v".into(), sha256: "s".into() }
}

fn rollout_of(trial: &crate::trial::Trial) -> revloops_config::Rollout {
    let (mode, share_basis_points) = (trial.spec.mode, trial.spec.share_basis_points);
    revloops_config::Rollout { id: trial.id.clone(), candidate: begun_stamp(), mode, share_basis_points }
}

#[test]
fn a_canary_that_passed_is_applied_and_ends_and_rollback_goes_to_the_version_before() {
    let world = world(false);
    let proposal = now(world.desk.propose(set("min", 50), &lead(), at(1))).unwrap();
    now(world.desk.approve(&proposal.id, &proposal.candidate.sha256, &lead(), at(2))).unwrap();
    now(world.desk.begin_trial(&proposal.id, trial(RolloutMode::Canary), &lead(), at(3))).unwrap();
    let applied = now(world.desk.apply(&proposal.id, &lead(), at(4))).unwrap();
    let pointer = now(world.desk.active("toy", at(5))).unwrap().read.pointer;
    assert_eq!((pointer.rollout, &pointer.active), (None, applied.stored.as_ref().unwrap()));
    now(world.desk.roll_back("toy", &pointer.active.sha256, &lead(), "w", at(6))).unwrap();
    assert_eq!(active_text(&world), TEXT);
}

#[test]
fn a_shadow_needs_no_approval_for_it_never_acts() {
    let world = world(true);
    let proposal = now(world.desk.propose(set("min", 50), &lead(), at(1))).unwrap();
    let begun = now(world.desk.begin_trial(&proposal.id, trial(RolloutMode::Shadow), &lead(), at(2))).unwrap();
    let rollout = now(world.desk.active("toy", at(3))).unwrap().read.pointer.rollout.unwrap();
    assert!((0..1_000).all(|lead| rollout.acts(&format!("lead/{lead}")) == Arm::Active));
    now(world.desk.end_trial("toy", &lead(), "seen enough", at(4))).unwrap().unwrap();
    assert!(now(world.desk.under_way("toy", at(5))).unwrap().is_none());
    assert_eq!(now(world.desk.trial(&begun.id, at(5))).unwrap().unwrap(), begun);
}
