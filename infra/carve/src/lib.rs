//! Balanced territories by a solver: a request in, a proposal with its proof out. Nothing is changed anywhere.
//!
//! Every territory's potential comes within the tolerance of its share; locked accounts stay; caps and eligibility hold;
//! and of all placements that do so, one with (nearly) the fewest moves is proposed, as even as it can be had without one
//! more move. How near it is to the best is told by a bound that holds over all pairs of account and territory.
//!
//! - [`market`]: what is asked, checked.
//! - [`relaxation`]: the linear program, with columns made as they are needed; [`bound`]: what no placement can beat.
//! - [`rounding`]: whole accounts by an integer program; [`polish`]: small steps that make it better still.
//! - [`obstacles`]: why it cannot be done, and how much is missing.
//! - [`waterfall`]: the greedy way, to compare with. [`invented`]: a market to measure with.
//!
//! Same request, same reply: the solver runs on one thread with a fixed seed and is limited by counts, never by time.

pub mod bound;
pub mod carve;
pub mod invented;
pub mod market;
pub mod obstacles;
pub mod placement;
pub mod polish;
pub mod relaxation;
pub mod rounding;
#[cfg(test)]
mod testing;
pub mod waterfall;

pub use carve::{Reply, carve};

/// The solver gave up, which is neither a proposal nor a proof that there is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the solver gave up: {0}")]
pub struct SolverFailed(pub String);

impl SolverFailed {
    /// From the solver's own status, with what it was doing.
    fn status(doing: &'static str) -> impl Fn(highs::HighsStatus) -> Self {
        move |status| Self(format!("{doing}: {status:?}"))
    }
}
