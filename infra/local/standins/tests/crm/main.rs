//! The CRM stand-in over real HTTP, one organisation of its own for each test.

mod collections;
mod composite;
mod faults;
mod login;
mod outbound;
mod records;
mod soql;
mod ui;
mod world;
