//! Points in time as the CRM writes them, so that a value written and read back compares equal.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `at` as the CRM's REST API answers it: UTC, whole seconds, `2026-11-22T10:00:00.000+0000`.
///
/// Salesforce keeps no fractions of a second; a marker with milliseconds would never be found again.
#[must_use]
pub fn crm_datetime(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string()
}

/// The day of `at` in UTC, as the CRM's date fields hold it: `2026-11-22`.
#[must_use]
pub fn crm_date(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_cut_off_so_that_the_value_reads_back_the_same() {
        let at: Timestamp = "2026-11-22T10:00:00.987654Z".parse().unwrap();
        assert_eq!(crm_datetime(at), "2026-11-22T10:00:00.000+0000");
        assert_eq!(crm_date(at), "2026-11-22");
    }
}
