use async_trait::async_trait;
use serde_json::Value;

use crate::failure::Outcome;

/// A request for one structured answer. Its `Debug` shows no content.
#[derive(Clone, PartialEq)]
pub struct ModelRequest {
    /// Who the model is and what rules it keeps: ours alone, never text from outside.
    pub system: String,
    /// The task: ours alone.
    pub task: String,
    /// The data to work on, text from outside included; it is sent as data, fenced off from the task.
    pub data: Value,
    /// The one tool by which the model must answer.
    pub tool: Tool,
    /// At most so many tokens in the answer.
    pub max_tokens: u32,
    /// How often the model may search the web before it answers; not at all where it is 0.
    pub web_searches: u8,
}

/// The shape of the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// Name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// JSON Schema of its input.
    pub input_schema: Value,
}

/// A structured answer. Its `Debug` shows no content.
#[derive(Clone, PartialEq)]
pub struct ModelAnswer {
    /// The tool's input: untrusted until it has been read into a type and checked.
    pub answer: Value,
    /// The model that answered.
    pub model: String,
    /// Tokens sent.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Price in millionths of a US dollar.
    pub microusd: u64,
}

impl std::fmt::Debug for ModelRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModelRequest")
            .field("tool", &self.tool.name)
            .field("max_tokens", &self.max_tokens)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ModelAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModelAnswer")
            .field("model", &self.model)
            .field("output_tokens", &self.output_tokens)
            .finish_non_exhaustive()
    }
}

/// An AI that answers by filling in a tool's input.
#[async_trait]
pub trait Model: Send + Sync {
    /// One answer. Fails with `Throttled` on 429 and 529, `Transient` on time-outs and 5xx, `Rejected` on 4xx.
    async fn answer(&self, request: &ModelRequest) -> Outcome<ModelAnswer>;
}
