//! A scheduler of interleavings: many processes over one world, each of which stands still at each call of a port. A seed
//! says whose turn it is and who dies where; the same seed is the same run.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Map, Value};

use revloops_domain::sequence::DraftedSequence;
use revloops_domain::sequence_state::{KeptSequence, StepStatus};
use revloops_domain::suppression::{Suppression, SuppressionKey};
use revloops_domain::{AccountId, SalesforceId};
use revloops_loopkit::Outcome;
use revloops_loopkit::ports::{
    Bus, BusEvent, Changed, CrmWriter, OurTask, Place, Relation, Relations, SequenceChange, Sequences, Suppressions,
};
use revloops_testkit::TestWorld;

/// Small numbers from a seed.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d)
    }

    /// One of `0..sides`.
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap() % sides
    }
}

/// A process: it does something, and stands still at each call.
pub(super) type Process<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Runs all of them to their ends or deaths; one in `deadly` turns is a process's last. Returns how many died.
pub(super) fn interleave(mut processes: Vec<Process<'_>>, dice: &mut Dice, deadly: usize) -> usize {
    let mut context = Context::from_waker(Waker::noop());
    let mut deaths = 0;
    while !processes.is_empty() {
        let turn = dice.roll(processes.len());
        if deadly > 0 && dice.roll(deadly) == 0 {
            drop(processes.swap_remove(turn));
            deaths += 1;
            continue;
        }
        if processes[turn].as_mut().poll(&mut context) == Poll::Ready(()) {
            drop(processes.swap_remove(turn));
        }
    }
    deaths
}

/// Stands still once.
struct StandStill(bool);

/// Lets others go first, so many times.
pub(super) async fn let_pass(turns: usize) {
    for _ in 0..turns {
        StandStill(false).await;
    }
}

impl Future for StandStill {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// What happened, in the order in which it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stored {
    /// Somebody is on the list.
    OptOut(SuppressionKey),
    /// A step passed the policy, or its landing was taken over: sequence and step.
    Claimed(String, String),
    /// A task was made.
    Task(String),
    /// The sequence was approved.
    Approved(String),
}

/// The world in memory with a stop before and after each call, and a log of what was stored.
pub(super) struct Watched<'a> {
    pub(super) world: &'a TestWorld,
    pub(super) log: Mutex<Vec<Stored>>,
    /// What the transaction is made to forget, to see whether the explorer notices.
    pub(super) forgets: Forgets,
    /// What the index of due sequences leaves out for a while.
    pub(super) lag: Mutex<Dice>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Forgets {
    Nothing,
    Suppressions,
    Caps,
    Version,
}

impl Watched<'_> {
    fn note(&self, stored: Stored) {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).push(stored);
    }

    async fn call<T>(&self, call: impl Future<Output = T>) -> T {
        StandStill(false).await;
        let answer = call.await;
        StandStill(false).await;
        answer
    }
}

#[async_trait]
impl Sequences for Watched<'_> {
    async fn keep(&self, drafted: &DraftedSequence) -> Outcome<bool> {
        self.call(self.world.keep(drafted)).await
    }

    async fn get(&self, id: &str) -> Outcome<Option<KeptSequence>> {
        self.call(self.world.get(id)).await
    }

    async fn about(&self, key: &SuppressionKey) -> Outcome<Vec<KeptSequence>> {
        self.call(self.world.about(key)).await
    }

    async fn newest(&self, at_most: usize) -> Outcome<Vec<KeptSequence>> {
        self.call(self.world.newest(at_most)).await
    }

    async fn due(&self, until: Timestamp, at_most: usize) -> Outcome<Vec<String>> {
        self.call(async {
            let mut due = self.world.due(until, at_most).await?;
            let mut lag = self.lag.lock().unwrap_or_else(PoisonError::into_inner);
            due.retain(|_| lag.roll(4) > 0);
            Ok(due)
        })
        .await
    }

    async fn change(&self, change: &SequenceChange) -> Outcome<Changed> {
        self.call(async {
            let mut change = change.clone();
            let before = self.world.get(&change.id).await?.unwrap();
            match self.forgets {
                Forgets::Nothing => {}
                Forgets::Suppressions => change.unless_suppressed.clear(),
                Forgets::Caps => change.counts.iter_mut().for_each(|count| count.most = u32::MAX),
                Forgets::Version => change.from = before.version,
            }
            let changed = self.world.change(&change).await?;
            if changed == Changed::Yes {
                for (old, new) in before.state.steps.iter().zip(&change.to.steps) {
                    let claimed = new.status == StepStatus::Landing && new.claimed_until != old.claimed_until;
                    if claimed {
                        self.note(Stored::Claimed(change.id.clone(), new.id.clone()));
                    }
                }
                if before.state.answer.is_none() && change.to.answer.is_some() {
                    self.note(Stored::Approved(change.id.clone()));
                }
            }
            Ok(changed)
        })
        .await
    }

    async fn places(&self, names: &[String]) -> Outcome<BTreeMap<String, Place>> {
        self.call(self.world.places(names)).await
    }

    async fn counted(&self, names: &[String]) -> Outcome<BTreeMap<String, u32>> {
        self.call(self.world.counted(names)).await
    }
}

#[async_trait]
impl Suppressions for Watched<'_> {
    async fn add(&self, suppression: &Suppression) -> Outcome<bool> {
        self.call(async {
            let new = self.world.add(suppression).await;
            self.note(Stored::OptOut(suppression.key.clone()));
            new
        })
        .await
    }

    async fn remove(&self, key: &SuppressionKey) -> Outcome<bool> {
        self.call(self.world.remove(key)).await
    }

    async fn among(&self, keys: &[SuppressionKey]) -> Outcome<Vec<Suppression>> {
        self.call(self.world.among(keys)).await
    }

    async fn all(&self) -> Outcome<Vec<Suppression>> {
        self.call(Suppressions::all(self.world)).await
    }
}

#[async_trait]
impl Relations for Watched<'_> {
    async fn standing(
        &self,
        person: &SalesforceId,
        account: Option<&AccountId>,
        since: Timestamp,
    ) -> Outcome<Option<Relation>> {
        self.call(self.world.standing(person, account, since)).await
    }

    async fn our_task(&self, key: &str) -> Outcome<Option<OurTask>> {
        self.call(self.world.our_task(key)).await
    }
}

#[async_trait]
impl CrmWriter for Watched<'_> {
    async fn update(&self, object: &str, id: &str, fields: &Map<String, Value>) -> Outcome<()> {
        self.call(self.world.update(object, id, fields)).await
    }

    async fn upsert(&self, object: &str, key_field: &str, key: &str, fields: &Map<String, Value>) -> Outcome<bool> {
        self.call(async {
            let created = self.world.upsert(object, key_field, key, fields).await;
            self.note(Stored::Task(key.to_owned()));
            created
        })
        .await
    }
}

#[async_trait]
impl Bus for Watched<'_> {
    async fn publish(&self, events: &[BusEvent]) -> Outcome<Vec<Outcome<()>>> {
        self.call(self.world.publish(events)).await
    }
}
