//! A Salesforce org over real HTTP, as small as these tests need: it answers what it was told to, and remembers what
//! it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use revloops_crm::{CrmSettings, Salesforce};
use revloops_domain::Secret;

/// One request that came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Path and query as they came, percent-encoding included.
    pub(crate) target: String,
    pub(crate) authorization: String,
    pub(crate) auto_assign: Option<String>,
    pub(crate) body: Value,
}

#[derive(Default)]
struct Inside {
    asked: Vec<Asked>,
    answers: VecDeque<(u16, String)>,
    logins: Vec<Asked>,
    login_answer: Option<(u16, Value)>,
    delay: Duration,
}

#[derive(Clone)]
pub(crate) struct Org {
    pub(crate) url: String,
    inside: Arc<Mutex<Inside>>,
}

impl Org {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let org = Self { url, inside: Arc::default() };
        let router = Router::new().fallback(answer).with_state(org.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        org
    }

    /// The client under test.
    pub(crate) fn client(&self, directory_ttl: Duration) -> Salesforce {
        Salesforce::new(&settings(&self.url, directory_ttl)).unwrap()
    }

    /// Queues an answer to the next request but log-ins.
    pub(crate) fn answers(&self, status: u16, body: Value) -> &Self {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        self.inside().answers.push_back((status, text));
        self
    }

    /// Queues an error as Salesforce shapes it.
    pub(crate) fn fails(&self, status: u16, code: &str) -> &Self {
        let message = "invalid email address: ida@northwind.example";
        self.answers(status, json!([{"message": message, "errorCode": code, "fields": ["Email"]}]))
    }

    pub(crate) fn logging_in_answers(&self, status: u16, body: Value) {
        self.inside().login_answer = Some((status, body));
    }

    pub(crate) fn takes(&self, delay: Duration) {
        self.inside().delay = delay;
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.inside().asked.clone()
    }

    pub(crate) fn logins(&self) -> Vec<Asked> {
        self.inside().logins.clone()
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap()
    }
}

pub(crate) fn settings(url: &str, directory_ttl: Duration) -> CrmSettings {
    CrmSettings {
        url: url.to_owned(),
        credentials: revloops_crm::Credentials { client_id: Secret::new("key"), client_secret: Secret::new("s3cret") },
        request_timeout: Duration::from_millis(400),
        directory_ttl,
    }
}

async fn answer(State(org): State<Org>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let bytes: Bytes = axum::body::to_bytes(body, 1_000_000).await.unwrap();
    let header = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let asked = Asked {
        method: parts.method.to_string(),
        target: parts.uri.to_string(),
        authorization: header("authorization").unwrap_or_default(),
        auto_assign: header("sforce-auto-assign"),
        body: serde_json::from_slice(&bytes)
            .unwrap_or_else(|_form| String::from_utf8_lossy(&bytes).into_owned().into()),
    };
    let (status, text, delay) = {
        let mut inside = org.inside();
        if asked.target == "/services/oauth2/token" {
            inside.logins.push(asked);
            let token = format!("token-{}", inside.logins.len());
            let (status, body) = inside.login_answer.clone().unwrap_or((
                200,
                json!({"access_token": token, "instance_url": org.url, "token_type": "Bearer",
                       "id": format!("{}/id/00Dxx0000001gPLEAY/005xx000001SwiUAAS", org.url), "issued_at": "1"}),
            ));
            (status, body.to_string(), Duration::ZERO)
        } else {
            inside.asked.push(asked);
            let (status, text) = inside.answers.pop_front().expect("an answer was queued for this request");
            (status, text, inside.delay)
        }
    };
    tokio::time::sleep(delay).await;
    let status = StatusCode::from_u16(status).unwrap();
    (status, [("content-type", "application/json")], text).into_response()
}
