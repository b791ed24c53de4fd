//! Structured answers from Claude, by the published Anthropic Messages API.
//!
//! | file | answers |
//! |---|---|
//! | `client` | how is the model asked, and what does each answer mean |
//! | `request` | how are the task and the data put into a request, apart from each other |
//! | `tool_call` | how is the model made to answer by the tool, and when may the tool be strict |
//! | `wire` | what do requests and answers look like |
//! | `price` | what does an answer cost |

mod client;
mod price;
mod request;
mod tool_call;
mod wire;

pub use client::{Anthropic, Settings, SetupError};
pub use price::{Price, Prices};
pub use tool_call::{Effort, ToolCall};
