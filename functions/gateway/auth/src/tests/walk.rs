//! The whole way, as an MCP client goes it: an independent OAuth client, which knows nothing but the server's URL.

use http::{HeaderMap, Request, Response, Uri, header};
use jiff::SignedDuration;
use oauth2::basic::BasicClient;
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, CsrfToken, PkceCodeChallenge, RedirectUrl, RefreshToken, Scope,
    TokenResponse as _, TokenUrl,
};
use serde_json::{Value, json};

use revloops_identity::{Role, challenge};

use super::stage::{Browser, CALLBACK, CRM, PUBLIC, Stage, WORKFLOW};

/// What `name="…"` says in a challenge.
fn said(challenge: &str, name: &str) -> String {
    let (_, rest) = challenge.split_once(&format!("{name}=\"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

async fn document(stage: &Stage, url: &str) -> Value {
    let path = url.strip_prefix(PUBLIC).unwrap();
    let response = stage.get(path).await;
    assert_eq!(response.status(), 200, "{url}");
    assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    serde_json::from_slice(response.body()).unwrap()
}

#[tokio::test]
async fn a_client_finds_its_way_from_the_first_refusal_to_a_refreshed_token() {
    let stage = Stage::new();
    // 401 of the MCP server, as it makes it.
    let resource = &stage.ports.site.resources[0];
    assert_eq!(challenge::bearer(&Uri::from_static("/mcp/crm"), &HeaderMap::new()), Ok(None));
    let refused = challenge::unauthorized(resource, None);
    let challenge = refused.headers()[header::WWW_AUTHENTICATE].to_str().unwrap().to_owned();
    // Resource → authorization server → its endpoints.
    let about = document(&stage, &said(&challenge, "resource_metadata")).await;
    assert_eq!(about["resource"], CRM);
    let issuer = about["authorization_servers"][0].as_str().unwrap();
    let server = document(&stage, &format!("{issuer}/.well-known/oauth-authorization-server")).await;
    assert_eq!(server["issuer"], issuer);
    assert_eq!(server["code_challenge_methods_supported"], json!(["S256"]));
    // Registration.
    let metadata = json!({"client_name": "A client", "redirect_uris": [CALLBACK], "grant_types": ["authorization_code", "refresh_token"], "token_endpoint_auth_method": "none"});
    let (status, registered) = stage.register(&metadata).await;
    assert_eq!((status, &registered["token_endpoint_auth_method"]), (201, &json!("none")));
    let url = |name: &str| server[name].as_str().unwrap().to_owned();
    let client = BasicClient::new(ClientId::new(registered["client_id"].as_str().unwrap().to_owned()))
        .set_auth_uri(AuthUrl::new(url("authorization_endpoint")).unwrap())
        .set_token_uri(TokenUrl::new(url("token_endpoint")).unwrap())
        .set_redirect_uri(RedirectUrl::new(CALLBACK.replace("3118", "50123")).unwrap())
        .set_auth_type(AuthType::RequestBody);
    let (proof, verifier) = PkceCodeChallenge::new_random_sha256();
    let (authorize, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scopes(said(&challenge, "scope").split(' ').map(|scope| Scope::new(scope.to_owned())))
        .add_scope(Scope::new("offline_access".to_owned()))
        .set_pkce_challenge(proof)
        .add_extra_param("resource", CRM)
        .url();
    // Consent, login, and back.
    let mut browser = Browser::default();
    let page = browser.get(&stage, authorize.as_str().strip_prefix(PUBLIC).unwrap()).await;
    let at_crm = browser.answer(&stage, &page.form(), "allow").await;
    assert!(at_crm.location().as_str().starts_with("https://login.crm.example/"));
    let back = browser.back(&stage, &at_crm, "code-ida").await;
    assert!(back.location().as_str().starts_with("http://localhost:50123/callback?"));
    assert_eq!(back.param("state").unwrap(), *state.secret());
    assert_eq!(back.param("iss").unwrap(), issuer);
    // Code → token.
    let at = &stage;
    let http = |request: Request<Vec<u8>>| async move {
        Ok::<Response<Vec<u8>>, std::convert::Infallible>(at.send(request).await)
    };
    let tokens = client
        .exchange_code(AuthorizationCode::new(back.param("code").unwrap()))
        .set_pkce_verifier(verifier)
        .add_extra_param("resource", CRM)
        .request_async(&http)
        .await
        .unwrap();
    assert_eq!(tokens.expires_in().unwrap().as_secs(), 600);
    let principal = stage.verify(tokens.access_token().secret(), CRM).await.unwrap();
    assert_eq!((principal.username.as_str(), principal.role), ("ida@acme.example", Role::Rep));
    assert!(stage.verify(tokens.access_token().secret(), WORKFLOW).await.is_err());
    // No token of the CRM's has gone out.
    assert!(!tokens.access_token().secret().contains("00D"));
    // It ends, and is refreshed.
    stage.pass(SignedDuration::from_secs(700));
    assert!(stage.verify(tokens.access_token().secret(), CRM).await.is_err());
    let refresh = RefreshToken::new(tokens.refresh_token().unwrap().secret().clone());
    let again = client.exchange_refresh_token(&refresh).request_async(&http).await.unwrap();
    assert_ne!(again.refresh_token().unwrap().secret(), refresh.secret());
    let principal = stage.verify(again.access_token().secret(), CRM).await.unwrap();
    assert_eq!(principal.username, "ida@acme.example");
}

#[tokio::test]
async fn what_the_server_says_of_itself_is_what_clients_look_for() {
    let stage = Stage::new();
    let server = document(&stage, &format!("{PUBLIC}/.well-known/oauth-authorization-server")).await;
    assert_eq!(server["token_endpoint_auth_methods_supported"], json!(["none"]));
    assert_eq!(server["client_id_metadata_document_supported"], json!(true));
    assert_eq!(server["authorization_response_iss_parameter_supported"], json!(true));
    let scopes = server["scopes_supported"].as_array().unwrap();
    assert!(scopes.contains(&json!("offline_access")) && scopes.contains(&json!("crm.delete")));
    for name in ["crm", "workflow"] {
        let about = document(&stage, &format!("{PUBLIC}/.well-known/oauth-protected-resource/mcp/{name}")).await;
        assert_eq!(about["resource"], format!("{PUBLIC}/mcp/{name}"));
        assert!(!about["scopes_supported"].as_array().unwrap().contains(&json!("offline_access")));
    }
    for nothing in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/mcp/analytics",
        "/",
        "/oauth",
    ] {
        assert_eq!(stage.get(nothing).await.status(), 404, "{nothing}");
    }
    assert_eq!(stage.get("/oauth/token").await.status(), 405);
    let preflight = Request::builder().method("OPTIONS").uri("/oauth/token").body(Vec::new()).unwrap();
    assert_eq!(stage.send(preflight).await.status(), 204);
}

#[tokio::test]
async fn nothing_that_is_kept_gives_a_way_in() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    let code = stage.code(&app).await;
    let (_, tokens) = stage.post("/oauth/token", &app.redeems(&code)).await;
    let kept = stage.documents.as_text();
    for secret in [
        &code,
        tokens["refresh_token"].as_str().unwrap(),
        tokens["access_token"].as_str().unwrap(),
        "00D-access",
        "5Aep-refresh",
        "crm-verifier",
        "crm-state",
    ] {
        assert!(!kept.contains(secret), "{secret} is kept in the clear");
    }
}

#[tokio::test]
async fn a_person_s_role_is_what_they_are_in_the_crm() {
    let stage = Stage::new();
    let app = stage.app("App").await;
    for (profile, has_reports, role) in [
        ("System Administrator", false, Role::Administrator),
        ("RevLoops Operations", false, Role::Operations),
        ("Standard User", true, Role::Manager),
        ("Standard User", false, Role::Rep),
    ] {
        let mut ida = super::stage::person("005000000000001", "ida");
        ida.profile = Some(profile.to_owned());
        ida.has_reports = has_reports;
        stage.crm.people.lock().unwrap().insert("ida".to_owned(), ida);
        let tokens = stage.let_in(&app).await;
        let principal = stage.verify(tokens["access_token"].as_str().unwrap(), CRM).await.unwrap();
        assert_eq!(principal.role, role);
    }
}
