//! A plan as one HTML file that a leader opens, prints and forwards: no scripts, nothing from outside.
//!
//! Every text in it comes from the plan and is data: `maud` escapes it, and the page's own policy lets no script run.
//! The same plan, figures and date give the same bytes.

mod assumptions;
mod capacity;
mod causes;
mod headline;
mod levers;
mod page;
mod simulation;
mod tables;

use jiff::civil::Date;
use maud::{Markup, html};
use revloops_capacity::{Computed, Difference, HiresNeeded, LeverEffect, Simulated};
use revloops_scenario::Scenario;

use crate::charts::Width;
use crate::words::{self, Money};

/// What the report is about.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The plan.
    pub scenario: &'a Scenario,
    /// Its capacity.
    pub computed: &'a Computed,
    /// How sure that is.
    pub simulated: &'a Simulated,
    /// Hires that would close its gaps.
    pub hires: &'a HiresNeeded,
    /// What moves its capacity most, the largest first.
    pub levers: &'a [LeverEffect],
    /// Another plan, and what turns it into this one.
    pub against: Option<(&'a Scenario, &'a Difference)>,
    /// The day that it is made on.
    pub made_on: Date,
}

impl Report<'_> {
    /// The file's content.
    #[must_use]
    pub fn to_html(&self) -> String {
        let money = Money::of(&self.computed.currency);
        let header = html! {
            p.kicker { "Capacity plan · " (words::span(self.computed.starts, self.computed.months)) " · made on " (self.made_on) }
            h1 { bdi { (self.scenario.name) } }
            @if let Some(about) = &self.scenario.about { p.soft { bdi { (about) } } }
        };
        let body = html! {
            (headline::headline(self, &money))
            (tables::years(self.computed, &money))
            (capacity::capacity(self.computed, &money))
            (simulation::simulation(self.simulated, self.computed, &money))
            @if let Some((from, difference)) = self.against {
                (causes::causes(difference, &from.name, &self.scenario.name, &money))
            }
            (levers::hires(self.hires, self.scenario, &money))
            (levers::sensitivity(self.levers, &money))
            (tables::territories(self.computed, &money))
            (tables::managers(self.computed, &money))
            (assumptions::assumptions(self))
        };
        page::page(&format!("{}: capacity plan", self.scenario.name), &header, &body)
    }
}

/// A picture for a page and one for a phone; the style shows the one that fits.
fn both(draw: impl Fn(Width) -> Markup) -> Markup {
    html! { (draw(Width::Wide)) (draw(Width::Narrow)) }
}

#[cfg(test)]
mod tests;
