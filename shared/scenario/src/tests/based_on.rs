//! Scenarios that say only what differs.

use revloops_domain::Cents;

use super::{changed, parsed, said_of, shipped, text_of};
use crate::Quota;

#[test]
fn a_scenario_has_what_its_base_has_and_what_it_says_differently() {
    let (base, derived) = (shipped("fy27-baseline").scenario, shipped("fy27-iberia").scenario);
    assert_eq!(derived.based_on, ["fy27-baseline"]);
    assert_eq!((derived.currency.as_str(), derived.months), (base.currency.as_str(), base.months));
    assert_eq!(derived.name, "FY27, Iberia early");
    assert_eq!(derived.ramp_curves[0].months, [0, 1_500, 4_000, 7_000, 10_000]);
    assert_eq!(derived.ramp_curves[1], base.ramp_curves[1]);
    let hires: Vec<String> =
        derived.hiring_plan.iter().map(|hire| format!("{} {} {}", hire.id, hire.starts, hire.seats)).collect();
    assert_eq!(
        hires,
        ["dach-next 2027-02-01 2", "us-next 2027-03-01 2", "nordics-next 2027-04-01 2", "iberia-first 2027-02-01 1"]
    );
    let targets = |scenario: &crate::Scenario| scenario.targets.iter().map(|one| one.a_year).collect::<Vec<_>>();
    let mut wanted = targets(&base);
    wanted[1] = Cents::units(2_500_000);
    assert_eq!(targets(&derived), wanted);
    assert_eq!(derived.territories, base.territories);
}

#[test]
fn entries_are_taken_out_changed_in_part_and_put_in_order() {
    let derived = "\
based_on: base
name: Madrid by itself
profiles:
  - {id: ae-enterprise, quota: {a_year: 1000000.25}, cost: {hiring: 35000}}
productivity:
  - {profile: ae-enterprise, segment: enterprise, territory: dach, remove: true}
roster:
  - {id: apac-2, remove: true}
territories:
  - {id: madrid, before: iberia, parent: emea, name: Madrid, when: {all: [{field: country, is: ES}, {field: state, is: MD}]}}
  - {id: dach, owners: {account_executive: ~}}
";
    let scenario = parsed(&[("base", &text_of("fy27-baseline")), ("madrid", derived)]).scenario;
    assert_eq!(scenario.profiles[0].quota, Quota::AYear(Cents(100_000_025)), "a quota is one thing, not two keys");
    assert_eq!(scenario.profiles[0].cost.hiring, Cents::units(35_000));
    assert_eq!(scenario.profiles[0].cost.base_a_year, Cents::units(130_000));
    assert_eq!(scenario.productivity_of("ae-enterprise", "enterprise", "dach"), Some(Cents::units(1_100_000)));
    assert!(scenario.roster.iter().all(|seat| seat.id != "apac-2"));
    let territories: Vec<&str> = scenario.territories.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(territories[6..8], ["madrid", "iberia"]);
    assert!(scenario.territories.named("dach").unwrap().owners.is_empty());
}

#[test]
fn a_mistake_is_told_where_it_was_written_in_the_base_or_in_the_difference() {
    let base = changed(&text_of("fy27-baseline"), &[("[20, 50, 80, 100]", "[20, 50, 80, 110]")]);
    let derived = "\
based_on: base
name: Wrong
roster:
  - {id: uk-1, profile: ae-midmarket}
  - {id: gone, remove: true}
hiring_plan:
  - {id: more, segment: mid-market, territory: apac, starts: 2027-06-01, seets: 1}
";
    let line = base.lines().position(|line| line.contains("110")).unwrap() + 1;
    let told = said_of(&[("base", &base), ("wrong", derived)]);
    for said in [
        &format!("scenarios/base.yaml:{line}:47 ramp_curves[1].percent_by_month[3]: 110 is too large; at most 100"),
        "scenarios/wrong.yaml:4:16 roster[0].profile: unknown profile `ae-midmarket`; did you mean `ae-mid-market`?",
        "scenarios/wrong.yaml:5:5 roster[1]: there is no seat `gone` to take out; ",
        "scenarios/wrong.yaml:7:5 hiring_plan[0]: `profile` is missing; add `profile: …`",
        "scenarios/wrong.yaml:7:74 hiring_plan[0].seets: unknown key `seets`; did you mean `seats`?",
    ] {
        assert!(told.iter().any(|one| one.starts_with(said)), "wanted {said}\nin\n{}", told.join("\n"));
    }
    assert_eq!(told.len(), 5, "{}", told.join("\n"));
}

#[test]
fn bases_that_are_not_there_or_lead_in_a_circle_are_told() {
    let told = said_of(&[("base", &text_of("fy27-baseline")), ("other", "based_on: bsae\nname: Other\n")]);
    assert_eq!(
        told,
        ["scenarios/other.yaml:1:1 based_on: unknown scenario `bsae`; did you mean `base`? allowed: base, other"]
    );
    let told = said_of(&[("one", "based_on: two\nname: One\n"), ("two", "based_on: one\nname: Two\n")]);
    assert_eq!(
        told,
        [
            "scenarios/one.yaml:1:1 based_on: the scenario is based on itself: two → one → two; take one of these steps out"
        ]
    );
}

#[test]
fn what_is_missing_is_asked_of_the_whole_and_not_of_the_difference() {
    let base = changed(&text_of("fy27-baseline"), &[("currency: USD\n", "")]);
    let told = said_of(&[("base", &base), ("derived", "based_on: base\nname: Derived\n")]);
    assert_eq!(told, ["scenarios/derived.yaml:1:1: `currency` is missing; add `currency: …`"]);
    assert_eq!(said_of(&[("base", &base), ("derived", "based_on: base\nname: Derived\ncurrency: EUR\n")]), [""; 0]);
}

#[test]
fn a_base_of_a_base_is_read_too() {
    let scenario = parsed(&[
        ("base", &text_of("fy27-baseline")),
        ("middle", "based_on: base\nname: Middle\nmonths: 24\n"),
        ("top", "based_on: middle\nname: Top\n"),
    ])
    .scenario;
    assert_eq!((scenario.based_on.join(" "), scenario.months), ("middle base".to_owned(), 24));
}
