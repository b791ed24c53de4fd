//! What becomes of milestones when the deal changes: stage, play, owner, end.

use jiff::SignedDuration;

use revloops_testkit::user_id;

use super::world::story;

#[tokio::test]
async fn a_milestone_whose_stage_is_reached_is_closed_with_the_reason_and_comes_back_with_the_stage() {
    let story = story("standard", "DE");
    story.told("m1").await.unwrap();
    story.deal("StageName", "Needs Analysis");
    story.told("m2").await.unwrap();
    assert_eq!(story.of_task("first-call", "Status"), "Completed");
    assert_eq!(story.of_task("first-call", "RevLoops_Dropped__c"), "the deal has reached Qualification");
    assert_eq!(story.of_task("demonstration", "Status"), "Not Started");
    story.world.pass(SignedDuration::from_hours(24 * 14));
    story.deal("StageName", "Prospecting");
    story.told("m3").await.unwrap();
    assert_eq!(story.of_task("first-call", "Status"), "Not Started");
    assert_eq!(story.of_task("first-call", "RevLoops_Dropped__c"), "");
    // Its own day, 21 December, is over: today, 1 January, is a holiday.
    assert_eq!(story.of_task("first-call", "ActivityDate"), "2027-01-04");
    assert_eq!(story.tasks().len(), 4);
}

#[tokio::test]
async fn a_deal_that_fits_another_play_takes_it_and_closes_what_is_open_of_the_former() {
    let story = story("standard", "DE");
    story.told("m1").await.unwrap();
    story.done("first-call");
    story.world.pass(SignedDuration::from_hours(24 * 10));
    story.deal("LeadSource", "Partner Referral");
    let reply = story.told("m2").await.unwrap().reply;
    assert_eq!((reply["status"].as_str(), reply["former_play"].as_str()), (Some("started"), Some("standard")));
    let tasks = story.tasks();
    assert_eq!(tasks.len(), 8);
    for (name, (_, _, status)) in &tasks {
        assert_eq!(status == "Completed", name.starts_with("standard/"), "{name}");
    }
    assert_eq!(story.of_task("demonstration", "RevLoops_Dropped__c"), "the deal has the play partner-sourced now");
    assert_eq!(story.of_task("first-call", "RevLoops_Dropped__c"), "");
    // It counts from the day of the change, 28 December.
    assert_eq!(story.days("partner-sourced"), "2026-12-29 2027-01-06 2027-03-11 2027-03-30");
    assert_eq!(story.of_deal("RevLoops_Play_Started_On__c"), "2026-12-28");
    assert_eq!(story.events(), ["play.started", "play.started"]);
}

#[tokio::test]
async fn a_won_deal_s_open_milestones_are_closed_and_its_play_stays() {
    let story = story("standard", "DE");
    story.told("m1").await.unwrap();
    story.deal("StageName", "Closed Won");
    story.told("m2").await.unwrap();
    assert!(story.tasks().values().all(|(_, _, status)| status == "Completed"));
    assert_eq!(story.of_task("decision", "RevLoops_Dropped__c"), "the deal is won");
    assert_eq!(story.of_deal("RevLoops_Play__c"), "standard");
}

#[tokio::test]
async fn tasks_follow_the_deal_s_owner_and_roles_that_nobody_has_fall_to_them_with_the_reason() {
    let story = story("enterprise", "DE");
    story.told("m1").await.unwrap();
    let owner = |number| user_id(number).to_string();
    assert_eq!(story.of_task("technical-fit", "OwnerId"), owner(3));
    assert_eq!(story.of_task("deal-review", "OwnerId"), owner(4));
    assert_eq!(story.of_task("discovery", "OwnerId"), owner(1));
    story.deal("OwnerId", user_id(7).as_str());
    story.world.with(|memory| {
        let deal = memory.records.get_mut(&("Opportunity".into(), super::world::DEAL.into())).unwrap();
        deal.insert("Territory".into(), serde_json::json!({"Sales Manager": user_id(4)}));
    });
    story.told("m2").await.unwrap();
    assert_eq!(story.of_task("discovery", "OwnerId"), owner(7));
    assert_eq!(story.of_task("technical-fit", "OwnerId"), owner(7));
    assert_eq!(story.of_task("deal-review", "OwnerId"), owner(4));
    let because = story.world.with(|memory| {
        let decided = memory.decided();
        let run = decided.into_iter().find(|record| record.key.trigger == "saved-m2").unwrap();
        serde_json::to_string(&run.decision.reasons).unwrap()
    });
    assert!(because.contains("nobody is Sales Engineer in the account's territory"), "{because}");
}

#[tokio::test]
async fn more_milestones_than_a_person_s_day_takes_go_to_the_days_around() {
    let story = story("standard", "DE");
    // Three of another deal on the day of the first call, and three on the day of the offer and the one before.
    story.world.with(|memory| {
        for (at, day) in ["2026-12-21", "2027-03-15", "2027-03-12"].iter().flat_map(|day| [day; 3]).enumerate() {
            let fields = serde_json::json!({
                "WhatId": "006xx0000000002AAA", "OwnerId": user_id(1), "Status": "Not Started", "ActivityDate": day,
            });
            let key = format!("opportunity/006xx0000000002AAA/pursue/standard/m{at}");
            memory.records.insert(("Task".into(), key), fields.as_object().unwrap().clone());
        }
    });
    story.told("m1").await.unwrap();
    assert_eq!(story.days("standard"), "2026-12-22 2026-12-28 2027-03-11 2027-03-31");
    // Once they have their days, they keep them.
    let settled = story.told("m2").await.unwrap().reply;
    assert_eq!(settled["status"], "unchanged");
}

#[tokio::test]
async fn a_short_deal_s_milestones_are_never_due_before_today() {
    let story = story("enterprise", "DE");
    story.deal("CloseDate", "2027-01-08");
    story.told("m1").await.unwrap();
    let days: Vec<String> = story.tasks().into_values().map(|(day, ..)| day).collect();
    assert!(days.iter().all(|day| day.as_str() >= "2026-12-18"), "{days:?}");
    // 45 and 20 business days before the close date are over.
    assert_eq!(story.of_task("mutual-plan", "ActivityDate"), "2026-12-18");
    assert_eq!(story.of_task("mutual-plan", "RevLoops_Play_Day__c"), "2026-11-04");
    // Time passes, and the same plan stays: a milestone that is late is late, and does not run ahead of its owner.
    story.world.pass(SignedDuration::from_hours(24 * 7));
    assert_eq!(story.told("m2").await.unwrap().reply["status"], "unchanged");
    assert_eq!(story.of_task("mutual-plan", "ActivityDate"), "2026-12-18");
}
