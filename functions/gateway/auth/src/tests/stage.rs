//! A deployment, browsers and apps.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use http::{Method, Request, Response, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use url::Url;

use revloops_domain::{ErrorClass, SalesforceId, Secret};
use revloops_identity::{
    KeySecret, Principal, PublicUrl, Resource, RoleRules, SealedSessions, Sealer, SealingSecret, SigningKeys,
    TokenError, VerifyingKeys, keys, sealing, tokens,
};
use revloops_loopkit::ports::{Clock, CrmIdentity, CrmLogin, CrmTokens, LoginBegun};
use revloops_loopkit::{Failure, Outcome};
use revloops_testkit::DocumentsInMemory;

use crate::{ClientDocuments, FetchError, Fetched, Ports, Site, handle};

pub(super) const PUBLIC: &str = "https://revloops.example.com";
pub(super) const CRM: &str = "https://revloops.example.com/mcp/crm";
pub(super) const WORKFLOW: &str = "https://revloops.example.com/mcp/workflow";
pub(super) const CALLBACK: &str = "http://localhost:3118/callback";
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(super) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(super) struct SetClock(Mutex<Timestamp>);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// The CRM: whoever logs in says by the code who they are (`code-ida`).
#[derive(Default)]
pub(super) struct FakeCrm {
    begun: Mutex<u32>,
    pub(super) completed: Mutex<u32>,
    refreshed: Mutex<u32>,
    pub(super) people: Mutex<BTreeMap<String, CrmIdentity>>,
    /// Access tokens that have run out.
    pub(super) run_out: Mutex<BTreeSet<String>>,
    pub(super) revoked: Mutex<Vec<String>>,
    pub(super) down: Mutex<bool>,
}

impl FakeCrm {
    fn up(&self) -> Outcome<()> {
        if *self.down.lock().unwrap() { Err(Failure::new(ErrorClass::Transient, "the CRM is down")) } else { Ok(()) }
    }
}

fn crm_tokens(user: &str, number: u32) -> CrmTokens {
    CrmTokens {
        instance_url: "https://acme.my.salesforce.com".to_owned(),
        access_token: Secret::new(format!("00D-access/{user}/{number}")),
        refresh_token: Some(Secret::new(format!("5Aep-refresh/{user}/{number}"))),
    }
}

fn user_of(tokens: &CrmTokens) -> String {
    tokens.access_token.reveal().split('/').nth(1).unwrap().to_owned()
}

#[async_trait]
impl CrmLogin for FakeCrm {
    fn begin(&self) -> Outcome<LoginBegun> {
        let mut begun = self.begun.lock().unwrap();
        *begun += 1;
        let state = format!("crm-state-{begun}");
        let url = format!("https://login.crm.example/services/oauth2/authorize?state={state}");
        Ok(LoginBegun { url, pending: json!({"verifier": "crm-verifier", "state": state}), state })
    }
    async fn complete(&self, pending: &Value, code: &str, state: &str) -> Outcome<CrmTokens> {
        self.up()?;
        *self.completed.lock().unwrap() += 1;
        match code.strip_prefix("code-") {
            Some(user) if pending["state"] == state => Ok(crm_tokens(user, 0)),
            _ => Err(Failure::new(ErrorClass::Rejected, "invalid code")),
        }
    }
    async fn refresh(&self, tokens: &CrmTokens) -> Outcome<CrmTokens> {
        self.up()?;
        let mut refreshed = self.refreshed.lock().unwrap();
        *refreshed += 1;
        Ok(crm_tokens(&user_of(tokens), *refreshed))
    }
    async fn revoke(&self, tokens: &CrmTokens) -> Outcome<()> {
        self.revoked.lock().unwrap().push(tokens.access_token.reveal().to_owned());
        Ok(())
    }
    async fn identity(&self, tokens: &CrmTokens) -> Outcome<Option<CrmIdentity>> {
        self.up()?;
        if self.run_out.lock().unwrap().contains(tokens.access_token.reveal()) {
            return Ok(None);
        }
        let found = self.people.lock().unwrap().get(&user_of(tokens)).cloned();
        found.map(Some).ok_or_else(|| Failure::new(ErrorClass::Rejected, "no such user"))
    }
}

/// Documents that apps have put on the internet, and how often they were fetched.
#[derive(Default)]
pub(super) struct Internet {
    pub(super) documents: Mutex<BTreeMap<String, Fetched>>,
    pub(super) fetched: Mutex<Vec<String>>,
}

#[async_trait]
impl ClientDocuments for Internet {
    async fn fetch(&self, url: &Url) -> Result<Fetched, FetchError> {
        self.fetched.lock().unwrap().push(url.to_string());
        self.documents.lock().unwrap().get(url.as_str()).cloned().ok_or(FetchError::Unreachable)
    }
}

pub(super) struct Stage {
    pub(super) ports: Ports,
    pub(super) clock: Arc<SetClock>,
    pub(super) crm: Arc<FakeCrm>,
    pub(super) documents: Arc<DocumentsInMemory>,
    pub(super) internet: Arc<Internet>,
}

