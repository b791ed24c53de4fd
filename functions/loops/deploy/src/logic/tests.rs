//! Plans: what changes, what stays and why, and how it is told.

mod placing;
mod printed;

use revloops_domain::UserId;
use revloops_loopkit::ports::{AssociationCause, PlacementMove};
use revloops_testkit::{account_id, user_id};
use serde_json::json;

use super::plan::{By, Hold, Step};
use crate::testing::*;

#[tokio::test]
async fn a_crm_that_is_as_the_scenario_wants_it_gives_an_empty_plan() {
    let (world, europe) = (world(), scenario("s", EUROPE));
    add(&world, [account(1, "DE"), account(2, "SE")]);
    brought(&world, &config(), &europe, "r-1").await;
    let plan = planned(&world, &config(), &europe).await;
    assert!(plan.is_empty(), "{:?}", plan.steps);
    assert_eq!(plan.counts.steps(), 0);
}

#[tokio::test]
async fn an_empty_model_gets_territories_parents_first_then_people_then_accounts() {
    let (world, europe) = (world(), scenario("s", EUROPE));
    add(&world, [account(1, "DE"), account(2, "PL")]);
    let plan = planned(&world, &config(), &europe).await;
    let keys: Vec<String> = plan.steps.iter().map(Step::key).collect();
    let (anna, ben, cleo) = (user_id(1), user_id(2), user_id(3));
    let wanted = [
        "create/emea".to_owned(),
        "create/us-west".to_owned(),
        "create/us-east".to_owned(),
        "create/dach".to_owned(),
        "create/nordics".to_owned(),
        format!("user-in/us-west/{anna}"),
        format!("user-in/dach/{anna}"),
        format!("user-in/dach/{ben}"),
        format!("user-in/nordics/{cleo}"),
        format!("account-in/dach/{}", account_id(1)),
    ];
    assert_eq!(keys, wanted);
    assert_eq!(plan.counts.unplaced, 1, "no territory is for Poland");
    assert_eq!(plan.chunks().iter().map(|chunk| chunk.len()).collect::<Vec<_>>(), [3, 2, 4, 1]);
}

#[tokio::test]
async fn the_same_facts_give_the_same_plan_and_hash_and_a_stored_plan_keeps_its_hash() {
    let (world, europe) = (world(), scenario("s", EUROPE));
    add(&world, [account(1, "DE")]);
    let (one, other) = (planned(&world, &config(), &europe).await, planned(&world, &config(), &europe).await);
    assert_eq!(one, other);
    let stored: super::plan::Plan = serde_json::from_str(&serde_json::to_string(&one).unwrap()).unwrap();
    assert_eq!((stored.hash(), &stored), (one.hash(), &one));
    add(&world, [account(2, "SE")]);
    assert_ne!(planned(&world, &config(), &europe).await.hash(), one.hash());
}

#[tokio::test]
async fn a_territory_of_our_developer_name_is_taken_over_and_one_that_is_none_of_ours_is_left_alone() {
    let (world, europe) = (world(), scenario("s", EUROPE));
    by_hand(&world, "us_west", None);
    by_hand(&world, "Partners", None);
    let plan = planned(&world, &config(), &europe).await;
    let Step::ChangeTerritory(change) = &plan.steps[0] else { panic!("{:?}", plan.steps[0]) };
    assert_eq!((change.id.as_str(), change.before.revloops_id.as_ref()), ("us-west", None));
    assert_eq!(change.after.revloops_id.as_deref(), Some("us-west"));
    assert_eq!(plan.unmanaged.iter().map(|place| place.name.as_str()).collect::<Vec<_>>(), ["Partners"]);
    brought(&world, &config(), &europe, "r-1").await;
    assert!(world.with(|memory| memory.crm.named("Partners").is_some()));
}

