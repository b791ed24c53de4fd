//! A CRM of one's own on a free port, and a client that speaks to it as any client would.

use std::path::PathBuf;

use reqwest::{Method, RequestBuilder};
use revloops_standins::crm::{self, Client, Delivery, INTEGRATION, Options};
use revloops_standins::host::Running;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

pub(crate) const DATA: &str = "/services/data/v68.0";
pub(crate) const PASSWORD: &str = "a password for tests";

pub(crate) struct World {
    pub(crate) url: String,
    pub(crate) token: String,
    pub(crate) http: reqwest::Client,
    options: Options,
    running: Running,
    _dir: TempDir,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) headers: reqwest::header::HeaderMap,
}

impl Answer {
    /// The code of a refusal.
    pub(crate) fn code(&self) -> &str {
        self.body[0]["errorCode"].as_str().unwrap_or_else(|| panic!("no error in {}", self.body))
    }
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(Delivery::default()).await
    }

    pub(crate) async fn with(delivery: Delivery) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let options = Options {
            database: dir.path().join("crm.sqlite"),
            package_dir: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../crm"),
            public_url: None,
            clients: clients(),
            password: PASSWORD.into(),
            delivery,
        };
        let running = crm::serve(TcpListener::bind("127.0.0.1:0").await.unwrap(), options.clone()).await.unwrap();
        let url = running.url();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let token = token(&http, &url).await;
        Self { url, token, http, options, running, _dir: dir }
    }

    /// The same organisation after its process ended and began again.
    pub(crate) async fn restarted(self, delivery: Delivery) -> Self {
        let options = Options { delivery, ..self.options.clone() };
        self.again(options).await
    }

    pub(crate) async fn restarted_with_password(self, password: &str) -> Self {
        let options = Options { password: password.into(), ..self.options.clone() };
        self.again(options).await
    }

    async fn again(self, options: Options) -> Self {
        self.running.stop().await;
        let running = crm::serve(TcpListener::bind("127.0.0.1:0").await.unwrap(), options.clone()).await.unwrap();
        let url = running.url();
        let token = token(&self.http, &url).await;
        Self { url, token, http: self.http, options, running, _dir: self._dir }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let path = if path.starts_with("/services") || path.starts_with("/_") {
            path.to_owned()
        } else {
            format!("{DATA}/{path}")
        };
        self.http
            .request(Method::from_bytes(method.as_bytes()).unwrap(), format!("{}{path}", self.url))
            .bearer_auth(&self.token)
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body =
            if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) };
        Answer { status, body, headers }
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        let request = self.request(method, path);
        self.send(if body.is_null() { request } else { request.json(&body) }).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.call("GET", path, Value::Null).await;
        assert_eq!(answer.status, 200, "GET {path}: {}", answer.body);
        answer.body
    }

    pub(crate) async fn create(&self, object: &str, fields: Value) -> String {
        let answer = self.call("POST", &format!("sobjects/{object}"), fields).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn lead(&self, company: &str) -> String {
        self.create("Lead", json!({ "LastName": "Holm", "Company": company })).await
    }

    pub(crate) async fn user(&self, name: &str) -> String {
        let profile = self.query("SELECT Id FROM Profile LIMIT 1").await[0]["Id"].clone();
        let username = format!("{name}@northfield.example");
        self.create(
            "User",
            json!({
                "Username": username, "Email": username, "LastName": name, "Alias": name, "ProfileId": profile, "TimeZoneSidKey": "GMT",
                "LocaleSidKey": "en_US", "LanguageLocaleKey": "en_US", "EmailEncodingKey": "UTF-8",
            }),
        )
        .await
    }

    /// A queue that may own these objects.
    pub(crate) async fn queue(&self, name: &str, object: &str) -> String {
        let id = self.create("Group", json!({ "Name": name, "Type": "Queue" })).await;
        self.create("QueueSobject", json!({ "QueueId": id, "SobjectType": object })).await;
        id
    }

    pub(crate) async fn soql(&self, query: &str) -> Answer {
        self.send(self.request("GET", "query").query(&[("q", query)])).await
    }

    /// The records of a query that has to succeed.
    pub(crate) async fn query(&self, query: &str) -> Vec<Value> {
        let answer = self.soql(query).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        answer.body["records"].as_array().unwrap().clone()
    }
}

/// An app that any address may be, and one with an address of its own and rotating refresh tokens.
fn clients() -> Vec<Client> {
    let app = Client {
        id: "app".into(),
        secret: "secret".into(),
        run_as: INTEGRATION.into(),
        callback_urls: Vec::new(),
        rotates_refresh_tokens: false,
    };
    let strict = Client {
        id: "strict".into(),
        callback_urls: vec!["http://localhost:1/back".into()],
        rotates_refresh_tokens: true,
        ..app.clone()
    };
    vec![app, strict]
}

async fn token(http: &reqwest::Client, url: &str) -> String {
    let form = [("grant_type", "client_credentials"), ("client_id", "app"), ("client_secret", "secret")];
    let answer: Value =
        http.post(format!("{url}/services/oauth2/token")).form(&form).send().await.unwrap().json().await.unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}
