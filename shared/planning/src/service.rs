//! Design over HTTP, without the HTTP: what may be asked, what is answered, and the description of both.
//!
//! | operation | body | answer |
//! |---|---|---|
//! | `POST /design/compute` | [`ComputeRequest`] | [`ComputeAnswer`] |
//! | `POST /design/simulate` | [`SimulateRequest`] | `Simulated` |
//! | `POST /design/diff` | [`DiffRequest`] | `Difference` |
//! | `GET /design/openapi.json` | – | the description, [`describe`] |
//! | anything that cannot be answered | | [`Refusal`], with every problem |
//!
//! A [`Question`] says which plans it is about ([`Question::plans`]); who has them calls [`Question::answer`]. Both are
//! functions of their arguments, so that the function behind the API and tests do the same.

mod answer;
mod ask;
mod openapi;
mod refusal;

pub use answer::ComputeAnswer;
pub use ask::{ComputeRequest, DiffRequest, Extra, GivenPlan, PlanAsked, Question, RollUp, SimulateRequest};
pub use openapi::{SCHEMA_FILE, describe};
pub use refusal::{Mistake, Refusal};

/// The largest body that is read: a plan of 2,000 seats with 10,000 named accounts is half of it.
pub const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// The largest answer: Lambda gives up at 6 MB, in which each quotation mark counts twice.
pub const MAX_ANSWER_BYTES: usize = 5_900_000;

/// The most trials of a simulation.
pub const MAX_TRIALS: u32 = 100_000;

/// The most that trials times seats may be: what is done well within the API's 30 seconds.
pub const MAX_SEAT_TRIALS: u64 = 20_000_000;

/// The most seats of a plan.
pub const MAX_SEATS: u64 = 5_000;

/// The most that all seats could book or cost over a plan, in cents: sums and what a simulation makes of them stay far from the
/// largest number that there is.
pub const MAX_PLAN_CENTS: i128 = 10_000_000_000_000_000;

/// What can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Capacity month by month.
    Compute,
    /// How sure it is.
    Simulate,
    /// Why two plans differ.
    Diff,
    /// The service's description.
    Describe,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Compute, Self::Simulate, Self::Diff, Self::Describe];

    /// Its path.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Compute => "/design/compute",
            Self::Simulate => "/design/simulate",
            Self::Diff => "/design/diff",
            Self::Describe => "/design/openapi.json",
        }
    }

    /// Its HTTP method.
    #[must_use]
    pub const fn method(self) -> &'static str {
        match self {
            Self::Compute | Self::Simulate | Self::Diff => "POST",
            Self::Describe => "GET",
        }
    }

    /// The operation of a path.
    #[must_use]
    pub fn at(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.path() == path)
    }
}

#[cfg(test)]
mod tests;
