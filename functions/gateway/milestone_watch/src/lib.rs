//! The watch of milestones: whose day has come, and whose is over?
//!
//! Each day, for the open tasks of Pursue's milestones ([`decide`] says what, [`tick`] does it once):
//!
//! | what shows in the CRM | what happens |
//! |---|---|
//! | it is due today, by the clock of the company's region | `milestone.due` |
//! | its day is over | `milestone.missed`, and the task notes which day was missed |
//! | it was missed before, and has the same day still | nothing |
//! | it was ticked off, or its day moved | nothing, or it begins anew by the new day |
//!
//! A person's own change of the day counts as the day: it was promised anew. Each step is a run named by milestone and
//! day: two ticks at once, or a tick that died, come to the same.

mod record;
mod tick;

#[cfg(test)]
mod tests;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use revloops_domain::pursuit::{MilestoneDay, names};
use revloops_loopkit::RunKey;
use revloops_loopkit::ports::DueMilestone;
use revloops_pursue::config::Region;

pub use tick::{Ticked, Watch, tick};

/// The name under which steps are recorded.
pub const NAME: &str = "milestones";

/// What is to be told about one milestone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Whether its day is over; else it is today.
    pub missed: bool,
    /// Which, whose, and by how much.
    pub day: MilestoneDay,
}

impl Told {
    pub(crate) const fn event(&self) -> &'static str {
        if self.missed { names::MILESTONE_MISSED } else { names::MILESTONE_DUE }
    }

    /// What makes it the same, however often it is decided.
    pub(crate) fn run_key(&self) -> RunKey {
        let MilestoneDay { opportunity_id, play, milestone, due_on, .. } = &self.day;
        let what = if self.missed { "missed" } else { "due" };
        RunKey {
            subject: format!("opportunity/{opportunity_id}"),
            loop_name: NAME.to_owned(),
            trigger: format!("{what}-{play}-{milestone}-{due_on}"),
        }
    }
}

/// What is to be told about a milestone on `today`: pure. Nothing before its day, nothing twice, and nothing of tasks whose key
/// is none of ours.
#[must_use]
pub fn decide(one: &DueMilestone, region: &Region, today: Date) -> Option<Told> {
    if one.due_on > today || (one.due_on < today && one.missed_on == Some(one.due_on)) {
        return None;
    }
    let start = format!("opportunity/{}/pursue/", one.opportunity_id);
    let (play, milestone) = one.key.strip_prefix(&start)?.split_once('/')?;
    Some(Told {
        missed: one.due_on < today,
        day: MilestoneDay {
            opportunity_id: one.opportunity_id.clone(),
            play: play.to_owned(),
            milestone: milestone.to_owned(),
            task_id: one.task_id.clone(),
            owner_id: one.owner_id.clone(),
            due_on: one.due_on,
            business_days_over: region.days.between(one.due_on, today),
        },
    })
}
