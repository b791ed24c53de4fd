use std::path::Path;

use jiff::civil::date;
use revloops_capacity::{Asked, compute, simulate};
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
        hires: &crate::hires_needed(scenario),
        levers: &crate::sensitivity(scenario),
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
    if let Ok(path) = std::env::var("REPORT_OUT") {
        std::fs::write(path, &html).unwrap();
    }
}

#[test]
fn names_are_text_whatever_they_look_like() {
    let mut scenario = shipped("fy27-baseline");
    let hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
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
    assert!(html.matches("&lt;script&gt;alert(1)").count() > 10);
}

#[test]
fn nothing_is_loaded_from_outside() {
    let html = report(&shipped("fy27-baseline"));
    for wrong in ["http://", "https://", "url(", "@import", "src=", "<script", "<link"] {
        assert!(!html.contains(wrong), "{wrong} is in the page");
    }
}
