//! What every function needs around its logic: settings, clock, ids, logs, the ports' real implementations, and the
//! entry points for Lambda. The only crate that names `lambda_runtime` and `lambda_http`, reads the environment or
//! asks for the time.

pub mod active_config;
pub mod effects;
pub mod function;
pub mod http;
mod identity;
pub mod logs;
pub mod settings;
pub mod sqs;
pub mod time;
pub mod world;

/// A chain that is run to its end, and a queue that work is sent to.
pub use revloops_aws::{Chain, WorkQueue};

pub use active_config::ActiveConfig;
pub use effects::{EventEffects, WorldEffects};
pub use function::{serve, serve_loop, serve_loop_in_turn, serve_loop_of_events};
pub use settings::Settings;
pub use time::{RandomIds, SystemClock};
pub use world::{Ai, World};
