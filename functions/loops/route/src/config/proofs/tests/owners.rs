//! Owners whom the CRM does not know or who have left, each with a lead that falls through.

use revloops_domain::{OwnerId, UserId};
use revloops_loopkit::ports::{CrmUser, Queue};

use super::*;
use crate::config::check_owners;
use crate::logic::facts::Facts;

/// What is warned of where `left` are not active and the CRM does not know `unknown`.
fn warned(left: &[&str], unknown: &[&str]) -> (Checked, Vec<String>) {
    let checked = Changed::shipped().checked();
    let config = RouteConfig::check(&checked.sources, &mut Problems::new()).unwrap();
    let mut facts = Facts::default();
    let logins: Vec<String> = config.logins().into_iter().map(str::to_owned).collect();
    let known = logins.iter().enumerate().filter(|(_, login)| !unknown.contains(&login.as_str()));
    let users = known.map(|(at, login)| CrmUser {
        id: UserId::parse(&format!("005{at:012}")).unwrap(),
        login: login.clone(),
        name: login.split('.').next().unwrap().to_owned(),
        active: !left.contains(&login.as_str()),
    });
    facts.know_users(&logins, users.collect());
    for queue in config.queues() {
        let id = OwnerId::parse("00G000000000001").unwrap();
        let found = Queue { id, developer_name: queue.to_owned(), name: queue.to_owned() };
        facts.know_queue(queue, if unknown.contains(&queue) { Vec::new() } else { vec![found] });
    }
    let mut problems = Problems::new();
    check_owners(&checked.sources, &facts, &mut problems);
    assert!(problems.is_empty(), "{problems}");
    (checked, problems.warnings().iter().map(ToString::to_string).collect())
}

#[test]
fn where_everybody_is_there_nothing_is_said() {
    assert_eq!(warned(&[], &[]).1, [""; 0]);
}

#[test]
fn who_has_left_or_is_not_known_is_told_with_a_lead_that_falls_through() {
    for (left, unknown, file, wanted) in [
        (
            vec!["rob.gone@northfield.example"],
            vec![],
            "territories.yaml",
            "rob (`rob.gone@northfield.example`) is not active in the CRM, and is the account executive of \
             `latin-america`: for example {",
        ),
        (
            vec![],
            vec!["james.hart@northfield.example"],
            "rules.yaml",
            "the CRM does not know `james.hart@northfield.example`: for example {",
        ),
        (vec![], vec!["Partner_Desk"], "rules.yaml", "the CRM has no queue `Partner_Desk`: for example {"),
        (vec![], vec!["RevLoops_Triage"], "rules.yaml", "the CRM has no queue `RevLoops_Triage`: for example {"),
        (
            vec!["james.hart@northfield.example", "susan.ortiz@northfield.example", "aiko.tanaka@northfield.example"],
            vec![],
            "rules.yaml",
            "nobody can be picked from the pool `customer-desk`: no member can own records: for example {",
        ),
    ] {
        let (checked, said) = warned(&left, &unknown);
        let found = said.iter().find(|said| said.contains(wanted)).unwrap_or_else(|| panic!("{wanted}\nin {said:#?}"));
        assert!(found.starts_with(&format!("{file}:")) && !found.starts_with(&format!("{file}:0")), "{found}");
        checked.put(|rules, territories| {
            let lead = lead_in(found, territories);
            let holding = holding(rules, &lead);
            let (rule, next) = found.split_once(" falls through `").unwrap().1.split_once("` ").unwrap();
            let at = holding.iter().position(|(id, _)| id == rule).unwrap_or_else(|| panic!("{found}: {holding:?}"));
            match holding.get(at + 1) {
                Some((id, _)) => assert!(next.starts_with(&format!("to `{id}`")), "{found}: {holding:?}"),
                None => assert!(next.starts_with("and has no owner"), "{found}"),
            }
        });
    }
}

#[test]
fn a_member_of_a_pool_who_has_left_is_told_though_no_lead_is_lost() {
    let (_, said) = warned(&["tom.becker@northfield.example"], &[]);
    assert_eq!(said.len(), 1, "{said:#?}");
    let wanted = "tom (`tom.becker@northfield.example`) is not active in the CRM, and is never picked; ";
    assert!(said[0].starts_with("pools.yaml:") && said[0].contains(wanted), "{said:?}");
}
