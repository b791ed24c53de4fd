//! Structured answers from Claude, by the published Anthropic Messages API.
//!
//! | file | answers |
//! |---|---|
//! | `client` | how is the model asked, at Anthropic's or at Bedrock's address |
//! | `answer` | what does a 200 mean |
//! | `metered` | what may be spent, what was spent, and where is it kept |
//! | `request` | how are the task and the data put into a request, apart from each other |
//! | `tool_call` | how is the model made to answer by the tool, and when may the tool be strict |
//! | `wire` | what do requests and answers look like |
//! | `price` | what does an answer cost |

mod answer;
mod client;
mod metered;
mod price;
mod request;
mod tool_call;
mod wire;

pub use client::{Anthropic, Settings, SetupError};
pub use metered::{Accounted, Asked, Billed, Metered};
pub use price::{Price, Prices};
pub use tool_call::{Effort, ToolCall};
