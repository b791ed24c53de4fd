//! When somebody works: weekly hours in their time zone, minus days off.
//!
//! Somebody is at work in every minute in which **their own clock** shows an open minute of a day that is not off. So an
//! hour that the clock shows twice is worked twice, one that it skips is not worked, and the hours of a week in which the
//! clock changes are counted as they pass. Everything here is pure: the time is an argument.

mod open;
mod week;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub use week::{DAYS, Shift, WeekHours, time_of_day};

/// How far ahead is looked: who is away for longer is away for good.
const HORIZON: SignedDuration = SignedDuration::from_hours(2 * 366 * 24);

/// Why a day is off.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum OffReason {
    /// A public holiday, by its name.
    Holiday(String),
    /// The person is on leave.
    Leave,
}

/// Days without work, by the person's own clock: from the first midnight to the last, whatever shift is under way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DaysOff {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Why.
    pub why: OffReason,
}

/// When somebody works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingTime {
    zone: TimeZone,
    week: WeekHours,
    /// By their first day.
    off: Vec<DaysOff>,
}

impl WorkingTime {
    /// Every minute of every day, with days as UTC has them.
    #[must_use]
    pub fn always() -> Self {
        Self::new(TimeZone::UTC, WeekHours::always(), Vec::new())
    }

    /// `week` by the clock of `zone`, without the days that are `off`.
    #[must_use]
    pub fn new(zone: TimeZone, week: WeekHours, mut off: Vec<DaysOff>) -> Self {
        off.sort_by_key(|days| days.from);
        Self { zone, week, off }
    }

    /// Whether they are at work.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        let local = self.zone.to_datetime(at);
        self.week.is_open(local.weekday(), week::second_of(local.time())) && self.off_on(local.date()).is_none()
    }

    /// The days off that hold, of several those that end last.
    #[must_use]
    pub fn off(&self, at: Timestamp) -> Option<&DaysOff> {
        self.off_on(self.local_date(at))
    }

    fn off_on(&self, day: Date) -> Option<&DaysOff> {
        self.off.iter().take_while(|days| days.from <= day).filter(|days| day <= days.to).max_by_key(|days| days.to)
    }

    /// The first moment from `at` on at which they are at work; `None` where there is none within two years.
    #[must_use]
    pub fn next_open(&self, at: Timestamp) -> Option<Timestamp> {
        self.stretches(at).next().map(|stretch| stretch.from)
    }

    /// The first moment by which `minutes` of work have passed since `at`; `None` where two years are not enough.
    ///
    /// Work that is done exactly at the end of a day is done then, not the next morning.
    #[must_use]
    pub fn add_minutes(&self, at: Timestamp, minutes: u64) -> Option<Timestamp> {
        let mut left = SignedDuration::from_secs(i64::try_from(minutes.checked_mul(60)?).ok()?);
        if left.is_zero() {
            return Some(at);
        }
        for stretch in self.stretches(at) {
            let there = stretch.until.duration_since(stretch.from);
            if left <= there {
                return stretch.from.checked_add(left).ok();
            }
            left -= there;
        }
        None
    }

    /// The whole minutes of work between `from` and `to`; none where `to` is not later. Counts at most two years.
    #[must_use]
    pub fn minutes_between(&self, from: Timestamp, to: Timestamp) -> u64 {
        let worked: SignedDuration = self
            .stretches(from)
            .take_while(|stretch| stretch.from < to)
            .map(|stretch| stretch.until.min(to).duration_since(stretch.from))
            .sum();
        u64::try_from(worked.as_mins()).unwrap_or(0)
    }

    /// The person's day, in which daily caps count.
    #[must_use]
    pub fn local_date(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }
}

#[cfg(test)]
mod tests;
