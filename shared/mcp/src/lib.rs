//! The ground of the MCP servers; the only crate that names `rmcp`.
//!
//! A server is a [`Server`]: a card, typed tools, resources and prompts. [`Endpoint`] puts it behind HTTP: who has no token
//! for this server is told where to get one, a tool that wants more than the token allows answers which scopes it
//! wants, and each call is noted in the audit log. Requests share nothing, so that any instance of the function serves
//! any of them, for clients of 2026-07-28 and for older ones that still begin with `initialize`.
//!
//! | module | answers |
//! |---|---|
//! | [`tool`] | what a tool is: types in and out, scope, role, effect |
//! | [`server`] | a server's tools, resources and prompts, as the protocol wants them |
//! | [`gate`] | whose token it is, and how others are refused |
//! | [`endpoint`] | who gets in, and what is noted |
//! | `hosted` | how a deployment's settings make an endpoint |
//! | [`transport`] | one HTTP request in, one answer out |
//! | [`audit`] | who called what, and what came of it |

pub mod audit;
pub mod endpoint;
pub mod gate;
mod hosted;
pub mod resource;
pub mod server;
pub mod tool;
pub mod transport;

pub use audit::{Audit, DocumentAudit, Entry, Outcome as AuditOutcome};
pub use endpoint::Endpoint;
pub use gate::{Gate, VerifiedGate};
pub use resource::{Prompt, Resources, Text};
pub use server::{Server, ServerCard};
pub use tool::{Caller, Effect, Spec, Tool, ToolError};
pub use transport::{Site, Transport};
