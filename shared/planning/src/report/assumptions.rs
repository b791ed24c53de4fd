//! What the figures rest on, so that anybody can compute them again.

use maud::{Markup, html};

use super::Report;
use super::page::section;

pub(super) fn assumptions(report: &Report<'_>) -> Markup {
    let scenario = report.scenario;
    let hires: u32 = scenario.hiring_plan.iter().map(|hire| u32::from(hire.seats)).sum();
    let content = html! {
        dl {
            dt { "Scenario" } dd { code { (scenario.id) } @for base in &scenario.based_on { ", based on " code { (base) } } }
            dt { "Content" } dd { "SHA-256 " code { (scenario.hash) } }
            dt { "Seats" } dd { (scenario.roster.len()) " on the roster, " (hires) " to be hired" }
            dt { "Currency" } dd { (scenario.currency) ", computed to the cent and rounded here" }
            dt { "Capacity" } dd { "Each month the sum over all seats of productivity × ramp × working time × season × the share of people still there" }
        }
        p.note { "The same figures: " code { "cargo revloops design compute " (scenario.id) } }
    };
    section("assumptions", "What this rests on", "", &content)
}
