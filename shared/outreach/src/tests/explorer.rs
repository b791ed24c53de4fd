//! Opt-outs, approvals and due times in thousands of interleavings: what was stored first wins.

#![expect(clippy::disallowed_macros, reason = "figures are for people who run this test to read them")]

use std::collections::BTreeMap;
use std::sync::Mutex;

use jiff::SignedDuration;

use revloops_domain::sequence_state::{KeptSequence, SequenceStatus, StepStatus};
use revloops_domain::suppression::{SuppressionKey, SuppressionKind, SuppressionSource};
use revloops_loopkit::ports::Sequences as _;
use revloops_testkit::TestWorld;

use super::given::*;
use super::scheduler::{Dice, Forgets, Process, Stored, Watched, interleave, let_pass};
use crate::answers::{Ask, Request};
use crate::clock::SequenceClock;
use crate::desk::Desk;
use crate::facts::Sources;
use crate::policy::Policy;

const RUNS: u64 = 10_000;
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// Steps of one rep a day.
const CAP: usize = 2;

/// What the runs saw, so that a test that no longer meets what it is about is noticed.
#[derive(Debug, Default)]
struct Seen {
    runs: u64,
    turns_after_opt_out: usize,
    landed: usize,
    withdrawn: usize,
    stopped_before_any: usize,
    deaths: usize,
    two_answers: usize,
}

/// One run: some rounds of processes at once, and time passes between them. A process lives shorter than its lease.
fn run(seed: u64, forgets: Forgets, policy: &Policy, seen: &mut Seen) -> Result<(), String> {
    let mut dice = Dice::new(seed);
    let drafts = [sequence(1, 1), sequence(2, 2), sequence(3, 3)];
    let world = at_once(world(&drafts));
    let lag = Mutex::new(Dice::new(seed.wrapping_add(RUNS)));
    let watched = Watched { world: &world, log: Mutex::default(), forgets, lag };
    let sources = Sources { sequences: &watched, suppressions: &watched, standings: &watched };
    let contents: Vec<String> =
        drafts.iter().map(|draft| at_once(world.get(&draft.id)).unwrap().unwrap().content()).collect();
    let opts_out_in = dice.roll(5);
    let kinds = [
        (SuppressionKind::Person, person(1).to_string()),
        (SuppressionKind::Address, "p1@acme1.example".to_owned()),
        (SuppressionKind::Domain, "acme1.example".to_owned()),
        (SuppressionKind::Account, drafts[0].recipient.account_id.as_ref().unwrap().to_string()),
    ];
    let (kind, value) = &kinds[dice.roll(kinds.len())];
    let key = SuppressionKey::of(*kind, value).unwrap();
    let mut opted_out = false;
    for round in 0..9 {
        let now = world.with(|memory| memory.now);
        let desk = Desk { policy, sources, directory: &world, bus: &watched, at: now };
        let clock = SequenceClock { policy, sources, writer: &watched, bus: &watched, clock: &world, lease: LEASE };
        let mut processes: Vec<Process<'_>> = Vec::new();
        for _ in 0..2 {
            processes.push(Box::pin(async move {
                let _ = clock.tick(10).await;
            }));
        }
        if round <= 1 {
            for (caller, nth) in [(OWNER, 0), (DELEGATE, 0), (OWNER, 1), (OWNER, 2)] {
                let approve = Ask::Approve { sequence: drafts[nth].id.clone(), content: contents[nth].clone() };
                let request = Request { caller: caller.to_owned(), ask: approve };
                processes.push(Box::pin(async move {
                    let _ = desk.answer(&request).await;
                }));
            }
        }
        if round == opts_out_in {
            opted_out = true;
            let later = dice.roll(60);
            processes.push(Box::pin(async move {
                let_pass(later).await;
                let source = SuppressionSource::Person;
                let _ = desk.suppress(*kind, value, "asked us to stop", OWNER, source).await;
            }));
        }
        // The opt-out itself may die after it is stored: then nothing is stopped but by the clock.
        seen.deaths += interleave(processes, &mut dice, 150);
        let hours = [0, 0, 5, 24, 49][dice.roll(5)];
        world.pass(LEASE + SignedDuration::from_hours(hours));
        // Half of the rounds begin when something is due: then an opt-out comes in the middle of a landing.
        if dice.roll(2) == 0 {
            go_to_next(&world);
        }
    }
    // At last, without deaths, from each due time to the next until nothing is due any more.
    for _ in 0..120 {
        if !go_to_next(&world) {
            break;
        }
        let clock = SequenceClock { policy, sources, writer: &watched, bus: &watched, clock: &world, lease: LEASE };
        let tick: Process<'_> = Box::pin(async move {
            let _ = clock.tick(10).await;
        });
        interleave(vec![tick], &mut dice, 0);
    }
    let log = watched.log.into_inner().unwrap();
    seen.runs += 1;
    let stored = opted_out && log.contains(&Stored::OptOut(key.clone()));
    check_order(&log, stored.then_some(&key), seen)?;
    check_world(&world, &log, stored, seen)
}

/// Lets time pass until something is due; whether anything ever is.
fn go_to_next(world: &TestWorld) -> bool {
    world.with(|memory| {
        let next = memory.sequences.kept.values().filter_map(|kept| kept.state.next_at).min();
        memory.now = memory.now.max(next.unwrap_or(memory.now));
        next.is_some()
    })
}

