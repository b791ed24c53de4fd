//! Carrying plans out and taking them back, against a CRM in memory that can be killed at any write.

mod edits;
mod properties;

use revloops_loopkit::ports::{Direction, Ended};
use revloops_testkit::{Kill, TestWorld, account_id, user_id};

use crate::logic::plan::Plan;
use crate::testing::*;

/// Goes on after each death until the plan is through; how often the process died.
pub(super) async fn until_through(world: &TestWorld, plan: &Plan, run: &str, back: bool) -> usize {
    let mut deaths = 0;
    loop {
        let ended = carry(world, plan, run, back).await;
        if world.revive() {
            deaths += 1;
            assert!(deaths < 100, "it never gets through");
            continue;
        }
        ended.unwrap();
        return deaths;
    }
}

/// A world that is to be changed in every way: created, changed, moved and retired territories, people and accounts.
async fn before() -> TestWorld {
    let world = world();
    add(&world, (1..=12).map(|number| account(number, ["DE", "SE", "AT", "FR"][number as usize % 4])));
    brought(&world, &config(), &scenario("s", EUROPE), "r-0").await;
    by_hand(&world, "latam", None);
    world
}

const NEXT: &str = "
territories:
  - {id: world, name: World}
  - {id: emea, parent: world, name: Europe, about: all of it}
  - {id: dach, parent: emea, name: DACH, when: {field: country, in: [DE, SE]}, owners: {account_executive: dora@acme.example, engineer: anna@acme.example}}
  - {id: france, parent: emea, name: France, when: {field: country, in: [FR, AT]}, owners: {account_executive: cleo@acme.example}}
  - {id: latam, parent: world, name: LATAM, when: {field: country, is: BR}}
";

#[tokio::test]
async fn an_applied_plan_gives_the_scenario_and_applying_it_again_changes_nothing() {
    let (world, next) = (before().await, scenario("t", NEXT));
    let plan = brought(&world, &config(), &next, "r-1").await;
    let shape = world.with(|memory| memory.crm.shape());
    let names: Vec<&str> = shape.territories.iter().map(|one| one.0.as_str()).collect();
    assert_eq!(names, ["dach", "emea", "france", "latam", "world"]);
    for (number, place) in [(1, "dach"), (2, "france"), (3, "france"), (4, "dach")] {
        assert_eq!(places(&world, &account_id(number)), [place], "{number}");
    }
    assert!(planned(&world, &config(), &next).await.is_empty());
    let (ids, events) = world.with(|memory| (memory.crm.ids, memory.events.len()));
    let again = carry(&world, &plan, "r-1", false).await.unwrap();
    assert_eq!(again.written, plan.counts.steps() as u64);
    // The same plan of another run, whose journal knows of nothing: all of it is there already.
    let other = carry(&world, &plan, "r-2", false).await.unwrap();
    assert_eq!((other.written, other.refused), (0, 0), "{other:?}");
    assert_eq!(world.with(|memory| memory.crm.ids), ids);
    assert!(world.with(|memory| memory.events.len()) > events, "it is told again, under the same id");
    assert_eq!(world.with(|memory| memory.crm.shape()), shape);
}

#[tokio::test]
async fn after_a_death_at_any_write_the_next_process_comes_to_the_same_end() {
    let next = scenario("t", NEXT);
    let untouched = before().await;
    let plan = brought(&untouched, &config(), &next, "r-1").await;
    let wanted = untouched.with(|memory| memory.crm.shape());
    let mut nth = 0;
    loop {
        let mut deaths = 0;
        for after in [false, true] {
            let world = before().await;
            world.kill(Kill { nth, after });
            deaths += until_through(&world, &plan, "r-1", false).await;
            assert_eq!(world.with(|memory| memory.crm.shape()), wanted, "killed at write {nth}, after: {after}");
            assert!(planned(&world, &config(), &next).await.is_empty(), "killed at write {nth}");
        }
        if deaths == 0 {
            break;
        }
        nth += 1;
    }
    assert!(nth > 15, "{nth} writes");
}

#[tokio::test]
async fn a_plan_that_is_taken_back_leaves_what_was_there_whoever_dies_and_twice_is_once() {
    let next = scenario("t", NEXT);
    let baseline = before().await.with(|memory| memory.crm.shape());
    let mut nth = 0;
    loop {
        let mut deaths = 0;
        for after in [false, true] {
            let world = before().await;
            let plan = brought(&world, &config(), &next, "r-1").await;
            world.kill(Kill { nth, after });
            deaths += until_through(&world, &plan, "r-1", true).await;
            assert_eq!(world.with(|memory| memory.crm.shape()), baseline, "killed at write {nth}, after: {after}");
            let ids = world.with(|memory| memory.crm.ids);
            carry(&world, &plan, "r-1", true).await.unwrap();
            assert_eq!(world.with(|memory| (memory.crm.shape(), memory.crm.ids)), (baseline.clone(), ids));
        }
        if deaths == 0 {
            break;
        }
        nth += 1;
    }
    assert!(nth > 15, "{nth} writes");
}

