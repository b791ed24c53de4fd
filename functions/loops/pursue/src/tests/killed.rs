//! Killed at every side effect, told twice, told late: the deal ends the same.

use std::collections::BTreeMap;

use revloops_domain::ErrorClass;
use revloops_testkit::Kill;

use super::world::{LEASE, Story, story};

type Picture = (BTreeMap<String, (String, String, String)>, [String; 4]);

fn picture(story: &Story) -> Picture {
    let fields =
        ["RevLoops_Play__c", "RevLoops_Play_Started_On__c", "RevLoops_Milestones__c", "RevLoops_Play_Version__c"];
    (story.tasks(), fields.map(|field| story.of_deal(field)))
}

/// Creations of tasks and changes of each: how often the CRM was written to.
fn writes(story: &Story) -> BTreeMap<String, usize> {
    story.world.with(|memory| {
        let mut writes = BTreeMap::new();
        for write in &memory.writes {
            *writes.entry(format!("{} {}", write.object, write.id)).or_default() += 1;
        }
        writes
    })
}

/// Made, then the close date moves and the first milestone is ticked off, and it moves again with the stage.
async fn all_told(story: &Story) {
    story.told("m1").await.unwrap();
    story.done("discovery");
    story.deal("CloseDate", "2027-05-31");
    story.told("m2").await.unwrap();
    story.deal("CloseDate", "2027-03-01");
    story.deal("StageName", "Value Proposition");
    story.told("m3").await.unwrap();
}

#[tokio::test]
async fn killed_at_every_side_effect_and_told_again_the_deal_is_the_same() {
    let untouched = story("enterprise", "DE");
    all_told(&untouched).await;
    let wanted = (picture(&untouched), writes(&untouched), untouched.events());
    let mut deaths = 0;
    for dies_at in ["m1", "m2", "m3"] {
        for nth in 0.. {
            let mut died = false;
            for after in [false, true] {
                let story = story("enterprise", "DE");
                for message in ["m1", "m2", "m3"] {
                    match message {
                        "m2" => {
                            story.done("discovery");
                            story.deal("CloseDate", "2027-05-31");
                        }
                        "m3" => {
                            story.deal("CloseDate", "2027-03-01");
                            story.deal("StageName", "Value Proposition");
                        }
                        _ => {}
                    }
                    if message == dies_at {
                        story.world.kill(Kill { nth, after });
                        // At its last side effect, giving the turn back, all is done and only the turn must run out.
                        let told = story.told(message).await;
                        let dead = story.world.revive();
                        assert!(dead || told.is_ok());
                        if dead {
                            died = true;
                            deaths += 1;
                            story.world.pass(LEASE);
                        }
                    }
                    story.told(message).await.unwrap_or_else(|failure| panic!("{dies_at}, {nth}, {after}: {failure}"));
                }
                let found = (picture(&story), writes(&story), story.events());
                assert_eq!(found, wanted, "killed at {nth} of {dies_at}, after: {after}");
            }
            if !died {
                break;
            }
        }
    }
    assert!(deaths >= 60, "only {deaths} deaths: three looks have more side effects than that");
}

#[tokio::test]
async fn a_run_that_died_half_way_and_is_carried_on_after_a_newer_one_does_not_bring_the_old_days_back() {
    let straight = story("enterprise", "DE");
    straight.told("m1").await.unwrap();
    straight.deal("CloseDate", "2027-03-01");
    straight.told("m3").await.unwrap();
    let wanted = picture(&straight);
    for nth in 0..14 {
        let story = story("enterprise", "DE");
        story.told("m1").await.unwrap();
        story.deal("CloseDate", "2027-05-31");
        story.world.kill(Kill { nth, after: true });
        let _died = story.told("m2").await;
        story.world.revive();
        story.world.pass(LEASE);
        story.deal("CloseDate", "2027-03-01");
        story.told("m3").await.unwrap();
        // The older message comes once more, and its run goes on where it stopped.
        story.told("m2").await.unwrap();
        assert_eq!(picture(&story), wanted, "killed at {nth}");
    }
}

#[tokio::test]
async fn a_deal_is_looked_at_by_one_at_a_time_and_a_dead_one_s_turn_ends() {
    let story = story("standard", "DE");
    story.world.kill(Kill { nth: 3, after: true });
    story.told("m1").await.unwrap_err();
    story.world.revive();
    let busy = story.told("m2").await.unwrap_err();
    assert_eq!(busy.class(), ErrorClass::Busy);
    story.world.pass(LEASE);
    story.told("m2").await.unwrap();
    story.told("m1").await.unwrap();
    assert_eq!(story.days("standard"), "2026-12-21 2026-12-28 2027-03-15 2027-03-31");
}

#[tokio::test]
async fn messages_that_come_twice_and_in_any_order_change_nothing_more() {
    let straight = story("standard", "DE");
    straight.told("m1").await.unwrap();
    straight.deal("CloseDate", "2027-05-31");
    straight.told("m2").await.unwrap();
    let wanted = picture(&straight);
    let story = story("standard", "DE");
    story.deal("CloseDate", "2027-05-31");
    for message in ["m2", "m1", "m2", "m1", "m1"] {
        story.told(message).await.unwrap();
    }
    assert_eq!(picture(&story), wanted);
    assert_eq!(story.events(), ["play.started"]);
}
