//! Asking the Messages API, at Anthropic's own address or at Amazon Bedrock's.
//!
//! What each 200 means is in `answer`; any other status:
//!
//! | answer | meaning |
//! |---|---|
//! | 429, 529 | `Throttled` |
//! | 408, 424 (Bedrock's model failed), other 5xx, no answer in time, connection lost | `Transient` |
//! | any other | `Rejected` |
//!
//! Source for Bedrock: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html>.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::header::HeaderValue;
use reqwest::{Client, Response, StatusCode, Url};
use serde_json::Value;

use revloops_domain::{ErrorClass, Secret};
use revloops_loopkit::ports::{Model, ModelAnswer, ModelRequest, RequestSigner};
use revloops_loopkit::{Failure, Outcome};

use crate::answer::{Tally, Turn, is_word, take};
use crate::metered::{Asked, Billed, Metered};
use crate::price::{MICROUSD_A_SEARCH, Price, Prices};
use crate::request::{Manner, build};
use crate::tool_call::{Effort, ToolCall};
use crate::wire::{Answer, ErrorAnswer};

/// The version of the API that the wire types follow.
const API_VERSION: &str = "2023-06-01";

/// The same at Bedrock, which has it in the body.
const BEDROCK_VERSION: &str = "bedrock-2023-05-31";

/// Answers longer than this are none of this API's.
const MAX_ANSWER_BYTES: usize = 16 << 20;

/// How long an answer may take, unless said otherwise: long ones are written in half a minute or so, and a function that asks
/// has to be back within fifty seconds.
const TIMEOUT: Duration = Duration::from_secs(40);

/// A turn that searches may be paused by the vendor; it is continued so often.
const MOST_PAUSES: u64 = 2;

/// Tokens that the vendor adds to a request for its tools, at most.
const ADDED_TOKENS: u64 = 4_000;

/// Tokens that the pages of one search are taken to have at most; the vendor says no limit.
const TOKENS_A_SEARCH: u64 = 25_000;

/// Where and how the model is asked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the API answers, `https://api.anthropic.com` for one, or `https://bedrock-runtime.eu-central-1.amazonaws.com`.
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

/// Who is let in.
#[derive(Clone)]
enum Access {
    /// Whoever has the key.
    Key(HeaderValue),
    /// Whoever signs with credentials of AWS.
    Signed(Arc<dyn RequestSigner>),
}

/// The client.
#[derive(Clone)]
pub struct Anthropic {
    http: Client,
    messages: Url,
    access: Access,
    price: Price,
    manner: Manner,
    settings: Settings,
}

