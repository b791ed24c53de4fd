//! What was booked → ramp curves and productivity, proposed for the scenario. The arithmetic is `shared/capacity`'s.

use serde::Deserialize;

use revloops_capacity::Booking;
use revloops_loopkit::{Feedback, TooLittleData};

use crate::config::DesignConfig;

/// What seats of a scenario have booked.
#[derive(Debug, Clone, Deserialize)]
pub struct DesignOutcome {
    /// The bookings, by seat and month.
    pub bookings: Vec<Booking>,
}

pub(crate) fn propose(config: &DesignConfig, outcomes: &[DesignOutcome]) -> Feedback {
    let sample = outcomes.iter().map(|outcome| outcome.bookings.len()).sum();
    Feedback::TooLittleData(TooLittleData { sample, needed: config.feedback.min_seat_months })
}
