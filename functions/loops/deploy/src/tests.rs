//! The loop as a whole: the config that is shipped, and a run that leaves its record.

use std::sync::Arc;

use jiff::SignedDuration;
use revloops_domain::ConfigStamp;
use revloops_loopkit::change::check_folder;
use revloops_loopkit::ports::{Applied, Effects};
use revloops_loopkit::run::decide_again;
use revloops_loopkit::{Effect, Loaded, Outcome, RunContext, run_once};
use revloops_testkit::{TestWorld, config_root};
use serde_json::json;

use crate::testing::*;
use crate::{Deploy, Plan};

#[test]
fn the_shipped_levers_pass_their_check_and_their_cases() {
    let candidate = check_folder::<Deploy>(&config_root()).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(candidate.cases() >= 15);
}

struct Nothing;

#[async_trait::async_trait]
impl Effects for Nothing {
    async fn apply(&self, _effect: &Effect, _attempted_before: bool) -> Outcome<Applied> {
        Ok(Applied::Now)
    }
}

#[tokio::test]
async fn a_run_keeps_its_plan_and_the_record_gives_it_again() {
    let world: Arc<TestWorld> = Arc::new(world());
    add(&world, [account(1, "DE"), account(2, "")]);
    let europe = scenario("s", EUROPE);
    let deploy = Deploy {
        config: Arc::new(Stored(europe.to_json())),
        territories: world.clone(),
        directory: world.clone(),
        placements: world.clone(),
        model: world.clone(),
        answers: world.clone(),
    };
    let stamp = ConfigStamp { key: "k".into(), version_id: "v".into(), sha256: "s".into() };
    let loaded = Loaded { config: config(), stamp };
    let lease = SignedDuration::from_secs(60);
    let context =
        RunContext { clock: world.as_ref(), ids: world.as_ref(), runs: world.as_ref(), effects: &Nothing, lease };
    let trigger = || serde_json::from_value(json!({"event_id": "e-1", "why": "promoted"})).unwrap();
    let reply = run_once(&deploy, &loaded, trigger(), &context).await.unwrap().reply;
    assert!(run_once(&deploy, &loaded, trigger(), &context).await.unwrap().repeated);
    let record = world.with(|memory| memory.decided().into_iter().next().cloned().unwrap());
    let plan: Plan = serde_json::from_value(record.decision.verdict.clone()).unwrap();
    assert_eq!(reply["plan"], plan.hash());
    assert_eq!((plan.counts.accounts_in, plan.counts.pending), (1, 1));
    assert_eq!(decide_again::<Deploy>(&record, &loaded.config).unwrap(), record.decision);
    assert_eq!(record.metrics[0]["accounts_in"], 1);
    assert_eq!(record.metrics[0]["oldest_pending_hours"], 0);
}
