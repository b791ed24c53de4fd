//! The shipped config passes its check and its cases; planted mistakes are all found, each at its line.

use std::path::Path;

use revloops_config::{Document, Levers, Problems, Sources};
use revloops_loopkit::change::{check_folder, check_sources};

use crate::Route;
use crate::config::{RouteConfig, TERRITORIES};

fn shipped_root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../config"))
}

/// The text of each shipped file by name. Territories are the last part of the scenario's file.
pub(super) fn shipped_texts() -> Vec<(&'static str, String)> {
    let read = |path: &str| std::fs::read_to_string(shipped_root().join(path)).unwrap();
    let names = RouteConfig::FILES.iter().map(|file| file.name).chain(["cases.yaml"]);
    let mut texts: Vec<_> = names.map(|name| (name, read(&format!("loops/route/{name}")))).collect();
    let scenario = read("scenarios/fy27-baseline.yaml");
    let territories = scenario.get(scenario.find("# Where accounts and leads live").unwrap()..).unwrap();
    texts.push((TERRITORIES, territories.to_owned()));
    texts
}

/// The shipped files with texts replaced; every replacement must have something to replace.
fn shipped_with(edits: &[(&str, &str, &str)]) -> (Sources, Problems) {
    let mut problems = Problems::new();
    let mut sources = Sources::new();
    let mut edited = 0;
    for (name, mut text) in shipped_texts() {
        for (file, from, to) in edits {
            if *file == name {
                assert!(text.contains(from), "{name} has no `{from}`");
                text = text.replacen(from, to, 1);
                edited += 1;
            }
        }
        if let Some(document) = Document::parse_yaml(name, &text, &mut problems) {
            sources.insert(name.to_owned(), document);
        }
    }
    assert_eq!(edited, edits.len());
    (sources, problems)
}

