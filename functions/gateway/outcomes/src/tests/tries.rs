//! Trials: a planted regression goes back by itself, a clean version stays, a shadow notes and changes nothing.

use revloops_changes::rollout::{Guard, Spec, Verdict};
use revloops_changes::shadow;
use revloops_config::{ConfigStore as _, RolloutMode};
use revloops_loopkit::ports::Clock as _;

use super::stage::{Stage, other_minutes, person};

fn spec(mode: RolloutMode) -> Spec {
    let guards = match mode {
        RolloutMode::Canary => {
            vec![Guard { metric: "reassigned".into(), least_worse_points: 5, usual_percent: Some(10) }]
        }
        RolloutMode::Shadow => Vec::new(),
    };
    let share_basis_points = if mode == RolloutMode::Canary { 3_000 } else { 10_000 };
    Spec { mode, share_basis_points, guards, least_sample: 20, most_sample: 60, false_alarm_basis_points: 500 }
}

/// Two hundred leads under a canary: a tenth of the active version's are given away, and of the candidate's one in `one_in`.
async fn canary(stage: &Stage, one_in: u32) -> Option<Verdict> {
    let proposal = stage.approved(other_minutes()).await;
    let (at, kim) = (stage.world.now(), person("kim"));
    stage.desk.begin_trial(&proposal.id, spec(RolloutMode::Canary), &kim, at).await.unwrap();
    let (mut of_active, mut of_candidate) = (0, 0);
    for n in 1..=250 {
        let by = stage.lead(n, 12).await;
        let given_away = if by.sha256 == proposal.candidate.sha256 {
            of_candidate += 1;
            of_candidate % one_in == 0
        } else {
            of_active += 1;
            of_active % 10 == 0
        };
        if given_away {
            stage.give(n, "james.hart");
        }
    }
    assert!(of_candidate > 50 && of_active > 120, "{of_candidate} and {of_active}");
    stage.tick_when_ripe().await.loops["route"].trial.clone()
}

async fn is_under_way(stage: &Stage) -> bool {
    stage.store.pointer("route").await.unwrap().unwrap().pointer.rollout.is_some()
}

#[tokio::test]
async fn a_planted_regression_is_returned_by_itself() {
    let stage = Stage::new().await;
    let verdict = canary(&stage, 2).await;
    let Some(Verdict::Regressed { guard }) = verdict else { panic!("{verdict:?}") };
    assert!(guard.metric == "reassigned" && guard.tried.bad * 3 > guard.tried.seen, "{guard:?}");
    assert!(!is_under_way(&stage).await);
    assert_eq!(stage.tick().await.loops["route"].trial, None, "it is over");
}

#[tokio::test]
async fn a_version_that_is_no_worse_passes_and_the_same_is_said_again() {
    let stage = Stage::new().await;
    let verdict = canary(&stage, 10).await;
    assert!(matches!(verdict, Some(Verdict::Passed { .. })), "{verdict:?}");
    assert!(is_under_way(&stage).await, "a person ends it");
    assert_eq!(stage.tick().await.loops["route"].trial, verdict);
}

#[tokio::test]
async fn a_shadow_decides_what_was_decided_once_and_changes_nothing() {
    let stage = Stage::new().await;
    stage.lead(1, 12).await;
    let proposal = stage.approved(other_minutes()).await;
    let (at, kim) = (stage.world.now(), person("kim"));
    let trial = stage.desk.begin_trial(&proposal.id, spec(RolloutMode::Shadow), &kim, at).await.unwrap();
    for n in 2..=31 {
        stage.lead(n, 12).await;
    }
    for _ in 0..2 {
        stage.tick().await;
        let summary = shadow::summary(stage.desk.documents.as_ref(), &trial.id, stage.world.now()).await.unwrap();
        assert_eq!((summary.compared, summary.different), (30, 30), "the first lead was before the trial");
    }
    assert!(is_under_way(&stage).await);
}
