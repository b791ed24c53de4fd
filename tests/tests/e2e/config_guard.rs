//! What is put into the config bucket by hand passes the same gate as what an operator says.

use std::time::{Duration, Instant};

use revloops_changes::{Actor, ChangeDesk, Proposal, ProposalState};
use revloops_cli::config;
use revloops_config::{Bundle, Pointer};
use revloops_domain::{ConfigStamp, sha256_hex};
use revloops_identity::Role;
use revloops_loopkit::ports::Clock as _;
use revloops_runtime::SystemClock;
use revloops_tests::system::System;
use serde_json::Value;

/// Nobody's else: no other test changes this loop's config.
const LOOP: &str = "generate";
const PATIENCE: Duration = Duration::from_secs(30);

async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
    let began = Instant::now();
    loop {
        if let Some(seen) = look().await? {
            return Ok(seen);
        }
        assert!(began.elapsed() < PATIENCE, "{what} within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn active(desk: &ChangeDesk) -> anyhow::Result<(Pointer, Bundle)> {
    let active = desk.active(LOOP, SystemClock.now()).await?;
    Ok((active.read.pointer, active.bundle))
}

async fn proposal_of(desk: &ChangeDesk, written: &str) -> anyhow::Result<Proposal> {
    until(&format!("{written} becomes a proposal"), async || {
        let all = desk.list(SystemClock.now()).await?;
        Ok(all.into_iter().find(|one| one.loop_name == LOOP && one.why.contains(written) && one.state.waits()))
    })
    .await
}

/// What the guard has kept of `key` because it does not pass.
async fn refused(system: &System, desk: &ChangeDesk, key: &str, version: &str) -> anyhow::Result<Value> {
    let id: String = sha256_hex(format!("{key}/{version}").as_bytes()).chars().take(16).collect();
    let kept = format!("refused/{LOOP}/{id}.json");
    let bytes = until(&format!("{key} is refused in {}", system.endpoints.output("ConfigBucket")?), async || {
        Ok(desk.store.newest(&kept).await?)
    })
    .await?;
    Ok(serde_json::from_slice(&bytes)?)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_put_into_the_bucket_becomes_a_proposal_or_a_reason_and_a_moved_pointer_goes_back() -> anyhow::Result<()>
{
    let system = System::running().await?;
    let desk = config::desk(&system.endpoints).await?;
    let (pointer, bundle) = active(&desk).await?;
    let levers = bundle.text("levers.yaml").unwrap().into_owned();
    assert!(levers.contains("min_sequences: 40"), "{levers}");

    // A file that passes waits for a person; the active version stays.
    let key = format!("candidates/{LOOP}/levers.yaml");
    let patient = levers.replacen("min_sequences: 40", "min_sequences: 41", 1);
    desk.store.put(&key, patient.clone().into_bytes()).await?;
    let proposal = proposal_of(&desk, &key).await?;
    assert!(
        !proposal.proposed_by.is_person && proposal.proposed_by.username.starts_with("bucket:"),
        "{:?}",
        proposal.proposed_by
    );
    assert_eq!(proposal.files, ["levers.yaml"]);
    assert_eq!(active(&desk).await?.0, pointer);

    // One that does not is kept with every problem and its line.
    let wrong = levers.replacen("weight: 55", "weight: 555", 1).replacen("half_life_days: 45", "half_life: 45", 1);
    let version = desk.store.put(&key, wrong.into_bytes()).await?;
    let said = refused(&system, &desk, &key, &version).await?;
    let problems = said["problems"].to_string();
    assert!(problems.contains("555") && problems.contains("half_life_days"), "{said}");

    // A bundle beside the desk becomes a proposal too, and a pointer to it goes back to the last recorded move.
    let mut own = bundle.clone();
    own.texts.insert("levers.yaml".to_owned(), levers.replacen("min_sequences: 40", "min_sequences: 42", 1));
    own.files["levers.yaml"]["feedback"]["min_sequences"] = Value::from(42);
    let bytes = own.to_bytes();
    let (bundle_key, sha256) = (Bundle::key(LOOP), sha256_hex(&bytes));
    let stored = ConfigStamp { version_id: desk.store.put(&bundle_key, bytes).await?, key: bundle_key.clone(), sha256 };
    let other = proposal_of(&desk, &bundle_key).await?;
    let read = desk.store.pointer(LOOP).await?.unwrap();
    let by_hand = Pointer::new(stored.clone(), Some(pointer.active.clone()), "somebody", SystemClock.now());
    desk.store.move_pointer(LOOP, &by_hand, Some(&read.etag)).await?;
    until("the pointer goes back", async || {
        let now = desk.store.pointer(LOOP).await?.unwrap().pointer;
        Ok((now.active == pointer.active && now.change == pointer.change).then_some(()))
    })
    .await?;

    let admin = Actor::person("admin@northfield.example", Role::Administrator);
    let hash = &proposal.candidate.sha256;
    let approved = desk.approve(&proposal.id, hash, &admin, SystemClock.now()).await?;
    assert_eq!(approved.state, ProposalState::Approved, "nothing of this loop takes two people");
    desk.apply(&proposal.id, &admin, SystemClock.now()).await?;
    let (moved, live) = active(&desk).await?;
    assert_eq!(
        (moved.active.sha256.as_str(), live.text("levers.yaml").as_deref()),
        (hash.as_str(), Some(patient.as_str()))
    );
    // What was proposed of the version before cannot be applied over it.
    let stale = desk.approve(&other.id, &other.candidate.sha256, &admin, SystemClock.now()).await;
    assert!(stale.is_err(), "{stale:?}");

    desk.roll_back(LOOP, hash, &admin, "the test is over", SystemClock.now()).await?;
    assert_eq!(active(&desk).await?.0.active, pointer.active);
    // The desk's own moves and versions were left alone all the while.
    let by_bucket = desk.list(SystemClock.now()).await?;
    let ours = by_bucket.iter().filter(|one| one.loop_name == LOOP && !one.proposed_by.is_person).count();
    assert_eq!(ours, 2, "{by_bucket:?}");
    Ok(())
}
