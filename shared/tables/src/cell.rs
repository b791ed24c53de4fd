//! One value of a row.

use std::borrow::Cow;

use thiserror::Error;

/// A value, as its format brings it: CSV has texts alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// Nothing. An empty text in CSV is nothing, too.
    Empty,
    /// A text.
    Text(&'a str),
    /// A whole number.
    Whole(i64),
    /// A number with a fraction.
    Fraction(f64),
    /// Yes or no.
    Flag(bool),
}

/// A value that should be a whole number and is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no whole number")]
pub struct NotWhole(pub String);

impl<'a> Cell<'a> {
    /// The value as a text without spaces around it; `None` where there is nothing.
    #[must_use]
    pub fn text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Empty => None,
            Self::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()).map(Cow::Borrowed),
            Self::Whole(number) => Some(Cow::Owned(number.to_string())),
            Self::Fraction(number) => Some(Cow::Owned(number.to_string())),
            Self::Flag(flag) => Some(Cow::Borrowed(if flag { "true" } else { "false" })),
        }
    }

    /// The value as a whole number; `None` where there is nothing. `1200.0` is one, for that is how many programs write
    /// a column of numbers of which some are missing.
    ///
    /// # Errors
    /// When there is something else.
    pub fn whole(self) -> Result<Option<i64>, NotWhole> {
        match self {
            Self::Empty => Ok(None),
            Self::Whole(number) => Ok(Some(number)),
            Self::Fraction(number) => whole(number).map(Some).ok_or_else(|| NotWhole(number.to_string())),
            Self::Text(text) => {
                let text = text.trim();
                if text.is_empty() {
                    return Ok(None);
                }
                let read = text.parse().ok().or_else(|| text.parse().ok().and_then(whole));
                read.map(Some).ok_or_else(|| NotWhole(text.chars().take(40).collect()))
            }
            Self::Flag(flag) => Err(NotWhole(flag.to_string())),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "checked: no fraction, and within what an f64 tells exactly")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0).then_some(number as i64)
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }
}

impl<'a> From<Option<&'a str>> for Cell<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::Empty, Self::from)
    }
}

impl From<Option<i64>> for Cell<'_> {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::Empty, Self::Whole)
    }
}
