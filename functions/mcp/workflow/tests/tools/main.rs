//! The tools through the server, as a client calls them, over a world in memory: each test has one of its own.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod changes;
mod looking;
mod scenarios;
mod sequences;
mod stage;
mod suppressions;
mod terms;
mod territories;
mod trials;
