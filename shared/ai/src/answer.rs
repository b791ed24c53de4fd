//! What a 200 means for us.
//!
//! | answer | meaning |
//! |---|---|
//! | `stop_reason` `tool_use` | the tool's input is the answer |
//! | `pause_turn` | the turn goes on when it is sent back as it came |
//! | `max_tokens`, `model_context_window_exceeded`, `refusal` | `Rejected`: the same would happen again |
//! | without the tool | `Transient`: the model may do as asked the next time |
//!
//! A search that failed is told inside a 200, and the turn goes on without its pages.
//!
//! Source: <https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons> and
//! <https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool>.

use serde_json::Value;

use revloops_domain::ErrorClass;
use revloops_loopkit::ports::{ModelRequest, SearchHit};
use revloops_loopkit::{Failure, Outcome};

use crate::wire::{Answer, Block, Page, SearchResult};

/// What the turns of one answer used, and found.
#[derive(Default)]
pub(crate) struct Tally {
    /// The model that answered.
    pub(crate) model: String,
    /// Tokens sent.
    pub(crate) input_tokens: u64,
    /// Tokens written.
    pub(crate) output_tokens: u64,
    /// Searches.
    pub(crate) searches: u64,
    /// Pages, each address once.
    pub(crate) searched: Vec<SearchHit>,
    /// Whether a turn is under way or was lost, so that nobody knows what it used.
    pub(crate) lost: bool,
}

/// What a turn ends with.
#[derive(Debug)]
pub(crate) enum Turn {
    /// The tool's input.
    Answered(Value),
    /// The turn's content, to be sent back.
    Paused(Vec<Value>),
}

impl Tally {
    /// Counts one answer.
    pub(crate) fn add(&mut self, answer: &Answer) {
        self.model.clone_from(&answer.model);
        self.input_tokens = self.input_tokens.saturating_add(answer.usage.sent());
        self.output_tokens = self.output_tokens.saturating_add(answer.usage.output_tokens);
        self.searches = self.searches.saturating_add(answer.usage.searches());
        for block in blocks(&answer.content) {
            match block {
                Block::WebSearchToolResult { content: SearchResult::Pages(pages) } => {
                    for Page { url, title, page_age } in pages {
                        if !self.searched.iter().any(|hit| hit.url == url) {
                            self.searched.push(SearchHit { url, title, page_age });
                        }
                    }
                }
                Block::WebSearchToolResult { content: SearchResult::Failed { error_code } } => {
                    let code = if is_word(&error_code) { error_code.as_str() } else { "other" };
                    tracing::warn!(code, "a search of the web failed; the answer goes on without its pages");
                }
                Block::ToolUse { .. } | Block::Other => {}
            }
        }
    }
}

fn blocks(content: &[Value]) -> impl Iterator<Item = Block> {
    content.iter().filter_map(|block| serde_json::from_value(block.clone()).ok())
}

/// How a turn ended.
///
/// # Errors
/// `Rejected` where it was cut off or refused, `Transient` where it has no call of the tool.
pub(crate) fn take(request: &ModelRequest, answer: Answer) -> Outcome<Turn> {
    let rejected = |context: String| Err(Failure::new(ErrorClass::Rejected, context));
    let stop = answer.stop_reason.as_deref().unwrap_or("none");
    match stop {
        "max_tokens" => return rejected(format!("cut off at max_tokens {}", request.max_tokens)),
        "model_context_window_exceeded" => return rejected("cut off at the end of the context window".into()),
        "refusal" => {
            let category = answer.stop_details.and_then(|details| details.category).filter(|text| is_word(text));
            return rejected(format!("the model refused ({})", category.as_deref().unwrap_or("no category")));
        }
        "pause_turn" => return Ok(Turn::Paused(answer.content)),
        _ => {}
    }
    let called = blocks(&answer.content).find_map(|block| match block {
        Block::ToolUse { name, input } if name == request.tool.name => Some(input),
        Block::ToolUse { .. } | Block::WebSearchToolResult { .. } | Block::Other => None,
    });
    called.map(Turn::Answered).ok_or_else(|| {
        let stop = if is_word(stop) { stop } else { "other" };
        let without = format!("answered without the tool `{}`, stop reason {stop}", request.tool.name);
        Failure::new(ErrorClass::Transient, without)
    })
}

