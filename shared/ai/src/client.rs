//! Asking the Messages API, and what each of its answers means for us.
//!
//! | answer | meaning |
//! |---|---|
//! | 200, `stop_reason` `tool_use` | the tool's input is the answer |
//! | 200, `max_tokens`, `model_context_window_exceeded`, `refusal` | `Rejected`: the same would happen again |
//! | 200 without the tool | `Transient`: the model may do as asked the next time |
//! | 429, 529 | `Throttled` |
//! | 408, other 5xx, no answer in time, connection lost | `Transient` |
//! | any other | `Rejected` |

use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::HeaderValue;
use reqwest::{Client, Response, StatusCode, Url};

use revloops_domain::{ErrorClass, Secret};
use revloops_loopkit::ports::{Model, ModelAnswer, ModelRequest};
use revloops_loopkit::{Failure, Outcome};

use crate::price::{Price, Prices};
use crate::request::build;
use crate::tool_call::{Effort, ToolCall};
use crate::wire::{Answer, ErrorAnswer};

/// The version of the API that the wire types follow.
const API_VERSION: &str = "2023-06-01";

/// Answers longer than this are none of this API's.
const MAX_ANSWER_BYTES: usize = 16 << 20;

/// How long an answer may take, unless said otherwise: long ones are written in half a minute or so, and a function that asks
/// has to be back within fifty seconds.
const TIMEOUT: Duration = Duration::from_secs(40);

/// A search of the web costs so much, in millionths of a US dollar: $10 a thousand.
///
/// Source: <https://platform.claude.com/docs/en/about-claude/pricing>.
const MICROUSD_A_SEARCH: u64 = 10_000;

/// Where and how the model is asked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the API answers, `https://api.anthropic.com` for one.
    pub base_url: String,
    /// The model's id.
    pub model: String,
    /// What models cost.
    pub prices: Prices,
    /// How the tool is called for.
    pub tool_call: ToolCall,
    /// How much the model thinks; `None` leaves it to the model, and is what older ones need.
    pub effort: Option<Effort>,
    /// How long an answer may take.
    pub timeout: Duration,
}

impl Settings {
    /// The usual ones for a model.
    #[must_use]
    pub fn new(base_url: impl Into<String>, model: impl Into<String>, prices: Prices) -> Self {
        let model = model.into();
        Self {
            base_url: base_url.into(),
            tool_call: ToolCall::for_model(&model),
            model,
            prices,
            effort: None,
            timeout: TIMEOUT,
        }
    }
}

/// Why a client cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The base URL is no URL, or not of http or https.
    #[error("the AI's URL is not an http or https URL")]
    Url,
    /// The key cannot be sent.
    #[error("the AI's API key is empty or holds characters that no header may hold")]
    Key,
    /// Without a price, costs would be written down as nothing.
    #[error("no price is known for the model `{model}`")]
    NoPrice {
        /// The model.
        model: String,
    },
    /// The HTTP client cannot be built.
    #[error("building the HTTP client")]
    Http(#[source] reqwest::Error),
}

/// The client.
#[derive(Debug, Clone)]
pub struct Anthropic {
    http: Client,
    messages: Url,
    key: HeaderValue,
    price: Price,
    settings: Settings,
}

impl Anthropic {
    /// A client.
    ///
    /// # Errors
    /// When the key cannot be sent, the URL is none, the model has no price, or the HTTP client cannot be built.
    pub fn new(settings: Settings, key: &Secret) -> Result<Self, SetupError> {
        let mut key = key.trimmed().and_then(|key| HeaderValue::from_str(key).ok()).ok_or(SetupError::Key)?;
        key.set_sensitive(true);
        let messages = Url::parse(&format!("{}/v1/messages", settings.base_url.trim_end_matches('/')))
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or(SetupError::Url)?;
        let price = settings
            .prices
            .price(&settings.model)
            .ok_or_else(|| SetupError::NoPrice { model: settings.model.clone() })?;
        // A redirect would carry the key elsewhere; the API has none.
        let http = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(settings.timeout)
            .build()
            .map_err(SetupError::Http)?;
        Ok(Self { http, messages, key, price, settings })
    }

    async fn ask(&self, request: &ModelRequest) -> Outcome<ModelAnswer> {
        let sending = self
            .http
            .post(self.messages.clone())
            .header("x-api-key", self.key.clone())
            .header("anthropic-version", API_VERSION)
            .json(&build(request, &self.settings));
        let response = sending.send().await.map_err(|error| self.lost(error))?;
        let (status, id) = (response.status(), request_id(&response));
        if status != StatusCode::OK {
            return Err(self.refusal(status, id, response).await);
        }
        let body = self.body(response).await?;
        let answer: Answer = serde_json::from_slice(&body).map_err(|error| {
            // The cause is told by position alone; serde's text could quote a value.
            let place = format!("line {} column {}", error.line(), error.column());
            Failure::new(
                ErrorClass::Rejected,
                format!("an answer that cannot be read at {place}{}", with_id(id.as_deref())),
            )
        })?;
        self.take(request, answer).map_err(|failure| match id {
            Some(id) => failure.during(format!("request {id}")),
            None => failure,
        })
    }

