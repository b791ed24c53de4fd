//! On which day a milestone's task is due: the play's day, unless that is over or the person has enough to do on it.

use std::collections::BTreeMap;

use jiff::civil::Date;

use revloops_domain::{OwnerId, UserId};
use revloops_loopkit::ports::DayLoad;

use crate::config::{Due, Region};

/// So many business days around the play's day are looked at; a person who is full for longer gets it all the same.
const LOOKS_AROUND: usize = 20;

/// What everybody has to do on which day.
#[derive(Debug, Clone, Default)]
pub(crate) struct Desk {
    tasks: BTreeMap<(OwnerId, Date), u32>,
    most: u32,
}

impl Desk {
    pub(crate) fn new(most: u32, loads: &[DayLoad]) -> Self {
        let tasks = loads.iter().map(|load| ((load.owner_id.clone(), load.on), load.tasks)).collect();
        Self { tasks, most }
    }

    pub(crate) fn put(&mut self, owner: OwnerId, on: Date) {
        *self.tasks.entry((owner, on)).or_default() += 1;
    }

    fn has_room(&self, owner: &OwnerId, on: Date) -> bool {
        self.tasks.get(&(owner.clone(), on)).copied().unwrap_or(0) < self.most
    }

    /// The day for a task that its play wants on `play_day`, not before `earliest`, which is a business day; it is then
    /// taken. What counts from the start goes to later days where its own is taken, what counts to the close date to
    /// earlier ones while there are any.
    pub(crate) fn take(
        &mut self,
        owner: Option<&UserId>,
        due: Due,
        play_day: Date,
        earliest: Date,
        region: &Region,
    ) -> Date {
        let wanted = play_day.max(earliest);
        let Some(owner) = owner.cloned().map(OwnerId::from) else { return wanted };
        let later = days(wanted, |day| region.days.after(day, 1));
        let earlier = days(wanted, |day| region.days.before(day, 1).filter(|day| *day >= earliest));
        let (first, then) = match due {
            Due::AfterStart(_) => (later, Vec::new()),
            Due::BeforeClose(_) => (earlier, later),
        };
        let free = first.into_iter().chain(then).find(|day| self.has_room(&owner, *day));
        let on = free.unwrap_or(wanted);
        self.put(owner, on);
        on
    }
}

/// `from` and the days after it.
fn days(from: Date, next: impl Fn(Date) -> Option<Date>) -> Vec<Date> {
    std::iter::successors(Some(from), |day| next(*day)).take(LOOKS_AROUND + 1).collect()
}