pub(super) fn person(id: &str, name: &str) -> CrmIdentity {
    CrmIdentity {
        user: SalesforceId::parse(id).unwrap(),
        username: format!("{name}@acme.example"),
        active: true,
        profile: Some("Standard User".to_owned()),
        crm_role: None,
        permission_sets: Vec::new(),
        has_reports: false,
    }
}

impl Stage {
    pub(super) fn new() -> Self {
        Self::at(PUBLIC)
    }

    pub(super) fn at(public: &str) -> Self {
        let clock = Arc::new(SetClock(Mutex::new("2026-11-28T12:00:00Z".parse().unwrap())));
        let crm = Arc::new(FakeCrm::default());
        crm.people.lock().unwrap().insert("ida".to_owned(), person("005000000000001", "ida"));
        crm.people.lock().unwrap().insert("mallory".to_owned(), person("005000000000002", "mallory"));
        let (documents, internet) = (Arc::new(DocumentsInMemory::default()), Arc::new(Internet::default()));
        let public = PublicUrl::parse(public).unwrap();
        let resource = |path| Resource::new(public.clone(), path).unwrap();
        let sealer = Sealer::new(&SealingSecret { keys: vec![sealing::generate("1").unwrap()] }).unwrap();
        let sealer = Arc::new(sealer);
        let sessions = SealedSessions {
            documents: Arc::clone(&documents) as _,
            sealer: Arc::clone(&sealer),
            login: Arc::clone(&crm) as _,
            clock: Arc::clone(&clock) as _,
        };
        let signing = SigningKeys::new(&KeySecret { keys: vec![keys::generate().unwrap()] }).unwrap();
        let ports = Ports {
            site: Site {
                resources: vec![resource("/mcp/crm"), resource("/mcp/workflow")],
                public,
                roles: RoleRules::default(),
                crm_login_url: "https://login.crm.example".to_owned(),
            },
            keys: Arc::new(signing),
            documents: Arc::clone(&documents) as _,
            crm: Arc::clone(&crm) as _,
            sessions: Arc::new(sessions),
            sealer,
            client_documents: Some(Arc::clone(&internet) as _),
            dashboards: None,
            clock: Arc::clone(&clock) as _,
        };
        Self { ports, clock, crm, documents, internet }
    }

    pub(super) fn pass(&self, duration: SignedDuration) {
        *self.clock.0.lock().unwrap() += duration;
    }

    pub(super) async fn send(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        handle(request, &self.ports).await
    }

    pub(super) async fn get(&self, path: &str) -> Response<Vec<u8>> {
        self.send(Request::builder().uri(path).body(Vec::new()).unwrap()).await
    }

    /// As an app posts.
    pub(super) async fn post(&self, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let body = encoded(form).into_bytes();
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body)
            .unwrap();
        let response = self.send(request).await;
        (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or_default())
    }

    pub(super) async fn register(&self, metadata: &Value) -> (u16, Value) {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/oauth/register")
            .header(header::CONTENT_TYPE, "application/json")
            .body(metadata.to_string().into_bytes())
            .unwrap();
        let response = self.send(request).await;
        (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
    }

    /// An app with this name, which gets its codes at [`CALLBACK`] and wants refresh tokens.
    pub(super) async fn app(&self, name: &str) -> App {
        self.app_at(name, CALLBACK).await
    }

    pub(super) async fn app_at(&self, name: &str, redirect_uri: &str) -> App {
        let metadata = json!({"client_name": name, "redirect_uris": [redirect_uri], "grant_types": ["authorization_code", "refresh_token"]});
        let (status, registered) = self.register(&metadata).await;
        assert_eq!(status, 201, "{registered}");
        App { id: registered["client_id"].as_str().unwrap().to_owned(), redirect_uri: redirect_uri.to_owned() }
    }

    /// Ida lets the app in; its code.
    pub(super) async fn code(&self, app: &App) -> String {
        let mut browser = Browser::default();
        let form = browser.ask(self, &app.asks()).await.form();
        let at_crm = browser.answer(self, &form, "allow").await;
        let back = browser.back(self, &at_crm, "code-ida").await;
        back.param("code").expect("the app gets a code")
    }

    /// Ida lets the app in; its tokens.
    pub(super) async fn let_in(&self, app: &App) -> Value {
        let code = self.code(app).await;
        let (status, body) = self.post("/oauth/token", &app.redeems(&code)).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    /// What the MCP server at `audience` makes of a token.
    pub(super) async fn verify(&self, token: &str, audience: &str) -> Result<Principal, TokenError> {
        let published = self.get("/.well-known/jwks.json").await.into_body();
        let keys = VerifyingKeys::from_json(&published).unwrap();
        tokens::verify(token, &keys, self.ports.site.public.as_str(), audience, self.clock.now())
    }

    pub(super) async fn crm_session(&self, token: &str) -> Outcome<CrmTokens> {
        let grant = self.verify(token, CRM).await.unwrap().grant;
        self.ports.sessions.tokens(&grant).await
    }
}

pub(super) fn encoded(form: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
}

/// `form` with some fields set otherwise, or taken out.
pub(super) fn but<'a>(form: &[(&'a str, &'a str)], changes: &[(&'a str, Option<&'a str>)]) -> Vec<(&'a str, &'a str)> {
    let kept = form.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name)).copied();
    kept.chain(changes.iter().filter_map(|(name, value)| value.map(|value| (*name, value)))).collect()
}

