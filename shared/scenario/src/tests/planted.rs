//! Planted mistakes, all told at once: each at its line, with a remedy.

use super::{changed, said_of, text_of};

/// What is written, what is planted instead, and what is said of the line of `at` in it.
struct Planted {
    right: &'static str,
    wrong: &'static str,
    at: &'static str,
    said: &'static [&'static str],
}

const fn planted(right: &'static str, wrong: &'static str, at: &'static str, said: &'static [&'static str]) -> Planted {
    Planted { right, wrong, at, said }
}

const MISTAKES: &[Planted] = &[
    planted(
        "currency: USD",
        "currency: usd",
        "currency: usd",
        &[
            "currency: no currency has the code `usd`; write its ISO 4217 code of three capital letters, like USD or EUR",
        ],
    ),
    planted("months: 36", "months: 72", "months: 72", &["months: 72 is too large; at most 60"]),
    planted(
        "{id: helen, name: Helen Brandt}",
        "{id: helen, name: Helen Brandt, reports_to: emea-lead}",
        "id: helen",
        &[
            "managers[0].reports_to: the manager `helen` lies within itself: helen → emea-lead → helen; take one of these steps out",
        ],
    ),
    planted(
        "[0, 10, 25, 50, 75, 100]",
        "[0, -10, 25, 50, 75, 120]",
        "-10",
        &[
            "ramp_curves[0].percent_by_month[1]: -10 is too small; at least 0",
            "ramp_curves[0].percent_by_month[5]: 120 is too large; at most 100",
        ],
    ),
    planted(
        "[20, 50, 80, 100]",
        "[]",
        "id: fast",
        &["ramp_curves[1].percent_by_month: the curve has no month; at least one: `[100]` where nobody has to ramp up"],
    ),
    planted(
        "[6, 6, 10, 6, 7, 11, 6, 6, 11, 7, 8, 16]",
        "[6, 6, 10, 6, 7, 11, 6, 6, 11, 7, 8]",
        "weights: ",
        &["seasonality[0].weights: there are 11 weights; twelve: one for each month, January to December"],
    ),
    planted(
        "ramp: standard",
        "ramp: standart",
        "ramp: standart",
        &["profiles[0].ramp: unknown ramp curve `standart`; did you mean `standard`? allowed: fast, standard"],
    ),
    planted(
        "attrition_percent_a_year: 12",
        "attrition_percent_a_year: 12.345",
        "12.345",
        &["profiles[0].attrition_percent_a_year: 12.345 has more than two decimals; round it to two decimals"],
    ),
    planted(
        "base_a_year: 130000",
        "base_a_year: -130000",
        "-130000",
        &["profiles[0].cost.base_a_year: -130000 is too small; at least 0"],
    ),
    planted(
        "{a_year: 900000}",
        "{a_year: 0}",
        "quota: {a_year: 0}",
        &["profiles[1].quota.a_year: the quota is nothing; write `quota: {a_year: 900000}`"],
    ),
    planted(
        "{profile: ae-mid-market, a_year: 720000}",
        "{profile: ae-mid-market, segment: enterprise, a_year: 720000}",
        "id: nordics-1",
        &[
            "roster[2]: nothing says what `ae-mid-market` books in `mid-market` and `nordics`; add to productivity: `{profile: ae-mid-market, segment: mid-market, a_year: …}`",
        ],
    ),
    planted(
        "{id: fr-1,",
        "{id: dach-1,",
        "pierre.laurent@northfield.example, profile",
        &["roster[1].id: the seat `dach-1` stands twice; keep one: it stands in line 52 already"],
    ),
    planted(
        "person: james.hart@northfield.example, profile: ae-mid-market,",
        "person: James Hart,",
        "James Hart",
        &["roster[3]: `profile` is missing; add `profile: …`"],
    ),
    planted(
        "person: susan.ortiz@northfield.example, profile",
        "person: Susan Ortiz, profile",
        "Susan Ortiz, profile",
        &["roster[4].person: `Susan Ortiz` is no username; write it as the CRM does, like ida.holm@acme.example"],
    ),
    planted(
        "starts: 2026-11-16}",
        "starts: 2026-11-16, ends: 2026-01-31}",
        "ends: 2026-01-31",
        &[
            "roster[5].ends: the seat ends on 2026-01-31, before it starts on 2026-11-16; `ends` is the last day on the seat",
        ],
    ),
    planted(
        "allocation_percent: 40",
        "allocation_percent: 60",
        "id: apac-2",
        &[
            "roster[7].starts: from 2024-01-01 on, `aiko.tanaka@northfield.example` has 120 % to do, with `apac-1`; end `apac-1` before, or lower `allocation_percent`",
            "roster[7]: nothing says what `ae-mid-market` books in `mid-market` and `apac`; add to productivity",
        ],
    ),
    planted(
        "{id: nordics-next, profile: ae-mid-market, segment: mid-market, territory: nordics, manager: emea-lead",
        "{id: nordics-next, profile: ae-mid-market, segment: mid-markt, territory: nordic, manager: emea-led",
        "id: nordics-next",
        &[
            "hiring_plan[2].segment: unknown segment `mid-markt`; did you mean `mid-market`?",
            "hiring_plan[2].territory: unknown territory `nordic`; did you mean `nordics`?",
            "hiring_plan[2].manager: unknown manager `emea-led`; did you mean `emea-lead`?",
        ],
    ),
    planted(
        "{starts: 2028-01, segment: enterprise, a_year: 8600000}",
        "{starts: 2027-07, segment: enterprise, a_year: 8600000}",
        "starts: 2027-07",
        &[
            "targets[2].starts: the target from 2027-07 overlaps with the one from 2027-01; each holds for twelve months",
        ],
    ),
    planted(
        "{starts: 2029-01, segment: mid-market, a_year: 3500000}",
        "{starts: 2029-01, segment: mid-market, a_year: 3500000}\n  \
         - {starts: 2029-01, segment: mid-market, territory: nordics, a_year: 3000000}\n  \
         - {starts: 2029-01, segment: mid-market, territory: apac, a_year: 1000000.5}",
        "segment: mid-market, a_year: 3500000",
        &[
            "targets[5].a_year: the targets of the territories in `mid-market` are 4,000,000.50 together, and its own is 3,500,000.00; at least 4,000,000.50, or lower theirs",
        ],
    ),
    planted(
        "{low: 0, likely: 30, high: 120}",
        "{low: 40, likely: 30, high: 20}",
        "low: 40",
        &[
            "uncertainty.hire_delay_days.low: the lowest, 40, is more than the most likely, 30; at most 30",
            "uncertainty.hire_delay_days.high: the highest, 20, is less than the most likely, 30; at least 30",
        ],
    ),
    planted(
        "  - id: americas\n",
        "  - id: americas\n    parent: us-west\n",
        "parent: us-west",
        &[
            "territories[1].parent: the territory `americas` lies within itself: americas → us-west → americas; take one of these steps out",
        ],
    ),
    planted(
        "  - id: nordics\n    parent: emea\n",
        "  - id: nordics\n    parent: emeaa\n",
        "parent: emeaa",
        &["territories[4].parent: unknown territory `emeaa`; did you mean `emea`?"],
    ),
    planted(
        "  - id: iberia\n    parent: emea\n",
        "  - id: iberia\n    parent: emea\n    colour: blue\n",
        "colour: blue",
        &["territories[6].colour: unknown key `colour`; allowed: id, name, about"],
    ),
    planted(
        "[GB, IE]",
        "[UK, IE]",
        "[UK, IE]",
        &["territories[5].when.in[0]: no country has the code `UK`; did you mean `GB`?"],
    ),
    planted(
        "named_accounts: []",
        "named_accounts:\n  - {account: 001Dn000001aB3c, territory: dahc}\n  - {account: 001Dn000001aB3cIAE, territory: dach}\n  - {account: Globex, territory: dach}",
        "territory: dahc",
        &["named_accounts[0].territory: unknown territory `dahc`; did you mean `dach`?"],
    ),
    planted(
        "",
        "",
        "Globex",
        &[
            "named_accounts[2].account: Salesforce id `Globex` is not valid: it must have 15 or 18 characters; write the account's id",
        ],
    ),
    planted(
        "",
        "",
        "001Dn000001aB3cIAE",
        &["named_accounts[1].account: the account `001Dn000001aB3cIAE` stands twice; keep one"],
    ),
];

#[test]
fn every_planted_mistake_is_told_at_once_at_its_line_and_with_a_remedy() {
    let right = format!("{}\nnamed_accounts: []\n", text_of("fy27-baseline"));
    let changes: Vec<(&str, &str)> =
        MISTAKES.iter().filter(|one| !one.right.is_empty()).map(|one| (one.right, one.wrong)).collect();
    let wrong = changed(&right, &changes);
    let told = said_of(&[("fy27", &wrong)]);
    let mut wanted = 0;
    for mistake in MISTAKES {
        let line = wrong.lines().position(|line| line.contains(mistake.at)).unwrap() + 1;
        for said in mistake.said {
            wanted += 1;
            let starts = format!("scenarios/fy27.yaml:{line}:");
            let at = told.iter().find(|one| one.starts_with(&starts) && one.contains(said));
            assert!(at.is_some_and(|one| one.contains("; ")), "wanted {starts} {said}\nin\n{}", told.join("\n"));
        }
    }
    assert_eq!(told.len(), wanted, "{}", told.join("\n"));
}

#[test]
fn a_month_a_day_and_an_id_that_are_none_are_told_with_their_form() {
    let wrong = changed(
        &text_of("fy27-baseline"),
        &[
            ("\nstarts: 2027-01", "\nstarts: 2027-13"),
            ("starts: 2023-09-01", "starts: 2023-02-30"),
            ("{id: uk-1,", "{id: UK 1,"),
        ],
    );
    let told = said_of(&[("fy27", &wrong)]);
    for said in [
        " starts: `2027-13` is no month; write it like 2027-01",
        "roster[4].starts: `2023-02-30` is no day; write it like 2026-12-21",
        "roster[3].id: `UK 1` is no id; 1 to 80 lower-case letters, digits and hyphens",
    ] {
        assert!(told.iter().any(|one| one.contains(said)), "wanted {said}\nin\n{}", told.join("\n"));
    }
    assert_eq!(told.len(), 3, "{}", told.join("\n"));
}

#[test]
fn quotas_weights_and_tenures_that_make_no_sense_are_told() {
    for (right, wrong, said) in [
        ("quota: {a_year: 900000}", "quota: {}", "profiles[1].quota: there is no quota; write"),
        (
            "quota: {a_year: 900000}",
            "quota: {a_year: 900000, over_assigned_percent: 120}",
            "profiles[1].quota: there are two quotas; write",
        ),
        ("over_assigned_percent: 125", "over_assigned_percent: 0", "the quota is nothing; write"),
        (
            "[6, 6, 10, 6, 7, 11, 6, 6, 11, 7, 8, 16]",
            "[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]",
            "all weights are 0; at least one",
        ),
        (
            "starts: 2026-10-01}",
            "starts: 2026-10-01, tenure_from: 2026-11-01}",
            "the tenure begins on 2026-11-01, after the seat starts on 2026-10-01; leave it out",
        ),
        (
            "{profile: ae-mid-market, a_year: 720000}",
            "{profile: ae-mid-market, a_year: 720000}\n  - {profile: ae-mid-market, a_year: 1}",
            "the productivity `ae-mid-market / any / any` stands twice; keep one",
        ),
        (
            "{starts: 2028-01, segment: mid-market, a_year: 2900000}",
            "{starts: 2028-01, segment: mid-market, a_year: 2900000}\n  - {starts: 2028-03, segment: mid-market, territory: apac, a_year: 1}",
            "the target from 2028-03 lies askew in the one from 2028-01",
        ),
        ("ramp_time_percent: {low: 90", "ramp_time_percent: {low: 0", "ramping takes no time at all; at least 1"),
        ("in: [GB, IE]", "in_list: islands", "unknown list `islands`"),
    ] {
        let told = said_of(&[("fy27", &changed(&text_of("fy27-baseline"), &[(right, wrong)]))]);
        assert_eq!(told.len(), 1, "{}", told.join("\n"));
        assert!(told[0].contains(said) && told[0].contains("; "), "wanted {said} in {}", told[0]);
    }
}

#[test]
fn seats_one_after_the_other_and_shared_time_are_fine() {
    let text = changed(
        &text_of("fy27-baseline"),
        &[(
            "starts: 2023-09-01}",
            "starts: 2023-09-01, ends: 2026-12-31}\n  - {id: us-east-2, person: SUSAN.ortiz@northfield.example, profile: ae-enterprise, segment: enterprise, territory: us-east, starts: 2027-01-01, tenure_from: 2023-09-01}",
        )],
    );
    assert_eq!(said_of(&[("fy27", &text)]), Vec::<String>::new());
    let text = changed(&text, &[("ends: 2026-12-31}", "ends: 2027-01-01}")]);
    let told = said_of(&[("fy27", &text)]);
    assert!(told.len() == 1 && told[0].contains("has 200 % to do, with `us-east-1`"), "{told:?}");
}
