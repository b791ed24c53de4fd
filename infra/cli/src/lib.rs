//! The command line, and the pieces of it that tests use: where the local system is ([`local::Endpoints`]) and how to
//! have it running ([`local::ensure_up`]).
//!
//! One module a command, each with `Args` and `run`; [`console`] is the only place that prints.

#![expect(
    clippy::disallowed_methods,
    reason = "a tool for people: it reads the environment and makes the local system's secrets"
)]

pub mod aws;
mod cli;
pub mod console;
pub mod context;
pub mod deploy;
pub mod down;
pub mod local;
pub mod redrive;
pub mod status;
pub mod up;

pub use cli::Cli;
