//! What became of a deal's play.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use revloops_loopkit::ports::{Clock as _, Deals as _};
use revloops_loopkit::{Became, Look, Loop as _, Record, Seen};
use revloops_testkit::shipped_config;

use super::world::{Story, story};
use crate::{MilestoneOutcome, Pursue};

fn records(story: &Story) -> Vec<Record> {
    story.world.with(|memory| memory.decided().into_iter().cloned().collect())
}

async fn became(story: &Story, record: &Record) -> Became<MilestoneOutcome> {
    let looks: BTreeSet<Look> = Pursue::looks(record).unwrap().into_iter().collect();
    let mut seen = Seen::default();
    for look in looks {
        let Look::Deal(id) = look else { panic!("{look:?}") };
        let deal = story.world.deal(&id, false).await.unwrap().unwrap();
        seen.deals.insert(id, deal);
    }
    Pursue::became(&shipped_config(), record, &seen, story.world.now()).unwrap()
}

#[tokio::test]
async fn milestones_and_the_end_of_a_deal_count_once_when_they_are_ripe() {
    let story = story("standard", "DE");
    story.told("1").await.unwrap();
    let started = records(&story).into_iter().find(|record| record.decision.outcome == "started").unwrap();
    story.world.pass(SignedDuration::from_hours(24 * 6));
    story.done("first-call");
    story.told("2").await.unwrap();
    assert_eq!(became(&story, &started).await, Became::not_yet(Vec::new()), "the other milestones are still to come");
    story.deal("StageName", "Closed Lost");
    story.world.pass(SignedDuration::from_hours(24 * 60));
    let ripe = became(&story, &started).await;
    let observed: Vec<_> = ripe.observed.iter().map(|one| (one.metric.as_str(), one.bad)).collect();
    assert_eq!(observed, [("milestone_missed", true), ("lost", true)]);
    let [fact] = &ripe.facts.unwrap()[..] else { panic!("one was ticked off") };
    assert_eq!((fact.play.as_str(), fact.milestone.as_str(), fact.won), ("standard", "first-call", Some(false)));
    assert!(fact.business_days_late > 0, "{fact:?}");
    // Later looks at the deal say nothing new.
    for record in records(&story).iter().filter(|record| record.decision.outcome != "started") {
        assert_eq!(became(&story, record).await, Became::ripe(Vec::new(), None), "{}", record.decision.outcome);
    }
}

#[tokio::test]
async fn a_deal_that_took_another_play_says_nothing_of_the_first() {
    let story = story("standard", "DE");
    story.told("1").await.unwrap();
    let started = records(&story).remove(0);
    story.deal("RevLoops_Play__c", "enterprise");
    story.world.pass(SignedDuration::from_hours(24 * 61));
    assert_eq!(became(&story, &started).await, Became::ripe(Vec::new(), None));
}