#[tokio::test]
async fn a_plan_that_was_stopped_half_way_can_be_taken_back_and_is_not_carried_on_after() {
    let next = scenario("t", NEXT);
    let world = before().await;
    let baseline = world.with(|memory| memory.crm.shape());
    let plan = planned(&world, &config(), &next).await;
    world.kill(Kill { nth: 9, after: true });
    carry(&world, &plan, "r-1", false).await.unwrap_err();
    assert!(world.revive());
    carry(&world, &plan, "r-1", true).await.unwrap();
    assert_eq!(world.with(|memory| memory.crm.shape()), baseline);
    let failure = carry(&world, &plan, "r-1", false).await.unwrap_err();
    assert!(failure.to_string().contains("was taken back"), "{failure}");
}

#[tokio::test]
async fn what_people_changed_between_plan_and_approval_is_left_and_named() {
    let (world, next) = (before().await, scenario("t", NEXT));
    let plan = planned(&world, &config(), &next).await;
    // One account is placed by hand, one territory renamed, one person given another role, one territory filled.
    put(&world, &account_id(2), "us_east");
    world.with(|memory| {
        let emea = memory.crm.named("emea").unwrap().id.clone();
        memory.crm.territories.get_mut(&emea).unwrap().name = "E.M.E.A.".to_owned();
        let west = memory.crm.named("us_west").unwrap().id.clone();
        memory.crm.users.values_mut().filter(|one| one.user_id == user_id(2)).for_each(|one| one.role = None);
        memory.crm.place(&west, &account_id(11), revloops_loopkit::ports::AssociationCause::Manual);
    });
    let turn = carry(&world, &plan, "r-1", false).await.unwrap();
    assert_eq!(places(&world, &account_id(2)), ["us_east"]);
    assert_eq!(world.with(|memory| memory.crm.named("emea").unwrap().name.clone()), "E.M.E.A.");
    assert!(world.with(|memory| memory.crm.named("us_west").is_some()), "there is an account in it");
    let named = turn.named.join("\n");
    for said in [
        "change/emea: a person has changed it since (Name)",
        "retire/us-west: a person has changed it since: there are 1 accounts in it",
    ] {
        assert!(named.contains(said), "{named}");
    }
    let run = |chunk| revloops_loopkit::ports::ChunkRun {
        job: "territories-r-1".to_owned(),
        direction: Direction::Apply,
        chunk,
    };
    let all: Vec<Ended> = world.with(|memory| {
        (0..turn.chunks).flat_map(|chunk| memory.journal[&run(chunk)].results.clone()).map(|one| one.ended).collect()
    });
    assert_eq!(all.len(), plan.steps.len(), "each step has its result");
    assert!(!all.contains(&Ended::Refused));
}

#[tokio::test]
async fn accounts_that_came_into_a_territory_are_told_and_wait_no_more() {
    let world = world();
    add(&world, [account(1, "DE"), account(2, "SE")]);
    world.with(|memory| {
        let (account, name, why) = (account_id(1), "Company 1".to_owned(), "it has no country".to_owned());
        let one = revloops_loopkit::ports::PendingAccount { account, name, why, proposed: None, since: noon() };
        memory.placements.pending.insert(account_id(1), one);
    });
    let plan = brought(&world, &config(), &scenario("s", EUROPE), "r-1").await;
    world.with(|memory| {
        assert!(memory.placements.pending.is_empty());
        assert!(memory.placements.moved.is_empty(), "to get a first territory is no move");
        let told: Vec<&str> = memory.events.iter().map(|event| event.name.as_str()).collect();
        assert_eq!(told, ["account.assigned", "territory.synced"]);
        assert_eq!(memory.events[0].detail["accounts"].as_array().unwrap().len(), 2);
        let synced = &memory.events[1];
        assert_eq!(synced.detail["plan"], plan.hash());
        assert_eq!((&synced.detail["status"], &synced.detail["by"]), (&"applied".into(), &"helen@acme.example".into()));
        assert_eq!(synced.detail["event_id"], synced.id.as_str());
    });
}

#[tokio::test]
async fn five_thousand_accounts_survive_twenty_deaths() {
    let countries = ["DE", "AT", "CH", "SE", "DK"];
    let europe = scenario("s", EUROPE);
    let made = || {
        let world = world();
        add(&world, (1..=5000).map(|number| account(number, countries[number as usize % 5])));
        world
    };
    let untouched = made();
    let plan = brought(&untouched, &config(), &europe, "r-1").await;
    assert_eq!(plan.counts.accounts_in, 5000);
    let wanted = untouched.with(|memory| memory.crm.shape());
    // The same points each time: a plain generator, seeded.
    let (mut state, mut died) = (20_270_201_u64, 0);
    let world = made();
    while died < 20 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (nth, after) = (usize::try_from(state >> 33).unwrap() % 7, state % 2 == 0);
        world.kill(Kill { nth, after });
        let ended = carry(&world, &plan, "r-1", false).await;
        if !world.revive() {
            panic!("it was through after {died} deaths: {ended:?}");
        }
        died += 1;
    }
    carry(&world, &plan, "r-1", false).await.unwrap();
    assert_eq!(world.with(|memory| memory.crm.shape()), wanted);
    assert!(planned(&world, &config(), &europe).await.is_empty());
    carry(&world, &plan, "r-1", true).await.unwrap();
    assert_eq!(world.with(|memory| (memory.crm.territories.len(), memory.crm.placed.len())), (0, 0));
}
