//! What people have changed stays theirs.

use revloops_testkit::user_id;

use super::world::story;

#[tokio::test]
async fn a_day_an_owner_or_a_status_that_a_person_gave_stays_when_the_close_date_moves() {
    let story = story("enterprise", "DE");
    story.told("m1").await.unwrap();
    story.task("signature", "ActivityDate", "2027-03-22");
    story.task("deal-review", "OwnerId", user_id(9).as_str());
    story.task("proposal", "Status", "Deferred");
    story.deal("CloseDate", "2027-05-31");
    story.told("m2").await.unwrap();
    assert_eq!(story.of_task("signature", "ActivityDate"), "2027-03-22");
    assert_eq!(story.of_task("proposal", "ActivityDate"), "2027-03-01");
    // The owner is theirs, the day is still ours to move.
    assert_eq!(story.of_task("deal-review", "OwnerId"), user_id(9).to_string());
    assert_eq!(story.of_task("deal-review", "ActivityDate"), "2027-05-14");
    assert_eq!(story.of_task("mutual-plan", "ActivityDate"), "2027-03-23");
    assert_eq!(story.told("m3").await.unwrap().reply["status"], "unchanged");
}

#[tokio::test]
async fn a_task_that_a_person_deleted_does_not_come_back() {
    let story = story("standard", "DE");
    story.told("m1").await.unwrap();
    story.delete("demonstration");
    story.deal("CloseDate", "2027-05-31");
    story.told("m2").await.unwrap();
    assert_eq!(story.tasks().len(), 3);
    assert_eq!(story.days("standard"), "2026-12-21 – 2027-05-14 2027-05-31");
}

#[tokio::test]
async fn a_task_that_a_person_changed_is_not_closed_with_its_play() {
    let story = story("standard", "DE");
    story.told("m1").await.unwrap();
    story.task("offer", "ActivityDate", "2027-03-18");
    story.deal("StageName", "Closed Lost");
    story.told("m2").await.unwrap();
    assert_eq!(story.of_task("offer", "Status"), "Not Started");
    assert_eq!(story.of_task("decision", "Status"), "Completed");
}

#[tokio::test]
async fn who_has_a_task_in_hand_gets_its_new_day_and_keeps_it_in_hand() {
    let story = story("standard", "DE");
    story.told("m1").await.unwrap();
    story.task("offer", "Status", "In Progress");
    story.deal("CloseDate", "2027-05-31");
    story.told("m2").await.unwrap();
    assert_eq!(story.of_task("offer", "Status"), "In Progress");
    assert_eq!(story.of_task("offer", "ActivityDate"), "2027-05-14");
}
