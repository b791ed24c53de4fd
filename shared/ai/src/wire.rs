//! Requests and answers, as published.
//!
//! Source: <https://platform.claude.com/docs/en/api/messages/create> and <https://platform.claude.com/docs/en/api/errors>.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::tool_call::Effort;

/// Body of `POST /v1/messages`.
#[derive(Serialize)]
pub(crate) struct Request<'a> {
    /// Bedrock has it in the body and knows no other; Anthropic's own API has a header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) anthropic_version: Option<&'static str>,
    /// Bedrock has it in the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<&'a str>,
    pub(crate) max_tokens: u32,
    pub(crate) system: &'a str,
    pub(crate) messages: Vec<Message<'a>>,
    pub(crate) tools: Vec<AnyTool<'a>>,
    pub(crate) tool_choice: ToolChoice<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output_config: Option<OutputConfig>,
}

/// A message: ours, or a turn that the model paused, sent back as it came.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Message<'a> {
    /// The task and the data.
    Ours { role: &'static str, content: [TextBlock; 2] },
    /// The paused turn, its encrypted parts included.
    Paused { role: &'static str, content: &'a [Value] },
}

/// A block of text.
#[derive(Serialize)]
pub(crate) struct TextBlock {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) text: String,
}

/// A tool of ours, or one that the vendor carries out itself.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum AnyTool<'a> {
    /// The tool by which the model answers.
    Ours(Tool<'a>),
    /// The web.
    Search(WebSearch),
}

/// The vendor's web search.
///
/// Source: <https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool>.
#[derive(Serialize)]
pub(crate) struct WebSearch {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) name: &'static str,
    pub(crate) max_uses: u8,
}

/// The tool.
#[derive(Serialize)]
pub(crate) struct Tool<'a> {
    pub(crate) name: &'a str,
    pub(crate) description: &'a str,
    pub(crate) input_schema: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) strict: Option<bool>,
}

/// Which tool has to be used.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ToolChoice<'a> {
    /// This one, once.
    Tool { name: &'a str, disable_parallel_tool_use: bool },
    /// The model's choice, at most one.
    Auto { disable_parallel_tool_use: bool },
}

/// Further settings of the answer.
#[derive(Serialize)]
pub(crate) struct OutputConfig {
    pub(crate) effort: Effort,
}

/// A 200.
#[derive(Deserialize)]
pub(crate) struct Answer {
    pub(crate) model: String,
    /// As they came: a paused turn has to be sent back so.
    pub(crate) content: Vec<Value>,
    pub(crate) stop_reason: Option<String>,
    #[serde(default)]
    pub(crate) stop_details: Option<StopDetails>,
    pub(crate) usage: Usage,
}

/// What we read of a content block; thinking, text and the search's queries come as blocks too.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Block {
    /// The tool's input.
    ToolUse { name: String, input: Value },
    /// What one search returned.
    WebSearchToolResult { content: SearchResult },
    /// Any other.
    #[serde(other)]
    Other,
}

/// What one search returned: pages, or why there are none.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum SearchResult {
    /// Pages.
    Pages(Vec<Page>),
    /// `{"type": "web_search_tool_result_error", "error_code": …}`: the turn goes on without them.
    Failed {
        /// `max_uses_exceeded`, `too_many_requests`, `unavailable`, `invalid_input`, `query_too_long`.
        error_code: String,
    },
}

/// A `web_search_result`; its content is encrypted, for the model alone.
#[derive(Deserialize)]
pub(crate) struct Page {
    pub(crate) url: String,
    #[serde(default)]
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) page_age: Option<String>,
}

/// Why the model refused.
#[derive(Deserialize)]
pub(crate) struct StopDetails {
    #[serde(default)]
    pub(crate) category: Option<String>,
}

/// Tokens.
#[derive(Deserialize)]
pub(crate) struct Usage {
    pub(crate) input_tokens: u64,
    pub(crate) output_tokens: u64,
    #[serde(default)]
    pub(crate) cache_creation_input_tokens: Option<u64>,
    #[serde(default)]
    pub(crate) cache_read_input_tokens: Option<u64>,
    #[serde(default)]
    pub(crate) server_tool_use: Option<ServerToolUse>,
}

/// What the vendor carried out itself.
#[derive(Deserialize)]
pub(crate) struct ServerToolUse {
    #[serde(default)]
    pub(crate) web_search_requests: u64,
}

impl Usage {
    /// Searches of the web.
    pub(crate) fn searches(&self) -> u64 {
        self.server_tool_use.as_ref().map_or(0, |used| used.web_search_requests)
    }

    /// All tokens sent, at the full price: we ask for no caching.
    pub(crate) fn sent(&self) -> u64 {
        let cached =
            self.cache_creation_input_tokens.unwrap_or(0).saturating_add(self.cache_read_input_tokens.unwrap_or(0));
        self.input_tokens.saturating_add(cached)
    }
}

/// Any other status: `{"type": "error", "error": {"type": …, "message": …}, "request_id": …}`.
#[derive(Deserialize)]
pub(crate) struct ErrorAnswer {
    pub(crate) error: ErrorBody,
    #[serde(default)]
    pub(crate) request_id: Option<String>,
}

/// The error.
#[derive(Deserialize)]
pub(crate) struct ErrorBody {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) message: String,
}
