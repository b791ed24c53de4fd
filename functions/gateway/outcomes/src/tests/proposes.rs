//! What outcomes propose: once, with evidence and simulation, and only of the version that decided.

use revloops_changes::outcomes::VersionOutcomes;
use revloops_changes::{FeedbackNote, ProposalState};
use revloops_loopkit::Feedback;
use revloops_loopkit::ports::Clock as _;

use super::stage::{HOT, Stage, other_minutes, person};

/// Forty leads of a pool, most of which somebody outside it took.
async fn taken_over(stage: &Stage, from: u32) {
    for n in from..from + 40 {
        stage.lead(n, 12).await;
        if n % 4 != 0 {
            stage.give(n, "james.hart");
        }
    }
}

#[tokio::test]
async fn leads_that_reps_gave_away_become_one_proposal_with_evidence_and_simulation() {
    let stage = Stage::new().await;
    taken_over(&stage, 1).await;
    assert_eq!(stage.tick().await.loops["route"].new, 0, "nothing is ripe on the same day");
    let ticked = stage.tick_when_ripe().await;
    assert_eq!((ticked.loops["route"].new, ticked.loops["route"].known), (40, 40));
    let [proposal] = &stage.proposals().await[..] else { panic!("one proposal: {ticked:?}") };
    assert_eq!(ticked.loops["route"].proposal.as_ref(), Some(&proposal.id));
    assert!(proposal.diff.contains("{login: james.hart@northfield.example, weight: 1}"), "{}", proposal.diff);
    let removed = proposal.diff.lines().filter(|line| line.starts_with('-') && !line.starts_with("---")).count();
    assert_eq!(removed, 0, "the others stay as they are written: {}", proposal.diff);
    assert_eq!((proposal.state, proposal.proposed_by.username.as_str()), (ProposalState::Open, "feedback"));
    assert!(!proposal.proposed_by.is_person && !proposal.needs_two.is_empty());
    let evidence = proposal.evidence.as_ref().expect("evidence");
    assert_eq!(evidence.sample, 40);
    assert!(evidence.lines[0].contains("30 of 40 leads were given to somebody else"), "{:?}", evidence.lines);
    let simulation = proposal.simulation.as_ref().expect("a simulation");
    assert_eq!(simulation.looked_at, 40);
}

#[tokio::test]
async fn the_same_is_kept_and_proposed_once_however_often_the_schedule_comes() {
    let stage = Stage::new().await;
    taken_over(&stage, 1).await;
    stage.tick_when_ripe().await;
    let (before, kept) = (stage.proposals().await, stage.outcomes.as_text());
    for _ in 0..3 {
        assert_eq!(stage.tick().await.loops["route"].new, 0);
    }
    assert_eq!((stage.proposals().await, stage.outcomes.as_text()), (before, kept));
    // Other figures of more outcomes make no second one while the first waits.
    taken_over(&stage, 101).await;
    stage.tick_when_ripe().await;
    assert_eq!(stage.proposals().await.len(), 1);
}

#[tokio::test]
async fn what_a_person_has_rejected_is_not_proposed_again() {
    let stage = Stage::new().await;
    taken_over(&stage, 1).await;
    stage.tick_when_ripe().await;
    let id = stage.proposals().await[0].id.clone();
    stage.desk.reject(&id, &person("kim"), "he only helped out", stage.world.now()).await.unwrap();
    let ticked = stage.tick().await;
    assert_eq!(ticked.loops["route"].proposal.as_ref(), Some(&id), "the answer is known");
    assert_eq!(stage.proposals().await.len(), 1);
}

#[tokio::test]
async fn too_little_data_proposes_nothing_and_says_so() {
    let stage = Stage::new().await;
    for n in 1..=29 {
        stage.lead(n, 12).await;
        stage.give(n, "james.hart");
    }
    stage.tick_when_ripe().await;
    assert!(stage.proposals().await.is_empty());
    let note = FeedbackNote::latest(stage.outcomes.as_ref(), "route", stage.world.now()).await.unwrap().unwrap();
    assert!(matches!(note.said, Feedback::TooLittleData(_)), "{:?}", note.said);
    assert_eq!(note.in_words(), ["29 outcomes are too few to say anything; 30 are needed"]);
}

#[tokio::test]
async fn outcomes_of_another_version_say_nothing_of_the_active_one() {
    let stage = Stage::new().await;
    taken_over(&stage, 1).await;
    let proposal = stage.approved(other_minutes()).await;
    stage.desk.apply(&proposal.id, &person("lee"), stage.world.now()).await.unwrap();
    stage.lead(200, 12).await;
    stage.tick_when_ripe().await;
    assert!(stage.proposals().await.is_empty());
    let versions = VersionOutcomes::all(stage.outcomes.as_ref(), "route", stage.world.now()).await.unwrap();
    let of = |ripe: u64| versions.iter().find(|version| version.ripe == ripe).expect("a version");
    assert_eq!((of(40).guards["reassigned"].bad, of(40).guards["reassigned"].seen), (30, 40));
    assert_eq!((of(1).guards["reassigned"].bad, of(1).proposal.as_ref()), (0, Some(&proposal.id)));
}

#[tokio::test]
async fn a_proposal_whose_cases_fail_is_kept_as_refused_with_its_problems() {
    let stage = Stage::new().await;
    for n in 1..=40 {
        stage.lead(n, 9_000).await;
        stage.give(n, "dan.whitaker");
    }
    let ticked = stage.tick_when_ripe().await;
    assert!(stage.proposals().await.is_empty());
    let [why] = &ticked.loops["route"].refused[..] else { panic!("{ticked:?}") };
    assert!(why.contains("helen.brandt@northfield.example"), "the cases want her: {why}");
    let note = FeedbackNote::latest(stage.outcomes.as_ref(), "route", stage.world.now()).await.unwrap().unwrap();
    assert_eq!(note.refused[0].edits[0].path, "rules[id=strategic-accounts].assign.owner");
}

#[tokio::test]
async fn leads_that_were_routed_again_count_as_missed_and_not_as_given_away() {
    let stage = Stage::new().await;
    stage.lead(1, 12).await;
    stage.world.with(|memory| {
        let lead = memory.records.iter_mut().find(|((object, _), _)| object == "Lead").unwrap().1;
        lead.insert("RevLoops_Routed_At__c".into(), "2026-11-24T10:00:00.000+0000".into());
    });
    stage.give(1, "james.hart");
    stage.tick_when_ripe().await;
    let versions = VersionOutcomes::all(stage.outcomes.as_ref(), "route", stage.world.now()).await.unwrap();
    assert_eq!(versions[0].guards["first_touch_missed"].bad, 1);
    assert!(!versions[0].guards.contains_key("reassigned"));
}

#[tokio::test]
async fn an_owner_of_a_territory_is_the_scenarios_to_change_and_that_is_told() {
    let stage = Stage::new().await;
    for n in 1..=40 {
        stage.lead(n, HOT).await;
        stage.give(n, "dan.whitaker");
    }
    let ticked = stage.tick_when_ripe().await;
    assert!(stage.proposals().await.is_empty());
    let [why] = &ticked.loops["route"].refused[..] else { panic!("{ticked:?}") };
    assert!(
        why.starts_with("territories.yaml is none of route's own files") && why.contains("promote the scenario"),
        "{why}"
    );
}
