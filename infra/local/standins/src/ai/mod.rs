//! The Anthropic Messages API, as far as one structured answer by tool use goes.
//!
//! | file | answers |
//! |---|---|
//! | `http` | keys, versions, statuses and error shapes |
//! | `request` | what may be asked, and what is wrong with it |
//! | `message` | how is an answer told: blocks, stop reason, tokens |
//! | `search` | what is on the web, and what does it say for the tool `report_signals` |
//! | `sequence` | what does it say for the tool `draft_sequence` |
//! | `territory` | what does it say for the tool `propose_territory` |
//! | `bedrock` | the same at Amazon Bedrock's address |
//! | `fill` | what does it say for any other tool |
//!
//! It is no model. Answers are made by rules from the request's own data: the same request gets the same bytes, and text inside the
//! data is never followed.

mod bedrock;
mod fill;
mod http;
mod message;
mod request;
mod search;
mod sequence;
mod territory;

pub use http::{Options, serve};