    /// The tool's input out of a 200.
    fn take(&self, request: &ModelRequest, answer: Answer) -> Outcome<ModelAnswer> {
        let rejected = |context: String| Err(Failure::new(ErrorClass::Rejected, context));
        let stop = answer.stop_reason.as_deref().unwrap_or("none");
        match stop {
            "max_tokens" => return rejected(format!("cut off at max_tokens {}", request.max_tokens)),
            "model_context_window_exceeded" => return rejected("cut off at the end of the context window".into()),
            "refusal" => {
                let category = answer.stop_details.and_then(|details| details.category).filter(|text| is_word(text));
                return rejected(format!("the model refused ({})", category.as_deref().unwrap_or("no category")));
            }
            _ => {}
        }
        let (input_tokens, output_tokens) = (answer.usage.sent(), answer.usage.output_tokens);
        let searched = answer.usage.searches().saturating_mul(MICROUSD_A_SEARCH);
        let called = answer
            .content
            .into_iter()
            .find(|block| block.kind == "tool_use" && block.name.as_deref() == Some(request.tool.name.as_str()))
            .and_then(|block| block.input);
        let Some(input) = called else {
            let stop = if is_word(stop) { stop } else { "other" };
            return Err(Failure::new(
                ErrorClass::Transient,
                format!("answered without the tool `{}`, stop reason {stop}", request.tool.name),
            ));
        };
        Ok(ModelAnswer {
            answer: input,
            model: answer.model,
            input_tokens,
            output_tokens,
            microusd: self.price.of(input_tokens, output_tokens).saturating_add(searched),
        })
    }

    /// Any status but 200, by its class.
    async fn refusal(&self, status: StatusCode, id: Option<String>, response: Response) -> Failure {
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let again = header("retry-after").filter(|text| is_word(text));
        let again = again.map_or_else(String::new, |seconds| format!(", retry after {seconds} s"));
        let answer = match self.body(response).await {
            Ok(body) => serde_json::from_slice::<ErrorAnswer>(&body).ok(),
            Err(_) => None,
        };
        let overloaded = answer.as_ref().is_some_and(|answer| answer.error.kind == "overloaded_error");
        let class = if overloaded { ErrorClass::Throttled } else { class_of(status) };
        let id = id.or_else(|| answer.as_ref().and_then(|answer| answer.request_id.clone()).filter(|id| is_word(id)));
        let told = answer.map_or_else(String::new, |answer| told(class, &answer));
        Failure::new(class, format!("answered {}{told}{again}{}", status.as_u16(), with_id(id.as_deref())))
    }

    fn lost(&self, error: reqwest::Error) -> Failure {
        let context = if error.is_timeout() {
            format!("no answer within {} ms", self.settings.timeout.as_millis())
        } else if error.is_connect() {
            "cannot be reached".to_owned()
        } else {
            "connection lost".to_owned()
        };
        Failure::new(ErrorClass::Transient, context).caused_by(error.without_url())
    }

