//! What the CRM refused, in its own words: they are for the person who asked, and not for logs, since they quote what was sent.

use std::fmt;

use cirrus::CirrusError;
use serde::Deserialize;

use revloops_loopkit::Failure;

use crate::failures::failure;

/// One thing that the CRM finds wrong.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Problem {
    /// Its code, such as `REQUIRED_FIELD_MISSING`. A collection calls it `statusCode`, a single call `errorCode`.
    #[serde(alias = "statusCode", alias = "errorCode")]
    pub code: String,
    /// Its words.
    #[serde(default)]
    pub message: String,
    /// Fields that it is about.
    #[serde(default)]
    pub fields: Vec<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        if self.fields.is_empty() { Ok(()) } else { write!(f, " (fields: {})", self.fields.join(", ")) }
    }
}

/// A call that the CRM refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// HTTP status.
    pub status: u16,
    /// What is wrong; never empty.
    pub problems: Vec<Problem>,
}

impl Refused {
    /// Whether one of the problems has this code.
    #[must_use]
    pub fn is(&self, code: &str) -> bool {
        self.problems.iter().any(|problem| problem.code == code)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the CRM answered {}", self.status)?;
        self.problems.iter().try_for_each(|problem| write!(f, "; {problem}"))
    }
}

/// Why a call in a person's name came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum PersonalError {
    /// The CRM no longer takes the session, and has done nothing: renew it and ask again.
    #[error("the CRM no longer takes the session")]
    SessionEnded,
    /// The CRM refused what was asked. The text is for the person alone.
    #[error("{0}")]
    Refused(Refused),
    /// The CRM could not be asked, or its answer could not be read.
    #[error("{0}")]
    Failed(Failure),
}

impl PersonalError {
    /// What an error of the library means to a person.
    pub(crate) fn of(doing: impl Into<String>, error: &CirrusError) -> Self {
        if is_session_ended(error) {
            return Self::SessionEnded;
        }
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the library's error enum is open: the rest is not the person's"
        )]
        match error {
            CirrusError::Api { status, errors, .. } if !errors.is_empty() => {
                let problems = errors.iter().map(|error| Problem {
                    code: error.error_code.clone(),
                    message: error.message.clone(),
                    fields: error.fields.clone(),
                });
                Self::Refused(Refused { status: *status, problems: problems.collect() })
            }
            other => Self::Failed(failure(doing, other)),
        }
    }

    /// Whether the CRM may have done what was asked although no answer says so.
    pub(crate) fn leaves_open(error: &CirrusError) -> bool {
        matches!(error, CirrusError::Http(error) if !error.is_connect() && !error.is_builder())
            || matches!(error, CirrusError::Api { status: 500.., errors, .. } if errors.is_empty())
    }
}

fn is_session_ended(error: &CirrusError) -> bool {
    matches!(error, CirrusError::Api { status: 401, errors, .. }
        if errors.is_empty() || errors.iter().any(|error| error.error_code == "INVALID_SESSION_ID"))
}
