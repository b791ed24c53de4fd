//! Points for what people did: what counts, how often, and what is left of it.

use jiff::{SignedDuration, Timestamp};

use revloops_loopkit::ports::{Act, ActKind};
use revloops_loopkit::record::Mode;
use revloops_loopkit::{Loop as _, Verdict};
use revloops_testkit::{AccountsInMemory, TestWorld};

use super::{at, ida, input, shipped};
use crate::inputs::QualifyFacts;
use crate::logic::{QualifyVerdict, decide};
use crate::{Qualify, QualifyConfig};

fn days_ago(days: i64) -> Timestamp {
    at() - SignedDuration::from_hours(24 * days)
}

fn campaign(campaign_type: &str, status: &str, responded: bool, days: i64) -> Act {
    let (campaign_type, status) = (Some(campaign_type.to_owned()), Some(status.to_owned()));
    let kind = ActKind::Campaign { campaign_type, status, responded };
    Act { id: format!("{campaign_type:?}{days}", campaign_type = kind), kind, at: days_ago(days) }
}

fn answered(campaign_type: &str, days: i64) -> Act {
    campaign(campaign_type, "Responded", true, days)
}

fn call(days: i64) -> Act {
    Act { id: format!("call {days}"), kind: ActKind::Activity { subtype: Some("Call".into()) }, at: days_ago(days) }
}

fn verdict(config: &QualifyConfig, acts: &[Act]) -> QualifyVerdict {
    decide(config, &ida(), &QualifyFacts { acts: acts.to_vec(), ..QualifyFacts::default() }, at()).verdict
}

fn points(acts: &[Act], behaviour: &str) -> i32 {
    verdict(&shipped(), acts).contributions.iter().find(|one| one.factor == behaviour).unwrap().points
}

#[test]
fn points_fade_by_half_in_each_half_life() {
    for (days, left) in [(0, 12), (15, 8), (30, 6), (60, 3), (120, 1), (365, 0)] {
        assert_eq!(points(&[answered("Webinar", days)], "answered_an_invitation"), left, "after {days} days");
    }
}

#[test]
fn the_newest_count_and_no_more_of_them_than_the_levers_let() {
    let acts = [answered("Webinar", 365), answered("webinar", 30), answered("Conference", 0)];
    let verdict = verdict(&shipped(), &acts);
    let webinars = verdict.contributions.iter().find(|one| one.factor == "answered_an_invitation").unwrap();
    assert_eq!(webinars.points, 18);
    assert_eq!(webinars.reason, "Came to a webinar or a fair (3 times, 2 count; last today)");
    assert_eq!(verdict.behaviour_points, 18);
}

#[test]
fn each_act_counts_for_the_first_behaviour_that_it_fits() {
    let acts = [answered("Webinar", 0), answered("Email", 0), campaign("Email", "Sent", false, 0), call(30)];
    assert_eq!(points(&acts, "answered_an_invitation"), 12);
    assert_eq!(points(&acts, "answered_a_campaign"), 6);
    assert_eq!(points(&acts, "talked_to_us"), 4);
    assert_eq!(points(&[campaign("Email", "unsubscribed", true, 0)], "opted_out"), -15);
}

#[test]
fn a_group_gives_its_cap_at_most_and_points_against_count_beside_it() {
    let mut acts = vec![answered("Webinar", 0), answered("Conference", 0), answered("Partners", 0), call(0)];
    assert_eq!(verdict(&shipped(), &acts).behaviour_points, 25);
    acts.push(campaign("Email", "Opted Out", false, 0));
    let verdict = verdict(&shipped(), &acts);
    let of = |id: &str| verdict.contributions.iter().find(|one| one.factor == id).unwrap();
    assert_eq!((of("referred").points, of("opted_out").points), (1, -15));
    let held = "Came by a referral campaign (once; last today) (+15, held to +1: behaviour gives 25 at most)";
    assert_eq!(of("referred").reason, held);
    // What counts against the lead makes room for what comes later in the file.
    assert_eq!(of("talked_to_us").points, 8);
}

#[test]
fn what_lies_ahead_by_a_clock_or_a_time_zone_is_as_new_as_can_be() {
    assert_eq!(points(&[answered("Webinar", -1)], "answered_an_invitation"), 12);
}

#[test]
fn the_record_says_what_counted_and_what_is_left_of_it() {
    let facts = QualifyFacts { acts: vec![answered("Webinar", 45)], ..QualifyFacts::default() };
    let decision = decide(&shipped(), &ida(), &facts, at());
    let reason = decision.reasons.iter().find(|one| one.what == "behaviour answered_an_invitation").unwrap();
    assert_eq!((reason.verdict, reason.points), (Verdict::Held, Some(4)));
    assert_eq!(reason.because[0].found, "Webinar, Responded, responded, 45 days ago: +4.243 left");
    let calls = decision.reasons.iter().find(|one| one.what == "behaviour talked_to_us").unwrap();
    assert_eq!((calls.verdict, calls.because[0].found.as_str()), (Verdict::Failed, "nothing"));
}

#[test]
fn the_order_in_which_acts_come_changes_nothing() {
    let mut acts = vec![answered("Webinar", 3), answered("Email", 5), call(1), answered("Webinar", 20), call(9)];
    let forwards = verdict(&shipped(), &acts);
    acts.reverse();
    assert_eq!(verdict(&shipped(), &acts), forwards);
}

#[tokio::test]
async fn acts_are_looked_up_once_kept_in_the_facts_and_give_the_same_decision_again() {
    let world = std::sync::Arc::new(TestWorld::new(at()));
    let lead = ida();
    world.with(|memory| memory.acts.insert(lead.id.to_string(), vec![answered("Webinar", 10), call(2)]));
    let qualify = Qualify {
        leads: world.clone(),
        crm: world.clone(),
        providers: Vec::new(),
        cache: world.clone(),
        spend: world.clone(),
        behaviour: world,
        accounts: std::sync::Arc::new(AccountsInMemory::default()),
    };
    let mut config = shipped();
    config.enrichment.waterfall.clear();
    let input = input(lead);
    let facts = qualify.look_up(&config, &input, at(), Mode::Live).await.unwrap().facts;
    assert_eq!(facts.acts.len(), 2);
    let first = Qualify::decide(&config, &input, &facts, at());
    assert!(first.verdict.behaviour_points > 0);
    let kept: QualifyFacts = serde_json::from_value(serde_json::to_value(&facts).unwrap()).unwrap();
    assert_eq!(Qualify::decide(&config, &input, &kept, at()).verdict, first.verdict);

    config.scoring.behaviours.retain(|one| one.id == "talked_to_us");
    let facts = qualify.look_up(&config, &input, at(), Mode::Live).await.unwrap().facts;
    assert_eq!(facts.acts.len(), 1, "campaigns are not asked for where no lever looks at them");
}

#[test]
fn facts_of_records_from_before_there_were_acts_are_still_read() {
    let mut old = serde_json::to_value(QualifyFacts::default()).unwrap();
    old.as_object_mut().unwrap().remove("acts");
    assert_eq!(serde_json::from_value::<QualifyFacts>(old).unwrap(), QualifyFacts::default());
}
