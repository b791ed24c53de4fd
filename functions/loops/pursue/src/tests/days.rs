//! Five plays in three regions, and a close date that moves twice. The days were counted by a plain counter, day by day, of another
//! program, with the holidays typed in once more.

use super::world::{Story, story};

/// Play, country, days of its milestones: made on Friday 18 December 2026, to close on 31 March 2027.
const MADE: [(&str, &str, &str); 15] = [
    ("existing-customer", "DE", "2026-12-23 2027-02-15 2027-03-08 2027-03-25"),
    ("existing-customer", "GB", "2026-12-23 2027-02-15 2027-03-08 2027-03-25"),
    ("existing-customer", "US", "2026-12-23 2027-02-17 2027-03-10 2027-03-29"),
    ("public-sector", "DE", "2026-12-22 2027-02-01 2027-03-15 2027-03-24"),
    ("public-sector", "GB", "2026-12-22 2027-02-01 2027-03-15 2027-03-24"),
    ("public-sector", "US", "2026-12-22 2027-02-03 2027-03-17 2027-03-26"),
    ("enterprise", "DE", "2026-12-22 2026-12-30 2027-01-12 2027-01-25 2027-03-01 2027-03-15 2027-03-25"),
    ("enterprise", "GB", "2026-12-22 2026-12-31 2027-01-13 2027-01-25 2027-03-01 2027-03-15 2027-03-25"),
    ("enterprise", "US", "2026-12-22 2026-12-30 2027-01-12 2027-01-27 2027-03-03 2027-03-17 2027-03-29"),
    ("partner-sourced", "DE", "2026-12-21 2026-12-29 2027-03-11 2027-03-30"),
    ("partner-sourced", "GB", "2026-12-21 2026-12-30 2027-03-11 2027-03-30"),
    ("partner-sourced", "US", "2026-12-21 2026-12-29 2027-03-15 2027-03-30"),
    ("standard", "DE", "2026-12-21 2026-12-28 2027-03-15 2027-03-31"),
    ("standard", "GB", "2026-12-21 2026-12-29 2027-03-15 2027-03-31"),
    ("standard", "US", "2026-12-21 2026-12-28 2027-03-17 2027-03-31"),
];

/// The same, to close on 31 May 2027, which is a holiday in the United States.
const LATER: [(&str, &str, &str); 15] = [
    ("existing-customer", "DE", "2026-12-23 2027-04-15 2027-05-07 2027-05-27"),
    ("existing-customer", "GB", "2026-12-23 2027-04-16 2027-05-10 2027-05-27"),
    ("existing-customer", "US", "2026-12-23 2027-04-19 2027-05-10 2027-05-27"),
    ("public-sector", "DE", "2026-12-22 2027-04-01 2027-05-14 2027-05-26"),
    ("public-sector", "GB", "2026-12-22 2027-04-02 2027-05-17 2027-05-26"),
    ("public-sector", "US", "2026-12-22 2027-04-05 2027-05-17 2027-05-26"),
    ("enterprise", "DE", "2026-12-22 2026-12-30 2027-01-12 2027-03-23 2027-04-29 2027-05-14 2027-05-27"),
    ("enterprise", "GB", "2026-12-22 2026-12-31 2027-01-13 2027-03-24 2027-04-30 2027-05-17 2027-05-27"),
    ("enterprise", "US", "2026-12-22 2026-12-30 2027-01-12 2027-03-29 2027-05-03 2027-05-17 2027-05-27"),
    ("partner-sourced", "DE", "2026-12-21 2026-12-29 2027-05-12 2027-05-28"),
    ("partner-sourced", "GB", "2026-12-21 2026-12-30 2027-05-13 2027-05-28"),
    ("partner-sourced", "US", "2026-12-21 2026-12-29 2027-05-13 2027-05-28"),
    ("standard", "DE", "2026-12-21 2026-12-28 2027-05-14 2027-05-31"),
    ("standard", "GB", "2026-12-21 2026-12-29 2027-05-17 2027-05-31"),
    ("standard", "US", "2026-12-21 2026-12-28 2027-05-17 2027-05-28"),
];

