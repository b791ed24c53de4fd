//! The stretches of time in which somebody works, one after the other.

use std::collections::VecDeque;

use jiff::civil::{DateTime, Time};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use super::{HORIZON, WorkingTime, week};

/// Work without a break, up to the next midnight or change of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) from: Timestamp,
    /// The first moment after it.
    pub(super) until: Timestamp,
}

impl WorkingTime {
    /// What is worked from `at` on, for two years: in order, apart from each other, none empty.
    pub(super) fn stretches(&self, at: Timestamp) -> Stretches<'_> {
        let end = at.checked_add(HORIZON).unwrap_or(Timestamp::MAX);
        // A week without hours would be looked through day by day for nothing.
        let from = if self.week.is_empty() { end } else { at };
        Stretches { of: self, at: from, end, found: VecDeque::new() }
    }
}

pub(super) struct Stretches<'a> {
    of: &'a WorkingTime,
    /// Up to here everything has been looked at.
    at: Timestamp,
    end: Timestamp,
    found: VecDeque<Stretch>,
}

impl Iterator for Stretches<'_> {
    type Item = Stretch;

    fn next(&mut self) -> Option<Stretch> {
        while self.found.is_empty() && self.at < self.end {
            self.look_at_a_day();
        }
        self.found.pop_front()
    }
}

impl Stretches<'_> {
    /// Looks at what is left of the local day, or of its part before the clock changes: there the clock runs evenly, and
    /// its seconds are the seconds that pass.
    fn look_at_a_day(&mut self) {
        let zone = &self.of.zone;
        let offset = zone.to_offset(self.at);
        let local = offset.to_datetime(self.at);
        let midnight =
            local.date().tomorrow().ok().and_then(|next| on_clock(next.to_datetime(Time::midnight()), offset));
        let mut until = midnight.unwrap_or(self.end).min(self.end);
        if let Some(change) = zone.following(self.at).next() {
            until = until.min(change.timestamp());
        }
        if self.of.off_on(local.date()).is_none() {
            let started = on_clock(local.date().to_datetime(Time::midnight()), offset).unwrap_or(self.at);
            for (from, to) in self.of.week.of(local.weekday()) {
                let from = after(started, *from).max(self.at);
                let to = after(started, *to).min(until);
                if from < to {
                    self.found.push_back(Stretch { from, until: to });
                }
            }
        }
        self.at = until;
    }
}

/// When a clock with `offset` shows `local`; `None` outside of what can be told.
fn on_clock(local: DateTime, offset: Offset) -> Option<Timestamp> {
    offset.to_timestamp(local).ok()
}

fn after(started: Timestamp, seconds: u32) -> Timestamp {
    debug_assert!(seconds <= week::DAY, "spans end with their day");
    started.saturating_add(SignedDuration::from_secs(i64::from(seconds))).unwrap_or(Timestamp::MAX)
}
