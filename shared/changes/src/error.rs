//! Why a change did not go on.

use revloops_config::{EditError, Problems, StoreError};
use revloops_domain::ErrorClass;
use revloops_identity::Role;
use revloops_loopkit::Failure;
use thiserror::Error;

use crate::moves::Move;

/// What the caller is told: always what, and what would be right.
#[derive(Debug, Error)]
pub enum ChangeError {
    /// There is none of this name.
    #[error("there is no {kind} `{name}`; {remedy}")]
    Unknown {
        /// `proposal`, `loop`, `file`, `rule`, …
        kind: &'static str,
        /// What was given.
        name: String,
        /// What there is, and the nearest of it.
        remedy: String,
    },
    /// An operation that cannot be carried out.
    #[error("{0}")]
    Refused(String),
    /// A file could not be changed as an operation says.
    #[error("{file}: {source}")]
    Edit {
        /// The file.
        file: String,
        /// Why.
        source: EditError,
    },
    /// The config would not pass its check or its cases; nothing was kept.
    #[error("the config would have {}, so nothing was kept:\n{problems}", counted(.problems.len()))]
    Problems {
        /// All of them.
        problems: Problems,
    },
    /// Their role is not enough.
    #[error("{who} is {has} and may not {what}: that takes {needs}")]
    NotAllowed {
        /// Who asked.
        who: String,
        /// Their role.
        has: Role,
        /// What they wanted.
        what: &'static str,
        /// The role that it takes.
        needs: Role,
    },
    /// Not what was looked at.
    #[error("the hash of proposal {id} is {is}, not {given}: look at it again, then approve what you see")]
    OtherHash {
        /// The proposal.
        id: String,
        /// Its hash.
        is: String,
        /// What was given.
        given: String,
    },
    /// It is not in the state for this.
    #[error("proposal {id} is {state}: {remedy}")]
    WrongState {
        /// The proposal.
        id: String,
        /// Its state.
        state: String,
        /// What can be done.
        remedy: String,
    },
    /// Somebody else changed the loop's config in between.
    #[error("{}", overtaken(.loop_name, .by.as_deref()))]
    Overtaken {
        /// The loop.
        loop_name: String,
        /// The move that came first; `None` where nothing is recorded of it.
        by: Option<Box<Move>>,
    },
    /// The config store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Anything else that failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// "1 problem", "3 problems".
#[must_use]
pub fn counted(problems: usize) -> String {
    if problems == 1 { "1 problem".to_owned() } else { format!("{problems} problems") }
}

fn overtaken(loop_name: &str, by: Option<&Move>) -> String {
    match by {
        Some(by) => format!(
            "{} has changed {loop_name} in between, on {}: {} ({}); its active version is {}. Look at it, and propose again \
             what is still right",
            by.by,
            by.at,
            by.why,
            by.how.in_words(),
            by.to.short()
        ),
        None => {
            format!("{loop_name} was changed in between, and nobody has recorded it; look at it, and propose again")
        }
    }
}

impl ChangeError {
    /// Something of this kind is not there.
    pub(crate) fn unknown(kind: &'static str, name: &str, known: &[&str]) -> Self {
        Self::Unknown { kind, name: name.to_owned(), remedy: revloops_config::problem::allowed(name, known) }
    }

    /// What decides between retry, park and stop.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Unknown { .. }
            | Self::Refused(_)
            | Self::Edit { .. }
            | Self::NotAllowed { .. }
            | Self::OtherHash { .. }
            | Self::WrongState { .. }
            | Self::Overtaken { .. } => ErrorClass::Rejected,
            Self::Problems { .. } => ErrorClass::ConfigInvalid,
            Self::Store(StoreError::Missing(_)) => ErrorClass::ConfigInvalid,
            Self::Store(StoreError::Conflict(_) | StoreError::Unavailable { .. }) => ErrorClass::Transient,
            Self::Failure(failure) => failure.class(),
        }
    }
}

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Self {
        if let ChangeError::Failure(failure) = error {
            return failure;
        }
        Self::new(error.class(), "changing config").caused_by(error)
    }
}
