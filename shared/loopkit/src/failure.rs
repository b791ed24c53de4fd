//! Failures with a class that decides: retry, park or stop.

use std::error::Error;
use std::fmt;

use revloops_domain::ErrorClass;

/// The result of anything that touches the world.
pub type Outcome<T> = Result<T, Failure>;

/// A failure: its class, where it happened, and the cause. Messages name records by id and carry no person's data.
#[derive(Debug)]
pub struct Failure {
    class: ErrorClass,
    context: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Failure {
    /// A failure of `class` while doing what `context` says: lower case, no full stop.
    pub fn new(class: ErrorClass, context: impl Into<String>) -> Self {
        Self { class, context: context.into(), source: None }
    }

    /// A failure to read JSON: says where in the text and of what kind, never what stood there, which may be a person's.
    pub fn unreadable(class: ErrorClass, context: impl fmt::Display, error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let place = if line > 0 { format!(" in line {line}, column {column}") } else { String::new() };
        Self::new(class, format!("{context}: {:?} error{place}", error.classify()))
    }

    /// The same with its cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The same, with where it happened put in front.
    #[must_use]
    pub fn during(mut self, context: impl fmt::Display) -> Self {
        self.context = format!("{context}: {}", self.context);
        self
    }

    /// Whether its cause is a `T`.
    #[must_use]
    pub fn comes_from<T: Error + 'static>(&self) -> bool {
        self.source.as_deref().is_some_and(|source| source.is::<T>())
    }

    /// What decides between retry, park and stop.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        self.class
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.context)?;
        let mut cause: Option<&(dyn Error + 'static)> = self.source.as_deref().map(|source| source as _);
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unreadable_json_is_told_by_place_and_never_by_content() {
        let error = serde_json::from_str::<u8>("\"Ida Holm\"").unwrap_err();
        assert!(error.to_string().contains("Ida"), "serde tells: {error}");
        let failure = Failure::unreadable(ErrorClass::Rejected, "reading the trigger", &error);
        assert_eq!(failure.to_string(), "reading the trigger: Data error in line 1, column 10");
    }

    #[test]
    fn a_failure_says_where_and_why_down_to_the_cause() {
        let failure =
            Failure::new(ErrorClass::Transient, "updating Lead 00Q").caused_by("connection reset").during("routing");
        assert_eq!(failure.to_string(), "routing: updating Lead 00Q: connection reset");
    }
}
