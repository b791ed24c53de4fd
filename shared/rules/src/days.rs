//! Dates as whole numbers: days since 1970-01-01.

use jiff::civil::Date;
use jiff::{ToSpan, Unit};

const FIRST: Date = Date::constant(1970, 1, 1);

/// The days since 1970-01-01.
pub(crate) fn days(date: Date) -> i64 {
    date.since((Unit::Day, FIRST)).map_or(0, |span| i64::from(span.get_days()))
}

/// The date that many days after 1970-01-01; `None` beyond the years that a calendar has.
pub(crate) fn date(days: i64) -> Option<Date> {
    FIRST.checked_add(i32::try_from(days).ok()?.days()).ok()
}

/// A date as config writes it: `2026-11-22`, and nothing after it.
pub(crate) fn read(text: &str) -> Option<i64> {
    let text = text.trim();
    // jiff reads date-times too; what stands after the day would be lost in silence.
    (text.len() == "2026-11-22".len()).then(|| text.parse::<Date>().ok()).flatten().map(days)
}

/// As config writes it.
pub(crate) fn shown(days: i64) -> String {
    date(days).map_or_else(|| format!("day {days}"), |date| date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_days_and_read_as_written() {
        for (text, days) in [("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11_016), ("2026-11-22", 20_779)] {
            assert_eq!(read(text), Some(days), "{text}");
            assert_eq!(shown(days), text);
        }
    }

    #[test]
    fn what_is_no_day_is_no_date() {
        for text in ["2026-02-29", "2026-13-01", "22.11.2026", "2026-11-22T10:00", "20261122", "tomorrow", ""] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
