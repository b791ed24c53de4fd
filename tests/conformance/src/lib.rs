//! The official MCP conformance suite against our transport.
//!
//! Most scenarios of the suite call tools of fixed names and texts, so a server of fixtures is served here by
//! [`revloops_mcp::Transport`], as the real servers are on Lambda: requests share nothing, each has one answer, which is JSON
//! or, where a tool reports its progress, a finished event stream. The scenarios that look at the protocol alone
//! ([`PROTOCOL_SCENARIOS`]) run against the real servers too, by a [`bearer`] proxy: the suite cannot send a token.
//!
//! All that 2026-07-28 requires passes so. Of what 2025-11-25 requires, [`NEEDS_A_SESSION`] does not: there, a tool asks the
//! client in the middle of a call and the client's reply comes as a request of its own, to the very process that waits for it.
//! A function that answers and forgets cannot do that, and the later revision took it out of the protocol for this reason; a
//! server whose tools ask nothing needs none of it, and none of ours does. Those scenarios run against the same
//! fixtures with `rmcp`'s sessions in front ([`serve::SESSIONS_PATH`]), so that the whole set is seen to pass.
//!
//! | module | answers |
//! |---|---|
//! | [`fixture`] | the tools, resources and prompts that the scenarios call |
//! | [`serve`] | how they are reached |
//! | [`suite`] | how the suite is run |
//! | [`report`] | what it said |
//! | [`authorization`] | the same for an authorization server, with a login in between |
//! | [`bearer`] | a proxy that adds a token |

pub mod authorization;
pub mod bearer;
pub mod fixture;
pub mod report;
pub mod serve;
pub mod suite;

pub use report::{Report, Status};
pub use suite::{NEEDS_A_SESSION, PROTOCOL_SCENARIOS, Revision, Suite, WANT_DIAGNOSTIC_TOOLS};
