//! A plan whose figures are known by heart, for tests.

use revloops_config::Problems;
use revloops_scenario::Scenario;

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

/// The plan, with so many fresh seats instead of three.
pub(crate) fn worked(name: &str, fresh: usize) -> Scenario {
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
