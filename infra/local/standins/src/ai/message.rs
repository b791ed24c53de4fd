//! How an answer is told: blocks, stop reason, tokens.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::request::{Request, Tool};
use super::search::{self, Article, Web};
use super::{fill, sequence, territory};

/// Letters in a token, about, in English and in JSON.
const LETTERS_PER_TOKEN: usize = 4;

/// Tokens that the vendor adds to a request with tools.
const TOOL_PROMPT_TOKENS: u64 = 346;

/// The body of a 200.
pub(super) fn answer(request: &Request, web: &Web) -> Value {
    let search = Search::of(request, web);
    let seed = format!("{}\n{}", request.model, request.texts.join("\n"));
    let (mut block, mut stop_reason, written) = match &request.call {
        Some(tool) => {
            let input = input_for(tool, request, web, &search.found);
            let written = tokens(&input.to_string());
            let id = id("toolu", format!("{seed}{input}").as_bytes());
            (json!({ "type": "tool_use", "id": id, "name": tool.name, "input": input }), "tool_use", written)
        }
        None => {
            let text = "This is a stand-in for the AI: it answers by a tool, or with this sentence.";
            (json!({ "type": "text", "text": text }), "end_turn", tokens(text))
        }
    };
    let cut_off = written > request.max_tokens;
    if cut_off && let Some(input) = block.get_mut("input") {
        // Half a tool's input is what the vendor leaves of it; an empty one cannot be mistaken for an answer.
        *input = json!({});
    }
    let mut content = Vec::new();
    if request.thinks() {
        content.push(json!({ "type": "thinking", "thinking": "", "signature": "c3RhbmQtaW4=" }));
    }
    content.extend(search.blocks);
    if search.pauses {
        stop_reason = "pause_turn";
    } else {
        content.push(block);
    }
    let read: u64 = search.found.iter().map(|article| tokens(&article.text)).sum();
    json!({
        "id": id("msg", seed.as_bytes()),
        "type": "message",
        "role": "assistant",
        // Whoever shows who wrote a text shows this: a stand-in says what it is.
        "model": format!("stand-in for {}", request.model),
        "content": content,
        "stop_reason": if cut_off { "max_tokens" } else { stop_reason },
        "stop_sequence": null,
        "usage": {
            "input_tokens": sent(request) + read,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": written.min(request.max_tokens),
            "server_tool_use": { "web_search_requests": search.searches },
            "service_tier": "standard",
        },
    })
}

/// What the model searched for, and what came of it.
#[derive(Default)]
struct Search {
    found: Vec<Article>,
    blocks: Vec<Value>,
    searches: u64,
    pauses: bool,
}

impl Search {
    /// One search by the company's name, where the tool is the scanner's; a turn that is carried on has searched already.
    fn of(request: &Request, web: &Web) -> Self {
        let scans = request.call.as_ref().is_some_and(|tool| tool.name == "report_signals");
        if !scans || request.searches == 0 {
            return Self::default();
        }
        let data = data(request);
        let name = data.pointer("/company/name").and_then(Value::as_str).unwrap_or_default();
        let behaviour = web.behaviour();
        let found = if behaviour.error_code.is_some() { Vec::new() } else { web.find(name) };
        if request.carries_on {
            return Self { found, ..Self::default() };
        }
        let query = format!("{name} news");
        let id = id("srvtoolu", query.as_bytes());
        let content = match &behaviour.error_code {
            Some(code) => json!({ "type": "web_search_tool_result_error", "error_code": code }),
            None => search::pages(&found, search::today(&data)),
        };
        let blocks = vec![
            json!({ "type": "server_tool_use", "id": id, "name": "web_search", "input": { "query": query } }),
            json!({ "type": "web_search_tool_result", "tool_use_id": id, "content": content }),
        ];
        // The vendor bills no search that failed.
        let searches = u64::from(behaviour.error_code.is_none());
        Self { found, blocks, searches, pauses: behaviour.pauses }
    }
}

fn input_for(tool: &Tool, request: &Request, web: &Web, found: &[Article]) -> Value {
    let data = data(request);
    if tool.name == "report_signals" {
        return search::report(web, &data, found);
    }
    if tool.name == "draft_sequence"
        && let Some(brief) = sequence::read(&data)
    {
        return sequence::draft(&brief);
    }
    if tool.name == "propose_territory"
        && let Some(question) = territory::read(&data)
    {
        return territory::propose(&question);
    }
    fill::fill(&tool.input_schema, &data)
}

/// The JSON in the last text that has some between `<data>` and `</data>`, or is JSON; `null` where there is none.
fn data(request: &Request) -> Value {
    let json = |text: &str| serde_json::from_str(text.trim()).ok();
    let fenced = |text: &str| {
        let (_, rest) = text.rsplit_once("<data>")?;
        json(rest.split_once("</data>")?.0)
    };
    request.texts.iter().rev().find_map(|text| fenced(text).or_else(|| json(text))).unwrap_or(Value::Null)
}

fn sent(request: &Request) -> u64 {
    let tools: u64 = request
        .tools
        .iter()
        .map(|tool| {
            TOOL_PROMPT_TOKENS + tokens(&tool.name) + tokens(&tool.description) + tokens(&tool.input_schema.to_string())
        })
        .sum();
    request.texts.iter().map(|text| tokens(text)).sum::<u64>() + tools
}

fn tokens(text: &str) -> u64 {
    u64::try_from(text.chars().count().div_ceil(LETTERS_PER_TOKEN)).unwrap_or(u64::MAX)
}

/// An id in the vendor's form, the same for the same seed: `msg_01` and 22 letters and digits.
pub(super) fn id(kind: &str, seed: &[u8]) -> String {
    const DIGITS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let digest = Sha256::digest(seed);
    let letters = digest.iter().take(22).filter_map(|byte| DIGITS.get(usize::from(*byte) % DIGITS.len()));
    format!("{kind}_01{}", letters.map(|letter| char::from(*letter)).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(max_tokens: u64, text: &str, name: &str, schema: Value) -> Request {
        let tool = Tool {
            name: name.into(),
            description: String::new(),
            input_schema: schema,
            strict: false,
            kind: None,
            max_uses: None,
        };
        Request {
            model: "claude-sonnet-4-5".into(),
            max_tokens,
            texts: vec![text.into()],
            tools: vec![tool.clone()],
            call: Some(tool),
            searches: 0,
            carries_on: false,
        }
    }

    fn schema() -> Value {
        json!({"type": "object", "required": ["verdict"], "properties": {"verdict": {"type": "string", "enum": ["yes", "no"]}}})
    }

    #[test]
    fn the_same_request_gets_the_same_bytes() {
        let told = || answer(&request(100, "<data>{\"a\":1}</data>", "judge", schema()), &Web::default()).to_string();
        assert_eq!(told(), told());
        assert!(told().contains(r#""input":{"verdict":"yes"}"#), "{}", told());
    }

    #[test]
    fn an_answer_longer_than_allowed_is_cut_off() {
        let told = answer(&request(1, "t", "judge", schema()), &Web::default());
        assert_eq!(told["stop_reason"], json!("max_tokens"));
        assert_eq!(told["content"][0]["input"], json!({}));
        assert_eq!(told["usage"]["output_tokens"], json!(1));
    }

    #[test]
    fn ids_have_the_vendors_form() {
        let id = id("toolu", b"x");
        assert!(id.starts_with("toolu_01") && id.len() == 30, "{id}");
    }
}
