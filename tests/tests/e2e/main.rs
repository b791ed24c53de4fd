//! The end-to-end tests, in one binary: everything from outside, as those see it who use it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "helpers of tests too: a panic is a failed test, and says where"
)]

mod accounts;
mod acquisition;
mod ai_drafts;
mod ai_search;
mod ai_wire;
mod answers;
mod architecture;
mod batches;
mod behaviour;
mod bi;
mod browser;
mod budgets;
mod clients;
mod config;
mod config_guard;
mod crm_standin;
mod demand;
mod design;
mod enrichment_wire;
mod faults;
mod feedback;
mod hunter_wire;
mod kill_points;
mod ledger;
mod mcp;
mod planning;
mod pools;
mod previews;
mod quicksight;
mod refusals;
mod sequences;
mod signals;
mod targets;
mod template;
mod territories_wire;
mod touches;
mod trials;
