//! What one lead's owner has promised, out of Route's levers.

use revloops_domain::WorkingTime;
use revloops_loopkit::ports::Untouched;
use revloops_route::config::RouteConfig;

/// What holds for one lead and its owner.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// Working minutes until the first touch.
    pub minutes: u64,
    /// Working minutes until the reminder; none is sent where there is no such time.
    pub remind_after: Option<u64>,
    /// Whether a lead that was missed is routed again.
    pub routes_again: bool,
    /// Statuses of leads that nobody has touched; where there are none, a status says nothing.
    pub untouched_statuses: &'a [String],
    /// When the owner works.
    pub work: &'a WorkingTime,
}

impl<'a> Terms<'a> {
    /// Those of this lead and whom it belongs to now.
    #[must_use]
    pub fn of(config: &'a RouteConfig, lead: &Untouched) -> Self {
        let levers = &config.first_touch;
        let minutes = u64::from(levers.minutes(&lead.band));
        Self {
            minutes,
            remind_after: levers.remind_at_percent.map(|percent| minutes * u64::from(percent) / 100),
            routes_again: levers.on_miss.is_some(),
            untouched_statuses: &levers.untouched_statuses,
            work: &config.team.person(&lead.owner_login).work,
        }
    }
}
