//! What a field can hold, as far as the loop knows: it keeps proofs honest and witnesses readable.

use jiff::civil::Date;

use crate::days;

/// The values that a field can have. What is not said is possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    pub(crate) absent: bool,
    pub(crate) texts: Vec<String>,
    pub(crate) texts_only: bool,
    pub(crate) upper: bool,
    pub(crate) apart: bool,
    pub(crate) numbers: Vec<i64>,
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Default for Domain {
    fn default() -> Self {
        Self {
            absent: true,
            texts: Vec::new(),
            texts_only: false,
            upper: false,
            apart: false,
            numbers: Vec::new(),
            from: i64::MIN,
            to: i64::MAX,
        }
    }
}

impl Domain {
    /// Any value, or none.
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// The field always has a value.
    #[must_use]
    pub fn always_present(mut self) -> Self {
        self.absent = false;
        self
    }

    /// Texts that people know, the best example first.
    #[must_use]
    pub fn such_as<T: Into<String>>(mut self, texts: impl IntoIterator<Item = T>) -> Self {
        self.texts.extend(texts.into_iter().map(Into::into));
        self
    }

    /// These texts and no others.
    #[must_use]
    pub fn only<T: Into<String>>(mut self, texts: impl IntoIterator<Item = T>) -> Self {
        self.texts_only = true;
        self.such_as(texts)
    }

    /// Texts are codes: shown in capitals.
    #[must_use]
    pub fn codes(mut self) -> Self {
        self.upper = true;
        self
    }

    /// Numbers from `from` to `to`, both included.
    #[must_use]
    pub fn between(mut self, from: i64, to: i64) -> Self {
        (self.from, self.to) = (from, to);
        self
    }

    /// Numbers that people know, the best example first.
    #[must_use]
    pub fn numbers_such_as(mut self, numbers: impl IntoIterator<Item = i64>) -> Self {
        self.numbers.extend(numbers);
        self
    }

    /// Days that people know, the best example first.
    #[must_use]
    pub fn days_such_as(self, days: impl IntoIterator<Item = Date>) -> Self {
        self.numbers_such_as(days.into_iter().map(days::days))
    }

    /// Every one of [`Domain::only`]'s texts is told from the others, whether or not a condition does.
    pub(crate) fn told_apart(mut self) -> Self {
        self.apart = true;
        self
    }
}
