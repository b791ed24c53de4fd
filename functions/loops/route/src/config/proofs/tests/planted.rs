//! Rules and territories that nothing can ever reach, and rules that can never find anybody.

use super::*;

const QUEUE: &str = "type: queue, queue: Partner_Desk";
const HELEN: &str = "type: named_owner, owner: helen.brandt@northfield.example";
const EXECUTIVE: &str = "type: territory_owner, role: account_executive";

/// The same condition in other shapes, so that it is not its spelling that is found.
fn shapes(when: &str) -> [String; 4] {
    [
        when.to_owned(),
        format!("{{all: [{{field: company, present: true}}, {when}]}}"),
        format!("{{any: [{when}, {when}]}}"),
        format!("{{not: {{any: [{{not: {when}}}, {{all: [{{field: title, is: CEO}}, {{field: title, is: CTO}}]}}]}}}}"),
    ]
}

/// Checks what is said of the planted rule, which must be all that is said.
fn said_of_planted(changed: &Changed, wanted: &str) -> (Checked, String) {
    let checked = changed.checked();
    let rules = checked.sources.get("rules.yaml").unwrap().names_in("rules", "id").len();
    let found = checked.of("");
    assert_eq!(found.len(), 1, "wanted {wanted}\nin {found:#?}");
    assert_eq!((found[0].file.as_str(), found[0].line > 0, found[0].remedy.is_empty()), ("rules.yaml", true, false));
    assert!(found[0].path.starts_with(&format!("rules[{}]", rules - 1)), "{found:?}");
    assert!(found[0].what.contains(wanted), "wanted {wanted}\nin {}", found[0].what);
    let said = found[0].what.clone();
    (checked, said)
}

#[test]
fn conditions_that_no_lead_meets_are_found_in_every_shape_and_place() {
    let itself = "its conditions contradict each other";
    let territory = "no lead for which the rest holds is in such a territory or has such an account";
    let mut planted = 0;
    for (why, parts) in [
        (itself, "{field: country, is: DE}, {field: country, is: FR}"),
        (itself, "{field: employees, at_least: 50}, {field: employees, at_most: 49}"),
        (itself, "{field: industry, present: false}, {field: industry, starts_with: soft}"),
        (itself, "{field: country, in: [DE, AT]}, {not: {field: country, in: [DE, AT, CH]}}"),
        (itself, "{field: domain, in_list: key-accounts}, {not: {field: domain, ends_with: .example}}"),
        (itself, "{field: domain, in_list: key-accounts}, {field: domain, is: globex.com}"),
        (itself, "{field: created, at_least: 2026-06-01}, {field: created, at_most: 2026-05-31}"),
        (itself, "{field: postal_code, between: [\"10115\", \"14199\"]}, {field: postal_code, starts_with: \"2\"}"),
        (itself, "{field: title, starts_with: Head}, {not: {field: title, starts_with: he}}"),
        (itself, "{field: score, at_least: 101}, {field: score, present: true}"),
        (itself, "{any: [{field: band, is: A}, {field: band, is: B}]}, {not: {field: band, in: [A, B]}}"),
        (itself, "{field: employees, in: [1, 2]}, {not: {field: employees, between: [1, 2]}}"),
        (territory, "{field: territory, is: dach}, {field: country, is: FR}"),
        (territory, "{field: territory, under: emea}, {field: country, is: US}"),
        (territory, "{field: territory, is: emea}, {field: country, present: true}"),
        (territory, "{field: territory, present: false}, {field: country, in: [DE, JP]}"),
        (territory, "{field: territory, is: us-west}, {field: state, is: NY}"),
        (territory, "{field: territory, is: apac}, {field: state, present: true}, {field: country, is: US}"),
        (territory, "{field: account, present: false}, {field: account_kind, starts_with: Customer}"),
        (territory, "{field: account_matched_by, is: domain}, {not: {field: account, present: true}}"),
    ] {
        for (priority, shape) in [5, 35, 75, 89].into_iter().zip(shapes(&format!("{{all: [{parts}]}}"))) {
            let changed = Changed::shipped().with_rule("planted", priority, &shape, QUEUE);
            said_of_planted(&changed, &format!("the rule `planted` can never fire: {why}"));
            planted += 1;
        }
    }
    assert_eq!(planted, 80);
}