/// The same, to close on 1 March 2027.
const EARLIER: [(&str, &str, &str); 15] = [
    ("existing-customer", "DE", "2026-12-23 2027-01-18 2027-02-08 2027-02-25"),
    ("existing-customer", "GB", "2026-12-23 2027-01-18 2027-02-08 2027-02-25"),
    ("existing-customer", "US", "2026-12-23 2027-01-18 2027-02-08 2027-02-25"),
    ("public-sector", "DE", "2026-12-22 2027-01-04 2027-02-15 2027-02-24"),
    ("public-sector", "GB", "2026-12-22 2027-01-04 2027-02-15 2027-02-24"),
    ("public-sector", "US", "2026-12-22 2027-01-04 2027-02-15 2027-02-24"),
    ("enterprise", "DE", "2026-12-22 2026-12-30 2027-01-12 2026-12-24 2027-02-01 2027-02-15 2027-02-25"),
    ("enterprise", "GB", "2026-12-22 2026-12-31 2027-01-13 2026-12-23 2027-02-01 2027-02-15 2027-02-25"),
    ("enterprise", "US", "2026-12-22 2026-12-30 2027-01-12 2026-12-24 2027-02-01 2027-02-15 2027-02-25"),
    ("partner-sourced", "DE", "2026-12-21 2026-12-29 2027-02-11 2027-02-26"),
    ("partner-sourced", "GB", "2026-12-21 2026-12-30 2027-02-11 2027-02-26"),
    ("partner-sourced", "US", "2026-12-21 2026-12-29 2027-02-11 2027-02-26"),
    ("standard", "DE", "2026-12-21 2026-12-28 2027-02-15 2027-03-01"),
    ("standard", "GB", "2026-12-21 2026-12-29 2027-02-15 2027-03-01"),
    ("standard", "US", "2026-12-21 2026-12-28 2027-02-15 2027-03-01"),
];

fn checked(story: &Story, play: &str, country: &str, days: &str, when: &str) {
    assert_eq!(story.days(play), days, "{play} in {country}, {when}");
}

#[tokio::test]
async fn milestones_have_the_days_that_the_play_gives_by_the_region_s_business_days() {
    for (play, country, days) in MADE {
        let story = story(play, country);
        let reply = story.told("m1").await.unwrap().reply;
        assert_eq!((reply["status"].as_str(), reply["play"].as_str()), (Some("started"), Some(play)));
        checked(&story, play, country, days, "made");
        assert_eq!(story.of_deal("RevLoops_Play__c"), play);
        assert_eq!(story.events(), ["play.started"], "{play} in {country}");
    }
}

#[tokio::test]
async fn a_close_date_moved_twice_moves_what_is_open_and_leaves_what_is_ticked_off() {
    for (((play, country, made), (.., later)), (.., earlier)) in MADE.into_iter().zip(LATER).zip(EARLIER) {
        let story = story(play, country);
        story.told("m1").await.unwrap();
        let first = story.tasks().keys().find(|key| made_first(made, &story, key)).unwrap().clone();
        let first = first.split('/').nth(1).unwrap().to_owned();
        story.done(&first);
        let ticked_off = story.of_task(&first, "ActivityDate");
        story.deal("CloseDate", "2027-05-31");
        story.told("m2").await.unwrap();
        checked(&story, play, country, later, "moved once");
        story.deal("CloseDate", "2027-03-01");
        story.told("m3").await.unwrap();
        checked(&story, play, country, earlier, "moved twice");
        // The same task for good: as many as the play has milestones, and the one that is done as it was.
        assert_eq!(story.tasks().len(), made.split(' ').count());
        assert_eq!(story.of_task(&first, "ActivityDate"), ticked_off);
        assert_eq!(story.of_task(&first, "Status"), "Completed");
    }
}

/// Whether it is the milestone that is due first.
fn made_first(made: &str, story: &Story, key: &str) -> bool {
    made.split(' ').min() == Some(story.tasks()[key].0.as_str())
}
