//! The planning chain on a local system of its own, with 5,000 accounts: a scenario is promoted, planned, approved and brought
//! into the CRM while its executor is killed again and again; then people change things, and it is taken back.
//!
//! A system of its own, beside the other tests': a plan holds the whole CRM against the scenario, and theirs changes all the
//! time.

mod mistakes;
mod story;
mod system;