#[test]
fn rules_whose_leads_others_take_are_found_with_one_of_the_leads() {
    // Earlier rules, which keep what they take; the rule behind them; those that are said to take it all.
    type Planted<'a> = (&'a [&'a str], &'a str, &'a [&'a str]);
    let cases: [Planted<'_>; 12] = [
        (&[], "{all: [{field: lead_source, is: partner}, {field: country, is: DE}]}", &["partner-leads"]),
        (&["{always: true}"], "{field: title, starts_with: chief}", &["taker-0"]),
        (&["{field: country, present: true}"], "{field: country, in: [DE, FR]}", &["taker-0"]),
        (
            &["{field: employees, at_most: 100}", "{field: employees, at_least: 80}"],
            "{all: [{field: employees, between: [40, 400]}, {field: industry, is: Retail}]}",
            &["taker-0", "taker-1"],
        ),
        (
            &[
                "{field: employees, at_most: 99}",
                "{field: employees, at_least: 100}",
                "{field: employees, present: false}",
            ],
            "{field: country, is: KE}",
            &["taker-0", "taker-1", "taker-2"],
        ),
        (
            &["{field: domain, ends_with: .example}", "{field: country, is: PL}"],
            "{any: [{field: domain, in_list: key-accounts}, {field: country, is: pl}]}",
            &["taker-0", "taker-1"],
        ),
        (&["{field: country, in: [DE, AT, CH, LI]}"], "{field: territory, is: dach}", &["taker-0"]),
        (
            &["{field: territory, under: americas}", "{field: territory, present: false}"],
            "{field: country, is: US}",
            &["taker-0", "taker-1"],
        ),
        (
            &["{not: {field: postal_code, starts_with: \"1\"}}"],
            "{all: [{field: postal_code, at_least: \"2\"}, {field: country, is: DE}]}",
            &["taker-0"],
        ),
        (
            &["{field: created, at_most: 2026-06-30}", "{field: created, at_least: 2026-06-30}"],
            "{all: [{field: created, present: true}, {field: band, is: A}]}",
            &["taker-0", "taker-1"],
        ),
        (&["{field: account, present: true}"], "{field: account_employees, at_least: 10}", &["taker-0"]),
        (
            &["{all: [{field: band, is: A}, {field: score, at_least: 50}]}", "{field: score, at_most: 49}"],
            "{all: [{field: band, is: A}, {field: score, present: true}, {field: employees, at_least: 3}]}",
            &["taker-0", "taker-1"],
        ),
    ];
    let mut planted = 0;
    for (takers, when, by) in cases {
        for (shape, first) in shapes(when).into_iter().zip([71, 73, 75, 77]) {
            let mut changed = Changed::shipped();
            for (priority, (nth, taker)) in (first..).zip(takers.iter().enumerate()) {
                changed = changed.with_rule(&format!("taker-{nth}"), priority, taker, QUEUE);
            }
            let changed = changed.with_rule("planted", first + 9, &shape, QUEUE);
            let checked = changed.checked();
            let found = checked.of("");
            let planted_at = checked.sources.get("rules.yaml").unwrap().names_in("rules", "id").len() - 1;
            let of_planted: Vec<&Problem> =
                found.iter().filter(|one| one.path == format!("rules[{planted_at}]")).collect();
            assert_eq!(of_planted.len(), 1, "{takers:?} then {shape}\n{found:#?}");
            let said = &of_planted[0].what;
            assert!(said.starts_with("the rule `planted` can never fire: "), "{said}");
            for taker in by {
                assert!(said.contains(&format!("`{taker}` in line ")), "{taker} in {said}");
            }
            assert_eq!(said.matches(" in line ").count(), by.len(), "{said}");
            checked.put(|rules, territories| {
                let lead = lead_in(said, territories);
                let holding = holding(rules, &lead);
                let keeper = holding.iter().find(|(_, falls_through)| !falls_through).unwrap();
                assert!(holding.iter().any(|(id, _)| id == "planted"), "{said}: {holding:?}");
                assert!(by.contains(&keeper.0.as_str()), "{said}: {holding:?}");
            });
            planted += 1;
        }
    }
    assert_eq!(planted, 48);
}

