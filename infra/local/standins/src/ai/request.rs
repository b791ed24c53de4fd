//! What may be asked, and what is wrong with it. Unknown fields are errors, as they are at the vendor.

use serde::Deserialize;
use serde_json::Value;

use super::search;

/// Models that think first and refuse to be forced to a tool.
const NEVER_FORCED: &[&str] = &["claude-sonnet-5-5", "claude-opus-5-5", "claude-fable-5-1", "claude-mythos-5-1"];

/// Why a request is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) status: u16,
    pub(super) kind: &'static str,
    pub(super) message: String,
}

/// Body of `POST /v1/messages`. What the stand-in does not look at is a plain value.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    model: String,
    max_tokens: i64,
    messages: Vec<Message>,
    #[serde(default)]
    system: Option<Value>,
    #[serde(default)]
    tools: Vec<Tool>,
    #[serde(default)]
    tool_choice: Option<Choice>,
    #[serde(default)]
    stream: bool,
    #[serde(default, rename = "output_config")]
    _output_config: Option<Value>,
    #[serde(default, rename = "metadata")]
    _metadata: Option<Value>,
    #[serde(default, rename = "stop_sequences")]
    _stop_sequences: Option<Value>,
    #[serde(default, rename = "temperature")]
    _temperature: Option<Value>,
    #[serde(default, rename = "thinking")]
    _thinking: Option<Value>,
    #[serde(default, rename = "service_tier")]
    _service_tier: Option<Value>,
}

#[derive(Deserialize)]
struct Message {
    role: String,
    content: Value,
}

/// A tool.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Tool {
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) input_schema: Value,
    /// What kind of tool the vendor carries out itself; none for one of the caller's own.
    #[serde(default, rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) strict: bool,
    /// How often the vendor's own search may be used.
    #[serde(default)]
    pub(super) max_uses: Option<u64>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    name: Option<String>,
}

/// A request that the vendor would take.
pub(super) struct Request {
    pub(super) model: String,
    pub(super) max_tokens: u64,
    /// All text, in order: system first, then every text block.
    pub(super) texts: Vec<String>,
    pub(super) tools: Vec<Tool>,
    /// The tool to call; `None` where words are wanted.
    pub(super) call: Option<Tool>,
    /// How often the web may be searched; not at all where it is 0.
    pub(super) searches: u64,
    /// Whether a turn is to be carried on that was paused.
    pub(super) carries_on: bool,
}

impl Request {
    /// Whether the model thinks before it answers, which shows as a block in front.
    pub(super) fn thinks(&self) -> bool {
        NEVER_FORCED.iter().any(|model| self.model.starts_with(model))
    }
}

fn invalid(message: impl Into<String>) -> Refused {
    Refused { status: 400, kind: "invalid_request_error", message: message.into() }
}

/// Reads and checks a body.
pub(super) fn read(body: &[u8]) -> Result<Request, Refused> {
    let mut body: Body = serde_json::from_slice(body).map_err(|error| {
        // The vendor names the field; where it is in the text is enough here, and quotes nothing.
        if error.is_data() { invalid(error.to_string()) } else { invalid("The request body is not valid JSON") }
    })?;
    if !body.model.starts_with("claude-") {
        return Err(Refused { status: 404, kind: "not_found_error", message: format!("model: {}", body.model) });
    }
    if body.stream {
        return Err(invalid("stream: this stand-in does not stream"));
    }
    let max_tokens = u64::try_from(body.max_tokens)
        .ok()
        .filter(|tokens| *tokens > 0)
        .ok_or_else(|| invalid("max_tokens: must be greater than or equal to 1"))?;
    let mut texts: Vec<String> = body.system.as_ref().map(texts_of).transpose()?.unwrap_or_default();
    match body.messages.first() {
        None => return Err(invalid("messages: at least one message is required")),
        Some(first) if first.role != "user" => {
            return Err(invalid("messages: first message must use the \"user\" role"));
        }
        Some(_) => {}
    }
    for (position, message) in body.messages.iter().enumerate() {
        if !matches!(message.role.as_str(), "user" | "assistant") {
            return Err(invalid(format!("messages.{position}.role: Input should be 'user' or 'assistant'")));
        }
        if message.role == "assistant" {
            check_paused(position, &message.content)?;
        } else {
            texts.extend(texts_of(&message.content)?);
        }
    }
    for (position, tool) in body.tools.iter().enumerate() {
        check_tool(position, tool)?;
    }
    let searches = body.tools.iter().filter(|tool| tool.is_search()).map(|tool| tool.max_uses.unwrap_or(5)).sum();
    let carries_on = body.messages.last().is_some_and(|message| message.role == "assistant");
    body.tools.retain(|tool| !tool.is_search());
    let call = choose(&body)?;
    Ok(Request { model: body.model, max_tokens, texts, tools: body.tools, call, searches, carries_on })
}

