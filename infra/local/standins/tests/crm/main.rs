//! The CRM stand-in over real HTTP, one organisation of its own for each test.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test's helpers fail as its tests do"
)]

mod campaigns;
mod collections;
mod composite;
mod faults;
mod login;
mod outbound;
mod permissions;
mod records;
mod soql;
mod territories;
mod ui;
mod world;
