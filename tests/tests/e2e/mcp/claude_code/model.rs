//! A model that follows a script: it asks for one tool after the other, and then says that this is all. Anthropic's Messages API, as a
//! stream of events.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A tool that the model asks for.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) tool: String,
    input: Value,
}

impl Call {
    pub(super) fn new(tool: &str, input: Value) -> Self {
        Self { tool: tool.to_owned(), input }
    }
}

/// What it was told of the calls.
#[derive(Debug, Clone)]
struct Script {
    calls: Arc<Vec<Call>>,
    results: Arc<Mutex<Vec<String>>>,
}

/// The running model.
pub(super) struct Model {
    pub(super) url: String,
    script: Script,
}

impl Model {
    pub(super) async fn start(calls: Vec<Call>) -> anyhow::Result<Self> {
        let script = Script { calls: Arc::new(calls), results: Arc::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let router = Router::new().route("/v1/messages", post(messages)).with_state(script.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { url, script })
    }

    /// What came back from each call, as text.
    pub(super) fn results(&self) -> Vec<String> {
        self.script.results.lock().unwrap().clone()
    }
}

async fn messages(State(script): State<Script>, Json(request): Json<Value>) -> Response {
    let results = tool_results(&request);
    let knows =
        |call: &Call| request["tools"].as_array().into_iter().flatten().any(|tool| tool["name"] == json!(call.tool));
    let text = |text: &str| json!({"type": "text", "text": text});
    let (content, why) = match script.calls.get(results.len()) {
        Some(call) if knows(call) => {
            let id = format!("toolu_{}", results.len());
            (json!({"type": "tool_use", "id": id, "name": call.tool, "input": call.input}), "tool_use")
        }
        // A client asks for titles and the like without its tools.
        Some(call) => (text(&format!("There is no tool {}.", call.tool)), "end_turn"),
        None => (text("That is all."), "end_turn"),
    };
    let mut known = script.results.lock().unwrap();
    if results.len() > known.len() {
        *known = results;
    }
    drop(known);
    if request["stream"] == json!(true) {
        let stream = events(&request["model"], &content, why);
        ([("content-type", "text/event-stream")], stream).into_response()
    } else {
        Json(message(&request["model"], &[content], json!(why))).into_response()
    }
}

/// The texts of all results of tools in a conversation, in their order.
fn tool_results(request: &Value) -> Vec<String> {
    let messages = request["messages"].as_array().into_iter().flatten();
    let blocks = messages.flat_map(|message| message["content"].as_array().into_iter().flatten());
    blocks.filter(|block| block["type"] == "tool_result").map(|block| text_of(&block["content"])).collect()
}

fn text_of(content: &Value) -> String {
    let parts = content.as_array().into_iter().flatten().filter_map(|part| part["text"].as_str());
    content.as_str().map_or_else(|| parts.collect(), str::to_owned)
}

fn message(model: &Value, content: &[Value], stop_reason: Value) -> Value {
    json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": content, "stop_reason": stop_reason,
        "stop_sequence": null, "usage": {"input_tokens": 1, "output_tokens": 1},
    })
}

fn events(model: &Value, content: &Value, why: &str) -> String {
    let (start, delta) = if content["type"] == "tool_use" {
        let start = json!({"type": "tool_use", "id": content["id"], "name": content["name"], "input": {}});
        (start, json!({"type": "input_json_delta", "partial_json": content["input"].to_string()}))
    } else {
        (json!({"type": "text", "text": ""}), json!({"type": "text_delta", "text": content["text"]}))
    };
    let events = [
        json!({"type": "message_start", "message": message(model, &[], Value::Null)}),
        json!({"type": "content_block_start", "index": 0, "content_block": start}),
        json!({"type": "content_block_delta", "index": 0, "delta": delta}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "message_delta", "delta": {"stop_reason": why, "stop_sequence": null}, "usage": {"output_tokens": 1}}),
        json!({"type": "message_stop"}),
    ];
    events.iter().fold(String::new(), |mut stream, event| {
        write!(stream, "event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap()).ok();
        stream
    })
}