#[tokio::test]
async fn another_role_is_out_and_in_and_people_who_are_not_there_are_named() {
    let (world, europe) = (world(), scenario("s", EUROPE));
    brought(&world, &config(), &europe, "r-1").await;
    world.with(|memory| {
        memory.users[1].active = false;
        let id = memory.crm.named("dach").unwrap().id.clone();
        let anna = user_id(1);
        let one = memory.crm.users.values_mut().find(|one| one.territory_id == id && one.user_id == anna).unwrap();
        one.role = Some("Sales Rep".to_owned());
    });
    let plan = planned(&world, &config(), &europe).await;
    let keys: Vec<String> = plan.steps.iter().map(Step::key).collect();
    let (anna, ben) = (user_id(1), user_id(2));
    assert_eq!(
        keys,
        [format!("user-out/dach/{anna}"), format!("user-out/dach/{ben}"), format!("user-in/dach/{anna}"),]
    );
    assert_eq!(plan.absent.iter().map(|one| one.why.as_str()).collect::<Vec<_>>(), ["not active"]);
    brought(&world, &config(), &europe, "r-2").await;
    assert_eq!(roles_of(&world, "dach"), [(anna, Some("Owner".to_owned()))]);
}

#[tokio::test]
async fn whose_seat_is_in_a_territory_comes_into_it_where_the_levers_say_so() {
    let seats = "
roster:
  - {id: a, person: Dora@acme.example, profile: ae, segment: all, territory: dach, starts: 2027-01-01, ends: 2027-02-28}
  - {id: b, person: dora@acme.example, profile: ae, segment: all, territory: nordics, starts: 2027-03-01}
";
    let (world, with_seats) = (world(), scenario("s", &format!("{EUROPE}{seats}")));
    brought(&world, &config_with("people: {", "people: {roster: true, "), &with_seats, "r-1").await;
    let dora: (UserId, Option<String>) = (user_id(4), None);
    assert!(roles_of(&world, "dach").contains(&dora));
    assert!(!roles_of(&world, "nordics").contains(&dora), "that seat begins in March");
}

/// A world in which all accounts are in DACH, and the scenario gives `country` of them to the Nordics.
async fn moved_to_nordics(
    accounts: Vec<revloops_loopkit::ports::PlacedAccount>,
) -> (revloops_testkit::TestWorld, revloops_scenario::Resolved) {
    let world = world();
    add(&world, accounts);
    brought(&world, &config(), &scenario("s", EUROPE), "r-0").await;
    let moved = EUROPE.replace("[DE, AT, CH]", "[AT]").replace("[SE, DK]", "[SE, DK, DE]");
    (world, scenario("t", &moved))
}

#[tokio::test]
async fn customers_open_opportunities_and_recent_moves_hold_an_account_where_it_is() {
    let (mut customer, mut open, mut recent) = (account(1, "DE"), account(2, "DE"), account(3, "DE"));
    customer.account.kind = Some("customer - direct".to_owned());
    open.open_opportunities = 2;
    recent.account.kind = Some("Prospect".to_owned());
    let (world, moved) = moved_to_nordics(vec![customer, open, recent, account(4, "DE")]).await;
    let at = "2027-01-20T12:00:00Z".parse().unwrap();
    world.with(|memory| {
        memory.placements.moved.insert(account_id(3), at);
        memory.placements.moved.insert(account_id(4), "2026-12-20T12:00:00Z".parse().unwrap());
    });
    let plan = planned(&world, &config(), &moved).await;
    let why: Vec<Hold> = plan.held.iter().map(|held| held.why.clone()).collect();
    assert_eq!(
        why,
        [
            Hold::Customer { kind: "customer - direct".to_owned() },
            Hold::OpenOpportunities { count: 2 },
            Hold::MovedRecently { at },
        ]
    );
    assert_eq!(plan.counts.accounts_moved, 1, "the fourth was moved long ago");
    let Step::AccountIn(step) = &plan.steps[0] else { panic!("{:?}", plan.steps) };
    assert_eq!((step.territory.id.as_str(), &step.account), ("nordics", &account_id(4)));
    assert_eq!(step.other.as_ref().unwrap().id, "dach");
}

