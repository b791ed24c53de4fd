//! Date literals: `TODAY`, `LAST_N_DAYS:7` and their kin, as the range of days that they mean.
//!
//! Days are those of UTC, as for an organisation in the time zone GMT. Weeks begin on Sunday, as in the vendor's default locale.

use jiff::civil::{Date, Weekday};
use jiff::{Span, Timestamp};

const PLAIN: [&str; 17] = [
    "YESTERDAY",
    "TODAY",
    "TOMORROW",
    "LAST_WEEK",
    "THIS_WEEK",
    "NEXT_WEEK",
    "LAST_MONTH",
    "THIS_MONTH",
    "NEXT_MONTH",
    "LAST_90_DAYS",
    "NEXT_90_DAYS",
    "THIS_QUARTER",
    "LAST_QUARTER",
    "NEXT_QUARTER",
    "THIS_YEAR",
    "LAST_YEAR",
    "NEXT_YEAR",
];
const COUNTED: [&str; 13] = [
    "LAST_N_DAYS",
    "NEXT_N_DAYS",
    "N_DAYS_AGO",
    "LAST_N_WEEKS",
    "NEXT_N_WEEKS",
    "N_WEEKS_AGO",
    "LAST_N_MONTHS",
    "NEXT_N_MONTHS",
    "N_MONTHS_AGO",
    "LAST_N_QUARTERS",
    "NEXT_N_QUARTERS",
    "LAST_N_YEARS",
    "NEXT_N_YEARS",
];

pub(super) fn is_known(name: &str, counted: bool) -> bool {
    if counted { COUNTED.contains(&name) } else { PLAIN.contains(&name) }
}

/// First day, and the day after the last one. `None` where the calendar does not reach that far.
pub(super) fn range(name: &str, count: Option<i32>, now_ms: i64) -> Option<(Date, Date)> {
    let today = Timestamp::from_millisecond(now_ms).ok()?.to_zoned(jiff::tz::TimeZone::UTC).date();
    let n = i64::from(count.unwrap_or(1));
    let day = |days: i64| today.checked_add(Span::new().try_days(days).ok()?).ok();
    let week = |weeks: i64| {
        let sunday = today.checked_sub(Span::new().days(today.weekday().since(Weekday::Sunday))).ok()?;
        sunday.checked_add(Span::new().try_weeks(weeks).ok()?).ok()
    };
    let month = |months: i64| today.first_of_month().checked_add(Span::new().try_months(months).ok()?).ok();
    let quarter = |quarters: i64| {
        let first = Date::new(today.year(), (today.month() - 1) / 3 * 3 + 1, 1).ok()?;
        first.checked_add(Span::new().try_months(quarters.checked_mul(3)?).ok()?).ok()
    };
    let year = |years: i64| today.first_of_year().checked_add(Span::new().try_years(years).ok()?).ok();
    let (first, end) = match name {
        "YESTERDAY" => (day(-1), day(0)),
        "TODAY" => (day(0), day(1)),
        "TOMORROW" => (day(1), day(2)),
        "LAST_90_DAYS" => (day(-90), day(1)),
        "NEXT_90_DAYS" => (day(1), day(91)),
        "LAST_N_DAYS" => (day(-n), day(1)),
        "NEXT_N_DAYS" => (day(1), day(n + 1)),
        "N_DAYS_AGO" => (day(-n), day(1 - n)),
        "LAST_WEEK" => (week(-1), week(0)),
        "THIS_WEEK" => (week(0), week(1)),
        "NEXT_WEEK" => (week(1), week(2)),
        "LAST_N_WEEKS" => (week(-n), week(0)),
        "NEXT_N_WEEKS" => (week(1), week(n + 1)),
        "N_WEEKS_AGO" => (week(-n), week(1 - n)),
        "LAST_MONTH" => (month(-1), month(0)),
        "THIS_MONTH" => (month(0), month(1)),
        "NEXT_MONTH" => (month(1), month(2)),
        "LAST_N_MONTHS" => (month(-n), month(0)),
        "NEXT_N_MONTHS" => (month(1), month(n + 1)),
        "N_MONTHS_AGO" => (month(-n), month(1 - n)),
        "LAST_QUARTER" => (quarter(-1), quarter(0)),
        "THIS_QUARTER" => (quarter(0), quarter(1)),
        "NEXT_QUARTER" => (quarter(1), quarter(2)),
        "LAST_N_QUARTERS" => (quarter(-n), quarter(0)),
        "NEXT_N_QUARTERS" => (quarter(1), quarter(n + 1)),
        "LAST_YEAR" => (year(-1), year(0)),
        "THIS_YEAR" => (year(0), year(1)),
        "NEXT_YEAR" => (year(1), year(2)),
        "LAST_N_YEARS" => (year(-n), year(0)),
        "NEXT_N_YEARS" => (year(1), year(n + 1)),
        _ => return None,
    };
    Some((first?, end?))
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn literals_mean_the_days_that_the_documentation_says() {
        // Sunday, 22 November 2026, 06:45 UTC.
        let now = 1_795_329_910_000;
        for (name, count, first, end) in [
            ("TODAY", None, "2026-11-22", "2026-11-23"),
            ("YESTERDAY", None, "2026-11-21", "2026-11-22"),
            ("LAST_N_DAYS", Some(7), "2026-11-15", "2026-11-23"),
            ("NEXT_N_DAYS", Some(2), "2026-11-23", "2026-11-25"),
            ("N_DAYS_AGO", Some(3), "2026-11-19", "2026-11-20"),
            ("THIS_WEEK", None, "2026-11-22", "2026-11-29"),
            ("LAST_WEEK", None, "2026-11-15", "2026-11-22"),
            ("THIS_MONTH", None, "2026-11-01", "2026-12-01"),
            ("NEXT_MONTH", None, "2026-12-01", "2027-01-01"),
            ("LAST_QUARTER", None, "2026-07-01", "2026-10-01"),
            ("THIS_YEAR", None, "2026-01-01", "2027-01-01"),
        ] {
            let (from, to) = range(name, count, now).unwrap();
            assert_eq!((from.to_string().as_str(), to.to_string().as_str()), (first, end), "{name}");
        }
        assert_eq!(range("LAST_N_DAYS", Some(i32::MAX), now), None);
    }
}
