use revloops_capacity::{Asked, compute, diff, simulate};
use revloops_config::Problems;
use revloops_scenario::Scenario;

use super::*;

/// Seven seats at 85 % and three at 40 % of $150,000: the worked check of the contract, $1,072,500 a year.
const WORKED: &str = "\
name: Worked
currency: USD
starts: 2027-01
months: 12
segments: [{id: all, name: Everybody}]
managers: [{id: ada, name: Ada Byron}, {id: bo, name: Bo Lind, reports_to: ada}]
ramp_curves: [{id: most, percent_by_month: [85]}, {id: less, percent_by_month: [40]}]
profiles:
  - {id: seasoned, name: Seasoned, ramp: most, attrition_percent_a_year: 0, quota: {a_year: 100000}, quota_ramps: false}
  - {id: fresh, name: Fresh, ramp: less, attrition_percent_a_year: 0, quota: {a_year: 100000}, quota_ramps: false}
productivity: [{profile: seasoned, a_year: 150000}, {profile: fresh, a_year: 150000}]
roster:
";

const REST: &str = "\
targets: [{starts: 2027-01, segment: all, a_year: 800000}]
roles: [seller]
territories:
  - {id: world, name: World}
  - {id: north, name: North, parent: world, when: {field: country, is: SE}}
";

fn worked(name: &str, fresh: usize) -> Scenario {
    let seat = |kind: &str, at: usize, manager: &str| {
        format!(
            "  - {{id: {kind}-{at}, profile: {kind}, segment: all, territory: north, manager: {manager}, starts: 2020-01-01}}\n"
        )
    };
    let seats: String =
        (0..7).map(|at| seat("seasoned", at, "ada")).chain((0..fresh).map(|at| seat("fresh", at, "bo"))).collect();
    let text = format!("{WORKED}{seats}{REST}");
    let mut problems = Problems::new();
    let read = revloops_scenario::parse_text(&[(name, &text)], name, &mut problems);
    read.unwrap_or_else(|| panic!("{problems}")).scenario
}

fn text(sheet: &Sheet) -> String {
    let rows = sheet.rows.iter().inspect(|row| assert_eq!(row.len(), sheet.headers.len()));
    rows.map(|row| row.join(" | ")).collect::<Vec<_>>().join("\n").replace('\u{a0}', " ")
}

#[test]
fn the_worked_check_reads_as_the_contract_says_it() {
    let computed = compute(&worked("worked", 3), &[]);
    let year = "2027 | $800,000 | $1,072,500 | $272,500 over | 134.1 % | $1,000,000 | 80 % | 125 % | $0";
    assert_eq!(text(&years(&computed)), year);
    let all = "$800,000 | $1,072,500 | $272,500 over | 134.1 % | $1,000,000 | $0 | 10";
    assert_eq!(text(&segments(&computed)), format!("Everybody | {all}\nall | {all}"));
}

#[test]
fn what_lies_in_a_territory_or_reports_to_a_manager_stands_under_it() {
    let computed = compute(&worked("worked", 3), &[]);
    let names = |sheet: &Sheet| sheet.rows.iter().map(|row| row[0].clone()).collect::<Vec<_>>();
    assert_eq!(names(&territories(&computed)), ["World", "  North"]);
    assert_eq!(
        text(&managers(&computed)),
        "Ada Byron | – | $1,072,500 | – | – | $1,000,000 | $0 | 10\n  Bo Lind | – | $180,000 | – | – | $300,000 | $0 | 3"
    );
}

#[test]
fn causes_end_with_the_difference_that_they_add_up_to() {
    let sheet = causes(&diff(&worked("worked", 3), &worked("more", 4)), "USD");
    let text = text(&sheet);
    assert!(text.contains("+$60,000 | +$60,000 | – | +$100,000 | –"), "{text}");
    assert!(text.ends_with("difference | +$60,000 | +$60,000 | – | +$100,000 | –"), "{text}");
}

#[test]
fn chances_are_told_by_year_and_for_the_whole_plan() {
    let simulated = simulate(&worked("worked", 3), Asked { seed: 1, trials: 50, threads: 1 });
    let names: Vec<String> = chances(&simulated).rows.iter().map(|row| row[0].clone()).collect();
    assert_eq!(names, ["2027", "whole plan"]);
    assert_eq!(variance(&simulated).rows.len(), 6);
}