#[tokio::test]
async fn a_hold_is_nothing_to_an_account_without_a_territory() {
    let (world, europe) = (world(), scenario("s", EUROPE));
    let mut customer = account(1, "DE");
    customer.account.kind = Some("Customer - Direct".to_owned());
    customer.open_opportunities = 1;
    add(&world, [customer]);
    brought(&world, &config(), &europe, "r-1").await;
    assert_eq!(places(&world, &account_id(1)), ["dach"]);
}

#[tokio::test]
async fn over_the_cap_the_largest_move_and_the_others_wait_for_the_next_plan() {
    let accounts = (1..=10).map(|number| {
        let mut one = account(number, "DE");
        one.account.employees = Some(number * 10);
        one
    });
    let (world, moved) = moved_to_nordics(accounts.collect()).await;
    for (cap, moves) in [
        ("{moved_accounts: 3}", 3),
        ("{moved_accounts: 9, moved_percent: 20}", 2),
        ("{moved_percent: 1}", 1),
        ("{moved_percent: 0}", 0),
    ] {
        let config = config_with("people:", &format!("cap: {cap}\npeople:"));
        let plan = planned(&world, &config, &moved).await;
        assert_eq!((plan.counts.accounts_moved, plan.counts.waiting), (moves, 10 - moves), "{cap}");
        if let Some(Step::AccountIn(first)) = plan.steps.first() {
            assert_eq!(first.account, account_id(10));
        }
    }
}

#[tokio::test]
async fn a_named_account_goes_where_it_is_named_whatever_holds_it_and_stays_there() {
    let mut open = account(1, "DE");
    open.open_opportunities = 1;
    let (world, _) = moved_to_nordics(vec![open]).await;
    let named = format!("{EUROPE}named_accounts:\n  - {{account: {}, territory: us-east}}\n", account_id(1));
    let named = scenario("n", &named);
    let plan = planned(&world, &config(), &named).await;
    let Step::AccountIn(step) = &plan.steps[0] else { panic!("{:?}", plan.steps) };
    assert_eq!((step.territory.id.as_str(), &step.by), ("us-east", &By::Name));
    brought(&world, &config(), &named, "r-1").await;
    let plan = planned(&world, &config(), &named).await;
    assert!(plan.is_empty());
    assert_eq!(plan.held.iter().map(|held| &held.why).collect::<Vec<_>>(), [&Hold::Named], "its country is DACH's");
}

#[tokio::test]
async fn what_the_crm_s_own_rules_placed_and_what_is_in_territories_of_others_is_left_alone() {
    let (world, europe) = (world(), scenario("s", EUROPE));
    brought(&world, &config(), &europe, "r-0").await;
    by_hand(&world, "Partners", None);
    add(&world, [account(1, "DE"), account(2, "DE"), account(3, "DE")]);
    put(&world, &account_id(2), "Partners");
    world.with(|memory| {
        let (dach, nordics) =
            (memory.crm.named("dach").unwrap().id.clone(), memory.crm.named("nordics").unwrap().id.clone());
        memory.crm.place(&dach, &account_id(1), AssociationCause::Org);
        memory.crm.place(&nordics, &account_id(3), AssociationCause::Org);
    });
    let plan = planned(&world, &config(), &europe).await;
    let keys: Vec<String> = plan.steps.iter().map(Step::key).collect();
    assert_eq!(keys, [format!("account-in/dach/{}", account_id(3))], "ours beside the org's, which stays");
    assert_eq!(plan.left_alone, 1);
    let config = config_with("territory_type:", "places_accounts_of_others: true\nterritory_type:");
    brought(&world, &config, &europe, "r-1").await;
    assert_eq!(places(&world, &account_id(2)), ["Partners", "dach"]);
    assert_eq!(places(&world, &account_id(3)), ["dach", "nordics"]);
}