fn texts_of(content: &Value) -> Result<Vec<String>, Refused> {
    let not_text = || invalid("messages: this stand-in reads text alone");
    if let Some(text) = content.as_str() {
        return if text.is_empty() {
            Err(invalid("messages: text content must be non-empty"))
        } else {
            Ok(vec![text.into()])
        };
    }
    let blocks = content.as_array().filter(|blocks| !blocks.is_empty()).ok_or_else(not_text)?;
    let mut texts = Vec::new();
    for block in blocks {
        let text =
            block.get("text").and_then(Value::as_str).filter(|_| block.get("type").is_some_and(|kind| kind == "text"));
        match text {
            Some("") => return Err(invalid("messages: text content blocks must be non-empty")),
            Some(text) => texts.push(text.to_owned()),
            None => return Err(not_text()),
        }
    }
    Ok(texts)
}

/// A turn of the model's own, sent back: its blocks are known, and what is encrypted in it is as the vendor wrote it.
fn check_paused(position: usize, content: &Value) -> Result<(), Refused> {
    if content.is_string() {
        return Ok(());
    }
    for (at, block) in content.as_array().into_iter().flatten().enumerate() {
        match block.get("type").and_then(Value::as_str) {
            Some("text" | "thinking" | "server_tool_use" | "tool_use") => {}
            Some("web_search_tool_result") => {
                for page in block.get("content").and_then(Value::as_array).into_iter().flatten() {
                    let url = page.get("url").and_then(Value::as_str).unwrap_or_default();
                    if page.get("encrypted_content").and_then(Value::as_str) != Some(search::encrypted(url).as_str()) {
                        return Err(invalid(format!(
                            "messages.{position}.content.{at}: Invalid `encrypted_content` in `web_search_result` block"
                        )));
                    }
                }
            }
            Some(_) | None => return Err(invalid(format!("messages.{position}.content.{at}: unknown block"))),
        }
    }
    Ok(())
}

impl Tool {
    fn is_search(&self) -> bool {
        self.kind.as_deref().is_some_and(|kind| kind.starts_with("web_search_"))
    }
}

fn check_tool(position: usize, tool: &Tool) -> Result<(), Refused> {
    if tool.is_search() {
        return if tool.name == "web_search" {
            Ok(())
        } else {
            Err(invalid(format!("tools.{position}.web_search.name: Input should be 'web_search'")))
        };
    }
    let name_fits = (1..=128).contains(&tool.name.len())
        && tool.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if !name_fits {
        return Err(invalid(format!(
            "tools.{position}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'"
        )));
    }
    if tool.input_schema.get("type").and_then(Value::as_str) != Some("object") {
        return Err(invalid(format!("tools.{position}.custom.input_schema.type: Input should be 'object'")));
    }
    if tool.strict && has_open_object(&tool.input_schema) {
        return Err(invalid(format!(
            "tools.{position}.custom: For 'object' type, 'additionalProperties' must be explicitly set to false"
        )));
    }
    Ok(())
}