/// Whether `text` is a word of the vendor's, good to be repeated in logs.
pub(crate) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() <= 80 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

#[cfg(test)]
mod tests {
    use revloops_loopkit::ports::Tool;
    use serde_json::json;

    use super::*;

    fn request() -> ModelRequest {
        ModelRequest {
            system: "system".into(),
            task: "task".into(),
            data: json!({}),
            tool: Tool {
                name: "draft_sequence".into(),
                description: "d".into(),
                input_schema: json!({"type": "object"}),
            },
            max_tokens: 1024,
            web_searches: 3,
        }
    }

    fn read(fixture: &str) -> (Outcome<Turn>, Tally) {
        let answer: Answer = serde_json::from_str(fixture).unwrap();
        let mut tally = Tally::default();
        tally.add(&answer);
        (take(&request(), answer), tally)
    }

    fn failure(fixture: &str) -> Failure {
        read(fixture).0.unwrap_err()
    }

    #[test]
    fn the_tools_input_is_the_answer_whatever_blocks_come_before_it() {
        let (Ok(Turn::Answered(input)), tally) = read(include_str!("fixtures/tool_use.json")) else {
            panic!("no answer")
        };
        assert_eq!(input["steps"][0]["id"], json!("s1"));
        assert_eq!(tally.model, "claude-sonnet-4-5-20250929");
        assert_eq!((tally.input_tokens, tally.output_tokens, tally.searches), (1_205, 310, 0));
    }

    #[test]
    fn pages_that_a_search_returned_are_listed_once_and_what_is_encrypted_is_left_out() {
        let (Ok(Turn::Answered(_)), tally) = read(include_str!("fixtures/web_search.json")) else {
            panic!("no answer")
        };
        let pages: Vec<_> = tally.searched.iter().map(|hit| (hit.url.as_str(), hit.page_age.as_deref())).collect();
        let news = "https://news.example.org/northwind-raises";
        assert_eq!(pages, [(news, Some("November 3, 2026")), ("https://blog.example.net/northwind", None)]);
        assert_eq!(tally.searches, 2);
        assert!(!format!("{:?}", tally.searched).contains("northwind"), "{:?}", tally.searched);
    }

    #[test]
    fn a_search_that_failed_leaves_no_page_and_the_answer_stands() {
        for code in ["max_uses_exceeded", "too_many_requests", "unavailable", "invalid_input", "query_too_long"] {
            let fixture = include_str!("fixtures/web_search_error.json").replace("max_uses_exceeded", code);
            let (answered, tally) = read(&fixture);
            assert!(matches!(answered, Ok(Turn::Answered(_))), "{code}");
            assert!(tally.searched.is_empty(), "{code}");
        }
    }

    #[test]
    fn a_paused_turn_is_handed_back_as_it_came_encrypted_parts_included() {
        let fixture = include_str!("fixtures/pause_turn.json");
        let (Ok(Turn::Paused(content)), tally) = read(fixture) else { panic!("not paused") };
        assert_eq!(json!(content), serde_json::from_str::<Value>(fixture).unwrap()["content"]);
        assert!(json!(content).to_string().contains("encrypted_content"));
        assert_eq!(tally.searched.len(), 1);
    }

    #[test]
    fn an_answer_that_was_cut_off_is_rejected() {
        let failure = failure(include_str!("fixtures/max_tokens.json"));
        assert_eq!(failure.class(), ErrorClass::Rejected);
        assert!(failure.to_string().contains("max_tokens 1024"), "{failure}");
    }

    #[test]
    fn a_refusal_is_rejected_with_its_category() {
        let failure = failure(include_str!("fixtures/refusal.json"));
        assert_eq!(failure.class(), ErrorClass::Rejected);
        assert!(failure.to_string().contains("refused (cyber)"), "{failure}");
    }

    #[test]
    fn an_answer_in_words_may_be_asked_for_again_and_is_not_repeated_in_the_error() {
        let failure = failure(include_str!("fixtures/end_turn.json"));
        assert_eq!(failure.class(), ErrorClass::Transient);
        assert!(!failure.to_string().contains("Northwind"), "{failure}");
    }
}
