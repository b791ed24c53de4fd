//! The command line, and the pieces of it that tests use: where the local system is ([`local::Endpoints`]) and how to
//! have it running ([`local::ensure_up`]).
//!
//! One module a command, each with `Args` and `run`; [`console`] is the only place that prints.

#![expect(
    clippy::disallowed_methods,
    reason = "a tool for people: it reads the environment and makes the local system's secrets"
)]

pub mod accounts;
pub mod aws;
pub mod bi;
pub mod burst;
pub mod check;
mod cli;
pub mod config;
pub mod console;
pub mod context;
pub mod crm_api;
pub mod demo;
pub mod deploy;
pub mod design;
pub mod down;
pub mod engage;
pub mod explain;
pub mod figures;
pub mod first_touches;
pub mod local;
pub mod mcp;
pub mod plays;
pub mod redrive;
pub mod route;
mod scenarios;
mod schemas;
pub mod sequences;
pub mod signals;
pub mod status;
pub mod targets;
pub mod territories;
pub mod test;
pub mod up;

pub use cli::Cli;
