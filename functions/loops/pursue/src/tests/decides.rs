//! Config, metrics and feedback.

use revloops_config::{Document, Levers as _, Problems, Sources};
use revloops_loopkit::{Feedback, Loop as _};
use revloops_testkit::{shipped_config, shipped_sources_with};

use super::world::story;
use crate::{MilestoneOutcome, Pursue, PursueConfig};

fn outcomes(count: usize, milestone: &str, late: i64, version: &str) -> Vec<MilestoneOutcome> {
    let one = MilestoneOutcome {
        play: "standard".into(),
        play_version: version.into(),
        milestone: milestone.into(),
        business_days_late: late,
        won: Some(true),
    };
    vec![one; count]
}

#[test]
fn milestones_that_are_always_late_propose_a_later_day_with_their_number() {
    let config: PursueConfig = shipped_config();
    let mut some = outcomes(30, "demonstration", 4, "2026-11-a");
    some.extend(outcomes(30, "offer", 3, "2026-11-a"));
    let Feedback::Proposal(proposal) = Pursue::feedback(&config, &some) else { panic!("no proposal") };
    let edits: Vec<(String, String, String)> =
        proposal.edits.iter().map(|edit| (edit.path.clone(), edit.from.to_string(), edit.to.to_string())).collect();
    let edit = |milestone: &str, due: &str, from: &str, to: &str| {
        let path = format!("plays[id=standard].milestones[id={milestone}].due.business_days_{due}");
        (path, from.to_owned(), to.to_owned())
    };
    // Later is further from the start, and nearer to the close date.
    assert_eq!(edits, [edit("demonstration", "after_start", "5", "9"), edit("offer", "before_close", "10", "7")]);
    assert_eq!(proposal.sample, 60);
    assert!(proposal.evidence[0].contains("of 30 ticked off"), "{:?}", proposal.evidence);
}

#[test]
fn too_few_outcomes_or_those_of_another_version_propose_nothing() {
    let config: PursueConfig = shipped_config();
    let few = Pursue::feedback(&config, &outcomes(29, "offer", 5, "2026-11-a"));
    assert!(matches!(few, Feedback::TooLittleData(ref data) if (data.sample, data.needed) == (29, 30)), "{few:?}");
    let others = Pursue::feedback(&config, &outcomes(90, "offer", 5, "2025-01-a"));
    assert!(matches!(others, Feedback::TooLittleData(ref data) if data.sample == 0), "{others:?}");
    let fine = Pursue::feedback(&config, &outcomes(90, "offer", 1, "2026-11-a"));
    assert_eq!(fine, Feedback::NoChange { sample: 90 });
}

fn problems(file: &str, from: &str, to: &str) -> String {
    let sources: Sources = shipped_sources_with::<PursueConfig>(file, &[(from, to)]);
    let mut problems = Problems::new();
    PursueConfig::check(&sources, &mut problems);
    problems.to_string()
}

#[test]
fn every_mistake_is_told_with_what_is_right() {
    for (file, from, to, told) in [
        ("plays.yaml", "{business_days_before_close: 45}", "{}", "due by one count of days"),
        ("plays.yaml", "until_stage: Perception Analysis", "until_stage: Perceptoin Analysis", "Perception Analysis"),
        ("plays.yaml", "{type: account_owner}", "{type: acount_owner}", "account_owner"),
        ("plays.yaml", "{type: territory_role, role: Sales Engineer}", "{type: territory_role}", "no role"),
        ("plays.yaml", "title: Have {company} sign", "title: Have {compny} sign", "only `{company}`"),
        ("plays.yaml", "- id: questions", "- id: eligibility", "stands twice"),
        ("plays.yaml", "when: {field: type, starts_with: Existing Customer}", "when: {always: true}", "never reached"),
        ("plays.yaml", "{field: amount, at_least: 100000}", "{field: amout, at_least: 100000}", "amount"),
        ("levers.yaml", "calendar: germany", "calendar: germny", "germany"),
        ("levers.yaml", "zone: Europe/Berlin", "zone: Europe/Belrin", "Europe/Berlin"),
        ("levers.yaml", "countries: [FR, BE, LU]", "countries: [FR, BE, DE]", "stands twice"),
        ("levers.yaml", "countries: [GB, IE]", "countries: [UK, IE]", "GB"),
        ("levers.yaml", "default_region: elsewhere", "default_region: elswhere", "elsewhere"),
        ("levers.yaml", "weekend: [sat, sun]", "weekend: [sat, sun, mon, tue, wed, thu, fri]", "no day is worked"),
    ] {
        let found = problems(file, from, to);
        assert!(found.contains(told) && found.contains(file), "{to}: {found}");
    }
}

#[test]
fn a_document_without_plays_is_refused() {
    let mut sources = shipped_sources_with::<PursueConfig>("plays.yaml", &[]);
    let mut problems = Problems::new();
    let empty = Document::parse_yaml("plays.yaml", "plays: []\n", &mut problems).unwrap();
    sources.insert("plays.yaml".to_owned(), empty);
    assert!(PursueConfig::check(&sources, &mut problems).is_none());
    assert!(problems.to_string().contains("there are no plays"), "{problems}");
}

#[tokio::test]
async fn a_look_counts_what_was_on_time_and_what_was_late() {
    let story = story("standard", "DE");
    story.told("m1").await.unwrap();
    story.done("first-call");
    story.task("demonstration", "Status", "Completed");
    story.task("demonstration", "CompletedDateTime", "2027-01-20T10:00:00Z");
    story.deal("CloseDate", "2027-05-31");
    story.told("m2").await.unwrap();
    let fact = story.world.with(|memory| {
        memory.decided().into_iter().find(|record| record.key.trigger == "saved-m2").unwrap().metrics[0].clone()
    });
    let counted = ["done_on_time", "done_late", "changed", "made"].map(|name| fact[name].as_u64().unwrap());
    assert_eq!(counted, [1, 1, 2, 0]);
}
