//! What is odd and may be meant: a warning, and the config is good all the same.

use super::*;

/// What is warned of; there must be no error.
fn warnings(changed: &Changed) -> (Checked, Vec<String>) {
    let checked = changed.checked();
    assert!(checked.problems.is_empty(), "{}", checked.problems);
    let said = checked.problems.warnings().iter().map(ToString::to_string).collect();
    (checked, said)
}

#[test]
fn leads_that_fall_through_a_rule_for_want_of_a_territory_or_its_owner_are_shown() {
    let in_no_territory = "the lead is in no territory: for example {";
    for (changed, wanted) in [
        (
            Changed::shipped().with_rule(
                "planted",
                65,
                "{field: band, is: D}",
                "type: territory_owner, role: account_executive",
            ),
            in_no_territory,
        ),
        (
            Changed::shipped().replaced(
                "rules.yaml",
                "- {field: territory, present: true}",
                "- {field: country, present: true}",
            ),
            in_no_territory,
        ),
        (
            Changed::shipped().replaced(
                "territories.yaml",
                "      account_executive: aiko.tanaka@northfield.example",
                "      {}",
            ),
            "the territory `apac` has no account executive, nor has one above it: for example {",
        ),
    ] {
        let (checked, said) = warnings(&changed);
        let found = said.iter().find(|said| said.contains(wanted)).unwrap_or_else(|| panic!("{wanted}\nin {said:#?}"));
        let rule = found.split('`').nth(1).unwrap();
        checked.put(|rules, territories| {
            let lead = lead_in(found, territories);
            let place = territories.territories.find(&lead);
            assert_eq!(place.map(|one| one.id.as_str()), wanted.contains("apac").then_some("apac"), "{found}");
            let holding = holding(rules, &lead);
            let at = holding.iter().position(|(id, _)| id == rule).unwrap();
            assert!(holding[..at].iter().all(|(_, falls_through)| *falls_through), "{found}: {holding:?}");
            let next = found.split_once(" falls through to `").unwrap().1;
            assert!(next.starts_with(&format!("{}`", holding[at + 1].0)), "{found}: {holding:?}");
        });
    }
}

#[test]
fn an_owner_who_is_gone_for_good_is_told_with_a_lead_that_falls_through() {
    let changed = Changed::shipped().replaced(
        "team.yaml",
        "{login: helen.brandt@northfield.example, ",
        "{login: helen.brandt@northfield.example, away: [{from: 2026-01-01, to: 2099-01-01}], ",
    );
    let (_, said) = warnings(&changed);
    let wanted = "`helen.brandt@northfield.example` is on leave until 2099-01-01: for example {employees: 5000} falls \
                  through to `everybody-else`";
    assert!(said.iter().any(|said| said.contains(wanted)), "{said:#?}");
}

#[test]
fn what_nothing_names_is_told() {
    for (file, entry, wanted) in [
        ("pools.yaml", "{id: spare, members: [{login: eva@northfield.example, weight: 1}]}", "pool `spare`"),
        ("lists.yaml", "{id: spare, description: none, values: [a.example]}", "list `spare`"),
        ("calendars.yaml", "{id: spare, holidays: [{on: 2026-12-24, name: Eve}]}", "calendar `spare`"),
    ] {
        let (_, said) = warnings(&Changed::shipped().with(file, entry));
        assert_eq!(said.len(), 1, "{said:#?}");
        assert!(
            said[0].starts_with(&format!("{file}:")) && said[0].contains(&format!("the {wanted} is of no use")),
            "{said:?}"
        );
    }
    for (file, from, to, wanted) in [
        (
            "team.yaml",
            "hours:\n",
            "hours:\n  - {id: spare, week: [{days: [mon], from: \"09:00\", to: \"10:00\"}]}\n",
            "week `spare`",
        ),
        ("team.yaml", "teams:\n", "teams:\n  - {id: spare, per_day: 3}\n", "team `spare`"),
        ("territories.yaml", "[account_executive]", "[account_executive, spare]", "role `spare`"),
    ] {
        let (_, said) = warnings(&Changed::shipped().replaced(file, from, to));
        assert_eq!(said.len(), 1, "{said:#?}");
        assert!(said[0].contains(&format!("the {wanted} is of no use")), "{said:?}");
    }
}

#[test]
fn somebody_whom_nothing_names_is_told_where_accounts_give_no_leads() {
    let spare = |changed: Changed| changed.with("team.yaml", "{login: eva@northfield.example}");
    assert_eq!(warnings(&spare(Changed::shipped())).1, [""; 0], "the owner of some account, for all that is known");
    let changed = Changed::shipped().replaced(
        "rules.yaml",
        "{type: account_owner, or_parent: true}",
        "{type: round_robin, pool: inbound-sdr}",
    );
    let (_, said) = warnings(&spare(changed));
    assert_eq!(said.len(), 1, "{said:#?}");
    assert!(
        said[0].contains("`eva@northfield.example` gets no leads: no rule, territory or pool names them"),
        "{said:?}"
    );
}