fn has_open_object(schema: &Value) -> bool {
    let open = schema.get("type").is_some_and(|kind| kind == "object")
        && schema.get("additionalProperties") != Some(&Value::Bool(false));
    let inner = |keyword: &str| schema.get(keyword).and_then(Value::as_object);
    open || ["properties", "$defs"].into_iter().filter_map(inner).any(|map| map.values().any(has_open_object))
        || schema.get("items").is_some_and(has_open_object)
        || schema.get("anyOf").and_then(Value::as_array).is_some_and(|schemas| schemas.iter().any(has_open_object))
}

fn choose(body: &Body) -> Result<Option<Tool>, Refused> {
    let Some(choice) = &body.tool_choice else { return Ok(body.tools.first().cloned()) };
    if body.tools.is_empty() {
        return Err(invalid("tool_choice: may only be specified while providing tools"));
    }
    let forced = matches!(choice.kind.as_str(), "tool" | "any");
    if forced && NEVER_FORCED.iter().any(|model| body.model.starts_with(model)) {
        return Err(invalid("tool_choice: type \"tool\" and \"any\" are not supported for this model."));
    }
    match choice.kind.as_str() {
        "none" => Ok(None),
        "auto" | "any" => Ok(body.tools.first().cloned()),
        "tool" => {
            let name = choice.name.as_deref().ok_or_else(|| invalid("tool_choice.tool.name: Field required"))?;
            let tool = body.tools.iter().find(|tool| tool.name == name);
            tool.cloned().map(Some).ok_or_else(|| invalid(format!("Tool '{name}' not found in provided tools")))
        }
        other => Err(invalid(format!("tool_choice.type: '{other}' is not one of 'auto', 'any', 'tool', 'none'"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body() -> Value {
        json!({
            "model": "claude-sonnet-4-5", "max_tokens": 100, "system": "s",
            "messages": [{"role": "user", "content": [{"type": "text", "text": "t"}]}],
            "tools": [{"name": "draft", "description": "d", "input_schema": {"type": "object"}}],
            "tool_choice": {"type": "tool", "name": "draft"},
        })
    }

    fn refused(change: impl Fn(&mut Value)) -> (u16, String) {
        let mut body = body();
        change(&mut body);
        let refused = read(body.to_string().as_bytes()).err().unwrap();
        (refused.status, refused.message)
    }

    #[test]
    fn a_request_as_published_is_taken() {
        let request = read(body().to_string().as_bytes()).unwrap_or_else(|refused| panic!("{refused:?}"));
        assert_eq!(request.texts, ["s", "t"]);
        assert_eq!(request.call.unwrap().name, "draft");
    }

    #[test]
    fn what_the_vendor_refuses_is_refused_alike() {
        assert_eq!(refused(|body| body["model"] = json!("gpt-1")), (404, "model: gpt-1".into()));
        assert_eq!(refused(|body| body["max_tokens"] = json!(0)).0, 400);
        assert_eq!(refused(|body| body["messages"] = json!([])).0, 400);
        assert_eq!(
            refused(|body| body["tool_choice"]["name"] = json!("other")).1,
            "Tool 'other' not found in provided tools"
        );
        assert_eq!(refused(|body| body["max_token"] = json!(5)).0, 400);
        assert_eq!(refused(|body| body["tools"][0]["input_schema"] = json!({"type": "array"})).0, 400);
        assert_eq!(refused(|body| body["tools"][0]["strict"] = json!(true)).0, 400);
    }

    #[test]
    fn a_model_that_thinks_first_cannot_be_forced() {
        let (status, message) = refused(|body| body["model"] = json!("claude-sonnet-5-5"));
        assert_eq!(
            (status, message.as_str()),
            (400, "tool_choice: type \"tool\" and \"any\" are not supported for this model.")
        );
    }
}