/// What was stored first wins.
fn check_order(log: &[Stored], key: Option<&SuppressionKey>, seen: &mut Seen) -> Result<(), String> {
    let mut opted_out = false;
    let mut made: BTreeMap<&str, usize> = BTreeMap::new();
    let mut approvals: BTreeMap<&str, usize> = BTreeMap::new();
    for stored in log {
        match stored {
            Stored::OptOut(stored) => opted_out |= Some(stored) == key,
            Stored::Claimed(id, step) if opted_out && id == "seq-1" => {
                return Err(format!("step {step} passed after the opt-out was stored"));
            }
            Stored::Claimed(..) => {}
            Stored::Task(task) => {
                *made.entry(task).or_default() += 1;
                if opted_out && task.starts_with("seq-1/") {
                    seen.turns_after_opt_out += 1;
                }
            }
            Stored::Approved(id) if opted_out && id == "seq-1" => {
                return Err("approved after the opt-out was stored".to_owned());
            }
            Stored::Approved(id) => *approvals.entry(id).or_default() += 1,
        }
    }
    seen.landed += made.len();
    if let Some((task, times)) = made.iter().find(|(_, times)| **times > 1) {
        return Err(format!("task {task} was made {times} times"));
    }
    if let Some((id, times)) = approvals.iter().find(|(_, times)| **times > 1) {
        return Err(format!("{id} was answered {times} times"));
    }
    seen.two_answers += approvals.len();
    Ok(())
}

/// What is left at the end.
fn check_world(world: &TestWorld, log: &[Stored], opted_out: bool, seen: &mut Seen) -> Result<(), String> {
    world.with(|memory| {
        for (name, counted) in &memory.sequences.counts {
            if name.contains("/005") && *counted as usize > CAP {
                return Err(format!("{counted} landings counted for {name}"));
            }
        }
        // Landings by the day on which they were let pass are what is counted; nothing lands uncounted.
        let counted: u32 =
            memory.sequences.counts.iter().filter(|(name, _)| name.ends_with("/all")).map(|(_, n)| n).sum();
        let tasks = log.iter().filter(|stored| matches!(stored, Stored::Task(_))).count();
        if tasks > counted as usize {
            return Err(format!("{tasks} tasks, and {counted} counted"));
        }
        for (id, kept) in &memory.sequences.kept {
            check_end(id, kept)?;
            if opted_out && id == "seq-1" {
                let open = memory.records.iter().any(|((object, key), task)| {
                    object == "Task" && key.starts_with("seq-1/") && task["Status"] != "Deferred"
                });
                // Whoever stored the opt-out may have died before stopping; with no step left, nobody looks again.
                if open && kept.state.status != SequenceStatus::Completed {
                    return Err("a task is left to be sent after the opt-out".to_owned());
                }
                let none = kept.state.steps.iter().all(|step| step.landed_at.is_none());
                seen.stopped_before_any += usize::from(none);
            }
            seen.withdrawn += kept.state.steps.iter().filter(|step| step.status == StepStatus::Withdrawn).count();
        }
        Ok(())
    })
}

fn check_end(id: &str, kept: &KeptSequence) -> Result<(), String> {
    let state = &kept.state;
    if !state.owed.is_empty() {
        return Err(format!("{id} still owes {} events", state.owed.len()));
    }
    if let Some(step) = state.steps.iter().find(|step| step.status == StepStatus::Landing) {
        return Err(format!("{id}/{} is landing for ever", step.id));
    }
    if state.status == SequenceStatus::Approved {
        return Err(format!("{id} never came to its end: {:?}", state.steps));
    }
    Ok(())
}

/// Runs a future that never waits for anything.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return done;
        }
    }
}

fn capped() -> Policy {
    let delegates = format!("  delegates:\n    {OWNER}: [{DELEGATE}]");
    policy_with(&[("  delegates: {}", &delegates), ("per_rep_a_day: 40", &format!("per_rep_a_day: {CAP}"))]).unwrap()
}

#[test]
fn no_step_lands_after_an_opt_out_that_was_stored_first_in_ten_thousand_interleavings() {
    let (policy, mut seen) = (capped(), Seen::default());
    for seed in 0..RUNS {
        if let Err(why) = run(seed, Forgets::Nothing, &policy, &mut seen) {
            panic!("seed {seed}: {why}");
        }
    }
    println!("{seen:?}");
    assert_eq!(seen.runs, RUNS);
    for (what, count) in [
        ("steps that landed", seen.landed),
        ("tasks that were taken back", seen.withdrawn),
        ("sequences stopped before their first step", seen.stopped_before_any),
        ("landings that an opt-out overtook on their way", seen.turns_after_opt_out),
        ("deaths", seen.deaths),
    ] {
        assert!(count > 100, "only {count} {what}: the explorer does not meet what it is about");
    }
}

/// The transaction is what holds it: without any one of its conditions, the explorer finds a run that breaks the rule.
#[test]
fn a_weaker_transaction_is_noticed() {
    let policy = capped();
    for (forgets, expected) in [
        (Forgets::Suppressions, "after the opt-out was stored"),
        (Forgets::Caps, "landings counted for"),
        (Forgets::Version, ""),
    ] {
        let found = (0..RUNS).find_map(|seed| run(seed, forgets, &policy, &mut Seen::default()).err());
        let found = found.unwrap_or_else(|| panic!("{forgets:?}: nothing noticed in {RUNS} runs"));
        assert!(found.contains(expected), "{forgets:?}: {found}");
    }
}

#[test]
fn the_same_seed_is_the_same_run() {
    let policy = capped();
    let once = |seed| {
        let mut seen = Seen::default();
        run(seed, Forgets::Nothing, &policy, &mut seen).unwrap();
        format!("{seen:?}")
    };
    assert_eq!(once(7), once(7));
}
