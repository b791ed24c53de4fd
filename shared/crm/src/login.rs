//! Logging people in at Salesforce: web server flow with PKCE, refresh, revocation, and who it is.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use cirrus::auth::refresh::RotationHandler;
use cirrus::auth::{
    AuthError, PendingExchange, RefreshTokenAuth, StaticTokenAuth, WebServerFlow, revoke_token, token_client_builder,
};
use cirrus::{Cirrus, CirrusError, RetryPolicy, soql};
use serde::Deserialize;
use serde_json::Value;

use revloops_domain::{ErrorClass, SalesforceId, Secret};
use revloops_loopkit::ports::{CrmIdentity, CrmLogin, CrmTokens, LoginBegun};
use revloops_loopkit::{Failure, Outcome};

use crate::client::API_VERSION;
use crate::credentials::Credentials;
use crate::failures::failure;

/// Calls in the person's name, staying logged in, and being told who it is.
const SCOPES: [&str; 3] = ["api", "refresh_token", "openid"];

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// OAuth errors after which only a new login helps.
const REFUSALS: [&str; 7] = [
    "invalid_grant",
    "inactive_user",
    "inactive_org",
    "access_denied",
    "login_error",
    "no_permissions",
    "unsupported_token_type",
];

/// Where people log in, and by which app of the CRM's.
#[derive(Debug, Clone)]
pub struct LoginSettings {
    /// The login host or the org's My Domain URL, as browsers and functions reach it.
    pub url: String,
    /// The external client app.
    pub credentials: Credentials,
    /// Where the CRM sends the browser back to, as the app has it.
    pub callback_url: String,
    /// How long one request may take.
    pub request_timeout: Duration,
}

/// Salesforce's login. It keeps no person's tokens.
#[derive(Debug)]
pub struct SalesforceLogin {
    settings: LoginSettings,
    flow: WebServerFlow,
    token_client: cirrus::reqwest::Client,
    api_client: cirrus::reqwest::Client,
}

impl SalesforceLogin {
    /// A client of the login at `settings.url`. Nothing is sent.
    ///
    /// # Errors
    /// `ConfigInvalid` where the settings cannot be used.
    pub fn new(settings: LoginSettings) -> Outcome<Self> {
        let unusable = |error: CirrusError| failure("setting up the CRM's login", &error);
        let built = |error| unusable(CirrusError::HttpClient(error));
        let token_client = token_client_builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(settings.request_timeout)
            .build()
            .map_err(built)?;
        // No redirects, no proxy: a person's token rides on every request.
        let api_client = cirrus::reqwest::Client::builder()
            .user_agent(concat!("revloops/", env!("CARGO_PKG_VERSION")))
            .redirect(cirrus::reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(settings.request_timeout)
            .build()
            .map_err(built)?;
        let flow = WebServerFlow::builder()
            .consumer_key(settings.credentials.client_id.reveal())
            .consumer_secret(settings.credentials.client_secret.reveal())
            .redirect_uri(&settings.callback_url)
            .login_url(&settings.url)
            .scopes(SCOPES)
            .http_client(token_client.clone())
            .build()
            .map_err(|error| unusable(error.into()))?;
        Ok(Self { settings, flow, token_client, api_client })
    }

    fn api(&self, tokens: &CrmTokens) -> Outcome<Cirrus> {
        Cirrus::builder()
            .auth(Arc::new(StaticTokenAuth::new(tokens.access_token.reveal(), &tokens.instance_url)))
            .api_version(API_VERSION)
            .http_client(self.api_client.clone())
            .max_response_size(1 << 20)
            .retry_policy(RetryPolicy { max_retries: 1, max_delay: CONNECT_TIMEOUT, ..RetryPolicy::default() })
            .build()
            .map_err(|error| failure("setting up a person's session", &error))
    }
}

/// The refusal of a login, or what else went wrong.
fn login_failure(doing: &str, error: AuthError) -> Failure {
    if let AuthError::OAuth { error: code, .. } = &error
        && REFUSALS.contains(&code.as_str())
    {
        return Failure::new(ErrorClass::Rejected, format!("{doing}: the CRM answered `{code}`"));
    }
    failure(doing, &CirrusError::Auth(error))
}

/// Whether the session is not, or no longer, one.
fn has_run_out(error: &CirrusError) -> bool {
    matches!(error, CirrusError::Api { status: 401, .. })
}

/// The resource that tells who it is says 403, `Bad_OAuth_Token`, where others say 401. A limit comes with 403, too, but
/// with an error code.
fn is_bad_token(error: &CirrusError) -> bool {
    matches!(error, CirrusError::Api { status: 403, errors, .. } if errors.is_empty())
}

/// Takes the refresh token that a rotation brings.
#[derive(Default)]
struct Rotated(Mutex<Option<Secret>>);

#[async_trait]
impl RotationHandler for Rotated {
    async fn on_rotation(&self, new_refresh_token: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Secret::new(new_refresh_token));
    }
}

