//! The printed plan, as people approve it.

use revloops_testkit::account_id;

use crate::logic::words::words;
use crate::testing::*;

#[tokio::test]
async fn the_printed_plan_says_all_that_an_approver_has_to_know() {
    let world = world();
    let mut held = account(2, "SE");
    held.open_opportunities = 2;
    add(&world, [account(1, "DE"), held, account(3, "DE"), account(4, ""), account(5, "PL")]);
    brought(&world, &config(), &scenario("s", EUROPE), "r-0").await;
    by_hand(&world, "Partners", None);
    add(&world, [account(6, "FR")]);
    let next = "
territories:
  - {id: europe, name: Europe, when: {field: country, in: [DE, FR, SE]}, owners: {account_executive: dora@acme.example, engineer: zoe@acme.example}}
  - {id: us-west, parent: europe, name: Far West, when: {all: [{field: country, is: US}, {field: state, present: true}]}, owners: {account_executive: anna@acme.example}}
";
    let config = config_with("people:", "cap: {moved_accounts: 1}\npeople:");
    let plan = planned(&world, &config, &scenario("next", next)).await;
    let text = words(&plan, 20);
    let (first, rest) = text.split_once('\n').unwrap();
    assert!(first.starts_with(&format!("plan {}   scenario next (", &plan.hash()[..12])), "{first}");
    let id = |number| account_id(number).to_string();
    let wanted = include_str!("printed.txt")
        .replace("A1", &id(1))
        .replace("A2", &id(2))
        .replace("A3", &id(3))
        .replace("A4", &id(4))
        .replace("A6", &id(6));
    assert_eq!(rest, wanted, "\n{rest}");
    let cut = words(&plan, 1);
    assert!(cut.contains("territories: 4\n  ~ Far West") && cut.contains("  … and 3 more\n"), "{cut}");
}
