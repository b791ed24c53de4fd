//! Calendar months.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A calendar month: `2027-01`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    /// Months since January of the year 0.
    index: i32,
}

/// Why a text is no month.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no month: write it like 2027-01")]
pub struct NoMonth(String);

impl Month {
    /// The month of `day`.
    #[must_use]
    pub fn of(day: Date) -> Self {
        Self { index: i32::from(day.year()) * 12 + i32::from(day.month()) - 1 }
    }

    /// So many months later; before, where `months` is less than nothing.
    #[must_use]
    pub const fn plus(self, months: i32) -> Self {
        Self { index: self.index + months }
    }

    /// Months from `earlier` to this one; less than nothing where it comes before.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i32 {
        self.index - earlier.index
    }

    /// The year.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.index.div_euclid(12)
    }

    /// 0 for January to 11 for December.
    #[must_use]
    pub const fn of_year(self) -> usize {
        self.index.rem_euclid(12) as usize
    }

    /// Its first day.
    #[must_use]
    pub fn first_day(self) -> Date {
        let year = i16::try_from(self.year()).unwrap_or(i16::MAX);
        Date::new(year, i8::try_from(self.of_year() + 1).unwrap_or(1), 1).unwrap_or(Date::MAX)
    }

    /// Its number of days.
    #[must_use]
    pub fn days(self) -> i32 {
        i32::from(self.first_day().days_in_month())
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.of_year() + 1)
    }
}

impl FromStr for Month {
    type Err = NoMonth;
    fn from_str(text: &str) -> Result<Self, NoMonth> {
        let no = || NoMonth(text.chars().take(40).collect());
        let (year, month) = text.split_once('-').ok_or_else(no)?;
        let digits = |part: &str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return Err(no());
        }
        let (year, month): (i32, i32) = (year.parse().map_err(|_| no())?, month.parse().map_err(|_| no())?);
        if !(1..=12).contains(&month) || year == 0 {
            return Err(no());
        }
        Ok(Self { index: year * 12 + month - 1 })
    }
}

impl TryFrom<String> for Month {
    type Error = NoMonth;
    fn try_from(text: String) -> Result<Self, NoMonth> {
        text.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

impl JsonSchema for Month {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Month".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_counted_over_years() {
        let november: Month = "2026-11".parse().unwrap();
        assert_eq!(november.plus(3).to_string(), "2027-02");
        assert_eq!(november.plus(3).since(november), 3);
        assert_eq!(november.plus(15).days(), 29);
    }

    #[test]
    fn what_is_no_month_is_refused() {
        for text in ["2027", "2027-13", "2027-1", "27-01", "2027-00", "+027-01"] {
            assert!(text.parse::<Month>().is_err(), "{text}");
        }
    }
}
