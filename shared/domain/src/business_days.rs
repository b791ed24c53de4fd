//! Business days: days of a week that are worked, without public holidays. Whole days; hours are [`crate::working_time`]'s.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};

/// A holiday that lasts longer than this is no calendar's.
const LOOKS_FOR: usize = 400;

/// Which days are worked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessDays {
    weekend: Vec<Weekday>,
    holidays: BTreeMap<Date, String>,
}

impl BusinessDays {
    /// All days but those of the weekend and the holidays, each with its name.
    #[must_use]
    pub const fn new(weekend: Vec<Weekday>, holidays: BTreeMap<Date, String>) -> Self {
        Self { weekend, holidays }
    }

    /// Whether the day is worked.
    #[must_use]
    pub fn is_worked(&self, day: Date) -> bool {
        !self.weekend.contains(&day.weekday()) && !self.holidays.contains_key(&day)
    }

    /// The `n`-th business day after `day`, which itself does not count; for 0 the first on or after it. `None` where the
    /// calendar has no more days, or none of them is worked.
    #[must_use]
    pub fn after(&self, day: Date, n: u16) -> Option<Date> {
        self.walk(day, n, |day| day.tomorrow().ok())
    }

    /// The `n`-th business day before `day`, which itself does not count; for 0 the last on or before it.
    #[must_use]
    pub fn before(&self, day: Date, n: u16) -> Option<Date> {
        self.walk(day, n, |day| day.yesterday().ok())
    }

    /// How many business days come after `from` up to `to`, `to` included; negative where `to` is earlier.
    #[must_use]
    pub fn between(&self, from: Date, to: Date) -> i64 {
        let (first, last) = (from.min(to), from.max(to));
        let mut count = 0;
        let mut day = first;
        while let Some(next) = day.tomorrow().ok().filter(|next| *next <= last) {
            day = next;
            // Both ways the day that is counted from does not count: going back, `to` counts and `from` does not.
            let counted = if from <= to { day } else { day.yesterday().unwrap_or(day) };
            count += i64::from(self.is_worked(counted));
        }
        if from <= to { count } else { -count }
    }

    fn walk(&self, day: Date, n: u16, next: impl Fn(Date) -> Option<Date>) -> Option<Date> {
        let mut day = day;
        let mut left = n;
        if left == 0 && self.is_worked(day) {
            return Some(day);
        }
        let mut idle = 0;
        loop {
            day = next(day)?;
            if !self.is_worked(day) {
                idle += 1;
                if idle > LOOKS_FOR {
                    return None;
                }
                continue;
            }
            idle = 0;
            left = left.saturating_sub(1);
            if left == 0 {
                return Some(day);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn germany() -> BusinessDays {
        let holidays = [("2026-12-25", "Christmas"), ("2027-01-01", "New Year"), ("2027-03-26", "Good Friday")];
        let holidays = holidays.into_iter().map(|(on, name)| (day(on), name.to_owned())).collect();
        BusinessDays::new(vec![Weekday::Saturday, Weekday::Sunday], holidays)
    }

    #[test]
    fn days_are_counted_past_weekends_holidays_and_the_year_s_end() {
        for (from, n, after, before) in [
            ("2026-12-23", 0, "2026-12-23", "2026-12-23"),
            ("2026-12-23", 1, "2026-12-24", "2026-12-22"),
            ("2026-12-24", 1, "2026-12-28", "2026-12-23"),
            ("2026-12-30", 3, "2027-01-05", "2026-12-24"),
            ("2026-12-26", 0, "2026-12-28", "2026-12-24"),
            ("2026-12-26", 1, "2026-12-28", "2026-12-24"),
            ("2027-01-01", 0, "2027-01-04", "2026-12-31"),
            ("2027-03-29", 1, "2027-03-30", "2027-03-25"),
        ] {
            assert_eq!(germany().after(day(from), n), Some(day(after)), "{n} after {from}");
            assert_eq!(germany().before(day(from), n), Some(day(before)), "{n} before {from}");
        }
    }

    #[test]
    fn where_nothing_is_worked_there_is_no_day() {
        let week = [0, 1, 2, 3, 4, 5, 6].map(|at| Weekday::from_monday_zero_offset(at).unwrap());
        let never = BusinessDays::new(week.to_vec(), BTreeMap::new());
        assert_eq!((never.after(day("2026-12-23"), 1), never.before(day("2026-12-23"), 0)), (None, None));
    }

    proptest! {
        /// What is between is what was gone: forth and back, from any day of three years.
        #[test]
        fn counting_back_what_was_gone_gives_the_same_number(start in 0_i32..1000, n in 1_u16..60) {
            let from = day("2026-01-01").checked_add(jiff::Span::new().days(start)).unwrap();
            let (later, earlier) = (germany().after(from, n).unwrap(), germany().before(from, n).unwrap());
            prop_assert_eq!(germany().between(from, later), i64::from(n));
            prop_assert_eq!(germany().between(from, earlier), -i64::from(n));
            prop_assert!(germany().is_worked(later) && germany().is_worked(earlier));
        }
    }
}
