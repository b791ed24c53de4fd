//! What hiring can do, where a caller says only a part of it, or nothing.

use revloops_capacity::HiringLimits;
use revloops_scenario::{Month, Scenario};

/// Starts in one segment in one month, where nobody says how many there can be.
pub const USUAL_MOST_A_MONTH: u16 = 5;

/// The limits that hires needed are reckoned with: from the plan's first month on, five a segment and month, unless others are
/// given.
#[must_use]
pub fn limits(scenario: &Scenario, earliest: Option<Month>, most_a_month: Option<u16>) -> HiringLimits {
    HiringLimits {
        earliest: earliest.unwrap_or(scenario.starts),
        most_a_month: most_a_month.unwrap_or(USUAL_MOST_A_MONTH),
    }
}