#[test]
fn rules_that_can_never_find_anybody_are_found_with_a_lead_that_falls_through() {
    let none = "the rule `planted` can never find anybody: ";
    let without_role =
        "no territory that its leads can be in has an owner in the role `partner_manager`: for example {";
    let cases: [(&str, &str, &str); 9] = [
        ("{field: employees, at_least: 9000}", HELEN, "`strategic-accounts` in line 33 asks for the same before it"),
        (
            "{all: [{field: territory, present: true}, {field: band, is: A}, {field: employees, at_most: 4999}]}",
            EXECUTIVE,
            "`hot-in-territory` in line 49 asks for the same before it",
        ),
        (
            "{all: [{field: band, in: [A, B]}, {field: employees, between: [3, 40]}]}",
            "type: round_robin, pool: inbound-sdr",
            "`small-companies` in line 58 asks for the same before it",
        ),
        ("{field: territory, under: americas}", "type: territory_owner, role: partner_manager", without_role),
        ("{field: country, is: SE}", "type: territory_owner, role: partner_manager", without_role),
        ("{field: country, is: KE}", "type: territory_owner, role: partner_manager", without_role),
        (
            "{field: country, is: DE}",
            "type: ai_territory, role: account_executive, min_confidence: 80, pending_queue: Unassigned_Leads",
            "the agent is asked only about leads in no territory, and all of its leads are in one: for example {",
        ),
        (
            "{all: [{field: account, present: false}, {field: lead_source, is: Web}]}",
            "type: account_owner",
            "none of its leads belongs to an account: for example {",
        ),
        (
            "{field: country, is: PL}",
            "type: least_loaded, pool: gone",
            "nobody can ever be picked from the pool `gone`: all members are on leave: eva@northfield.example until \
             9999-12-31; for example {country: PL",
        ),
    ];
    let mut planted = 0;
    for (when, assign, wanted) in cases {
        for shape in shapes(when) {
            let changed = Changed::shipped()
                .replaced(
                    "territories.yaml",
                    "roles: [account_executive]",
                    "roles: [account_executive, partner_manager]",
                )
                .replaced(
                    "territories.yaml",
                    "maria.keller@northfield.example\n",
                    "maria.keller@northfield.example\n      partner_manager: maria.keller@northfield.example\n",
                )
                .with_rule(
                    "for-the-role",
                    4,
                    "{field: country, is: DE}",
                    "type: territory_owner, role: partner_manager",
                )
                .with("pools.yaml", "{id: gone, members: [{login: eva@northfield.example, weight: 1}]}")
                .with("team.yaml", "{login: eva@northfield.example, away: [{from: 2026-01-01, to: 9999-12-31}]}")
                .with_rule("for-the-pool", 5, "{field: country, is: DE}", "type: round_robin, pool: inbound-sdr");
            let changed = match assign {
                "type: least_loaded, pool: gone" => changed,
                _ => changed.with_rule("gone-is-used", 6, "{always: true}", "type: round_robin, pool: gone"),
            };
            let changed = changed.with_rule("planted", 65, &shape, assign);
            let checked = changed.checked();
            let at = checked.sources.get("rules.yaml").unwrap().names_in("rules", "id").len() - 1;
            let found = checked.of(&format!("rules[{at}]"));
            assert_eq!(found.len(), 1, "{shape} {assign}\n{:#?}", checked.of(""));
            let said = &found[0].what;
            assert!(said.contains(wanted), "wanted {wanted}\nin {said}");
            assert!(said.starts_with(none) || assign.ends_with("gone"), "{said}");
            checked.put(|rules, territories| {
                let lead = lead_in(said, territories);
                let holding = holding(rules, &lead);
                let place = holding.iter().position(|(id, _)| id == "planted").unwrap_or_else(|| panic!("{said}"));
                assert!(holding[..place].iter().all(|(_, falls_through)| *falls_through), "{said}: {holding:?}");
                if let Some((_, next)) = said.split_once(" falls through to `") {
                    assert_eq!(Some(&holding[place + 1].0.as_str()), next.strip_suffix('`').as_ref(), "{said}");
                }
            });
            planted += 1;
        }
    }
    assert_eq!(planted, 36);
}

#[test]
fn territories_that_no_lead_can_be_in_are_found_with_a_lead_that_is_in_another() {
    // Where it is put, what holds for it, those before it that take its leads.
    let cases: [(&str, &str, &[&str]); 8] = [
        ("nordics", "{all: [{field: country, is: DE}, {field: country, is: FR}]}", &[]),
        ("apac", "{all: [{field: state, present: false}, {field: state, starts_with: C}]}", &[]),
        ("nordics", "{field: country, is: DE}", &["dach"]),
        ("apac", "{all: [{field: country, is: GB}, {field: industry, is: Retail}]}", &["uk-ireland"]),
        ("apac", "{field: country, in: [DE, FR]}", &["dach", "france-benelux"]),
        ("apac", "{all: [{field: country, is: US}, {field: state, in: [CA, NY]}]}", &["us-east"]),
        ("us-east", "{all: [{field: country, is: US}, {field: state, in: [CA, WA]}]}", &["us-west"]),
        ("latin-america", "{field: country, in: [ES, SE, GB]}", &["nordics", "uk-ireland", "iberia"]),
    ];
    let mut planted = 0;
    for (before, when, by) in cases {
        for shape in shapes(when) {
            let entry = format!("  - {{id: planted, name: Planted, when: {shape}}}\n\n");
            let anchor = format!("  - id: {before}\n");
            let checked =
                Changed::shipped().replaced("territories.yaml", &anchor, &format!("{entry}{anchor}")).checked();
            let found = checked.of("");
            assert_eq!(found.len(), 1, "{before} {shape}\n{found:#?}");
            let said = &found[0].what;
            assert!(said.starts_with("no lead can be in `planted`: ") && found[0].line > 0, "{said}");
            if by.is_empty() {
                assert!(said.ends_with("its conditions contradict each other"), "{said}");
            } else {
                for taker in by {
                    assert!(said.contains(&format!("`{taker}` in line ")), "{taker} in {said}");
                }
                assert_eq!(said.matches(" in line ").count(), by.len(), "{said}");
                checked.put(|_, territories| {
                    let lead = lead_in(said, territories);
                    let planted = territories.territories.named("planted").unwrap();
                    assert!(planted.when.as_ref().unwrap().holds(&lead), "{said}");
                    assert!(territories.territories.find(&lead).is_some_and(|first| first.id != "planted"), "{said}");
                });
            }
            planted += 1;
        }
    }
    assert_eq!(planted, 32);
}
