//! The classes of error that decide whether to retry, park or stop.

use serde::{Deserialize, Serialize};

/// What kind of error it is; the state machines' `Retry` and `Catch` name exactly these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ErrorClass {
    /// The same run is being worked on by another invocation; retry, it will be done or its lease will run out.
    Busy,
    /// A fault that passes by itself: time-out, 5xx, connection lost. Retry.
    Transient,
    /// The other side asks for less. Retry later.
    Throttled,
    /// The other side, or we, refuse this input for good. Park.
    Rejected,
    /// The active config cannot be used. Park until it is mended.
    ConfigInvalid,
    /// Only a person can decide. Park.
    NeedsPerson,
    /// We are wrong. Park, and look at the logs.
    Bug,
}

impl ErrorClass {
    /// Every class.
    pub const ALL: [Self; 7] = [
        Self::Busy,
        Self::Transient,
        Self::Throttled,
        Self::Rejected,
        Self::ConfigInvalid,
        Self::NeedsPerson,
        Self::Bug,
    ];

    /// The class of this name; `None` for a name that is not ours, as Lambda and the state machines have.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// The name that crosses process boundaries, as Lambda's `errorType`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Busy => "Busy",
            Self::Transient => "Transient",
            Self::Throttled => "Throttled",
            Self::Rejected => "Rejected",
            Self::ConfigInvalid => "ConfigInvalid",
            Self::NeedsPerson => "NeedsPerson",
            Self::Bug => "Bug",
        }
    }

    /// Whether trying the same again, later, can succeed without anybody changing anything.
    #[must_use]
    pub const fn passes_by_itself(self) -> bool {
        matches!(self, Self::Busy | Self::Transient | Self::Throttled)
    }
}

impl std::fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
