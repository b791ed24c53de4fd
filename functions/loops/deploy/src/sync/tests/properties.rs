//! Any scenario after any other: applied, again, and taken back after any edits.

use std::fmt::Write as _;

use proptest::prelude::*;
use revloops_scenario::Resolved;
use revloops_testkit::{Kill, TestWorld};

use super::edits::{Edit, edit, make, merged};
use super::until_through;
use crate::testing::*;

const COUNTRIES: [&str; 7] = ["DE", "FR", "SE", "GB", "ES", "IT", "PL"];

/// A territory of a scenario: which of seven, the one that it lies in, its name's version, and who holds its roles.
#[derive(Debug, Clone)]
struct Drawn {
    number: usize,
    parent: Option<usize>,
    name: u8,
    executive: Option<u8>,
    engineer: Option<u8>,
}

fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
    let one = (
        any::<bool>(),
        proptest::option::of(any::<usize>()),
        0_u8..3,
        proptest::option::of(0_u8..4),
        proptest::option::of(0_u8..4),
    );
    proptest::collection::vec(one, 6).prop_shuffle_numbers()
}

/// Numbers in a random order, so that who lies in whom turns over from one scenario to the next.
trait ShuffleNumbers {
    fn prop_shuffle_numbers(self) -> BoxedStrategy<Vec<Drawn>>;
}

type One = (bool, Option<usize>, u8, Option<u8>, Option<u8>);

impl<S: Strategy<Value = Vec<One>> + 'static> ShuffleNumbers for S {
    fn prop_shuffle_numbers(self) -> BoxedStrategy<Vec<Drawn>> {
        (self, Just((0..6).collect::<Vec<usize>>()).prop_shuffle())
            .prop_map(|(ones, numbers)| {
                let mut territories: Vec<Drawn> = Vec::new();
                for ((there, parent, name, executive, engineer), number) in ones.into_iter().zip(numbers) {
                    let parent = parent
                        .filter(|_| !territories.is_empty())
                        .map(|parent| territories[parent % territories.len()].number);
                    if there || number == 0 {
                        territories.push(Drawn { number, parent, name, executive, engineer });
                    }
                }
                territories
            })
            .boxed()
    }
}

fn of(id: &str, drawn: &[Drawn]) -> Resolved {
    let person = |number: u8| format!("{}@acme.example", ["anna", "ben", "cleo", "dora"][usize::from(number)]);
    let mut text = "territories:\n".to_owned();
    for one in drawn {
        let parent = one.parent.map(|parent| format!(", parent: t-{parent}")).unwrap_or_default();
        let mut owners = Vec::new();
        owners.extend(one.executive.map(|number| format!("account_executive: {}", person(number))));
        owners.extend(one.engineer.map(|number| format!("engineer: {}", person(number))));
        writeln!(
            text,
            "  - {{id: t-{}, name: T{}v{}{parent}, when: {{field: country, is: {}}}, owners: {{{}}}}}",
            one.number,
            one.number,
            one.name,
            COUNTRIES[one.number],
            owners.join(", ")
        )
        .unwrap();
    }
    scenario(id, &text)
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// A world that was brought to a first scenario.
async fn brought_to(first: &[Drawn]) -> TestWorld {
    let world = world();
    add(&world, (1..16).map(|number| account(number, COUNTRIES[number as usize % 7])));
    brought(&world, &config(), &of("first", first), "r-0").await;
    world
}

/// The scenario as it must be in the CRM, told without the planner.
fn wanted(world: &TestWorld, drawn: &[Drawn]) {
    let shape = world.with(|memory| memory.crm.shape());
    assert_eq!(shape.territories.len(), drawn.len());
    for one in drawn {
        let name = format!("t_{}", one.number);
        let there =
            shape.territories.iter().find(|territory| territory.0 == name).expect("a territory of the scenario");
        assert_eq!(there.1, format!("T{}v{}", one.number, one.name));
        assert_eq!(there.4, one.parent.map(|parent| format!("t_{parent}")));
        let role = |holder: Option<u8>, role: &str| {
            holder.map(|number| (revloops_testkit::user_id(u32::from(number) + 1), Some(role.to_owned())))
        };
        let executive = role(one.executive, "Owner");
        let engineer = role(one.engineer, "engineer").filter(|_| one.engineer != one.executive);
        let mut people: Vec<_> = executive.into_iter().chain(engineer).collect();
        people.sort();
        assert_eq!(roles_of(world, &name), people);
    }
    for number in 1..16_u32 {
        let home = number as usize % 7;
        let there: Vec<String> =
            drawn.iter().filter(|one| one.number == home).map(|one| format!("t_{}", one.number)).collect();
        assert_eq!(places(world, &revloops_testkit::account_id(number)), there);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_scenario_after_any_other_is_reached_and_then_nothing_is_left_to_do(first in drawn(), second in drawn()) {
        run(async {
            let world = brought_to(&first).await;
            wanted(&world, &first);
            brought(&world, &config_with("recent_move_days: 30", "recent_move_days: 1"), &of("second", &second), "r-1").await;
            wanted(&world, &second);
            prop_assert!(planned(&world, &config(), &of("second", &second)).await.is_empty());
            Ok(())
        })?;
    }

    #[test]
    fn deaths_at_random_points_change_nothing_of_the_end(first in drawn(), second in drawn(), nth in 0_usize..40, after: bool) {
        run(async {
            let untouched = brought_to(&first).await;
            let second = of("second", &second);
            let plan = brought(&untouched, &config(), &second, "r-1").await;
            let world = brought_to(&first).await;
            world.kill(Kill { nth, after });
            until_through(&world, &plan, "r-1", false).await;
            prop_assert_eq!(world.with(|memory| memory.crm.shape()), untouched.with(|memory| memory.crm.shape()));
            Ok(())
        })?;
    }

    #[test]
    fn taken_back_the_world_is_as_before_but_for_what_people_changed(
        first in drawn(), second in drawn(), edits in proptest::collection::vec(edit(), 0..8), nth in 0_usize..60, after: bool
    ) {
        run(async {
            let world = brought_to(&first).await;
            let before = world.with(|memory| memory.crm.shape());
            let plan = brought(&world, &config(), &of("second", &second), "r-1").await;
            let then = world.with(|memory| memory.crm.shape());
            edits.iter().for_each(|edit: &Edit| make(&world, edit, &then));
            let edited = world.with(|memory| memory.crm.shape());
            world.kill(Kill { nth, after });
            until_through(&world, &plan, "r-1", true).await;
            let shape = world.with(|memory| memory.crm.shape());
            let wanted = merged(&before, &then, &edited);
            prop_assert_eq!(&shape.users, &wanted.users);
            prop_assert_eq!(&shape.accounts, &wanted.accounts);
            prop_assert_eq!(&shape.territories, &wanted.territories);
            let ids = world.with(|memory| memory.crm.ids);
            carry(&world, &plan, "r-1", true).await.unwrap();
            prop_assert_eq!(world.with(|memory| (memory.crm.shape(), memory.crm.ids)), (shape, ids));
            Ok(())
        })?;
    }
}
