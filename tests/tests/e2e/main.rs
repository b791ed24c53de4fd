//! The end-to-end tests, in one binary: everything from outside, as those see it who use it.

mod ai_drafts;
mod ai_wire;
mod architecture;
mod browser;
mod clients;
mod crm_standin;
mod demand;
mod enrichment_wire;
mod faults;
mod kill_points;
mod previews;
mod refusals;
mod template;