pub(super) struct App {
    pub(super) id: String,
    pub(super) redirect_uri: String,
}

impl App {
    /// The query with which it sends the browser to us.
    pub(super) fn asks(&self) -> Vec<(&str, &str)> {
        vec![
            ("client_id", &self.id),
            ("redirect_uri", &self.redirect_uri),
            ("response_type", "code"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("resource", CRM),
            ("scope", "crm.read crm.write"),
            ("state", "app-state"),
        ]
    }

    pub(super) fn redeems<'a>(&'a self, code: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("client_id", &self.id),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", VERIFIER),
            ("resource", CRM),
        ]
    }

    pub(super) fn refreshes<'a>(&'a self, token: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", &self.id)]
    }
}

/// What a browser shows or is sent to.
pub(super) struct Shown {
    pub(super) status: u16,
    pub(super) headers: http::HeaderMap,
    pub(super) text: String,
}

impl Shown {
    pub(super) fn location(&self) -> Url {
        let to = self.headers.get(header::LOCATION);
        let to = to.unwrap_or_else(|| panic!("no redirect but {}: {}", self.status, self.text));
        Url::parse(to.to_str().unwrap()).unwrap()
    }

    pub(super) fn param(&self, name: &str) -> Option<String> {
        self.location().query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// Whether it is a page that says no, and sends nobody anywhere.
    pub(super) fn is_refusal(&self) -> bool {
        self.status >= 400 && !self.headers.contains_key(header::LOCATION) && self.text.contains("<h1>")
    }

    /// The consent form's hidden fields.
    pub(super) fn form(&self) -> Form {
        let field = |name: &str| {
            let (_, rest) = self
                .text
                .split_once(&format!("name=\"{name}\" value=\""))
                .unwrap_or_else(|| panic!("no field {name} but {}: {:?} {}", self.status, self.headers, self.text));
            rest.split('"').next().unwrap().to_owned()
        };
        Form { request: field("request"), csrf: field("csrf") }
    }
}

#[derive(Clone)]
pub(super) struct Form {
    pub(super) request: String,
    pub(super) csrf: String,
}

#[derive(Default, Clone)]
pub(super) struct Browser {
    pub(super) cookie: Option<String>,
}

impl Browser {
    pub(super) async fn send(&mut self, stage: &Stage, mut request: Request<Vec<u8>>) -> Shown {
        if let Some(cookie) = &self.cookie {
            request.headers_mut().insert(header::COOKIE, cookie.parse().unwrap());
        }
        let response = stage.send(request).await;
        if let Some(set) = response.headers().get(header::SET_COOKIE) {
            self.cookie = Some(set.to_str().unwrap().split(';').next().unwrap().to_owned());
        }
        let (parts, body) = response.into_parts();
        Shown { status: parts.status.as_u16(), headers: parts.headers, text: String::from_utf8(body).unwrap() }
    }

    pub(super) async fn get(&mut self, stage: &Stage, path: &str) -> Shown {
        self.send(stage, Request::builder().uri(path).body(Vec::new()).unwrap()).await
    }

    /// An app sends the browser to us.
    pub(super) async fn ask(&mut self, stage: &Stage, query: &[(&str, &str)]) -> Shown {
        self.get(stage, &format!("/oauth/authorize?{}", encoded(query))).await
    }

    pub(super) async fn answer(&mut self, stage: &Stage, form: &Form, answer: &str) -> Shown {
        self.answer_from(stage, form, answer, Some(stage.ports.site.public.as_str().to_owned())).await
    }

    pub(super) async fn answer_from(
        &mut self,
        stage: &Stage,
        form: &Form,
        answer: &str,
        origin: Option<String>,
    ) -> Shown {
        let body = encoded(&[("request", &form.request), ("csrf", &form.csrf), ("answer", answer)]);
        let mut request = Request::builder()
            .method(Method::POST)
            .uri("/oauth/consent")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        self.send(stage, request.body(body.into_bytes()).unwrap()).await
    }

    /// The CRM sends the browser back, logged in as `code` says.
    pub(super) async fn back(&mut self, stage: &Stage, at_crm: &Shown, code: &str) -> Shown {
        let state = at_crm.param("state").unwrap();
        self.get(stage, &format!("/oauth/callback?{}", encoded(&[("code", code), ("state", &state)]))).await
    }
}
