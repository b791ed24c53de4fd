//! A CRM stand-in of a test's own, with people who have sessions in it, and a world over it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use revloops_crm::PersonalClient;
use revloops_domain::{ErrorClass, SalesforceId, Secret};
use revloops_identity::{CrmSession, CrmSessions, Principal, Role, Scope};
use revloops_loopkit::{Failure, Outcome};
use revloops_mcp::Caller;
use revloops_mcp_crm::{Limits, World};
use revloops_standins::crm::{self, ADMIN, Client, Delivery, INTEGRATION, Options};
use revloops_standins::host::Running;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

const DATA: &str = "/services/data/v68.0";
const PASSWORD: &str = "a password for tests";

pub(crate) struct Org {
    pub(crate) sessions: Arc<Sessions>,
    url: String,
    http: reqwest::Client,
    admin: String,
    _running: Running,
    _dir: TempDir,
}

/// Sessions by the username, which is the grant here.
pub(crate) struct Sessions {
    url: String,
    http: reqwest::Client,
    kept: Mutex<BTreeMap<String, CrmSession>>,
    pub(crate) renewals: Mutex<usize>,
}

#[async_trait]
impl CrmSessions for Sessions {
    async fn session(&self, grant: &str) -> Outcome<CrmSession> {
        if let Some(kept) = self.kept.lock().unwrap().get(grant) {
            return Ok(kept.clone());
        }
        self.log_in(grant).await
    }

    async fn renewed(&self, grant: &str, stale: &Secret) -> Outcome<CrmSession> {
        assert_eq!(self.kept.lock().unwrap().get(grant).map(|session| &session.access_token), Some(stale));
        *self.renewals.lock().unwrap() += 1;
        self.log_in(grant).await
    }
}

impl Sessions {
    async fn log_in(&self, grant: &str) -> Outcome<CrmSession> {
        let form = [
            ("grant_type", "password"),
            ("client_id", "app"),
            ("client_secret", "secret"),
            ("username", grant),
            ("password", PASSWORD),
        ];
        let answer = self.http.post(format!("{}/services/oauth2/token", self.url)).form(&form).send().await.unwrap();
        let body: Value = answer.json().await.unwrap();
        let Some(token) = body["access_token"].as_str() else {
            return Err(Failure::new(ErrorClass::Rejected, "the CRM refuses to refresh"));
        };
        let session = CrmSession { instance_url: self.url.clone(), access_token: Secret::new(token) };
        self.kept.lock().unwrap().insert(grant.to_owned(), session.clone());
        Ok(session)
    }

    /// Ends a session as the CRM does it, without telling us.
    pub(crate) async fn end(&self, grant: &str) {
        let token = self.kept.lock().unwrap()[grant].access_token.reveal().to_owned();
        let revoke = self.http.post(format!("{}/services/oauth2/revoke", self.url)).form(&[("token", token)]);
        assert!(revoke.send().await.unwrap().status().is_success());
    }
}