#[tokio::test]
async fn a_territory_is_retired_once_it_is_empty_and_not_before() {
    let mut open = account(1, "SE");
    open.open_opportunities = 1;
    let world = world();
    add(&world, [open, account(2, "SE")]);
    brought(&world, &config(), &scenario("s", EUROPE), "r-0").await;
    let without = EUROPE.lines().filter(|line| !line.contains("nordics")).collect::<Vec<_>>().join("\n");
    let without = scenario("w", &without.replace("CH]", "CH, SE]"));
    let plan = brought(&world, &config(), &without, "r-1").await;
    assert_eq!(plan.kept.iter().map(|kept| kept.why.as_str()).collect::<Vec<_>>(), ["1 of its accounts stay for now"]);
    assert_eq!(roles_of(&world, "nordics").len(), 1, "while accounts are in it, somebody looks after them");
    world.with(|memory| {
        memory.crm.accounts.get_mut(&account_id(1)).unwrap().open_opportunities = 0;
    });
    let plan = brought(&world, &config(), &without, "r-2").await;
    assert_eq!(plan.counts.territories_retired, 1);
    assert!(world.with(|memory| memory.crm.named("nordics").is_none()));
    assert!(planned(&world, &config(), &without).await.is_empty());
}

#[tokio::test]
async fn a_territory_with_a_territory_of_others_or_with_accounts_of_the_crm_s_rules_is_kept() {
    let world = world();
    add(&world, [account(1, "SE")]);
    brought(&world, &config(), &scenario("s", EUROPE), "r-0").await;
    by_hand(&world, "Sami", Some("nordics"));
    world.with(|memory| {
        let west = memory.crm.named("us_west").unwrap().id.clone();
        memory.crm.place(&west, &account_id(1), AssociationCause::Org);
    });
    let only = "
territories:
  - {id: dach, name: DACH, when: {field: country, in: [DE, AT, CH, SE]}}
";
    let plan = planned(&world, &config(), &scenario("o", only)).await;
    let kept: Vec<(&str, &str)> =
        plan.kept.iter().map(|kept| (kept.territory.name.as_str(), kept.why.as_str())).collect();
    assert_eq!(
        kept,
        [
            ("EMEA", "Nordics stays, which lies in it"),
            ("US West", "the CRM's own rules keep 1 accounts in it"),
            ("Nordics", "a territory that is none of ours lies in it"),
        ]
    );
    assert_eq!(plan.counts.territories_retired, 1, "US East");
    assert!(plan.steps.iter().any(|step| step.key() == "move/dach"), "it comes out of EMEA");
}

#[tokio::test]
async fn a_tree_that_is_turned_over_is_moved_from_its_new_top_down() {
    let before = "
territories:
  - {id: a, name: A, when: {field: country, is: DE}}
  - {id: b, parent: a, name: B, when: {field: country, is: FR}}
  - {id: c, parent: b, name: C, when: {field: country, is: SE}}
";
    let after = "
territories:
  - {id: a, parent: b, name: A, when: {field: country, is: DE}}
  - {id: b, parent: c, name: B, when: {field: country, is: FR}}
  - {id: c, name: C, when: {field: country, is: SE}}
";
    let world = world();
    brought(&world, &config(), &scenario("s", before), "r-0").await;
    let after = scenario("t", after);
    let plan = brought(&world, &config(), &after, "r-1").await;
    assert_eq!(plan.steps.iter().map(Step::key).collect::<Vec<_>>(), ["move/c", "move/b", "move/a"]);
    assert_eq!(plan.chunks().len(), 3);
    assert!(planned(&world, &config(), &after).await.is_empty());
}