impl std::fmt::Debug for Anthropic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Anthropic").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Anthropic {
    /// A client of Anthropic's own API.
    ///
    /// # Errors
    /// When the key cannot be sent, the URL is none, the model has no price, or the HTTP client cannot be built.
    pub fn new(settings: Settings, key: &Secret) -> Result<Self, SetupError> {
        let mut key = key.trimmed().and_then(|key| HeaderValue::from_str(key).ok()).ok_or(SetupError::Key)?;
        key.set_sensitive(true);
        let messages = format!("{}/v1/messages", settings.base_url.trim_end_matches('/'));
        let model = Some(settings.model.clone());
        Self::with(settings, &messages, Access::Key(key), model, None)
    }

    /// A client of Amazon Bedrock, which speaks the same but searches nothing: `signer` signs for the service `bedrock`.
    ///
    /// # Errors
    /// As [`Anthropic::new`].
    pub fn on_bedrock(settings: Settings, signer: Arc<dyn RequestSigner>) -> Result<Self, SetupError> {
        // A model's id there holds a colon, which a path may not: `anthropic.claude-sonnet-4-5-20250929-v1:0`.
        let id = settings.model.replace('%', "%25").replace('/', "%2F").replace(':', "%3A");
        let invoke = format!("{}/model/{id}/invoke", settings.base_url.trim_end_matches('/'));
        Self::with(settings, &invoke, Access::Signed(signer), None, Some(BEDROCK_VERSION))
    }

    fn with(
        settings: Settings,
        address: &str,
        access: Access,
        model: Option<String>,
        version: Option<&'static str>,
    ) -> Result<Self, SetupError> {
        let messages =
            Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https")).ok_or(SetupError::Url)?;
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
        let manner = Manner { model, version, tool_call: settings.tool_call, effort: settings.effort };
        Ok(Self { http, messages, access, price, manner, settings })
    }

    /// Turn by turn, until the model has answered by the tool; what was billed until then is in `tally`, whatever comes of it.
    async fn turns(&self, request: &ModelRequest, tally: &mut Tally) -> Outcome<Value> {
        if request.web_searches > 0 && matches!(self.access, Access::Signed(_)) {
            let why =
                "Amazon Bedrock has no web search: let the functions that search ask Anthropic's own API (AiProvider)";
            return Err(Failure::new(ErrorClass::ConfigInvalid, why));
        }
        let mut paused: Vec<Value> = Vec::new();
        for _ in 0..=MOST_PAUSES {
            let (answer, id) = self.turn(request, &paused, tally).await?;
            tally.add(&answer);
            match take(request, answer).map_err(|failure| match &id {
                Some(id) => failure.during(format!("request {id}")),
                None => failure,
            })? {
                Turn::Answered(input) => return Ok(input),
                Turn::Paused(content) => paused.extend(content),
            }
        }
        Err(Failure::new(ErrorClass::Transient, format!("paused more than {MOST_PAUSES} times")))
    }

    /// One request and its answer.
    async fn turn(
        &self,
        request: &ModelRequest,
        paused: &[Value],
        tally: &mut Tally,
    ) -> Outcome<(Answer, Option<String>)> {
        let body = serde_json::to_vec(&build(request, &self.manner, paused, tally.searches))
            .map_err(|error| Failure::new(ErrorClass::Bug, "writing the request").caused_by(error))?;
        let mut sending = self.http.post(self.messages.clone()).header("content-type", "application/json");
        match &self.access {
            Access::Key(key) => {
                sending = sending.header("x-api-key", key.clone()).header("anthropic-version", API_VERSION);
            }
            Access::Signed(signer) => {
                for (name, value) in signer.sign("POST", self.messages.as_str(), &body).await? {
                    let mut value = HeaderValue::from_str(&value)
                        .map_err(|error| Failure::new(ErrorClass::Bug, "a signed header").caused_by(error))?;
                    value.set_sensitive(true);
                    sending = sending.header(name, value);
                }
            }
        }
        // From here on it may be billed, until an answer says otherwise.
        tally.lost = true;
        let response = sending.body(body).send().await.map_err(|error| {
            tally.lost = !error.is_connect();
            self.lost(error)
        })?;
        let (status, id) = (response.status(), request_id(&response));
        if status != StatusCode::OK {
            // A gateway in between says nothing of what the model has done behind it.
            tally.lost = matches!(status.as_u16(), 408 | 502 | 504);
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
        tally.lost = false;
        Ok((answer, id))
    }

    /// Any status but 200, by its class.
    async fn refusal(&self, status: StatusCode, id: Option<String>, response: Response) -> Failure {
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let again = header("retry-after").filter(|text| is_word(text));
        let again = again.map_or_else(String::new, |seconds| format!(", retry after {seconds} s"));
        let kind = header("x-amzn-errortype").map(|kind| kind.split(':').next().unwrap_or_default().to_owned());
        let answer = match self.body(response).await {
            Ok(body) => serde_json::from_slice::<ErrorAnswer>(&body).ok(),
            Err(_) => None,
        };
        let overloaded = answer.as_ref().is_some_and(|answer| answer.error.kind == "overloaded_error");
        let class = if overloaded { ErrorClass::Throttled } else { class_of(status) };
        let id = id.or_else(|| answer.as_ref().and_then(|answer| answer.request_id.clone()).filter(|id| is_word(id)));
        let kind = kind.filter(|kind| is_word(kind)).map_or_else(String::new, |kind| format!(" {kind}"));
        let told = answer.map_or(kind, |answer| told(class, &answer));
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
impl Metered for Anthropic {
    /// A token is at least one byte; what searches return is an assumption of ours, times the turns that read it.
    fn most_microusd(&self, request: &ModelRequest) -> u64 {
        let searches = u64::from(request.web_searches);
        let turns = if searches > 0 { 1 + MOST_PAUSES } else { 1 };
        let sent = serde_json::to_vec(&build(request, &self.manner, &[], 0)).map_or(0, |body| body.len());
        let sent = u64::try_from(sent).unwrap_or(u64::MAX).saturating_add(ADDED_TOKENS + searches * TOKENS_A_SEARCH);
        let written = u64::from(request.max_tokens) * turns;
        let searched = if searches > 0 { searches + MOST_PAUSES } else { 0 };
        self.price.of(sent.saturating_mul(turns), written).saturating_add(searched * MICROUSD_A_SEARCH)
    }

    async fn ask(&self, request: &ModelRequest) -> Asked {
        let mut tally = Tally::default();
        let answered = self.turns(request, &mut tally).await;
        let microusd = self
            .price
            .of(tally.input_tokens, tally.output_tokens)
            .saturating_add(tally.searches.saturating_mul(MICROUSD_A_SEARCH));
        let billed = if tally.lost { Billed::Unknown } else { Billed::Exactly(microusd) };
        let outcome = answered
            .map(|answer| ModelAnswer {
                answer,
                model: tally.model,
                input_tokens: tally.input_tokens,
                output_tokens: tally.output_tokens,
                microusd,
                searches: tally.searches,
                searched: tally.searched,
            })
            .map_err(|failure| failure.during(format!("asking {}", self.settings.model)));
        Asked { outcome, billed }
    }
}

#[async_trait]
impl Model for Anthropic {
    async fn answer(&self, request: &ModelRequest) -> Outcome<ModelAnswer> {
        self.ask(request).await.outcome
    }
}

fn class_of(status: StatusCode) -> ErrorClass {
    match status.as_u16() {
        429 | 529 => ErrorClass::Throttled,
        408 | 424 | 500..=599 => ErrorClass::Transient,
        _ => ErrorClass::Rejected,
    }
}

/// The vendor's id of the request, which its support asks for.
fn request_id(response: &Response) -> Option<String> {
    let headers = response.headers();
    let id = headers.get("request-id").or_else(|| headers.get("x-amzn-requestid"))?.to_str().ok()?;
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

    #[test]
    fn each_status_has_the_class_that_decides_about_a_retry() {
        let class = |status| class_of(StatusCode::from_u16(status).unwrap());
        for status in [400, 401, 402, 403, 404, 409, 413] {
            assert_eq!(class(status), ErrorClass::Rejected, "{status}");
        }
        for status in [408, 424, 500, 502, 503, 504] {
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
        assert!(matches!(client_with(" s3cret\n").unwrap().access, Access::Key(key) if key == "s3cret"));
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
