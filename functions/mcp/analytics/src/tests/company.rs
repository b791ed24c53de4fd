use std::collections::BTreeSet;

use proptest::prelude::*;
use revloops_identity::Role;
use revloops_query::Visibility;

use crate::{Company, View};

fn pairs<C: FromIterator<(String, String)>>(pairs: &[(&str, &str)]) -> C {
    pairs.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect()
}

fn seen(view: &View) -> Vec<&str> {
    let Visibility::Owners(owners) = &view.visibility else { panic!("everything") };
    owners.iter().map(String::as_str).collect()
}

/// Ada leads Ben, who leads Cem; by role Ada stands above Dee; by territory Ada's is above Eve's. Fay is beside.
fn company() -> Company {
    Company {
        managers: pairs(&[("ben", "ada"), ("cem", "ben"), ("fay", "gus")]),
        roles: pairs(&[("ada", "vp"), ("dee", "rep"), ("fay", "other"), ("hal", "vp")]),
        roles_above: pairs(&[("rep", "lead"), ("lead", "vp"), ("other", "ceo"), ("vp", "ceo")]),
        territories_above: pairs(&[("dach", "emea"), ("berlin", "dach"), ("nordics", "emea")]),
        places: pairs(&[("ada", "dach"), ("eve", "berlin"), ("ian", "dach"), ("fay", "nordics")]),
        queues: pairs(&[("q-cem", "cem"), ("q-fay", "fay"), ("q-ada", "ada")]),
    }
}

#[test]
fn a_manager_sees_those_below_by_manager_by_role_and_by_territory_with_their_queues() {
    let view = company().view("ada", Role::Manager);
    assert_eq!(seen(&view), ["ada", "ben", "cem", "dee", "eve", "q-ada", "q-cem"]);
    assert_eq!((view.below, view.queues), (4, 2));
    assert_eq!(view.in_words(), "your own records, those of 4 people below you, and those of 2 queues");
    assert_eq!(seen(&company().view("ben", Role::Manager)), ["ben", "cem", "q-cem"]);
}

#[test]
fn a_rep_sees_their_own_and_operations_everything() {
    let view = company().view("ada", Role::Rep);
    assert_eq!(seen(&view), ["ada", "q-ada"]);
    assert_eq!(view.in_words(), "your own records, and those of one queue");
    assert_eq!(seen(&company().view("nobody", Role::Manager)), ["nobody"]);
    for role in [Role::Operations, Role::Administrator] {
        assert_eq!(company().view("ada", role).visibility, Visibility::All);
    }
}

#[test]
fn a_circle_ends_and_makes_nobody_their_own_manager() {
    let circle = Company { managers: pairs(&[("ada", "ben"), ("ben", "ada"), ("cem", "ben")]), ..Company::default() };
    assert_eq!(seen(&circle.view("ada", Role::Manager)), ["ada", "ben", "cem"]);
    assert_eq!(circle.view("ada", Role::Manager).below, 2);
    assert_eq!(seen(&circle.view("cem", Role::Manager)), ["cem"]);
}

const PEOPLE: [&str; 7] = ["a", "b", "c", "d", "e", "f", "g"];

proptest! {
    #[test]
    fn who_is_seen_is_who_is_reached_going_down(above in proptest::collection::vec((0..7_usize, 0..7_usize), 0..9), top in 0..7_usize) {
        let managers: Vec<(&str, &str)> = above.iter().map(|(one, other)| (PEOPLE[*one], PEOPLE[*other])).collect();
        let company = Company { managers: pairs(&managers), ..Company::default() };
        // Step by step downwards, while the company looks upwards.
        let mut reached = BTreeSet::from([PEOPLE[top]]);
        loop {
            let next: BTreeSet<&str> = company.managers.iter().filter(|(_, above)| reached.contains(above.as_str())).map(|(one, _)| one.as_str()).collect();
            let before = reached.len();
            reached.extend(next);
            if reached.len() == before { break }
        }
        let view = company.view(PEOPLE[top], Role::Manager);
        prop_assert_eq!(seen(&view), reached.into_iter().collect::<Vec<_>>());
    }
}
