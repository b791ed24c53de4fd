//! The hours of a week, as a clock on the wall shows them.

use jiff::civil::{Time, Weekday};

/// The days of a week, as config names them.
pub const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// A time of the day as config writes it: `09:00`.
#[must_use]
pub fn time_of_day(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let two = |digits: &str| (digits.len() == 2).then(|| digits.parse::<i8>().ok()).flatten();
    Time::new(two(hour)?, two(minute)?, 0, 0).ok()
}

/// Seconds of a day, as a clock shows them.
pub(super) const DAY: u32 = 24 * 60 * 60;

/// Work from one time to another, beginning on `day`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shift {
    /// The day on which it begins.
    pub day: Weekday,
    /// When it begins.
    pub from: Time,
    /// When it ends: on the next day where that is not later than `from`. `00:00` to `00:00` is a whole day, `22:00` to
    /// `06:00` a night.
    pub to: Time,
}

/// The hours of a week; it may have none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct WeekHours {
    /// Open seconds from Monday on: sorted, apart from each other, none over midnight.
    days: [Vec<(u32, u32)>; 7],
}

impl WeekHours {
    /// Every hour.
    #[must_use]
    pub fn always() -> Self {
        Self { days: std::array::from_fn(|_| vec![(0, DAY)]) }
    }

    /// These shifts, which may overlap.
    #[must_use]
    pub fn new(shifts: impl IntoIterator<Item = Shift>) -> Self {
        let mut days: [Vec<(u32, u32)>; 7] = Default::default();
        for Shift { day, from, to } in shifts {
            let (from, to) = (second_of(from), second_of(to));
            let mut add = |day: Weekday, from: u32, to: u32| {
                if let Some(spans) = days.get_mut(place(day))
                    && from < to
                {
                    spans.push((from, to));
                }
            };
            if from < to {
                add(day, from, to);
            } else {
                add(day, from, DAY);
                add(day.next(), 0, to);
            }
        }
        Self { days: days.map(joined) }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.days.iter().all(Vec::is_empty)
    }

    /// Whether `second` of `day` is open.
    pub(super) fn is_open(&self, day: Weekday, second: u32) -> bool {
        self.of(day).iter().any(|(from, to)| (*from..*to).contains(&second))
    }

    /// The open seconds of a day, in order.
    pub(super) fn of(&self, day: Weekday) -> &[(u32, u32)] {
        self.days.get(place(day)).map_or(&[], Vec::as_slice)
    }
}

/// The second of the day that a clock shows.
pub(super) fn second_of(time: Time) -> u32 {
    let part = |number: i8| u32::try_from(number).unwrap_or(0);
    part(time.hour()) * 3600 + part(time.minute()) * 60 + part(time.second())
}

fn place(day: Weekday) -> usize {
    usize::try_from(day.to_monday_zero_offset()).unwrap_or(0)
}

/// The same seconds, sorted, with what overlaps or touches in one.
fn joined(mut spans: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    spans.sort_unstable();
    let mut joined: Vec<(u32, u32)> = Vec::with_capacity(spans.len());
    for (from, to) in spans {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            Some(_) | None => joined.push((from, to)),
        }
    }
    joined
}