#[tokio::test]
async fn without_an_active_model_or_our_type_nothing_is_planned_and_it_says_why() {
    let (world, europe) = (world(), scenario("s", EUROPE));
    world.with(|memory| memory.crm.types[0].0 = "Named".to_owned());
    let plan = planned(&world, &config(), &europe).await;
    assert_eq!(plan.blocked, ["the CRM has no territory type `Geography`; it has Named"]);
    world.with(|memory| memory.crm.model = None);
    let plan = planned(&world, &config(), &europe).await;
    assert_eq!(plan.blocked, ["the CRM has no active territory model: activate one"]);
    assert!(plan.is_empty());
}

#[tokio::test]
async fn for_some_accounts_only_they_are_placed_and_only_in_territories_that_are_there() {
    let (world, europe) = (world(), scenario("s", EUROPE));
    brought(&world, &config(), &europe, "r-0").await;
    let gone = world.with(|memory| {
        let id = memory.crm.named("nordics").unwrap().id.clone();
        memory.crm.delete(&id).map_err(|failure| failure.to_string())
    });
    assert_eq!(gone, Ok(()));
    add(&world, [account(1, "DE"), account(2, "SE"), account(3, "DE")]);
    let mut input = input(crate::inputs::Why::Accounts);
    input.accounts = Some(vec![account_id(1), account_id(2)]);
    let facts = looked_up(&world, &config(), &europe, &input).await.unwrap().facts;
    let plan = super::make(&config(), &europe.scenario, &facts, noon());
    let keys: Vec<String> = plan.steps.iter().map(Step::key).collect();
    assert_eq!(keys, [format!("account-in/dach/{}", account_id(1))]);
    assert!(plan.only_first_placements());
}

#[tokio::test]
async fn planted_drift_is_found_and_named() {
    let (world, europe) = (world(), scenario("s", EUROPE));
    add(&world, [account(1, "DE"), account(2, "SE")]);
    brought(&world, &config(), &europe, "r-0").await;
    put(&world, &account_id(1), "nordics");
    world.with(|memory| {
        memory.crm.placed.retain(|_, one| one.account_id != account_id(2));
        let dach = memory.crm.named("dach").unwrap().id.clone();
        let (west, east) =
            (memory.crm.named("us_west").unwrap().id.clone(), memory.crm.named("us_east").unwrap().id.clone());
        memory.crm.users.retain(|_, one| one.user_id != user_id(3));
        let dora = json!({"Territory2Id": dach, "UserId": user_id(4)});
        memory.crm.create("UserTerritory2Association", dora.as_object().unwrap()).unwrap();
        memory.crm.territories.get_mut(&dach).unwrap().name = "D-A-CH".to_owned();
        memory.crm.territories.get_mut(&west).unwrap().parent_id = Some(east);
    });
    let plan = planned(&world, &config(), &europe).await;
    let (one, two) = (account_id(1), account_id(2));
    assert_eq!(
        super::drift::differences(&plan),
        [
            "territory DACH was changed: its name is `D-A-CH` and not `DACH`".to_owned(),
            "territory US West was moved to US East, it belongs to the top".to_owned(),
            format!("{} was added to DACH", user_id(4)),
            "cleo@acme.example is missing in Nordics".to_owned(),
            format!("account {two} Company 2 is missing in Nordics"),
            format!("account {one} Company 1 is in Nordics, it belongs to DACH"),
        ]
    );
}

#[tokio::test]
async fn a_move_of_a_short_time_ago_holds_from_when_we_made_it() {
    let (world, moved) = moved_to_nordics(vec![account(1, "DE")]).await;
    brought(&world, &config(), &moved, "r-1").await;
    let noted = world.with(|memory| memory.placements.moved.clone());
    assert_eq!(
        noted.into_iter().map(|(account, at)| PlacementMove { account, at }).collect::<Vec<_>>(),
        [PlacementMove { account: account_id(1), at: noon() }]
    );
    let plan = planned(&world, &config(), &scenario("s", EUROPE)).await;
    assert_eq!(plan.counts.held, 1);
}
