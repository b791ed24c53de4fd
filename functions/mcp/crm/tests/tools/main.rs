//! The tools against the CRM stand-in, over real HTTP, each test with an organisation of its own.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod deletes;
mod injection;
mod org;
mod protocol;
mod reads;
mod writes;
