use std::path::Path;

use jiff::civil::date;
use revloops_capacity::{Asked, compute, hires_needed, sensitivity, simulate};
use revloops_config::Problems;
use revloops_scenario::Scenario;

use super::*;

fn shipped(id: &str) -> Scenario {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config");
    let mut problems = Problems::new();
    let read = revloops_scenario::read(&root, id, &mut problems);
    read.unwrap_or_else(|| panic!("{problems}")).scenario
}

/// The report of `scenario` with everything in it, against the baseline.
fn report(scenario: &Scenario) -> String {
    let base = shipped("fy27-baseline");
    let computed = compute(scenario, &[]);
    let simulated = simulate(scenario, Asked { seed: 7, trials: 500, threads: 1 });
    let report = Report {
        scenario,
        computed: &computed,
        simulated: &simulated,
        hires: &hires_needed(scenario, crate::hiring::limits(scenario, None, None)),
        levers: &sensitivity(scenario),
        against: Some((&base, &revloops_capacity::diff(&base, scenario))),
        made_on: date(2026, 12, 1),
    };
    report.to_html()
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    let scenario = shipped("fy27-iberia");
    let html = report(&scenario);
    assert_eq!(html, report(&scenario));
}

#[test]
fn names_are_text_whatever_they_look_like() {
    let mut scenario = shipped("fy27-baseline");
    let hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'>";
    scenario.name = hostile.to_owned();
    scenario.about = Some(hostile.to_owned());
    scenario.id = hostile.to_owned();
    scenario.segments.iter_mut().for_each(|segment| segment.name = hostile.to_owned());
    scenario.managers.iter_mut().for_each(|manager| manager.name = hostile.to_owned());
    scenario.currency = "<b>".to_owned();
    let html = report(&scenario);
    for wrong in ["<script", "<img", "<b>", "\"'>"] {
        assert!(!html.contains(wrong), "{wrong} is in the page");
    }
    assert!(html.matches("&lt;script&gt;alert(2)").count() > 10);
}

#[test]
fn the_first_year_is_said_in_a_sentence_and_in_figures() {
    let html = report(&crate::worked::worked("worked", 3));
    let sentence = "In 2027 the plan is expected to book <strong>$1.07M</strong> of the <strong>$800k</strong> to be booked: \
                    <strong class=\"good\">$273k over</strong>.";
    assert!(html.contains(sentence));
    for figure in ["134.1\u{a0}% of target", ">80\u{a0}%<", ">125\u{a0}%<", "None: capacity suffices"] {
        assert!(html.contains(figure), "{figure} is not in the page");
    }
}

#[test]
fn charts_have_labels_tooltips_and_a_version_for_phones() {
    let html = report(&shipped("fy27-iberia"));
    let charts = html.matches("<svg class=\"chart wide\"").count();
    assert_eq!(charts, 5);
    assert_eq!(html.matches("<svg class=\"chart narrow\"").count(), charts);
    assert_eq!(html.matches("role=\"img\" aria-label=\"").count(), 2 * charts);
    // Three months of each of three charts by month, in both widths, would be 18.
    assert!(html.matches("<title>").count() > 2 * 2 * 36);
}

#[test]
fn nothing_is_loaded_from_outside() {
    let html = report(&shipped("fy27-baseline"));
    for wrong in ["http://", "https://", "url(", "@import", "src=", "<script", "<link"] {
        assert!(!html.contains(wrong), "{wrong} is in the page");
    }
}
