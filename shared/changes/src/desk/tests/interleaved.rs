//! Three operators at once, in thousands of seeded orders of their calls, some of whom die on the way.

use std::pin::Pin;

use async_trait::async_trait;
use revloops_config::store::PointerRead;
use revloops_config::{Pointer, StoreError};
use revloops_loopkit::ports::Stored;
use serde_json::Value;

use super::*;

/// Stands still once before each call, so that somebody else can come in between.
struct Slow<T>(Arc<T>);

async fn others_first() {
    let mut waited = false;
    std::future::poll_fn(|_| if std::mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

#[async_trait]
impl ConfigStore for Slow<ConfigInMemory> {
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<String, StoreError> {
        others_first().await;
        self.0.put(key, bytes).await
    }

    async fn get(&self, key: &str, version_id: &str) -> Result<Vec<u8>, StoreError> {
        others_first().await;
        self.0.get(key, version_id).await
    }

    async fn newest(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        others_first().await;
        self.0.newest(key).await
    }

    async fn pointer(&self, loop_name: &str) -> Result<Option<PointerRead>, StoreError> {
        others_first().await;
        self.0.pointer(loop_name).await
    }

    async fn move_pointer(&self, loop_name: &str, to: &Pointer, expected: Option<&str>) -> Result<(), StoreError> {
        others_first().await;
        self.0.move_pointer(loop_name, to, expected).await
    }
}

#[async_trait]
impl Documents for Slow<DocumentsInMemory> {
    async fn create(&self, kind: &str, id: &str, value: &Value, ends: Option<Timestamp>) -> Outcome<bool> {
        others_first().await;
        self.0.create(kind, id, value, ends).await
    }

    async fn read(&self, kind: &str, id: &str, at: Timestamp) -> Outcome<Option<Stored>> {
        others_first().await;
        self.0.read(kind, id, at).await
    }

    async fn replace(
        &self,
        kind: &str,
        id: &str,
        value: &Value,
        ends: Option<Timestamp>,
        expected: u64,
    ) -> Outcome<bool> {
        others_first().await;
        self.0.replace(kind, id, value, ends, expected).await
    }

    async fn take(&self, kind: &str, id: &str, at: Timestamp) -> Outcome<Option<Value>> {
        others_first().await;
        self.0.take(kind, id, at).await
    }

    async fn list(&self, kind: &str, at: Timestamp) -> Outcome<Vec<Stored>> {
        others_first().await;
        self.0.list(kind, at).await
    }
}

/// SplitMix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[test]
fn of_three_operators_at_once_one_wins_and_history_has_one_order() {
    let (mut won, mut died) = (0, 0);
    for seed in 0..600_u64 {
        let world = world(false);
        let mut random = seed;
        let mut approved = Vec::new();
        for value in [50, 60, 70] {
            let proposal = now(world.desk.propose(set("min", value), &lead(), at(1))).unwrap();
            now(world.desk.approve(&proposal.id, &proposal.candidate.sha256, &lead(), at(2))).unwrap();
            approved.push(proposal.id);
        }
        let slow = ChangeDesk {
            store: Arc::new(Slow(world.store.clone())),
            documents: Arc::new(Slow(world.documents.clone())),
            checks: Arc::new(ToyChecks),
        };
        let by = lead();
        type Applying<'a> = Pin<Box<dyn Future<Output = Result<Proposal, ChangeError>> + Send + 'a>>;
        let mut operators: Vec<Option<Applying<'_>>> =
            approved.iter().map(|id| Some(Box::pin(slow.apply(id, &by, at(3))) as Applying<'_>)).collect();
        let mut said = Vec::new();
        while operators.iter().any(Option::is_some) {
            let who = usize::try_from(next(&mut random) % 3).unwrap();
            let Some(operator) = operators[who].as_mut() else { continue };
            if next(&mut random).is_multiple_of(120) {
                operators[who] = None;
                died += 1;
                continue;
            }
            if let Poll::Ready(done) = operator.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                operators[who] = None;
                said.push((who, done));
            }
        }
        // Whoever comes next finds everything finished.
        let pointer = now(world.desk.active("toy", at(4))).unwrap().read.pointer;
        let moves = now(world.desk.moves().history("toy", at(4))).unwrap();
        let numbers: Vec<u64> = moves.iter().map(|one| one.number).collect();
        assert!(moves.iter().all(|one| one.state == MoveState::Done), "seed {seed}: {moves:#?}");
        assert!(numbers.is_sorted_by(|a, b| a < b) && moves.len() <= 2, "seed {seed}: {numbers:?}");
        assert_eq!(moves.last().unwrap().to, pointer.active, "seed {seed}");
        assert!(now(world.desk.moves().accounts_for("toy", &pointer, at(4))).unwrap(), "seed {seed}");
        for (who, done) in said {
            match done {
                Ok(proposal) => {
                    won += 1;
                    assert_eq!(
                        pointer.active.sha256, proposal.candidate.sha256,
                        "seed {seed}: {who} was told that they won"
                    );
                }
                Err(error) => {
                    assert!(matches!(error, ChangeError::Overtaken { .. }), "seed {seed}: {error}");
                    assert_ne!(moves.last().unwrap().proposal.as_ref(), Some(&approved[who]), "seed {seed}: {who} won");
                }
            }
        }
    }
    assert!(won > 400 && died > 100, "{won} won, {died} died: too few to say anything");
}