impl Org {
    pub(crate) async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let client = Client {
            id: "app".into(),
            secret: "secret".into(),
            run_as: INTEGRATION.into(),
            callback_urls: Vec::new(),
            rotates_refresh_tokens: false,
        };
        let options = Options {
            database: dir.path().join("crm.sqlite"),
            package_dir: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../infra/crm"),
            public_url: None,
            clients: vec![client],
            password: PASSWORD.into(),
            delivery: Delivery::default(),
        };
        let running = crm::serve(TcpListener::bind("127.0.0.1:0").await.unwrap(), options).await.unwrap();
        let (url, http) = (running.url(), reqwest::Client::new());
        let sessions = Arc::new(Sessions {
            url: url.clone(),
            http: http.clone(),
            kept: Mutex::default(),
            renewals: Mutex::default(),
        });
        let admin = sessions.session(ADMIN).await.unwrap().access_token.reveal().to_owned();
        Self { sessions, url, http, admin, _running: running, _dir: dir }
    }

    pub(crate) fn world(&self) -> Arc<World> {
        self.world_with(Limits::default())
    }

    pub(crate) fn world_with(&self, limits: Limits) -> Arc<World> {
        let client = PersonalClient::new(Duration::from_secs(10)).unwrap();
        Arc::new(World { client, sessions: self.sessions.clone(), limits })
    }

    /// Somebody who calls with every scope.
    pub(crate) async fn caller(&self, username: &str) -> Caller {
        let user = self.query(&format!("SELECT Id FROM User WHERE Username = '{username}'")).await.remove(0);
        let principal = Principal {
            user: SalesforceId::parse(user["Id"].as_str().unwrap()).unwrap(),
            username: username.to_owned(),
            role: Role::Rep,
            client_id: "test".to_owned(),
            scopes: Scope::ALL.into(),
            grant: username.to_owned(),
        };
        Caller::new(principal, "2026-11-28T12:00:00Z".parse().unwrap(), "call-1".to_owned())
    }

    pub(crate) async fn admin(&self) -> Caller {
        self.caller(ADMIN).await
    }

    /// A new user of this profile.
    pub(crate) async fn rep(&self, name: &str, profile: &str) -> Caller {
        let profile = self.query(&format!("SELECT Id FROM Profile WHERE Name = '{profile}'")).await.remove(0);
        let username = format!("{name}@northfield.example");
        self.create(
            "User",
            json!({
                "Username": username, "Email": username, "LastName": name, "Alias": name, "ProfileId": profile["Id"], "TimeZoneSidKey": "GMT",
                "LocaleSidKey": "en_US", "LanguageLocaleKey": "en_US", "EmailEncodingKey": "UTF-8",
            }),
        )
        .await;
        self.caller(&username).await
    }

    /// A deal of theirs with an account of theirs: ids of both.
    pub(crate) async fn deal(&self, name: &str, owner: &Caller) -> (String, String) {
        let owner = owner.principal.user.as_str();
        let account = self.create("Account", json!({ "Name": name, "OwnerId": owner })).await;
        let deal = json!({ "Name": name, "StageName": "Prospecting", "CloseDate": "2027-01-31", "AccountId": account, "OwnerId": owner });
        let deal = self.create("Opportunity", deal).await;
        (account, deal)
    }

    /// As the administrator.
    pub(crate) async fn create(&self, object: &str, fields: Value) -> String {
        let request = self.http.post(format!("{}{DATA}/sobjects/{object}", self.url)).bearer_auth(&self.admin);
        let answer: Value = request.json(&fields).send().await.unwrap().json().await.unwrap();
        answer["id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// As the administrator.
    pub(crate) async fn update(&self, object: &str, id: &str, fields: Value) {
        let request = self.http.patch(format!("{}{DATA}/sobjects/{object}/{id}", self.url)).bearer_auth(&self.admin);
        assert_eq!(request.json(&fields).send().await.unwrap().status().as_u16(), 204);
    }

    /// As the administrator.
    pub(crate) async fn query(&self, soql: &str) -> Vec<Value> {
        let request = self.http.get(format!("{}{DATA}/query", self.url)).bearer_auth(&self.admin);
        let mut answer: Value = request.query(&[("q", soql)]).send().await.unwrap().json().await.unwrap();
        let records = answer["records"].take();
        let Value::Array(records) = records else { panic!("{soql}: {records} {answer}") };
        records
    }

    /// How many writes the CRM has taken.
    pub(crate) async fn writes(&self) -> usize {
        let answer: Value =
            self.http.get(format!("{}/_standin/writes", self.url)).send().await.unwrap().json().await.unwrap();
        answer["writes"].as_array().unwrap().len()
    }
}

/// A record's fields.
pub(crate) fn fields(value: Value) -> serde_json::Map<String, Value> {
    value.as_object().unwrap().clone()
}
