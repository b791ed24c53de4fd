//! What was booked → ramp curves and productivity, proposed for the scenario. The arithmetic is `shared/capacity`'s.
