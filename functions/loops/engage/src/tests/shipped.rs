//! The shipped config, and what is said of one with mistakes.

use revloops_config::Problems;
use revloops_loopkit::change::{check_folder, check_sources};
use revloops_testkit::{config_root, shipped_sources_with};

use crate::{Engage, EngageConfig};

#[test]
fn the_shipped_config_passes_all_its_cases() {
    match check_folder::<Engage>(&config_root()) {
        Ok(candidate) => assert!(candidate.cases() >= 10),
        Err(problems) => panic!("{problems}"),
    }
}

/// What is said of the shipped config with these changes in one file.
fn problems(file: &str, changes: &[(&str, &str)]) -> String {
    let sources = shipped_sources_with::<EngageConfig>(file, changes);
    check_sources::<Engage>(&sources, Problems::new()).map(|_| ()).unwrap_err().to_string()
}

fn assert_said(said: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(said.contains(wanted), "wanted {wanted}\nin\n{said}");
    }
    for line in said.lines() {
        let number = line.split(':').nth(1).and_then(|number| number.parse::<usize>().ok());
        assert!(number.is_some_and(|number| number > 0), "no line: {line}");
    }
}

#[test]
fn planted_mistakes_in_the_templates_are_all_found_with_line_and_remedy() {
    let said = problems(
        "templates.yaml",
        &[
            ("max_words: 150", "max_wrds: 150"),
            ("{field: industry, in: [Banking, Finance, Insurance]}", "{field: industri, in: [Banking]}"),
            ("offer: a working session on", "offer: a 30-minute session on"),
            ("day: 6", "day: 2"),
            ("subject: Planning territories at {company}", "subject: Planning territories at {compny}"),
            ("when: {always: true}", "when: {field: country, is: UK}"),
            ("id: standard", "id: finance"),
        ],
    );
    assert_said(
        &said,
        &[
            "templates[0].steps[0].max_wrds: unknown key `max_wrds`; did you mean `max_words`?",
            "templates[1].when.field: unknown field `industri`; did you mean `industry`?",
            "templates[2].offer: the offer has a number",
            "templates[2].steps[2].day: day 2 follows day 2",
            "templates[3].steps[0].fallback.subject: unknown slot `compny`; did you mean `company`?",
            "templates[3].when: the last template for a lead does not fit everybody",
            "templates[3].when.is: no country has the code `UK`; did you mean `GB`?",
            "templates[3].id: duplicate or empty id `finance`",
        ],
    );
}

#[test]
fn planted_mistakes_in_the_levers_are_all_found() {
    let said = problems(
        "levers.yaml",
        &[
            ("comes from {sources}", "comes from {source}"),
            ("company_size: 270", "company_siz: 270"),
            ("planfleet.example,", "planfleet,"),
            ("countries: []", "countries: [XX]"),
            ("[I, A, An,", "[I, \"A B\", An,"),
            ("  crm: what you told us\n", ""),
            ("team: The Northfield team", "team: \"\""),
        ],
    );
    assert_said(
        &said,
        &[
            "disclosure: unknown slot `source`; did you mean `sources`?",
            "disclosure: the disclosure does not name the sources",
            "facts.keep_days.company_siz: unknown kind of fact `company_siz`; did you mean `company_size`?",
            "suppression.domains[0]: `planfleet` is no domain",
            "suppression.countries[0]: no country has the code `XX`",
            "plain_words[1]: `A B` is not one word",
            "source_names: `crm` has no name",
            "sender.team: an empty text",
        ],
    );
}

#[test]
fn a_template_behind_one_that_fits_everybody_is_said() {
    let said = problems("templates.yaml", &[("when: {field: band, is: A}", "when: {always: true}")]);
    assert!(said.contains("templates[3]: template `standard` is never reached"), "{said}");
}

#[test]
fn limits_that_a_task_could_not_hold_are_said() {
    let said = problems("levers.yaml", &[("sentences_per_step: 12", "sentences_per_step: 20")]);
    assert!(said.contains("at most 20000, or the task cannot hold them"), "{said}");
}