#[derive(Deserialize)]
struct UserInfo {
    user_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UserRow {
    id: String,
    username: String,
    is_active: bool,
    profile: Option<Named>,
    user_role: Option<Named>,
    managed_users: Option<Children<Value>>,
    permission_set_assignments: Option<Children<Assignment>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    name: String,
    label: Option<String>,
}

#[derive(Deserialize)]
struct Children<T> {
    records: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Assignment {
    permission_set: Option<Named>,
}

impl UserRow {
    fn identity(self) -> Outcome<CrmIdentity> {
        let assigned = self.permission_set_assignments.map(|children| children.records).unwrap_or_default();
        let sets = assigned.into_iter().filter_map(|one| one.permission_set);
        Ok(CrmIdentity {
            user: SalesforceId::parse(&self.id).map_err(|error| {
                Failure::new(ErrorClass::Rejected, "reading the id of who has logged in").caused_by(error)
            })?,
            username: self.username,
            active: self.is_active,
            profile: self.profile.map(|profile| profile.name),
            crm_role: self.user_role.map(|role| role.name),
            permission_sets: sets.flat_map(|set| [Some(set.name), set.label]).flatten().collect(),
            has_reports: self.managed_users.is_some_and(|reports| !reports.records.is_empty()),
        })
    }
}

/// The one question about a user. Not everybody may look at permission sets: `sets` leaves them out.
fn question(user: &SalesforceId, sets: bool) -> String {
    let sets =
        if sets { ", (SELECT PermissionSet.Name, PermissionSet.Label FROM PermissionSetAssignments)" } else { "" };
    let user = soql::quote(user.as_str());
    format!(
        "SELECT Id, Username, IsActive, Profile.Name, UserRole.Name, (SELECT Id FROM ManagedUsers WHERE IsActive = TRUE LIMIT 1){sets} FROM User WHERE Id = {user}"
    )
}

#[async_trait]
impl CrmLogin for SalesforceLogin {
    fn begin(&self) -> Outcome<LoginBegun> {
        let (url, pending) = self.flow.start().map_err(|error| login_failure("beginning a login", error))?;
        let state = pending.state().to_owned();
        let pending = serde_json::to_value(pending)
            .map_err(|error| Failure::unreadable(ErrorClass::Bug, "noting a login", &error))?;
        Ok(LoginBegun { url, state, pending })
    }

    async fn complete(&self, pending: &Value, code: &str, state: &str) -> Outcome<CrmTokens> {
        let pending = PendingExchange::deserialize(pending)
            .map_err(|error| Failure::unreadable(ErrorClass::Bug, "reading a noted login", &error))?;
        let session = self.flow.complete(pending, code, state).await;
        let session = session.map_err(|error| {
            if matches!(error, AuthError::StateMismatch) {
                Failure::new(ErrorClass::Rejected, "ending a login: another login's state")
            } else {
                login_failure("ending a login", error)
            }
        })?;
        Ok(CrmTokens {
            instance_url: session.instance_url,
            access_token: Secret::new(session.access_token),
            refresh_token: session.refresh_token.map(Secret::new),
        })
    }

    async fn refresh(&self, tokens: &CrmTokens) -> Outcome<CrmTokens> {
        let doing = "refreshing a person's session";
        let Some(refresh_token) = &tokens.refresh_token else {
            return Err(Failure::new(ErrorClass::Rejected, format!("{doing}: the CRM gave no refresh token")));
        };
        let rotated = Arc::new(Rotated::default());
        let session = RefreshTokenAuth::builder()
            .consumer_key(self.settings.credentials.client_id.reveal())
            .consumer_secret(self.settings.credentials.client_secret.reveal())
            .login_url(&self.settings.url)
            .instance_url(&tokens.instance_url)
            .refresh_token(refresh_token.reveal())
            .http_client(self.token_client.clone())
            .on_rotation(Arc::clone(&rotated) as Arc<dyn RotationHandler>)
            .build()
            .map_err(|error| login_failure(doing, error))?;
        let access_token = cirrus::auth::AuthSession::access_token(&session).await;
        let access_token = Secret::new(access_token.map_err(|error| login_failure(doing, error))?);
        let rotated = rotated.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok(CrmTokens {
            instance_url: tokens.instance_url.clone(),
            access_token,
            refresh_token: Some(rotated.unwrap_or_else(|| refresh_token.clone())),
        })
    }

    async fn revoke(&self, tokens: &CrmTokens) -> Outcome<()> {
        // The refresh token takes its access tokens with it.
        let token = tokens.refresh_token.as_ref().unwrap_or(&tokens.access_token);
        match revoke_token(&self.token_client, &self.settings.url, token.reveal()).await {
            Ok(()) | Err(AuthError::OAuth { .. } | AuthError::UnexpectedResponse { status: 400..=404 }) => Ok(()),
            Err(error) => Err(login_failure("revoking a person's session", error)),
        }
    }

    async fn identity(&self, tokens: &CrmTokens) -> Outcome<Option<CrmIdentity>> {
        let api = self.api(tokens)?;
        let user = match api.get::<UserInfo>("/services/oauth2/userinfo").await {
            Ok(info) => SalesforceId::parse(&info.user_id).map_err(|error| {
                Failure::new(ErrorClass::Rejected, "reading the id of who has logged in").caused_by(error)
            })?,
            Err(error) if has_run_out(&error) || is_bad_token(&error) => return Ok(None),
            Err(error) => return Err(failure("asking who has logged in", &error)),
        };
        let mut asked = api.query_as::<UserRow>(&question(&user, true)).await;
        if matches!(asked, Err(CirrusError::Api { status: 400, .. })) {
            // Whoever may not look at permission sets has, for us, none of them.
            tracing::warn!(user = user.as_str(), "the CRM does not tell the permission sets of a user");
            asked = api.query_as::<UserRow>(&question(&user, false)).await;
        }
        let rows = match asked {
            Ok(page) => page.records,
            Err(error) if has_run_out(&error) => return Ok(None),
            Err(error) => return Err(failure(format!("looking up user {}", user.as_str()), &error)),
        };
        let row = rows.into_iter().next();
        let gone = || Failure::new(ErrorClass::Rejected, format!("user {} cannot be seen", user.as_str()));
        row.ok_or_else(gone)?.identity().map(Some)
    }
}

#[cfg(test)]
mod tests;