    async fn body(&self, mut response: Response) -> Outcome<Vec<u8>> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.lost(error))? {
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(Failure::new(
                    ErrorClass::Rejected,
                    format!("answer of more than {MAX_ANSWER_BYTES} bytes"),
                ));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

#[async_trait]
impl Model for Anthropic {
    async fn answer(&self, request: &ModelRequest) -> Outcome<ModelAnswer> {
        self.ask(request).await.map_err(|failure| failure.during(format!("asking {}", self.settings.model)))
    }
}

fn class_of(status: StatusCode) -> ErrorClass {
    match status.as_u16() {
        429 | 529 => ErrorClass::Throttled,
        408 | 500..=599 => ErrorClass::Transient,
        _ => ErrorClass::Rejected,
    }
}

/// The vendor's id of the request, which its support asks for.
fn request_id(response: &Response) -> Option<String> {
    let id = response.headers().get("request-id")?.to_str().ok()?;
    is_word(id).then(|| id.to_owned())
}

fn with_id(id: Option<&str>) -> String {
    id.map_or_else(String::new, |id| format!(", request {id}"))
}

/// The error's type; for a request that is refused for good, also what is wrong with it, which names fields of ours.
fn told(class: ErrorClass, answer: &ErrorAnswer) -> String {
    let kind = if is_word(&answer.error.kind) { answer.error.kind.as_str() } else { "error" };
    if class != ErrorClass::Rejected || answer.error.message.is_empty() {
        return format!(" {kind}");
    }
    let message: String = answer.error.message.chars().filter(|letter| !letter.is_control()).take(200).collect();
    format!(" {kind} ({message})")
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() <= 80 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

#[cfg(test)]
mod tests {
    use revloops_loopkit::ports::Tool;
    use serde_json::json;

    use super::*;

    fn client_with(key: &str) -> Result<Anthropic, SetupError> {
        let settings = Settings::new("http://127.0.0.1:9", "claude-sonnet-4-5", Prices::list());
        Anthropic::new(settings, &Secret::new(key))
    }

    fn client() -> Anthropic {
        client_with("s3cret").unwrap()
    }

    fn request() -> ModelRequest {
        ModelRequest {
            system: "system".into(),
            task: "task".into(),
            data: json!({"name": "Ida"}),
            tool: Tool {
                name: "draft_sequence".into(),
                description: "d".into(),
                input_schema: json!({"type": "object"}),
            },
            max_tokens: 1024,
            web_searches: 0,
        }
    }

    fn take(fixture: &str) -> Outcome<ModelAnswer> {
        client().take(&request(), serde_json::from_str(fixture).unwrap())
    }

    #[test]
    fn the_tools_input_is_the_answer_whatever_blocks_come_before_it() {
        let answer = take(include_str!("fixtures/tool_use.json")).unwrap();
        assert_eq!(answer.answer["steps"][0]["id"], json!("s1"));
        assert_eq!(answer.model, "claude-sonnet-4-5-20250929");
        assert_eq!((answer.input_tokens, answer.output_tokens), (1_205, 310));
        assert_eq!(answer.microusd, (1_205 * 3_000_000 + 310 * 15_000_000_u64).div_ceil(1_000_000));
    }

    #[test]
    fn searches_of_the_web_are_paid_for_beside_the_tokens() {
        let mut searched: serde_json::Value = serde_json::from_str(include_str!("fixtures/tool_use.json")).unwrap();
        searched["usage"]["server_tool_use"] = json!({"web_search_requests": 2});
        let plain = take(include_str!("fixtures/tool_use.json")).unwrap();
        assert_eq!(take(&searched.to_string()).unwrap().microusd, plain.microusd + 20_000);
    }

    #[test]
    fn an_answer_that_was_cut_off_is_rejected() {
        let failure = take(include_str!("fixtures/max_tokens.json")).unwrap_err();
        assert_eq!(failure.class(), ErrorClass::Rejected);
        assert!(failure.to_string().contains("max_tokens 1024"), "{failure}");
    }

    #[test]
    fn a_refusal_is_rejected_with_its_category() {
        let failure = take(include_str!("fixtures/refusal.json")).unwrap_err();
        assert_eq!(failure.class(), ErrorClass::Rejected);
        assert!(failure.to_string().contains("refused (cyber)"), "{failure}");
    }

    #[test]
    fn an_answer_in_words_may_be_asked_for_again_and_is_not_repeated_in_the_error() {
        let failure = take(include_str!("fixtures/end_turn.json")).unwrap_err();
        assert_eq!(failure.class(), ErrorClass::Transient);
        assert!(!failure.to_string().contains("Northwind"), "{failure}");
    }

    #[test]
    fn each_status_has_the_class_that_decides_about_a_retry() {
        let class = |status| class_of(StatusCode::from_u16(status).unwrap());
        for status in [400, 401, 402, 403, 404, 409, 413] {
            assert_eq!(class(status), ErrorClass::Rejected, "{status}");
        }
        for status in [408, 500, 502, 503, 504] {
            assert_eq!(class(status), ErrorClass::Transient, "{status}");
        }
        for status in [429, 529] {
            assert_eq!(class(status), ErrorClass::Throttled, "{status}");
        }
    }

    #[test]
    fn an_error_as_published_is_told_by_type_and_by_what_is_wrong() {
        let answer: ErrorAnswer = serde_json::from_str(include_str!("fixtures/error.json")).unwrap();
        assert_eq!(
            told(ErrorClass::Rejected, &answer),
            r#" invalid_request_error (tool_choice: type "tool" and "any" are not supported for this model.)"#
        );
        assert_eq!(told(ErrorClass::Transient, &answer), " invalid_request_error");
        assert_eq!(answer.request_id.as_deref(), Some("req_011CSHoEeqs5C35K2UUqR7Fy"));
    }

    #[test]
    fn a_model_without_a_price_is_refused_at_the_start() {
        let settings = Settings::new("http://127.0.0.1:9", "claude-next", Prices::list());
        let error = Anthropic::new(settings, &Secret::new("k")).unwrap_err();
        assert_eq!(error.to_string(), "no price is known for the model `claude-next`");
    }

    #[test]
    fn a_key_is_sent_without_the_blanks_around_it_and_refused_where_no_header_may_hold_it() {
        assert_eq!(client_with(" s3cret\n").unwrap().key, "s3cret");
        for key in ["", "  ", "a\nb"] {
            assert!(matches!(client_with(key), Err(SetupError::Key)), "{key:?}");
        }
    }

    #[tokio::test]
    async fn a_failure_shows_neither_key_nor_content() {
        let client = client();
        let failure = client.answer(&request()).await.unwrap_err();
        assert_eq!(failure.class(), ErrorClass::Transient);
        let told = format!("{failure} {failure:?} {client:?}");
        assert!(!told.contains("s3cret") && !told.contains("Ida"), "{told}");
    }
}