fn problems_with(edits: &[(&str, &str, &str)]) -> Vec<String> {
    let (sources, problems) = shipped_with(edits);
    match check_sources::<Route>(&sources, problems) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.sorted().iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn the_shipped_config_passes_with_all_its_cases() {
    let candidate = check_folder::<Route>(shipped_root()).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(candidate.cases() >= 10, "{}", candidate.cases());
}

#[test]
fn every_planted_mistake_is_found_at_once_with_line_and_remedy() {
    let found = problems_with(&[
        ("levers.yaml", "fallback_rule: everybody-else", "fallback_rule: everybody-els"),
        ("levers.yaml", "{band: A, minutes: 15}", "{band: A, minutes: 0}"),
        ("rules.yaml", "field: employees, at_least: 5000", "field: employes, at_least: 5000"),
        ("rules.yaml", "owner: helen.brandt@northfield.example", "owner: Helen Brandt"),
        ("rules.yaml", "role: account_executive", "role: account_exec"),
        ("rules.yaml", "pool: inbound-sdr", "pool: inbound-srd"),
        ("rules.yaml", "{field: band, is: B}", "{field: band, is: E}"),
        ("rules.yaml", "queue: RevLoops_Triage", "queue: RevLoops Triage"),
        ("rules.yaml", "description: Everything else", "descripton: Everything else"),
        (
            "territories.yaml",
            "account_executive: erik.lind@northfield.example",
            "acount_executive: erik.lind@northfield.example",
        ),
        ("territories.yaml", "{field: country, in: [GB, IE]}", "{field: territory, in: [GB, IE]}"),
        ("territories.yaml", "{field: country, in: [AR, BR, CL, CO, MX, PE, UY]}", "{field: country, in: [FR, BE]}"),
        ("territories.yaml", "[DE, AT, CH, LI]", "[DE, AT, UK, Swiss]"),
        ("team.yaml", "time_zone: Europe/London", "time_zone: Europe/Londn"),
        ("team.yaml", "{from: 2026-12-21, to: 2027-01-03}", "{from: 2027-12-21, to: 2027-01-03}"),
        ("pools.yaml", "login: nora.diaz@northfield.example", "login: Tom.Becker@northfield.example"),
    ]);
    let wanted = [
        "levers.yaml:7:17 first_touch.bands[0].minutes: 0 is too small; at least 1",
        "levers.yaml:18:1 fallback_rule: unknown rule `everybody-els`; did you mean `everybody-else`? allowed: partner-leads",
        "people[9].away[0]: the leave ends on 2027-01-03, before it begins on 2027-12-21",
        "unknown time zone `Europe/Londn`; did you mean `Europe/London`?",
        "the member `tom.becker@northfield.example` stands twice; keep one: it stands in line",
        "unknown field `employes`; did you mean `employees`? allowed: country",
        "`Helen Brandt` is no username; write it as the CRM does",
        "unknown role `account_exec`; did you mean `account_executive`? allowed: account_executive",
        "unknown pool `inbound-srd`; did you mean `inbound-sdr`? allowed: inbound-sdr",
        "rules[8].when.all[1].is: unknown band `E`; allowed: A, B, C, D",
        "unknown key `descripton`; did you mean `description`?",
        "`RevLoops Triage` is no developer name; write the queue's developer name, not its label",
        "owners.acount_executive: unknown role `acount_executive`; did you mean `account_executive`?",
        "unknown field `territory`; allowed: country",
        "territories[2].when.in[2]: no country has the code `UK`; did you mean `GB`?",
        "territories[2].when.in[3]: no country has the code `Swiss`; write its ISO 3166-1 code",
        "no lead can be in `latin-america`: `france-benelux` in line 25 stands before it and takes them all, for example {country: FR}",
    ];
    for wanted in wanted {
        assert!(found.iter().any(|said| said.contains(wanted)), "wanted {wanted}\nin\n{}", found.join("\n"));
    }
    // One more than planted: the misspelt key is unknown, and the right one is missing.
    assert_eq!(found.len(), wanted.len() + 1, "{}", found.join("\n"));
    for said in &found {
        assert!(said.contains(".yaml:"), "no line: {said}");
        assert!(said.contains("; "), "no remedy: {said}");
    }
}

#[test]
fn mistakes_of_the_rule_set_as_a_whole_are_found() {
    for (from, to, wanted) in [
        ("priority: 90", "priority: 15", "the rule `strategic-accounts` can never fire: `everybody-else` in line"),
        ("priority: 90", "priority: 15", "levers.yaml:18:1 fallback_rule: `everybody-else` is not the last rule"),
        ("priority: 20", "priority: 10", "priority 10 is taken by the rule `partner-leads`; say which comes first"),
        (
            "id: inbound\n",
            "id: partner-leads\n",
            "two rules are called `partner-leads`; rename one: it stands in line 9",
        ),
        (
            "when: {always: true}",
            "when: {field: band, is: D}",
            "the last rule, `everybody-else`, does not hold for everybody",
        ),
        (
            "assign: {type: queue, queue: RevLoops_Triage}",
            "assign: {type: round_robin, pool: inbound-sdr}",
            "the last rule, `everybody-else`, can find nobody; the last rule gives to a queue",
        ),
        (
            "type: named_owner, owner",
            "type: named_owner, pool: inbound-sdr, owner",
            "`pool` does not go with `type: named_owner`; take it out",
        ),
        (
            "type: named_owner, owner",
            "type: named_owner, queue",
            "`owner` is missing; add `owner: …` to `type: named_owner`",
        ),
        ("type: named_owner", "type: named_ownr", "unknown type `named_ownr`; did you mean `named_owner`?"),
        ("id: inbound\n", "id: In Bound\n", "`In Bound` is no id; 1 to 80 lower-case letters"),
    ] {
        let found = problems_with(&[("rules.yaml", from, to)]);
        assert!(found.iter().any(|said| said.contains(wanted)), "wanted {wanted}\nin\n{}", found.join("\n"));
    }
}

#[test]
fn mistakes_about_people_places_and_lists_are_found_at_once() {
    let edits = [
        ("team.yaml", "hours: early-and-late", "hours: early", "unknown week `early`; allowed: office, early-and-late"),
        ("team.yaml", "calendar: germany", "calendar: germny", "unknown calendar `germny`; did you mean `germany`?"),
        (
            "team.yaml",
            "team: inbound",
            "team: inbund",
            "people[8].team: unknown team `inbund`; did you mean `inbound`?",
        ),
        ("team.yaml", "days: [mon, tue, wed, thu, fri]", "days: [mon, tu]", "unknown day `tu`; did you mean `thu`?"),
        (
            "team.yaml",
            "from: \"07:00\", to: \"12:00\"",
            "from: \"7\", to: \"12:00\"",
            "`7` is no time; write it like \"09:00\"",
        ),
        (
            "team.yaml",
            "from: \"16:00\", to: \"20:00\"",
            "from: \"16:00\", to: \"16:00\"",
            "the span ends when it begins",
        ),
        ("calendars.yaml", "on: 2026-12-26", "on: 2026-02-30", "`2026-02-30` is no day; write it like 2026-12-21"),
        ("calendars.yaml", "on: 2027-05-08", "on: 2027-05-01", "the holiday `2027-05-01` stands twice"),
        (
            "lists.yaml",
            "id: key-accounts",
            "id: keyaccounts",
            "unknown list `key-accounts`; did you mean `keyaccounts`?",
        ),
        ("rules.yaml", "under: emea", "under: emeaa", "unknown territory `emeaa`; did you mean `emea`?"),
        (
            "rules.yaml",
            "when_down: fall_through",
            "when_down: give_up",
            "unknown value `give_up`; allowed: retry, fall_through",
        ),
        (
            "rules.yaml",
            "or_parent: true",
            "min_confidence: 5",
            "`min_confidence` does not go with `type: account_owner`",
        ),
        ("rules.yaml", "min_confidence: 80", "min_confidence: 101", "101 is too large; at most 100"),
        (
            "territories.yaml",
            "parent: americas",
            "parent: america",
            "unknown territory `america`; did you mean `americas`?",
        ),
        ("pools.yaml", "sticky: {by: domain, days: 90}", "sticky: {by: doman, days: 90}", "unknown key `doman`"),
        (
            "pools.yaml",
            "{type: ramp, days: 5, from_percent: 25}",
            "{type: ramp, days: 5}",
            "`ramp` needs `days` and `from_percent`",
        ),
        ("pools.yaml", "per_day: 500", "per_day: 0", "0 is too small; at least 1"),
        ("levers.yaml", "then_queue: RevLoops_Triage", "then_queue: Rev Loops", "`Rev Loops` is no developer name"),
    ];
    let found = problems_with(&edits.map(|(file, from, to, _)| (file, from, to)));
    for (file, _, _, wanted) in edits {
        // The list's new name is missed where the old one is still used.
        let file = if file == "lists.yaml" { "rules.yaml" } else { file };
        let said = |line: &&String| line.starts_with(&format!("{file}:")) && line.contains(wanted);
        let at = found.iter().find(said);
        assert!(at.is_some_and(|line| line.contains("; ")), "wanted {wanted} in {file}\nin\n{}", found.join("\n"));
    }
    assert_eq!(found.len(), edits.len(), "{}", found.join("\n"));
}

#[test]
fn what_lies_within_itself_is_told_once_with_its_way() {
    let found = problems_with(&[
        ("territories.yaml", "  - id: emea\n", "  - id: emea\n    parent: dach\n"),
        ("calendars.yaml", "  - id: year-end\n", "  - id: year-end\n    includes: [france]\n"),
    ]);
    let cycles: Vec<&String> = found.iter().filter(|line| line.contains("lies within itself")).collect();
    assert_eq!(cycles.len(), 2, "{}", found.join("\n"));
    assert!(
        cycles[0].contains("calendars.yaml:5:5") && cycles[0].contains("year-end → france → year-end"),
        "{cycles:?}"
    );
    assert!(cycles[1].contains("territories.yaml:9:5") && cycles[1].contains("emea → dach → emea"), "{cycles:?}");
}

#[test]
fn handlers_whose_levers_are_missing_and_reserved_names_are_told() {
    for (file, from, to, wanted) in [
        (
            "levers.yaml",
            "workload:\n  open_statuses: [Open - Not Contacted, Working - Contacted]\n",
            "",
            "`least_loaded` counts open leads",
        ),
        ("rules.yaml", "id: inbound\n", "id: first-touch-missed\n", "give the rule another id"),
        ("territories.yaml", "when: {field: country, in: [ES, PT, AD]}", "about2: x", "unknown key `about2`"),
        (
            "territories.yaml",
            "    when: {field: country, in: [ES, PT, AD]}\n",
            "",
            "it has no `when`, and no territory lies in it",
        ),
    ] {
        let found = problems_with(&[(file, from, to)]);
        assert!(found.iter().any(|line| line.contains(wanted)), "wanted {wanted}\nin\n{}", found.join("\n"));
    }
}

#[test]
fn a_case_that_does_not_hold_is_a_problem_at_its_line() {
    let found = problems_with(&[("territories.yaml", "maria.keller@", "martha.keller@")]);
    assert_eq!(found.len(), 2, "{}", found.join("\n"));
    assert_eq!(
        found[0],
        "cases.yaml:5:5 cases[0]: case `a German brewery in band A goes to the account executive of DACH` fails: \
          owner should be `maria.keller@northfield.example` and is `martha.keller@northfield.example`; \
          mend the levers, or the case if it is the expectation that has changed"
    );
}

#[test]
fn a_missing_file_is_said_and_hides_nothing_else() {
    let (mut sources, mut problems) = shipped_with(&[("rules.yaml", "at_least: 5000", "at_leest: 5000")]);
    sources.remove("pools.yaml");
    assert!(RouteConfig::check(&sources, &mut problems).is_none());
    assert!(problems.to_string().contains("unknown key `at_leest`"), "{problems}");
}
