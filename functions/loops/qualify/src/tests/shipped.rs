//! The shipped config, and what is said of one with mistakes.

use revloops_config::Problems;
use revloops_loopkit::change::{check_folder, check_sources};
use revloops_testkit::{config_root, shipped_sources_with};

use crate::{Qualify, QualifyConfig};

#[test]
fn the_shipped_config_passes_all_its_cases() {
    match check_folder::<Qualify>(&config_root()) {
        Ok(candidate) => assert!(candidate.cases() >= 10),
        Err(problems) => panic!("{problems}"),
    }
}

fn problems(file: &str, changes: &[(&str, &str)]) -> String {
    let sources = shipped_sources_with::<QualifyConfig>(file, changes);
    check_sources::<Qualify>(&sources, Problems::new()).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn planted_mistakes_in_the_scoring_are_all_found_with_line_and_remedy() {
    let said = problems(
        "scoring.yaml",
        &[
            ("group: interest\n    field: lead_source", "group: intrest\n    field: lead_source"),
            ("field: seniority\n", "field: senority\n"),
            ("at_least: 200,", "at_least: 30,"),
            ("reason: Wrote a message", "reason: \"Wrote {value}\""),
            ("  - {id: B, min_score: 60}", "  - {id: B, min_score: 90}"),
            ("  - {id: D, min_score: 0}", "  - {id: D, min_score: 5}"),
            ("id: work_address", "id: market"),
        ],
    );
    for wanted in [
        "factors[5].group: unknown group `intrest`; did you mean `interest`?",
        "factors[2].field: unknown field `senority`; did you mean `seniority`?",
        "factors[0].bands[2].at_least: this band begins at 30, the one before it at 50",
        "`{value}` without a `field`",
        "bands[1].min_score: band `B` begins at 90, the one before it at 85",
        "bands[3].min_score: scores below 5 are in no band",
        "factors[8].id: duplicate id `market`",
    ] {
        assert!(said.contains(wanted), "wanted {wanted}\nin\n{said}");
    }
    for line in said.lines() {
        assert!(line.starts_with("loops/qualify/scoring.yaml:"), "{line}");
        assert!(line.split(':').nth(1).is_some_and(|number| number.parse::<usize>().is_ok()), "{line}");
    }
}

#[test]
fn a_misspelt_key_hides_no_other_mistake() {
    let said = problems(
        "scoring.yaml",
        &[
            ("    group: fit\n    field: employees", "    grup: fit\n    field: employees"),
            ("in: [C-level, VP]", "in: [C-levl, VP]"),
            ("in: [Technology, Telecommunications]", "in: [Technologie, Telecommunications]"),
            ("in: [US, CA, GB,", "in: [US, CA, UK,"),
            ("{id: B, min_score: 60}", "{id: A, min_score: 60}"),
        ],
    );
    for wanted in [
        "factors[0].grup: unknown key `grup`; did you mean `group`?",
        "factors[2].values[0].in[0]: unknown seniority `C-levl`; did you mean `C-level`?",
        "factors[1].values[0].in[0]: unknown industry `Technologie`; did you mean `Technology`?",
        "factors[4].values[0].in[2]: no country has the code `UK`; did you mean `GB`?",
        "bands[1].id: duplicate id `A`",
    ] {
        assert!(said.contains(wanted), "wanted {wanted}\nin\n{said}");
    }
}

#[test]
fn planted_mistakes_in_the_levers_are_all_found() {
    let said = problems(
        "levers.yaml",
        &[
            ("provider: people_data_labs", "provider: people_data_lab"),
            ("{field: employees, at_most: 9}", "{field: employes, at_most: 9}"),
            ("id: too_small", "id: competitor"),
            ("provider_words: [insurance]", "provider_words: [banking]"),
            ("disqualified_status: Unqualified", "disqualified_status: \" \""),
        ],
    );
    for wanted in [
        "unknown provider `people_data_lab`; did you mean `people_data_labs`?",
        "unknown field `employes`",
        "duplicate id `competitor`",
        "`banking` means `Banking` already",
        "disqualified_status: no status",
    ] {
        assert!(said.contains(wanted), "wanted {wanted}\nin\n{said}");
    }
}

#[test]
fn planted_mistakes_in_the_behaviours_are_all_found() {
    let said = problems(
        "scoring.yaml",
        &[
            ("id: referred\n    group: behaviour", "id: market\n    group: behavior"),
            ("points: 15\n    half_life_days: 60", "points: 0\n    half_life_days: 60"),
            ("points: 6\n    half_life_days: 21", "points: 6\n    half_life_days: 0"),
            ("kind: {status: [Unsubscribed, Opted Out, Bounced]}", "kind: {status: []}"),
            ("kind: {activity: [Call]}", "kind: {activity: [Call], responded: true}"),
            ("reason: Came to a webinar or a fair", "reason: \" \""),
        ],
    );
    for wanted in [
        "behaviours[1].id: `market` is the id of a factor",
        "behaviours[1].group: unknown group `behavior`; did you mean `behaviour`?",
        "behaviours[1].points: `market` gives no points",
        "behaviours[3].half_life_days",
        "behaviours[2].kind.status: an empty list or word",
        "behaviours[4].kind: `activity` together with what a campaign has",
        "behaviours[0].reason: a reason of 0 characters",
    ] {
        assert!(said.contains(wanted), "wanted {wanted}\nin\n{said}");
    }
    for line in said.lines() {
        assert!(line.starts_with("loops/qualify/scoring.yaml:"), "{line}");
    }
}

#[test]
fn a_behaviour_that_an_earlier_one_leaves_nothing_for_is_said() {
    let said = problems(
        "scoring.yaml",
        &[(
            "kind: {campaign_type: [Webinar, Conference, Trade Show, Seminar / Conference], responded: true}",
            "kind: {responded: true}",
        )],
    );
    for (place, id) in [(1, "referred"), (3, "answered_a_campaign")] {
        let wanted = format!(
            "behaviours[{place}].kind: `{id}` never counts: `answered_an_invitation` before it takes everything that it would"
        );
        assert!(said.contains(&wanted), "wanted {wanted}\nin\n{said}");
    }
    assert!(!said.contains("`opted_out` never counts") && !said.contains("`talked_to_us` never counts"), "{said}");
}

#[test]
fn a_kind_that_says_nothing_is_refused() {
    let said = problems("scoring.yaml", &[("kind: {activity: [Call]}", "kind: {}")]);
    assert!(said.contains("behaviours[4].kind: a kind that says nothing"), "{said}");
}

#[test]
fn budgets_that_are_too_small_or_larger_than_all_together_are_said() {
    let said = problems(
        "levers.yaml",
        &[
            ("daily_budget_microusd: 2000000000", "daily_budget_microusd: 10000"),
            ("daily_budget_microusd: 500000000 ", "daily_budget_microusd: 9999 "),
        ],
    );
    for wanted in [
        "enrichment.daily_budget_microusd: 10000 a day is not enough for one match of `people_data_labs`, which costs 280000",
        "enrichment.waterfall[0].daily_budget_microusd: `people_data_labs` may cost 1500000000 a day, all providers together 10000",
        "enrichment.waterfall[1].daily_budget_microusd: 9999 a day is not enough for one match of `hunter`, which costs 10000",
    ] {
        assert!(said.contains(wanted), "wanted {wanted}\nin\n{said}");
    }
}

#[test]
fn a_band_that_no_lead_can_reach_is_said() {
    let said = problems("scoring.yaml", &[("{id: fit, cap: 75}", "{id: fit, cap: 10}")]);
    assert!(said.contains("no lead can reach band `A`: the factors give 75 points at most"), "{said}");
}

#[test]
fn a_reason_may_not_quote_what_belongs_to_a_person() {
    let said = problems(
        "scoring.yaml",
        &[("field: lead_source", "field: title"), ("reason: \"Came to us ({value})\"", "reason: \"Is {value}\"")],
    );
    assert!(said.contains("`title` is a person's, and reasons are published"), "{said}");
}

#[test]
fn a_case_that_fails_is_a_problem_at_its_line() {
    let said =
        problems("cases.yaml", &[("disqualifiers: [competitor], band: A", "disqualifiers: [competitor], band: B")]);
    assert!(
        said.contains("case `A competitor is turned away, however good the score` fails: band should be `B`"),
        "{said}"
    );
}
