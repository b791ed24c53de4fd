use revloops_capacity::{Asked, compute, diff, simulate};

use super::*;
use crate::worked::worked;

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
