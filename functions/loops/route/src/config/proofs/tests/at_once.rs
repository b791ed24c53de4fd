//! One folder with everything that can be wrong: all of it is told at once, each at its line.

use super::*;

#[test]
fn a_folder_with_mistakes_of_every_kind_is_told_of_all_of_them() {
    let changed = Changed::shipped()
        .replaced("rules.yaml", "field: employees, at_least: 5000", "field: employes, at_least: 5000")
        .replaced("rules.yaml", "type: account_owner, or_parent: true", "type: acount_owner")
        .replaced("rules.yaml", "owner: james.hart@northfield.example", "owner: James Hart")
        .replaced("territories.yaml", "in: [SE, \"NO\", DK, FI, IS]", "in: [SE, \"NO\", DK, FI, Iceland]")
        .replaced("territories.yaml", "- id: emea\n", "- id: emea\n    parent: dach\n")
        .with_rule(
            "planted",
            15,
            "{all: [{field: band, is: A}, {field: band, is: B}]}",
            "type: queue, queue: Partner_Desk",
        )
        .with_rule("hidden", 11, "{field: lead_source, is: Partner}", "type: queue, queue: Partner_Desk");
    let bomb = "lists:\n  - &a {id: a, description: d, values: [x]}\n  - &b [*a, *a, *a, *a, *a, *a, *a, *a]\n  - [*b, *b, *b, *b, *b, *b, *b, *b]\n";
    let mut files = changed.files;
    files.iter_mut().find(|(name, _)| *name == "lists.yaml").unwrap().1 = bomb.to_owned();
    let found = Changed { files }.checked();
    let said: Vec<String> = found.of("").iter().map(ToString::to_string).collect();
    for wanted in [
        "rules.yaml:36:12 rules[4].when.field: unknown field `employes`; did you mean `employees`?",
        "unknown type `acount_owner`; did you mean `account_owner`?",
        "`James Hart` is no username",
        "no country has the code `Iceland`",
        "the territory `emea` lies within itself: emea → dach → emea",
        "the rule `planted` can never fire: its conditions contradict each other",
        "the rule `hidden` can never fire: `partner-leads` in line 9 comes first and takes all that it would take",
        "lists.yaml:3:9: aliases (`*name`) are not supported; write the value out",
    ] {
        assert!(said.iter().any(|said| said.contains(wanted)), "wanted {wanted}\nin {said:#?}");
    }
    assert!(said.iter().all(|said| said.contains(".yaml:") && said.contains("; ")), "no line or no remedy: {said:#?}");
}
